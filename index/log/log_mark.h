// The high-water mark: how far the log has been acknowledged, kept outside of it in two copies, so
// that a log that lost its end is told from one that never had more.
// Thread class: any-thread.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "index/base/result.h"
#include "index/log/log_files.h"
#include "index/log/log_record.h"

namespace concord::index {

struct MarkPaths {
  std::string first, second;
};

struct MarksFound {
  std::optional<Head> mark;          // the higher of what could be read
  std::vector<std::string> damaged;  // paths of copies that are there but do not verify
  std::vector<std::string> missing;  // paths of copies that are not there
};
/// Errors: unsupported, io_error (a copy is there and cannot be read).
Result<MarksFound> read_marks(const LogFiles& files, const MarkPaths& paths);
/// Both copies anew, durable when it returns.
Result<void> create_marks(const LogFiles& files, const MarkPaths& paths, const Head& mark);

/// Writes the mark after each commit and syncs it a while later, on a thread of its own, so that a
/// slow second device holds up no commit. A lagging mark only sees less; it never accuses a log
/// that is whole.
class MarkWriter {
 public:
  /// `sync_ms` 0: every write is synced before it returns, and there is no thread.
  static Result<std::unique_ptr<MarkWriter>> open(const LogFiles& files, const MarkPaths& paths,
                                                  const Head& now, std::int64_t sync_ms);
  ~MarkWriter();  // syncs
  MarkWriter(const MarkWriter&) = delete;
  MarkWriter& operator=(const MarkWriter&) = delete;

  /// Errors: io_error, also one that an earlier sync met; then nothing is written any more.
  Result<void> write(const Head& mark);
  Result<void> sync();
  EventSeq synced_seq();
  [[nodiscard]] Result<void> state();

 private:
  MarkWriter() = default;
  void run(std::int64_t sync_ms);
  Result<void> sync_copies();

  std::mutex mutex_;  // guards what follows
  std::optional<Error> failed_;
  EventSeq written_ = 0, synced_ = 0;
  std::uint64_t written_changes_ = 0, synced_changes_ = 0;
  bool closing_ = false;
  std::condition_variable wakes_;
  std::mutex syncing_;  // one sync at a time; taken before `mutex_`
  std::unique_ptr<InPlaceFile> copies_[2];
  std::thread thread_;
};

}  // namespace concord::index
