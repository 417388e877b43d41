#include "server/cmd_program.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "index/base/buffer.h"
#include "index/base/json_writer.h"
#include "index/base/parallel.h"

namespace concord::server {
namespace {

constexpr std::int64_t kQuietMs = 1'000;  // shorter work shows no progress
constexpr std::size_t kBarColumns = 30;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void add_settings(CLI::App& command, Program& program, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const SettingRow& row = setting_row(name);
    std::string help(row.help);
    if (!row.fallback.empty()) help += " [" + std::string(row.fallback) + "]";
    help += " (" + environment_name(row.name) + ")";
    command.add_option_function<std::string>(
        "--" + std::string(name),
        [&program, name](const std::string& value) {
          if (auto done = program.settings.set_flag(name, value); !done)
            throw CLI::ValidationError(done.error().text());
        },
        help);
  }
  command.add_option("--config", program.config_file, "settings file, TOML (CONCORD_CONFIG)");
}

void add_json_flag(CLI::App& command, Program& program, const char* what) {
  command.add_flag("--json", program.json, what);
}

int report(const Program& program, const index::Error& error) {
  if (program.json) {
    index::Buffer buffer;
    index::JsonWriter out(buffer);
    out.begin_object().key("error").begin_object();
    out.key("code").string(name_of(error.code));
    if (!error.place.empty()) out.key("place").string(error.place);
    out.key("detail").string(error.detail);
    out.end_object().end_object();
    std::fprintf(stderr, "%.*s\n", static_cast<int>(buffer.size()), buffer.data());
  } else {
    std::fprintf(stderr, "concord: %s\n", error.text().c_str());
  }
  return kExitFailure;
}

int report_usage(const std::string& detail) {
  std::fprintf(stderr, "concord: %s\n", detail.c_str());
  return kExitUsage;
}

Progress::Progress() : begun_ms_(steady_ms()), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { finish(); }

void Progress::finish() {
  const std::lock_guard guard(lock_);
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

void Progress::step(std::string_view name, std::uint64_t done, std::uint64_t total) {
  const std::lock_guard guard(lock_);
  if (name != name_) {
    name_ = name;
    percent_ = UINT64_MAX;
  }
  if (steady_ms() - begun_ms_ < kQuietMs) return;
  const std::uint64_t percent = total == 0 ? 0 : done * 100 / total;
  const std::uint64_t shown = terminal_ ? percent : percent / 10 * 10;
  if (shown == percent_) return;
  percent_ = shown;
  draw(shown, done, total);
}

void Progress::draw(std::uint64_t percent, std::uint64_t done, std::uint64_t total) {
  if (!terminal_) {
    std::fprintf(stderr, "%s: %llu %% (%llu of %llu)\n", name_.c_str(),
                 static_cast<unsigned long long>(percent), static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(total));
    return;
  }
  const std::size_t full = std::min<std::uint64_t>(percent, 100) * kBarColumns / 100;
  const std::string bar = std::string(full, '#') + std::string(kBarColumns - full, '.');
  std::fprintf(stderr, "\r\x1b[K%-12s [%s] %3llu %%", name_.c_str(), bar.c_str(),
               static_cast<unsigned long long>(percent));
  drawn_ = true;
}

int OpenBase::open_policy(const Program& program) {
  const auto clock = parse_base_clock(program.settings.text("as-of"));
  if (!clock) return report_usage("--as-of: " + clock.error().text());
  clock_ = *clock;
  auto policy = scoring::load_policy(policy_folder(program.settings));
  if (!policy) return report(program, policy.error());
  policy_ = *policy;
  return kExitOk;
}

int OpenBase::open(const Program& program, Progress& progress) {
  if (index::has_log(program.settings.text("data"))) return open_live(program, progress, {});
  if (const int code = open_policy(program); code != kExitOk) return code;
  auto engine = index::Engine::open(program.settings.text("data"), thread_count(program.settings),
                                    [&](std::string_view step, std::uint64_t done,
                                        std::uint64_t total) { progress.step(step, done, total); });
  progress.finish();
  if (!engine) return report(program, engine.error());
  engine_ = std::move(*engine);
  return kExitOk;
}

int OpenBase::open_live(const Program& program, Progress& progress, index::LiveOptions options) {
  if (const int code = open_policy(program); code != kExitOk) return code;
  const Settings& settings = program.settings;
  options.threads = thread_count(settings);
  options.queue_events_max = static_cast<std::size_t>(settings.number("queue-events-max"));
  options.queue_wait_ms_max = settings.number("queue-wait-ms-max");
  options.queue_bytes_max = static_cast<std::size_t>(settings.number("queue-bytes-max"));
  options.ballast_bytes = static_cast<std::uint64_t>(settings.number("ballast-bytes"));
  options.mark_file = settings.text("mark-file");
  options.mark_file_2 = settings.text("mark-file-2");
  auto live = index::Live::open(settings.text("data"), std::move(options),
                                [&](std::string_view step, std::uint64_t done,
                                    std::uint64_t total) { progress.step(step, done, total); });
  progress.finish();
  if (!live) return report(program, live.error());
  live_ = std::move(*live);
  for (const index::OpenFinding& one : live_->report().findings)
    std::fprintf(stderr, "concord: %s: %s%s%s\n", one.what.c_str(), one.place.c_str(),
                 one.place.empty() ? "" : ": ", one.text.c_str());
  return kExitOk;
}

Service OpenBase::service() const {
  Service service;
  service.engine = &engine();
  service.live = live_.get();
  service.policy = policy_.get();
  service.clock = clock_;
  return service;
}

std::string policy_folder(const Settings& settings) {
  if (!settings.text("policy").empty()) return settings.text("policy");
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  const auto installed = program.parent_path() / "share/concord/policies/default";
  if (std::filesystem::exists(installed, ignored)) return installed.string();
  return CONCORD_DEFAULT_POLICY;
}

unsigned thread_count(const Settings& settings) {
  const auto threads = static_cast<unsigned>(settings.number("threads"));
  return threads == 0 ? index::hardware_threads() : threads;
}

}  // namespace concord::server
