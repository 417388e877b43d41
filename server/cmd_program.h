// What the subcommands of `concord` share: exit codes, messages, progress.
// Thread class: one-owner; Progress::step is any-thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "index/base/result.h"
#include "index/engine.h"
#include "index/live.h"
#include "server/routes.h"
#include "server/settings.h"

namespace CLI {
class App;
}

namespace concord::server {

/// Documented in docs/operations.md and in every --help.
enum Exit : int {
  kExitOk = 0,
  kExitFailure = 1,  // the world: not found, damaged, refused, unreachable
  kExitUsage = 2,    // the command line, a setting
  kExitPartial = 3,  // done, but some rows were rejected
};

/// One run of the program. A subcommand fills `run` when it was chosen.
struct Program {
  Settings settings;
  std::string config_file;
  bool json = false;
  std::function<int()> run;
};

/// Adds flags for rows of the settings table to a subcommand.
void add_settings(CLI::App& command, Program& program, std::initializer_list<const char*> names);
void add_json_flag(CLI::App& command, Program& program, const char* what);

/// Says it on standard error: "concord: place: detail", or a JSON object with --json. Returns the
/// exit code that fits.
int report(const Program& program, const index::Error& error);
int report_usage(const std::string& detail);

/// Progress on standard error: a bar on a terminal, a line per 10 % otherwise, nothing below
/// a second's work.
class Progress {
 public:
  Progress();
  ~Progress();
  void step(std::string_view name, std::uint64_t done, std::uint64_t total);
  /// Clears the bar, so that other words can be written.
  void finish();

 private:
  void draw(std::uint64_t percent, std::uint64_t done, std::uint64_t total);
  std::mutex lock_;
  std::string name_;
  std::uint64_t percent_ = UINT64_MAX;
  std::int64_t begun_ms_ = 0;
  bool terminal_ = false;
  bool drawn_ = false;
};

/// The policy folder a command uses: the setting, or the default set where it stands.
std::string policy_folder(const Settings& settings);
/// The setting `threads`, 0 resolved.
unsigned thread_count(const Settings& settings);

/// An opened base with its policy: what serve, decide-all and questions with --data work on.
class OpenBase {
 public:
  /// By the settings data, policy and as-of: the generation and, when there is a log, what came
  /// after it; a folder with a log is then held alone. Returns an exit code; what went wrong or
  /// was found is said.
  int open(const Program& program, Progress& progress);
  /// The same, with a log in any case, and open for writing when that is safe.
  int open_live(const Program& program, Progress& progress, index::LiveOptions options);
  [[nodiscard]] const index::Engine& engine() const { return live_ ? live_->engine() : *engine_; }
  /// Stops a live base: what was taken is written and answered.
  void close() { live_.reset(); }
  /// Null: a generation without a log.
  [[nodiscard]] index::Live* live() const { return live_.get(); }
  /// Without gate and watch.
  [[nodiscard]] Service service() const;

 private:
  int open_policy(const Program& program);
  std::unique_ptr<index::Engine> engine_;  // null: `live_` has it
  std::unique_ptr<index::Live> live_;
  std::shared_ptr<const scoring::Policy> policy_;
  BaseClock clock_;
};

void add_generate(CLI::App& app, Program& program);
void add_index(CLI::App& app, Program& program);
void add_serve(CLI::App& app, Program& program);
void add_questions(CLI::App& app, Program& program);
void add_decide_all(CLI::App& app, Program& program);
void add_replay(CLI::App& app, Program& program);
void add_verify(CLI::App& app, Program& program);
void add_backup(CLI::App& app, Program& program);
void add_policy(CLI::App& app, Program& program);
void add_tour(CLI::App& app, Program& program);
void add_config(CLI::App& app, Program& program);

}  // namespace concord::server
