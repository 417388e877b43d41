// A backup: the current generation and the log after it, complete at one seq, and the kept policy
// sets, as a folder that can be verified by itself. It looks like a data folder, with a MANIFEST of
// every file at its top; that manifest makes it a backup, which is restored and not served.
// Thread class: any-thread (functions); one backup of a data folder at a time.
#pragma once
#include <functional>
#include <string>

#include "index/base/result.h"
#include "index/log/durable_log.h"
#include "index/snapshot/manifest.h"

namespace concord::index {

struct BackupReport {
  std::string generation;
  EventSeq seq = 0;  // every event up to here is in it, none after
  Hash128 chain;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

struct BackupOptions {
  unsigned threads = 0;
  Progress progress;  // may be empty
};

/// What of a data folder goes into a backup. `log`: null when the folder has none.
struct BackupSource {
  std::string data_folder;
  std::string generation;
  DurableLog* log = nullptr;
};

/// Copies, verifies what was copied, and only then gives it the name `out`: never half. Writing may
/// go on meanwhile. Requires: the generation is not removed while this runs. Errors: conflict
/// (`out` is there already), damaged (what was copied does not verify), io_error.
Result<BackupReport> write_backup(const BackupSource& source, const std::string& out,
                                  const BackupOptions& options);

/// Every byte of a backup against its manifest. Errors: not_found (no backup there), damaged (the
/// place: the first damaged file), unsupported, io_error.
Result<BackupReport> verify_backup(const std::string& backup, const BackupOptions& options);

/// Verifies the backup, copies it aside, gives it the name `data_folder`. The high-water mark says
/// then that the backup's seq is the last acknowledged one. `marks`: files of the mark outside the
/// data folder, or empty. Errors: those of verify_backup, conflict (`data_folder` is not empty).
struct MarkFiles {
  std::string first, second;
};
Result<BackupReport> restore_backup(const std::string& backup, const std::string& data_folder,
                                    const MarkFiles& marks, const BackupOptions& options);

/// Is this folder a backup?
bool is_backup(const std::string& folder);

}  // namespace concord::index
