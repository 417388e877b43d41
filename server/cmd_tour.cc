// concord tour: the promises shown on a real server, step by step.
#include "server/cmd_tour.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "index/base/buffer.h"
#include "index/base/files.h"
#include "index/base/json_writer.h"

namespace concord::server {
namespace {

namespace fs = std::filesystem;
using index::Code;
using index::fail;

constexpr std::size_t kShownMax = 300;  // characters of a body or an answer
constexpr std::int64_t kTimeoutMs = 20'000;

std::string own_program() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).string();
}

/// In the child: this program with these arguments, its words to `out` and `error`.
[[noreturn]] void become(const std::vector<std::string>& arguments, int out, int error) {
  dup2(out, STDOUT_FILENO);
  dup2(error, STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& one : arguments) words.push_back(const_cast<char*>(one.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  _exit(127);
}

/// Runs this program to its end. Exit 3 (some rows were refused, the demo has such) is good too.
index::Result<void> run_to_end(std::vector<std::string> arguments, const std::string& folder) {
  arguments.insert(arguments.begin(), own_program());
  const std::string words = folder + "/words";
  const pid_t pid = fork();
  if (pid == 0) {
    std::FILE* const file = std::fopen(words.c_str(), "ab");
    if (file == nullptr) _exit(127);
    become(arguments, fileno(file), fileno(file));
  }
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid) return fail(Code::io_error, "cannot fork");
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == kExitOk || code == kExitPartial) return {};
  return fail(Code::io_error, index::read_file(words).value_or("no words"), arguments[1]);
}

/// The first line that a child says: "concord … serves … at http://127.0.0.1:4711".
std::string first_line(int fd) {
  std::string said;
  char c = 0;
  while (said.size() < 4096 && read(fd, &c, 1) == 1 && c != '\n') said.push_back(c);
  return said;
}

std::string shortened(std::string_view text, std::string_view from) {
  std::string out;
  const std::size_t begin = from.empty() ? 0 : text.find(from);
  if (begin != std::string_view::npos && begin > 0) {
    out = "{ … ";
    text.remove_prefix(begin);
  }
  std::size_t end = std::min(text.size(), kShownMax);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  for (const char c : text.substr(0, end))
    out.append(c == '\n' ? std::string("\n     ") : std::string(1, c));
  while (out.ends_with(' ') || out.ends_with('\n')) out.pop_back();
  return out + (end < text.size() ? " …" : "");
}

}  // namespace

// ---- the server

index::Result<std::unique_ptr<TourServer>> TourServer::start(const std::string& data,
                                                             const std::string& policy,
                                                             const std::string& as_of) {
  int out[2];
  if (pipe(out) != 0) return fail(Code::io_error, "no pipe");
  std::unique_ptr<TourServer> server(new TourServer);
  const std::vector<std::string> arguments = {
      own_program(), "serve", "--data", data, "--listen", "127.0.0.1:0", "--policy", policy,
      "--as-of", as_of, "--threads", "2",
      // How fresh the sources are is an event too: it shall be written before the kill.
      "--source-watch-ms", "100"};
  server->pid_ = fork();
  if (server->pid_ == 0) {
    close(out[0]);
    std::FILE* const file = std::fopen((data + "/../words").c_str(), "ab");
    become(arguments, out[1], file == nullptr ? STDERR_FILENO : fileno(file));
  }
  close(out[1]);
  const std::string said = first_line(out[0]);
  close(out[0]);
  const std::size_t at = said.find("http://");
  if (at == std::string::npos)
    return fail(Code::io_error, "the server does not begin: " +
                                    index::read_file(data + "/../words").value_or(said));
  server->url_ = said.substr(at);
  return server;
}

void TourServer::kill_hard() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

TourServer::~TourServer() { kill_hard(); }

// ---- the tour

Tour::~Tour() {
  server_.reset();
  std::error_code ignored;
  if (!keep_ && !folder_.empty()) fs::remove_all(folder_, ignored);
}

