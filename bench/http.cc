// Question: what does an answer cost over HTTP, beside a bare epoll loop that sends as many bytes?
// Load: `concord serve` with one thread over a generated base, keys drawn Zipf(1.0); the servers on
// one core, the client on another. One connection (p50, p99), 32 connections (requests a second),
// then an open loop at half of that. Floor and ours take turns, round by round.
//   http --concord PROGRAM --bases FOLDER --customers N --policy FOLDER --rounds N --out FILE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "bench/http_client.h"
#include "bench/world.h"
#include "index/base/files.h"
#include "server/client.h"

namespace concord::bench {
namespace {

constexpr std::size_t kKeys = 2000;
constexpr std::size_t kChecked = 100;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "bench http: %s\n", what.c_str());
  std::exit(1);
}

void stay_on_core(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core % std::max(1U, std::thread::hardware_concurrency()), &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) std::perror("bench http: sched_setaffinity");
}

// A server in a process of its own on core 0; ended with the object.
class ServerProcess {
 public:
  explicit ServerProcess(std::vector<std::string> command) {
    int ends[2];
    if (::pipe(ends) != 0) give_up("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      stay_on_core(0);
      ::dup2(ends[1], STDOUT_FILENO);
      std::vector<char*> words;
      for (std::string& word : command) words.push_back(word.data());
      words.push_back(nullptr);
      ::execv(words[0], words.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    char c = 0;
    while (::read(ends[0], &c, 1) == 1 && c != '\n') first_line_.push_back(c);
    ::close(ends[0]);
    if (first_line_.empty()) give_up(command[0] + " did not start");
  }
  ~ServerProcess() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  /// The number behind the last colon (or the whole) of its first line, up to what is no digit.
  [[nodiscard]] std::uint16_t port() const {
    const std::size_t colon = first_line_.rfind(':');
    const std::string digits =
        colon == std::string::npos ? first_line_ : first_line_.substr(colon + 1);
    return static_cast<std::uint16_t>(std::strtoul(digits.c_str(), nullptr, 10));
  }

 private:
  pid_t pid_ = -1;
  std::string first_line_;
};

struct Question {
  std::string name;
  std::vector<std::string> targets;
  std::size_t mean_bytes = 0;
};

// What the route must say, made in this process from the same files.
std::string expected(const World& world, const std::string& key, bool decision,
                     server::AnswerScratch& scratch) {
  const index::ReadPin pin = world.snapshot().pin();
  index::Buffer out;
  if (decision) {
    scoring::DecisionQuestion question;
    question.as_of = world.as_of();
    server::write_next_best_action(out, world.policy(), world.customer(pin, key), question, 0, {},
                                   scratch);
    return std::string(out.view());
  }
  const index::Resolution resolution = world.snapshot().resolve(pin, key);
  server::ContextAsk ask;
  ask.question.as_of = world.as_of();
  ask.question.matched = &resolution;
  server::write_context(out, world.policy(), world.customer(pin, key), ask, scratch);
  return std::string(out.view());
}

// A timeline's cursor carries what a page walk is bound to: known to the route alone.
std::string without_cursor(std::string text) {
  const std::size_t at = text.rfind(",\"next_cursor\"");
  return at == std::string::npos ? text : text.substr(0, at);
}

Question question_of(const World& world, const std::string& url, bool decision) {
  Question question;
  question.name = decision ? "decision" : "context";
  server::AnswerScratch scratch;
  std::size_t bytes = 0;
  for (const std::uint32_t place : draw_places(Spread::zipf, world.keys().size(), kKeys, 19)) {
    const std::string& key = world.keys()[place];
    question.targets.push_back("/v1/customers/" + server::percent_encoded(key) +
                               (decision ? "/next-best-action" : ""));
    const std::string want = expected(world, key, decision, scratch);
    bytes += want.size();
    if (question.targets.size() > kChecked) continue;
    const auto got = server::http_get(url, question.targets.back(), "", 5000);
    if (!got || got->status != 200 || without_cursor(got->body) != without_cursor(want))
      give_up(question.targets.back() + " differs from the answer made in process");
  }
  question.mean_bytes = bytes / kKeys;
  return question;
}

Load load_of(const Question& question, std::uint16_t port) {
  Load load;
  load.port = port;
  for (const std::string& target : question.targets)
    load.requests.push_back("GET " + target +
                            " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n" +
                            "Accept: */*\r\n\r\n");
  return load;
}

Report run(const Load& load, const char* who) {
  auto report = run_load(load);
  if (!report) give_up(std::string(who) + ": " + report.error().text());
  if (report->not_ok > 0) give_up(std::string(who) + ": answers other than 200");
  return std::move(*report);
}

using Row = std::map<std::string, double>;

Row measure_server(const Question& question, std::uint16_t port, const char* who) {
  Row row;
  Load load = load_of(question, port);
  load.count = 20'000;
  const Report one = run(load, who);
  row["p50_us"] = static_cast<double>(one.percentile_ns(0.5)) / 1e3;
  row["p99_us"] = static_cast<double>(one.percentile_ns(0.99)) / 1e3;
  load.connections = 32;
  load.count = 50'000;
  const double capacity = run(load, who).per_second();
  row["per_second_32"] = capacity;
  load.requests_per_second = capacity / 2;
  load.count = 20'000;
  const Report open = run(load, who);
  row["open_p50_us"] = static_cast<double>(open.percentile_ns(0.5)) / 1e3;
  row["open_p99_us"] = static_cast<double>(open.percentile_ns(0.99)) / 1e3;
  row["open_rate"] = load.requests_per_second;
  row["answer_bytes"] =
      static_cast<double>(one.body_bytes) / static_cast<double>(one.latencies_ns.size());
  return row;
}

// In the form of Google Benchmark's output, so that one reader understands all result files.
void append_row(std::string& out, const std::string& name, int round, const Row& row) {
  char number[64];
  if (!out.empty()) out += ",\n";
  out += "    {\"name\": \"" + name +
         "\", \"run_type\": \"iteration\", \"repetition_index\": " + std::to_string(round);
  for (const auto& [what, value] : row) {
    std::snprintf(number, sizeof number, ", \"%s\": %.3f", what.c_str(), value);
    out += number;
  }
  out += "}";
}

struct Options {
  std::string concord, out;
  int rounds = 5;
};

Options take_options(int& argc, char** argv) {
  Options options;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (i + 1 < argc && option == "--concord")
      options.concord = argv[++i];
    else if (i + 1 < argc && option == "--out")
      options.out = argv[++i];
    else if (i + 1 < argc && option == "--rounds")
      options.rounds = std::max(1, std::atoi(argv[++i]));
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  if (options.concord.empty() || options.out.empty()) give_up("needs --concord and --out");
  return options;
}

std::string rounds_of(const Options& options, const Bases& bases, std::size_t customers,
                      const std::string& floor_program) {
  const World& world = world_of(bases, customers);
  const ServerProcess ours({options.concord, "serve", "--data", world.data(), "--policy",
                            bases.policy, "--as-of", "data", "--threads", "1", "--listen",
                            "127.0.0.1:0", "--requests-per-connection-max", "1000000000"});
  const std::string url = "http://127.0.0.1:" + std::to_string(ours.port());
  stay_on_core(1);  // after opening: that takes all there are
  std::string rows;
  for (const bool decision : {false, true}) {
    const Question question = question_of(world, url, decision);
    const ServerProcess floor({floor_program, "0", std::to_string(question.mean_bytes)});
    for (int round = 0; round < options.rounds; ++round) {
      const std::string name = "http/" + question.name + "/";
      const std::string size = "/" + std::to_string(customers);
      append_row(rows, name + "floor" + size, round,
                 measure_server(question, floor.port(), "floor"));
      append_row(rows, name + "concord" + size, round,
                 measure_server(question, ours.port(), "concord"));
    }
  }
  return rows;
}

}  // namespace
}  // namespace concord::bench

int main(int argc, char** argv) {
  using namespace concord::bench;
  const Options options = take_options(argc, argv);
  const Bases bases = take_bases(argc, argv);
  const std::string floor_program =
      (std::filesystem::path(argv[0]).parent_path() / "epoll_floor").string();
  const std::string rows = rounds_of(options, bases, bases.customers.back(), floor_program);
  const std::string text = "{\n  \"benchmarks\": [\n" + rows + "\n  ]\n}\n";
  if (auto done = concord::index::write_file_durably(options.out, text); !done) {
    std::fprintf(stderr, "bench http: %s\n", done.error().text().c_str());
    return 1;
  }
  return 0;
}
