// concord serve: answers over HTTP until SIGTERM or SIGINT.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <optional>
#include <thread>

#include "index/upkeep.h"
#include "scoring/fact_rows.h"
#include "server/cmd_intake.h"
#include "server/cmd_program.h"
#include "server/decision_desk.h"
#include "server/listener.h"
#include "server/live_watch.h"
#include "server/routes_embedded.h"
#include "server/source_watch.h"

namespace concord::server {
namespace {

/// What a signal handler uses. The handler may run on any thread, also while the program stops:
/// what it uses is taken back before it goes, and whoever takes it back waits for handlers inside.
template <typename T>
class ForSignals {
 public:
  void set(T& what) { what_ = &what; }
  void take_back() {
    what_ = nullptr;
    while (inside_.load() > 0) std::this_thread::yield();
  }
  template <typename Call>
  void use(const Call& call) {
    inside_.fetch_add(1);
    if (T* const what = what_.load()) call(*what);
    inside_.fetch_sub(1);
  }
  [[nodiscard]] const std::atomic<T*>& what() const { return what_; }

 private:
  std::atomic<T*> what_{nullptr};
  std::atomic<int> inside_{0};
};

ForSignals<Listener> g_listener;
ForSignals<index::Upkeep> g_upkeep;

void on_signal(int) {
  g_listener.use([](Listener& listener) { listener.stop(); });
}

void on_roll_signal(int) {
  g_upkeep.use([](index::Upkeep& upkeep) { upkeep.request_roll(); });
}

void handle_signals() {
  struct sigaction roll {};
  roll.sa_handler = on_roll_signal;
  roll.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &roll, nullptr);
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

ListenerSettings listener_settings(const Settings& settings, const ListenAddress& address) {
  ListenerSettings out;
  out.address = address;
  out.threads = thread_count(settings);
  out.request_ms_max = settings.number("request-ms-max");
  out.answer_ms_max = settings.number("request-ms-max");
  out.idle_ms_max = settings.number("idle-ms-max");
  out.connections_max = static_cast<std::size_t>(settings.number("connections-max"));
  out.requests_per_connection_max =
      static_cast<std::uint32_t>(settings.number("requests-per-connection-max"));
  out.limits.body_bytes_max = static_cast<std::size_t>(settings.number("body-bytes-max"));
  out.bodies_bytes_max = static_cast<std::size_t>(settings.number("bodies-bytes-max"));
  out.streams_max = static_cast<std::size_t>(settings.number("streams-max"));
  return out;
}

index::UpkeepOptions upkeep_options(const Settings& settings) {
  index::UpkeepOptions options;
  options.data_folder = settings.text("data");
  options.roll_events = static_cast<std::uint64_t>(settings.number("roll-events"));
  options.roll_ms = settings.number("roll-ms");
  options.log_keep_events = static_cast<std::uint64_t>(settings.number("log-keep-events"));
  options.roll_at_stop = settings.number("roll-at-stop") != 0;
  options.threads = static_cast<unsigned>(settings.number("roll-threads"));
  options.say = [](const std::string& text) {
    std::fprintf(stderr, "concord: %s\n", text.c_str());
  };
  return options;
}

void watch_upkeep(Metrics& metrics, const index::Engine& engine,
                  const std::atomic<index::Upkeep*>& upkeep) {
  using index::UpkeepState;
  const auto state = [&upkeep] {
    const index::Upkeep* const one = upkeep.load();
    return one == nullptr ? UpkeepState{} : one->state();
  };
  metrics.gauge("concord_generation_seq", "Events up to here are in the newest generation.",
                [&engine] { return static_cast<double>(engine.generation().seq); });
  metrics.gauge("concord_rolls", "Generations written since the start.",
                [state] { return static_cast<double>(state().rolls); });
  metrics.gauge("concord_rolls_failed", "Generations that could not be written.",
                [state] { return static_cast<double>(state().rolls_failed); });
  metrics.gauge("concord_roll_seconds", "How long the last one took.",
                [state] { return static_cast<double>(state().roll_ms) / 1000; });
  metrics.gauge("concord_backups", "Backups written since the start.",
                [state] { return static_cast<double>(state().backups); });
}

/// Gauges of what is served.
void watch_service(Watch& watch, const Service& service) {
  Metrics& metrics = watch.metrics();
  const index::Engine& engine = *service.engine;
  metrics.gauge("concord_data_revision", "The newest published revision.",
                [&engine] { return static_cast<double>(engine.snapshot().revision()); });
  metrics.gauge("concord_customers", "Customers of the generation.",
                [&engine] { return static_cast<double>(engine.generation().customers); });
  metrics.gauge("concord_entries", "Entries of the generation.",
                [&engine] { return static_cast<double>(engine.generation().entries); });
  metrics.gauge("concord_policy_info", "The policy that decides.", [] { return 1.0; },
                {{"version", std::string(service.policy->version())}});
}

/// How often the kept features were right.
void watch_rows(Metrics& metrics, const scoring::FactRows& rows) {
  metrics.collector("concord_feature_rows_total",
                    "Decisions by whether a kept row of features was right.", "counter", [&rows] {
                      const scoring::FactRows::Counts counts = rows.counts();
                      return Metrics::Samples{
                          {{{"row", "right"}}, static_cast<double>(counts.found)},
                          {{{"row", "made"}}, static_cast<double>(counts.missed)}};
                    });
  metrics.gauge("concord_feature_rows_bytes", "Bytes of the kept rows of features.",
                [&rows] { return static_cast<double>(rows.counts().bytes); });
}

/// Gauges of the door; `listener` is null until it is open.
void watch_listener(Metrics& metrics, const std::atomic<Listener*>& listener) {
  const auto gauge = [&](std::string_view name, std::string_view help,
                         std::size_t (Listener::*read)() const) {
    metrics.gauge(name, help, [&listener, read] {
      const Listener* const open = listener.load();
      return open == nullptr ? 0.0 : static_cast<double>((open->*read)());
    });
  };
  gauge("concord_connections", "Open connections.", &Listener::connections);
  gauge("concord_parked_requests", "Requests that wait for their answer.", &Listener::parked);
  gauge("concord_streams", "Open streams.", &Listener::streams);
  gauge("concord_body_bytes", "Bodies on their way in, bytes.", &Listener::body_bytes);
}

void say_ready(const Program& program, const Listener& listener, const Service& service) {
  const index::GenerationInfo& generation = service.engine->generation();
  if (program.json) {
    index::Buffer buffer;
    index::JsonWriter out(buffer);
    out.begin_object();
    out.key("url").string(listener.url());
    out.key("generation").string(generation.name);
    out.key("customers").unsigned_integer(generation.customers);
    out.key("revision").unsigned_integer(service.engine->snapshot().revision());
    out.key("writes").string(word(service.live->write_state().mode));
    out.key("policy_version").string(service.policy->version());
    out.end_object();
    std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
  } else {
    std::printf("concord %.*s serves %llu customers (generation %s) at %s\n",
                static_cast<int>(kProgramVersion.size()), kProgramVersion.data(),
                static_cast<unsigned long long>(generation.customers), generation.name.c_str(),
                listener.url().c_str());
    const index::WriteState writes = service.live->write_state();
    if (writes.mode != index::WriteState::Mode::writable)
      std::printf("concord: reads only: %s\n", writes.because.c_str());
  }
  std::fflush(stdout);
}

/// Old decisions are made again under the policy set of their time: it is kept from now on.
void keep_policy(DecisionDesk& decisions, const index::Live& live) {
  if (live.write_state().mode != index::WriteState::Mode::writable) return;
  if (auto kept = decisions.policies.keep_active(); !kept)
    std::fprintf(stderr, "concord: no decision can be kept: %s\n", kept.error().text().c_str());
}

int serve(Program& program, OpenBase& base, LiveWatch& live_watch, ServeIntake& intake,
          const ListenAddress& address, std::optional<Tokens> tokens) {
  std::unique_ptr<AccessLog> log;
  if (const std::string& path = program.settings.text("access-log"); !path.empty()) {
    auto opened = AccessLog::open(path);
    if (!opened) return report(program, opened.error());
    log = std::move(*opened);
  }
  const Gate gate(std::move(tokens));
  Watch watch(log.get());
  Service service = base.service();
  service.gate = &gate;
  service.watch = &watch;
  RevisionBell bell;
  service.bell = &bell;
  service.skew_ms_max = program.settings.number("skew-ms-max");
  scoring::FactRows rows(static_cast<std::size_t>(program.settings.number("rows-bytes-max")));
  if (program.settings.number("rows-bytes-max") != 0) service.rows = &rows;
  watch_rows(watch.metrics(), rows);
  watch_service(watch, service);
  live_watch.watch(watch.metrics(), *base.live(), bell);
  service.desk = &intake.start(program, *base.live(), watch.metrics());
  DecisionDesk decisions(program.settings.text("data") + "/policies", *service.policy);
  keep_policy(decisions, *base.live());
  decisions.watch(watch.metrics());
  service.decisions = &decisions;
  std::atomic<Listener*> counted{nullptr};
  watch_listener(watch.metrics(), counted);
  watch_upkeep(watch.metrics(), base.engine(), g_upkeep.what());
  if (log)
    watch.metrics().gauge("concord_access_log_lost_lines", "Lines the disk did not take in time.",
                          [&log] { return static_cast<double>(log->lost_lines()); });
  auto listener = Listener::open(listener_settings(program.settings, address),
                                 [&](unsigned, const Waker& waker) {
                                   bell.add(waker);
                                   return std::make_unique<Routes>(service, waker);
                                 });
  if (!listener) {
    intake.stop();
    return report(program, listener.error());
  }
  counted = listener->get();
  g_listener.set(**listener);
  live_watch.begin(watch.metrics());
  base.live()->on_publish([&bell](index::EventSeq) { bell.published(); });
  std::optional<index::Upkeep> upkeep(std::in_place, *base.live(),
                                      upkeep_options(program.settings));
  g_upkeep.set(*upkeep);
  handle_signals();
  std::optional<SourceWatch> sources(std::in_place, *base.live(),
                                     [&service] { return service.base_now(); });
  sources->look();
  sources->start(program.settings.number("source-watch-ms"));
  say_ready(program, **listener, service);
  const auto done = (*listener)->run();
  g_listener.take_back();
  g_upkeep.take_back();
  counted = nullptr;
  listener->reset();
  sources.reset();
  upkeep.reset();
  intake.stop();
  base.close();  // its threads ring the bell and count
  if (!done) return report(program, done.error());
  std::fprintf(stderr, "concord: stopped\n");
  return kExitOk;
}

int run(Program& program) {
  const auto address = parse_listen_address(program.settings.text("listen"));
  if (!address) return report_usage("--listen: " + address.error().text());
  std::optional<Tokens> tokens;
  if (const std::string& path = program.settings.text("token-file"); !path.empty()) {
    auto read = Tokens::read(path);
    if (!read) return report(program, read.error());
    tokens = std::move(*read);
  }
  if (auto exposed = check_exposure(*address, tokens.has_value()); !exposed)
    return report_usage(exposed.error().text());
  ServeIntake intake;
  if (const int code = intake.read(program); code != kExitOk) return code;
  Progress progress;
  LiveWatch live_watch;
  OpenBase base;
  index::LiveOptions options;
  options.on_frame = live_watch.hook();
  options.text_note = [](std::string_view text) {
    std::fprintf(stderr, "concord: %.*s\n", static_cast<int>(text.size()), text.data());
  };
  if (const int code = base.open_live(program, progress, std::move(options)); code != kExitOk)
    return code;
  return serve(program, base, live_watch, intake, *address, std::move(tokens));
}

}  // namespace

void add_serve(CLI::App& app, Program& program) {
  CLI::App* const command = app.add_subcommand("serve", "answer questions over HTTP");
  add_settings(*command, program,
               {"data",
                "listen",
                "policy",
                "as-of",
                "threads",
                "token-file",
                "access-log",
                "connections-max",
                "request-ms-max",
                "idle-ms-max",
                "requests-per-connection-max",
                "body-bytes-max",
                "bodies-bytes-max",
                "streams-max",
                "rows-bytes-max",
                "skew-ms-max",
                "source-watch-ms",
                "queue-events-max",
                "queue-bytes-max",
                "queue-wait-ms-max",
                "mark-file",
                "mark-file-2",
                "ballast-bytes",
                "roll-events",
                "roll-ms",
                "roll-at-stop",
                "roll-threads",
                "log-keep-events",
                "sources",
                "files",
                "intake-threads",
                "intake-wait-ms-max",
                "intake-body-bytes-max",
                "segment-user-type",
                "segment-anonymous-type"});
  add_json_flag(*command, program, "print the ready line as JSON");
  command->callback([&program] { program.run = [&program] { return run(program); }; });
}

}  // namespace concord::server
