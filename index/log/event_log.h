// The log behind one narrow interface, so that its carrier can change without a change above it
// (design section 6). seq counts events; a frame is a run of events committed together; a position
// names the last event of a frame and the chain up to it.
// Thread class: one-owner per partition for `append`; any-thread for the rest, as each carrier
// says.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"

namespace concord::index {

struct Position {
  std::uint32_t partition = 0;
  EventSeq seq = 0;  // last event at or before this position
  Hash128 chain;     // BLAKE2b-128 over (previous chain, seq, payload hash), event by event
  bool operator==(const Position&) const = default;
};

inline constexpr std::size_t kFrameBytesMax = 64 * 1024;

enum class Append : std::uint8_t {
  done,     // durable; `position` is its end
  behind,   // the log has moved on: `position` is the tail to read up to
  unknown,  // it may or may not be in: read the tail and compare before anything else
};
struct AppendResult {
  Append outcome = Append::unknown;
  Position position;
};

struct LoggedEvent {
  EventSeq seq = 0;
  std::string bytes;     // as appended; empty once redacted
  Hash128 payload_hash;  // blake2b_128 of the bytes as appended; stays when they are redacted
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  /// Appends `frame` (encoded events, in order, at most kFrameBytesMax unless it is one event) when
  /// the log ends at `expected_last` and `epoch` is not older than the newest seen. Errors:
  /// over_limit, io_error (then nothing more is accepted).
  virtual Result<AppendResult> append(std::uint32_t partition, const Position& expected_last,
                                      std::uint64_t epoch, std::span<const std::string> frame) = 0;
  virtual Result<Position> tail(std::uint32_t partition) = 0;
  /// Events after `after`, at most about `bytes_max`. Errors: cursor_stale below the trim point,
  /// damaged when the chain does not hold.
  virtual Result<std::vector<LoggedEvent>> read(std::uint32_t partition, EventSeq after,
                                                std::size_t bytes_max) = 0;
  /// Waits until the log is longer than `after` or `timeout_ms` has passed; returns the tail.
  virtual Result<Position> wait(std::uint32_t partition, EventSeq after,
                                std::int64_t timeout_ms) = 0;
  /// Forgets events up to and including `up_to`; later positions do not change.
  virtual Result<void> trim(std::uint32_t partition, EventSeq up_to) = 0;
  /// Replaces one event's payload by nothing; the chain still verifies.
  virtual Result<void> redact(std::uint32_t partition, EventSeq seq) = 0;
};

/// The chain after one more event (design section 6): over (chain, seq, hash of the payload), so
/// that a redacted payload leaves a log that still verifies.
Hash128 chain_next(Hash128 chain, EventSeq seq, Hash128 payload_hash);

/// Carrier in memory, one partition (0), not durable: for tests and for feeding an engine in one
/// process. Thread class: any-thread.
std::unique_ptr<EventLog> make_memory_log();

}  // namespace concord::index
