// Question: how many events a second become durable and readable, how long does a sender wait for
// the acknowledgement, what do readers feel of it, and what happens at ten times as much?
// Load: `concord serve` over a copy of a generated base; senders post NDJSON on a fixed schedule
// over many connections, a reader asks for context answers beside them. Everything shares the
// machine: what the senders take is missing to the service.
//   intake --concord PROGRAM --bases FOLDER --customers N --policy FOLDER --rounds N --out FILE
//          [--overload-seconds N]
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <unistd.h>

#include "bench/open_loop.h"
#include "bench/posts.h"
#include "bench/program.h"
#include "bench/world.h"
#include "server/client.h"

namespace concord::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kEventsPerSecond = 21'000;  // a little over the budget
constexpr double kReadsPerSecond = 1'000;
constexpr unsigned kSenders = 32;
constexpr unsigned kOverloadSenders = 2048;  // more than the service lets wait
constexpr double kSeconds = 10;
constexpr std::size_t kLargeCustomers = 8;
constexpr std::size_t kCheckedKeys = 20;

// A copy that may be written: files of a generation never change, so they are linked.
std::string copy_of_base(const World& world, const Bases& bases) {
  const fs::path to = fs::path(bases.folder) / "intake";
  fs::remove_all(to);
  ::sync();  // the disk is done with what the round before left
  fs::create_directories(to);
  fs::copy(world.data() + "/generations", to / "generations",
           fs::copy_options::recursive | fs::copy_options::create_hard_links);
  fs::copy(world.data() + "/CURRENT", to / "CURRENT");
  return to.string();
}

// Lines that say accepted; any other outcome of a line is a wrong answer.
std::size_t accepted_in(std::string_view body) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = body.find("\"status\":\"", at)) != std::string_view::npos;
       ++count) {
    at += 10;
    if (!body.substr(at).starts_with("accepted"))
      give_up("an event was not accepted: " + std::string(body));
  }
  return count;
}

struct Sent {
  OpenLoopReport report;
  std::size_t accepted = 0;
};

Sent send(Posts& posts, std::uint16_t port, std::vector<Phase> phases, unsigned connections) {
  posts.next_run();
  Sent sent;
  OpenLoop load;
  load.port = port;
  load.connections = connections;
  load.phases = std::move(phases);
  load.write_request = [&](std::size_t number, std::string& out) { posts.write(number, out); };
  load.on_answer = [&](std::size_t, int status, std::string_view body) {
    if (status == 200) sent.accepted += accepted_in(body);
  };
  auto report = run_open_loop(load);
  if (!report) give_up("senders: " + report.error().text());
  sent.report = std::move(*report);
  return sent;
}

