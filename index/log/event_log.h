// The log behind one narrow interface, so that its carrier can change without a change above it
// (design section 6). seq counts events; a frame is a run of events committed together; a position
// names the last event of a frame and the chain up to it.
// Thread class: one-owner per partition for `append`; any-thread for the rest, as each carrier
// says.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// An event on its way into the log.
struct FramedEvent {
  std::string bytes;  // encode_event's
  Hash128 id_key;     // event_id_key(source, id)
  Hash128 content;    // content_hash: tells a repetition from an id used twice
  /// Kept for good under this key, too: trim leaves it alone.
  std::optional<Hash128> keep_as = {};
};

struct LoggedEvent {
  EventSeq seq = 0;
  std::string bytes;  // as appended; empty once redacted
  Hash128 id_key;
  Hash128 content;       // zero once redacted: it would tell what the payload was
  Hash128 salt;          // random, part of the payload; zero once redacted
  Hash128 payload_hash;  // payload_hash_of(salt, bytes) as appended; stays when they are redacted
};

/// The event that has an id. seq 0: none has it.
struct KnownId {
  EventSeq seq = 0;
  Hash128 content;  // zero: that event is redacted, nobody can tell any more what it said
  bool operator==(const KnownId&) const = default;
};

/// An event that was appended with `keep_as`.
struct KeptEvent {
  EventSeq seq = 0;
  std::string bytes;  // as appended
  Hash128 keep_as;
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  /// Appends `frame` (encoded events, in order, at most kFrameBytesMax unless it is one event) when
  /// the log ends at `expected_last` and `epoch` is not older than the newest seen. Requires: no
  /// id_key and no keep_as in it is known or stands in it twice. Errors: over_limit, io_error
  /// (nothing of the frame is in, and nothing more is accepted).
  virtual Result<AppendResult> append(std::uint32_t partition, const Position& expected_last,
                                      std::uint64_t epoch, std::span<const FramedEvent> frame) = 0;
  /// For each key the event that has it; trimmed and redacted ones are still known.
  virtual Result<std::vector<KnownId>> known_ids(std::uint32_t partition,
                                                 std::span<const Hash128> id_keys) = 0;
  virtual Result<Position> tail(std::uint32_t partition) = 0;
  /// Events after `after`, at most about `bytes_max`. Errors: cursor_stale below the trim point,
  /// damaged when the chain does not hold.
  virtual Result<std::vector<LoggedEvent>> read(std::uint32_t partition, EventSeq after,
                                                std::size_t bytes_max) = 0;
  /// Waits until the log is longer than `after` or `timeout_ms` has passed; returns the tail.
  virtual Result<Position> wait(std::uint32_t partition, EventSeq after,
                                std::int64_t timeout_ms) = 0;
  /// The event kept under that key; empty: none is, or it was redacted. Errors: damaged, io_error.
  virtual Result<std::optional<KeptEvent>> kept(Hash128 keep_as) = 0;
  /// Kept events after `after`, in the order of seq, at most about `bytes_max`; empty: no more.
  virtual Result<std::vector<KeptEvent>> read_kept(EventSeq after, std::size_t bytes_max) = 0;
  /// Forgets events up to and including `up_to`, but for what is kept; later positions do not
  /// change.
  virtual Result<void> trim(std::uint32_t partition, EventSeq up_to) = 0;
  /// Replaces one event's payload by nothing, and takes away what is kept of it; the chain still
  /// verifies. Trimmed events that are kept can be redacted, too.
  virtual Result<void> redact(std::uint32_t partition, EventSeq seq) = 0;
};

/// The chain after one more event (design section 6): over (chain, seq, hash of the payload), so
/// that a redacted payload leaves a log that still verifies.
Hash128 chain_next(Hash128 chain, EventSeq seq, Hash128 payload_hash);

/// The hash that stands for a payload in the chain. The salt goes with the payload, so that who
/// knows what might have been said cannot find it out from the hash that stays.
Hash128 payload_hash_of(Hash128 salt, std::string_view bytes);

/// The name of an event for the log: its client's id, unique in its source.
Hash128 event_id_key(std::string_view source, std::string_view id);

/// Carrier in memory, one partition (0), not durable: for tests and for feeding an engine in one
/// process. Thread class: any-thread.
std::unique_ptr<EventLog> make_memory_log();

}  // namespace concord::index
