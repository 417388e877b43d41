// What a live base needs done beside answering: new generations now and then, the log trimmed,
// backups. One thread of low priority; reads and writes go on.
// Thread class: any-thread, but for the constructor and destructor (one-owner).
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "index/backup.h"
#include "index/live.h"
#include "index/roll.h"

namespace concord::index {

struct UpkeepOptions {
  std::string data_folder;
  std::uint64_t roll_events = 1'000'000;       // a new generation after so many; 0: never
  std::int64_t roll_ms = 24 * 3'600'000LL;     // or so long after the last, if anything changed
  std::uint64_t log_keep_events = 10'000'000;  // newest events that stay in the log; 0: all
  bool roll_at_stop = false;
  unsigned threads = 1;                         // for the text index and checksums
  std::function<void(const std::string&)> say;  // a line for the operator
  std::function<void(const RollReport&)> on_rolled;
};

/// Plain numbers for metrics and readyz.
struct UpkeepState {
  std::uint64_t rolls = 0;
  std::uint64_t rolls_failed = 0;
  std::int64_t roll_ms = 0;    // how long the last one took
  std::int64_t pinned_ms = 0;  // how long it kept replaced versions
  std::string roll_error;      // of the last one; empty: it went well
  std::uint64_t backups = 0;
};

class Upkeep {
 public:
  /// `live` outlives this object.
  Upkeep(Live& live, UpkeepOptions options);
  /// Finishes what is under way; rolls once more when told to.
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// Soon, on the thread of its own. May be called by a signal handler.
  void request_roll() { roll_wanted_.store(true, std::memory_order_relaxed); }
  /// Now. Nothing when the generation has every published event already. Errors: conflict (the base
  /// is not writable), io_error, damaged: nothing has changed then.
  Result<std::optional<RollReport>> roll();
  /// See write_backup. Errors: conflict too when the base has no log that verifies.
  Result<BackupReport> backup(const std::string& out);
  [[nodiscard]] UpkeepState state() const;

 private:
  void run();
  [[nodiscard]] bool is_due() const;
  Result<RollPoint> point();
  Result<std::optional<RollReport>> roll_once();
  void trim_log();
  void answer_requests();
  void say(const std::string& text) const;

  Live& live_;
  const UpkeepOptions options_;
  const std::string text_generation_;  // its files stay in use for as long as this process lives
  std::atomic<bool> roll_wanted_{false};
  std::atomic<std::int64_t> rolled_at_ms_;
  std::mutex work_;  // one roll or backup at a time
  mutable std::mutex mutex_;
  std::condition_variable stopped_changed_;
  bool stopped_ = false;
  UpkeepState state_;
  std::thread thread_;
};

}  // namespace concord::index
