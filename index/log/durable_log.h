// The durable carrier of the log, on RocksDB: what append has called done survives a power cut, and
// what is no longer as it was written is found when the log is opened and is never read as good.
// Thread class: append one-owner; everything else any-thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/log/event_log.h"
#include "index/log/rejections.h"

namespace concord::index {

struct LogFiles;  // log_files.h

struct DurableLogOptions {
  std::string folder;       // DATA/log
  std::string mark_file;    // high-water mark, two copies; may lie on another device.
  std::string mark_file_2;  // empty: DATA/mark/A and B beside `folder`
  std::uint64_t ballast_bytes = 64ULL << 20;  // DATA/log/BALLAST, freed when the disk is full
  Position base;          // where a log that is new begins: a generation's seq and chain
  bool may_begin = true;  // false: `base` holds events that came by a log, so there must be one
  Position verify_from;   // the newest generation's: opening checks every event after it, and that
                          // the log has this chain there. Default: `base`
  std::int64_t mark_sync_ms = 1000;  // the mark is fsynced this long after a commit; 0: with each
  RejectionLimits rejections;
  std::shared_ptr<LogFiles> files;  // null: the real file system
};

enum class Finding : std::uint8_t {
  new_log,         // there was none; begun at `base`
  torn_tail,       // the last write was cut short, never acknowledged; cut off, a copy kept
  mark_missing,    // no mark: nobody can tell whether the end of the log is there
  mark_damaged,    // one of the two copies; written again
  disk_full,       // opened for reading only
  tail_missing,    // the mark, or the generation, knows events that the log has not
  gap,             // events in the middle are not there
  damaged_event,   // an event's bytes are not what was written
  chain_broken,    // an event does not follow from the one before it
  ids_damaged,     // the index of ids disagrees with the events
  kept_damaged,    // what is kept of an event for good is not the event
  head_mismatch,   // the head names another last event than the log has
  other_history,   // the generation was not built from this log
  log_unreadable,  // RocksDB refuses its own files
};
std::string_view name_of(Finding finding);
/// Does this finding alone leave the log writable?
bool leaves_writable(Finding finding);

struct FindingRow {
  Finding what = Finding::new_log;
  EventSeq seq = 0;   // the event it is about; 0: none
  std::string place;  // file, or file and byte
  std::string text;   // for an operator: what it means and what to do
};

/// Called now and then with what is done of what there is to do.
using LogProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct LogFigures {
  EventSeq first = 0;  // oldest event kept; 0: none
  EventSeq last = 0;
  EventSeq mark = 0;             // on disk in the high-water mark, synced
  std::uint64_t disk_bytes = 0;  // of the log's folder, with the ballast
  std::uint64_t commits = 0;     // since it was opened
};

class DurableLog : public EventLog {
 public:
  enum class Health : std::uint8_t {
    writable,
    disk_full,     // make room, then restart
    write_failed,  // a write or sync failed: restart, which verifies
    read_only,     // opened so, because of what was found
  };
  virtual Health health() = 0;
  /// Plain words for an operator, with the operating system's; empty while writable.
  virtual std::string why() = 0;
  virtual RejectionStore& rejections() = 0;
  /// A copy in `to_folder` (which must not exist, same device), complete up to the position
  /// returned and perhaps some events more; appending goes on meanwhile. Errors: io_error.
  virtual Result<Position> checkpoint(const std::string& to_folder) = 0;
  /// After redact: no file of the log holds the bytes any more, torn tails kept aside included.
  virtual Result<void> purge() = 0;
  /// Every event, the chain, the ids, the head, the marks, every block of every table. Nothing
  /// found: empty.
  virtual std::vector<FindingRow> deep_verify(const LogProgress& progress) = 0;
  virtual LogFigures figures() = 0;
};

struct OpenedLog {
  std::unique_ptr<DurableLog> log;  // null: not even readable
  std::vector<FindingRow> findings;
  bool writable = false;
  EventSeq verified_to = 0;  // events up to here are good; read no further
};

/// Opens or begins a log, verifies it, decides. Changes nothing on disk unless the log is found
/// good. Damage is a finding, not an error. Errors: bad_input (no folder), io_error (the folder
/// cannot be made or looked at).
Result<OpenedLog> open_durable_log(const DurableLogOptions& options);

/// The copies of the high-water mark, made new: for a log that was restored from a backup.
Result<void> write_marks(const DurableLogOptions& options, const Position& position);

}  // namespace concord::index
