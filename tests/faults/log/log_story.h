// Random traffic on a log that lies on a simulated disk, and what must be true of it afterwards:
// every acknowledged event is there in order, a frame under way is there whole or not at all.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "index/log/durable_log.h"
#include "tests/faults/log/sim_disk.h"

namespace concord::test {

/// Options of a log on `disk`: small ballast, no thread of its own unless `mark_sync_ms`.
index::DurableLogOptions options_on(const std::shared_ptr<SimDisk>& disk);

std::vector<index::FramedEvent> frame_of(const std::vector<std::string>& texts);

class LogStory {
 public:
  explicit LogStory(std::uint64_t seed) : random_(seed) {}

  /// Opens the log on `disk`; empty when it is open, writable and all that was promised is in it.
  std::string open(const std::shared_ptr<SimDisk>& disk);
  /// One random thing: mostly an append. False: the log took it not, or not for sure.
  bool step();
  void close() { log_.reset(); }
  [[nodiscard]] std::uint64_t acknowledged() const { return events_.size(); }
  [[nodiscard]] index::DurableLog* log() { return log_.get(); }
  /// What the log holds now against what was promised; empty: all of it.
  std::string check();

 private:
  struct Event {
    std::string text;
    bool redacted = false;
    bool maybe_redacted = false;  // it was under way
  };
  bool append();
  bool keep_rejection();
  bool redact();
  bool trim();
  std::string text();
  std::string check_tail(index::EventSeq tail);
  std::string check_events();
  std::string check_ids();
  std::string check_rejections();

  std::mt19937_64 random_;
  std::unique_ptr<index::DurableLog> log_;
  std::vector<Event> events_;               // acknowledged, from seq 1
  std::vector<std::string> in_flight_;      // a frame nobody was told about
  index::Position generation_;              // nothing is trimmed behind it
  std::vector<index::Position> positions_;  // after each acknowledged frame
  std::vector<std::string> rejections_;     // kept, by id from 1
  std::uint64_t named_ = 0;
};

/// One story: traffic until the power goes at a random call or failpoint, opened and checked,
/// several times over. Empty: nothing was lost.
struct CrashOutcome {
  std::string failure;
  std::uint64_t acknowledged = 0;
  std::uint64_t cuts = 0;
};
CrashOutcome run_crash_story(std::uint64_t seed, bool lying);

}  // namespace concord::test
