// Question: what does an answer cost over HTTP, beside a bare epoll loop that sends as many bytes?
// Load: `concord serve` with one thread over a generated base, keys drawn Zipf(1.0); the servers on
// one core, the client on another. One connection (p50, p99), 32 connections (requests a second),
// then an open loop at half of that. Floor and ours take turns, round by round.
//   http --concord PROGRAM --bases FOLDER --customers N --policy FOLDER --rounds N --out FILE
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/http_client.h"
#include "bench/program.h"
#include "bench/world.h"
#include "index/base/files.h"
#include "server/client.h"

namespace concord::bench {
namespace {

constexpr std::size_t kKeys = 2000;
constexpr std::size_t kChecked = 100;

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

std::string rounds_of(const ProgramOptions& options, const Bases& bases, std::size_t customers,
                      const std::string& floor_program) {
  const World& world = world_of(bases, customers);
  const ServerProcess ours({options.concord, "serve", "--data", world.data(), "--policy",
                            bases.policy, "--as-of", "data", "--threads", "1", "--listen",
                            "127.0.0.1:0", "--requests-per-connection-max", "1000000000"},
                           0);
  const std::string url = "http://127.0.0.1:" + std::to_string(ours.port());
  stay_on_core(1);  // after opening: that takes all there are
  std::string rows;
  for (const bool decision : {false, true}) {
    const Question question = question_of(world, url, decision);
    const ServerProcess floor({floor_program, "0", std::to_string(question.mean_bytes)}, 0);
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
  const ProgramOptions options = take_program_options(argc, argv);
  const Bases bases = take_bases(argc, argv);
  const std::string floor_program =
      (std::filesystem::path(argv[0]).parent_path() / "epoll_floor").string();
  write_rows(options.out, rounds_of(options, bases, bases.customers.back(), floor_program));
  return 0;
}
