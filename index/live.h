// The live base: events go in, are written to the log, folded into the records, published and only
// then acknowledged with their revision. Two threads: the writer (repeats told from news, frames,
// append and sync) and the applier (fold, one publish a frame, outcomes).
// Thread class: any-thread, but for open(), on_publish() and the destructor (one-owner).
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/engine.h"
#include "index/incoming.h"
#include "index/log/event_log.h"

namespace concord::index {

class DurableLog;
class RejectionStore;
struct LogFiles;

struct EventOutcome {
  enum class Status : std::uint8_t {
    accepted,   // durable and readable from `revision` on
    duplicate,  // the same event is in already, as `revision`
    rejected,   // `error` says why; nothing was written
    stale,      // durable as `revision`, but void: its customer had changed (`unless_changed`)
    unknown,    // a write failed: it may be in or not; repeat it with the same id
  } status = Status::unknown;
  EventSeq revision = 0;
  EventSeq stood_at = 0;  // stale: the revision its customer stood at
  Error error;
};

/// Events handed in together. Their order is kept; frames may divide them.
struct Submission {
  std::vector<Incoming> events;  // taken over by Live: not to be read after submit()
  /// Called on Live's thread once all outcomes are there and readable. Must be quick, must not
  /// wait.
  std::function<void()> on_done;
  std::vector<EventOutcome> outcomes;  // one for each event, in order; valid when finished
  std::atomic<bool> finished{false};
};

enum class Taken : std::uint8_t { taken, overloaded, read_only, disk_full };

struct WriteState {
  enum class Mode : std::uint8_t { writable, disk_full, read_only } mode = Mode::writable;
  std::string because;  // plain words for an operator; empty when writable
};

std::string_view word(WriteState::Mode mode);

/// One thing that opening found, in plain words: what it means and what to do.
struct OpenFinding {
  std::string what;  // a stable word: torn_tail, mark_missing, older_generation, …
  EventSeq seq = 0;
  std::string place;
  std::string text;
};

struct OpenReport {
  EventSeq replayed = 0;     // events of the log applied on top of the generation
  EventSeq verified_to = 0;  // everything up to here is as it was acknowledged
  bool stale = false;        // acknowledged events after `verified_to` are missing from answers
  std::vector<OpenFinding> findings;
};

/// What one frame cost; `events` were written, of the others only the outcome was told.
struct FrameCost {
  std::size_t events = 0;
  std::size_t bytes = 0;
  std::int64_t commit_ns = 0;  // append and sync
  std::int64_t apply_ns = 0;   // fold and publish
};

struct LiveOptions {
  unsigned threads = 0;  // for opening; 0: all
  std::size_t queue_bytes_max = 64UL << 20;
  std::size_t queue_events_max = 100'000;
  /// Nothing more is taken while the first in line has waited longer: who is refused at once can
  /// come back, who waits without end cannot. 0: no bound.
  std::int64_t queue_wait_ms_max = 0;
  std::uint64_t ballast_bytes = 64ULL << 20;  // freed when the disk is full
  std::string mark_file;                      // high-water mark outside the log; empty: DATA/mark/A
  std::string mark_file_2;  // its copy, best on another device; empty: DATA/mark/B
  /// Called after each frame on Live's thread, for metrics.
  std::function<void(const FrameCost&)> on_frame;
  std::shared_ptr<LogFiles> log_files;  // null: the real file system
  /// What an operator should know of the live text index (DATA/text-live), in plain words.
  std::function<void(std::string_view)> text_note;
  /// Did the last write fail for want of room? Set by open(); over() may bring its own.
  std::function<bool()> disk_full;
  /// Events that never were in this log but are in the base (rows of a batch index), by id key.
  std::function<std::optional<KnownId>(Hash128 id_key)> known_before;
};

struct SourceCounts {
  std::string source;
  std::uint64_t accepted = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t rejected = 0;
  std::uint64_t stale = 0;
  std::uint64_t clamped = 0;  // times beyond the skew tolerance
};

/// Plain numbers for metrics, each right by itself.
struct LiveCounts {
  std::uint64_t queue_events = 0;  // taken, not answered yet
  std::uint64_t queue_bytes = 0;
  std::uint64_t frames = 0;
  std::uint64_t events = 0;   // written
  std::uint64_t unknown = 0;  // events whose write failed
  EventSeq log_seq = 0;       // newest durable event
  EventSeq published = 0;
  std::uint64_t retired_versions = 0;  // replaced, waiting for a reader to let go
};

/// Has the folder a log of live events? Then it is opened by Live, not by Engine alone.
bool has_log(const std::string& data_folder);
/// Before a batch index replaces the generation: removes a log that never held an event. Requires:
/// the caller holds the DataLock. Errors: conflict (there are live events, or nobody can tell).
Result<void> remove_unused_log(const std::string& data_folder);

class Live {
 public:
  /// Takes the folder's lock for as long as it lives, loads the generation (the older one when the
  /// current does not verify), verifies the log and applies what came after the generation. What
  /// it found and decided is in report(): a base that cannot be written is open all the same, and
  /// write_state() says why. Errors: conflict (another process holds the folder), not_found,
  /// damaged (nothing verifies), io_error.
  static Result<std::unique_ptr<Live>> open(const std::string& data_folder, LiveOptions options,
                                            const Progress& progress = {});
  /// The same over a given engine and log, which stand at the same seq: for tests, and for a base
  /// in memory.
  static std::unique_ptr<Live> over(std::unique_ptr<Engine> engine, std::unique_ptr<EventLog> log,
                                    LiveOptions options);
  /// Answers everything that was taken, then stops.
  ~Live();

  [[nodiscard]] Engine& engine();
  [[nodiscard]] const Engine& engine() const;
  /// The events that have these ids, as far as they are readable: duplicate or stale; status
  /// unknown: none has it yet (what is on its way counts as that). Looks into the log. Errors:
  /// io_error, damaged.
  Result<std::vector<EventOutcome>> known(std::span<const Hash128> id_keys);
  /// Never waits. Not taken: nothing of it will be written.
  Taken submit(std::shared_ptr<Submission> submission);
  /// Is there room for about `bytes` more? For refusing before anything is read or parsed.
  [[nodiscard]] Taken would_take(std::size_t bytes) const;
  /// Before the first submit: `listener` is called after each publish on Live's thread, with the
  /// published revision. Must be quick.
  void on_publish(std::function<void(EventSeq)> listener);

  /// Calls `call` once on Live's thread, between two frames: nothing is half applied then, and the
  /// position is that of the published revision (an older one only when an event of the log could
  /// not be applied). Must be quick. Waits while frames wait; false: it will not be called, for the
  /// base was opened for reading only.
  bool between_frames(std::function<void(const Position&)> call);
  /// The log behind it, for reading and trimming; null when it cannot be read.
  [[nodiscard]] EventLog* log();
  [[nodiscard]] DurableLog* durable_log();

  [[nodiscard]] const OpenReport& report() const;
  [[nodiscard]] WriteState write_state() const;
  [[nodiscard]] LiveCounts counts() const;
  [[nodiscard]] std::vector<SourceCounts> source_counts() const;  // by name
  /// Refused input that is kept; null when there is no durable log.
  [[nodiscard]] RejectionStore* rejections();

 private:
  struct Impl;
  explicit Live(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace concord::index