// A reader on a schedule of his own, as long as the senders are at work.
Window read_for(const World& world, std::uint16_t port, double seconds) {
  const auto places = draw_places(Spread::zipf, world.keys().size(), 10'000, 23);
  OpenLoop load;
  load.port = port;
  load.connections = 4;
  load.phases = {{seconds, kReadsPerSecond}};
  load.write_request = [&](std::size_t number, std::string& out) {
    out += "GET /v1/customers/" +
           server::percent_encoded(world.keys()[places[number % places.size()]]) +
           " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  };
  const auto report = run_open_loop(load);
  if (!report) give_up("reader: " + report.error().text());
  return window_of(*report, seconds * 0.2, seconds);
}

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

const Window::Group& answers(const Window& window, int status) {
  static const Window::Group kNone;
  const auto at = window.by_status.find(status);
  return at == window.by_status.end() ? kNone : at->second;
}

// Whose newest entry is one of ours, as a stranger would see it.
void check_readable(const Posts& posts, std::uint16_t port) {
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  for (std::size_t i = 0; i < std::min(kCheckedKeys, posts.keys().size()); ++i) {
    const auto got = server::http_get(
        url, "/v1/customers/" + server::percent_encoded(posts.keys()[i]) + "/timeline?limit=500",
        "", 5000);
    if (!got || got->status != 200) give_up("a timeline cannot be read");
    if (posts.keys().size() <= kCheckedKeys &&
        got->body.find("helpdesk/interaction/bench-") == std::string::npos)
      give_up(posts.keys()[i] + ": an acknowledged event is not in the next answer");
  }
}

// The budget's rate, with a reader beside it; what he feels alone is asked in the same minute.
Row steady(const World& world, Posts& posts, std::uint16_t port) {
  const Window idle = read_for(world, port, kSeconds / 2);
  Window busy;
  std::thread reader([&] { busy = read_for(world, port, kSeconds); });
  const Sent sent = send(posts, port, {{kSeconds, kEventsPerSecond / kEventsAPost}}, kSenders);
  reader.join();
  const Window all = window_of(sent.report, kSeconds * 0.2, kSeconds);
  check_readable(posts, port);
  Row row;
  row["events_per_s"] = all.goodput() * kEventsAPost;
  row["ack_p50_ms"] = ms(answers(all, 200).p50_ns);
  row["ack_p99_ms"] = ms(answers(all, 200).p99_ns);
  row["refused_share"] = 1.0 - static_cast<double>(all.count(200)) /
                                   static_cast<double>(std::max<std::size_t>(all.due, 1));
  row["read_idle_p99_ms"] = ms(answers(idle, 200).p99_ns);
  row["read_busy_p99_ms"] = ms(answers(busy, 200).p99_ns);
  row["read_idle_p50_ms"] = ms(answers(idle, 200).p50_ns);
  row["read_busy_p50_ms"] = ms(answers(busy, 200).p50_ns);
  return row;
}

// What goes through when the senders always have something to send: each waits for its answer. For
// as long as the overload lasts, so that both have their share of new generations.
double capacity(Posts& posts, std::uint16_t port, double seconds) {
  constexpr double kMorePostsThanPossible = 10'000;
  const Sent sent = send(posts, port, {{seconds, kMorePostsThanPossible}}, kSenders);
  std::size_t good = 0;
  const auto by_second = goodput_by_second(sent.report);
  const auto until = std::min(by_second.size(), static_cast<std::size_t>(seconds));
  for (std::size_t i = 1; i < until; ++i) good += by_second[i];
  return static_cast<double>(good) / static_cast<double>(std::max<std::size_t>(until, 2) - 1);
}

Row overload(Posts& posts, const ServerProcess& server, double seconds) {
  const std::uint16_t port = server.port();
  const double posts_per_s = capacity(posts, port, seconds);
  const double before = server.resident_bytes();
  const double calm = 5;
  double highest = before;
  std::atomic<bool> done{false};
  std::thread watch([&] {
    while (!done) {
      highest = std::max(highest, server.resident_bytes());
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  });
  const Sent sent = send(
      posts, port, {{calm, posts_per_s / 2}, {seconds, posts_per_s * 10}, {calm, posts_per_s / 2}},
      kOverloadSenders);
  done = true;
  watch.join();
  check_readable(posts, port);
  const Window over = window_of(sent.report, calm + 1, calm + seconds);
  const Window after = window_of(sent.report, calm + seconds + 1, calm + seconds + calm);
  Row row;
  row["capacity_events_per_s"] = posts_per_s * kEventsAPost;
  row["goodput_share"] = over.goodput() / posts_per_s;
  std::int64_t shed_ns = 0;
  std::size_t shed = 0;
  for (const int status : {429, 503}) {
    shed += over.count(status);
    shed_ns = std::max(shed_ns, answers(over, status).sent_p99_ns);
  }
  row["shed_per_s"] = static_cast<double>(shed) / over.seconds;
  row["shed_p99_ms"] = ms(shed_ns);
  row["not_sent_share"] = static_cast<double>(over.count(kNotSent)) / static_cast<double>(over.due);
  row["broken"] = static_cast<double>(over.count(kBroken) + over.count(kTimedOut));
  row["resident_growth_mb"] = (highest - before) / 1e6;
  row["resident_mb"] = highest / 1e6;
  row["after_refused_share"] = 1.0 - static_cast<double>(after.count(200)) /
                                         static_cast<double>(std::max<std::size_t>(after.due, 1));
  row["after_ack_p99_ms"] = ms(answers(after, 200).p99_ns);
  return row;
}

// Keys of the customers with the most entries.
std::vector<std::string> large_keys(const World& world) {
  const index::ReadPin pin = world.snapshot().pin();
  std::vector<std::pair<std::uint32_t, std::string>> by_entries;
  for (const std::string& key : world.keys())
    by_entries.emplace_back(world.customer(pin, key).record.entry_count(), key);
  const auto end = by_entries.begin() +
                   static_cast<std::ptrdiff_t>(std::min(kLargeCustomers, by_entries.size()));
  std::partial_sort(by_entries.begin(), end, by_entries.end(), std::greater<>());
  std::vector<std::string> keys;
  for (auto at = by_entries.begin(); at != end; ++at) keys.push_back(at->second);
  return keys;
}

double take_overload_seconds(int& argc, char** argv) {
  double seconds = 60;
  int kept = 1;
  for (int i = 1; i < argc; ++i)
    if (i + 1 < argc && std::string_view(argv[i]) == "--overload-seconds")
      seconds = std::atof(argv[++i]);
    else
      argv[kept++] = argv[i];
  argc = kept;
  return seconds;
}

std::string rounds_of(const ProgramOptions& options, const Bases& bases, double seconds) {
  const std::size_t customers = bases.customers.back();
  const World& world = world_of(bases, customers);
  const std::string size = "/" + std::to_string(customers);
  Posts spread("spread", world.keys(), world.as_of());
  Posts large("large", large_keys(world), world.as_of());
  std::string rows;
  for (int round = 0; round < options.rounds; ++round) {
    const ServerProcess server({options.concord, "serve", "--data", copy_of_base(world, bases),
                                "--policy", bases.policy, "--as-of", "data", "--listen",
                                "127.0.0.1:0", "--requests-per-connection-max", "1000000000"});
    append_row(rows, "intake/spread" + size, round, steady(world, spread, server.port()));
    append_row(rows, "intake/large" + size, round, steady(world, large, server.port()));
    if (seconds > 0 && round == 0)
      append_row(rows, "intake/overload" + size, round, overload(spread, server, seconds));
  }
  return rows;
}

}  // namespace
}  // namespace concord::bench

int main(int argc, char** argv) {
  using namespace concord::bench;
  const double seconds = take_overload_seconds(argc, argv);
  const ProgramOptions options = take_program_options(argc, argv);
  const Bases bases = take_bases(argc, argv);
  write_rows(options.out, rounds_of(options, bases, seconds));
  return 0;
}