void Tour::begin(std::string title) {
  steps_.push_back({std::move(title), {}, {}});
  if (!program_.json) std::printf("\n%zu  %s\n", steps_.size(), steps_.back().title.c_str());
}

void Tour::note(std::string line) {
  if (!program_.json) std::printf("   %s\n", line.c_str());
  steps_.back().lines.push_back(std::move(line));
}

void Tour::check(bool right, const std::string& what, const std::string& found) {
  const std::string line =
      (right ? "ok: " : "NOT SO: ") + what + (right || found.empty() ? "" : "; it was: " + found);
  if (!right) steps_.back().mistakes.push_back(line);
  note(line);
  std::fflush(stdout);
}

ClientAnswer Tour::ask_quietly(std::string_view method, const std::string& target,
                               const std::string& body) {
  const bool lines = target == "/v1/events";
  auto answer = http_ask(server_->url(),
                         {.method = method,
                          .target = target,
                          .body = body,
                          .content_type = lines ? "application/x-ndjson" : "application/json"},
                         kTimeoutMs);
  if (answer) return *answer;
  return ClientAnswer{0, answer.error().text()};
}

void Tour::show(std::string_view method, const std::string& target, const std::string& body,
                const ClientAnswer& answer, std::string_view from) {
  note("> " + std::string(method) + " " + target);
  if (!body.empty()) note("> " + shortened(body, {}));
  note("< " + std::to_string(answer.status) + " " + shortened(answer.body, from));
}

ClientAnswer Tour::ask(std::string_view method, const std::string& target, const std::string& body,
                       std::string_view from) {
  ClientAnswer answer = ask_quietly(method, target, body);
  show(method, target, body, answer, from);
  return answer;
}

std::string Tour::json() const {
  bool right = true;
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object().key("steps").begin_array();
  for (const TourStep& step : steps_) {
    right = right && step.mistakes.empty();
    out.begin_object().key("title").string(step.title);
    out.key("as_told").boolean(step.mistakes.empty());
    out.key("lines").begin_array();
    for (const std::string& line : step.lines) out.string(line);
    out.end_array().end_object();
  }
  out.end_array().key("as_told").boolean(right).end_object();
  return std::string(buffer.view());
}

index::Result<void> Tour::open(const std::string& policy) {
  policy_ = policy;
  std::string name = (fs::temp_directory_path() / "concord_tour_XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    return fail(Code::io_error, "no scratch folder can be made", name);
  folder_ = name;
  const std::string extracts = folder_ + "/extracts";
  if (auto done =
          run_to_end({"generate", "--customers", "20", "--seed", "1", "--out", extracts}, folder_);
      !done)
    return done;
  return run_to_end({"index", "--sources", extracts + "/sources.toml", "--out", folder_ + "/data"},
                    folder_);
}

namespace {

struct TourAsk {
  bool keep = false;
};

int tour(Program& program, const TourAsk& ask) {
  signal(SIGPIPE, SIG_IGN);
  Tour tour(program);
  if (ask.keep) tour.keep_folder();
  if (auto done = tour.open(policy_folder(program.settings)); !done)
    return report(program, done.error());
  const bool right = tour.run();
  if (program.json)
    std::printf("%s\n", tour.json().c_str());
  else
    std::printf("\n%s\n", right ? "Everything was as told." : "Something was NOT as told.");
  if (ask.keep) std::fprintf(stderr, "concord: kept %s\n", tour.folder().c_str());
  return right ? kExitOk : kExitFailure;
}

}  // namespace

void add_tour(CLI::App& app, Program& program) {
  CLI::App* const command = app.add_subcommand(
      "tour", "one customer, three departments, a real server: the promises, step by step");
  auto ask = std::make_shared<TourAsk>();
  command->add_flag("--keep", ask->keep, "leave the scratch folder and say where it is");
  add_settings(*command, program, {"policy"});
  add_json_flag(*command, program, "print the steps as JSON");
  command->callback(
      [&program, ask] { program.run = [&program, ask] { return tour(program, *ask); }; });
}

}  // namespace concord::server
