// Is a data folder, or a backup, as it was written? Every part by itself, so that one damage does
// not hide another. Thread class: any-thread (functions).
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "index/backup.h"

namespace concord::index {

struct VerifyOptions {
  unsigned threads = 0;
  bool deep = false;  // of the log every event, not only those after the newest generation
  MarkFiles marks;    // where the high-water mark lies outside the folder
  Progress progress;  // may be empty
};

struct VerifyFinding {
  std::string what;    // a stable word: damaged, torn_tail, gap, …
  bool damage = true;  // false: said for completeness, nothing is lost
  std::string place;
  std::string text;
};

struct VerifiedPart {
  VerifiedPart(std::string what, std::string which)
      : part(std::move(what)), name(std::move(which)) {}
  std::string part;  // current, generation, log, backup
  std::string name;
  bool skipped = false;  // another process holds the folder: not looked at
  EventSeq seq = 0;      // events it goes up to
  std::uint64_t files = 0;
  std::uint64_t customers = 0;
  std::vector<VerifyFinding> findings;

  [[nodiscard]] bool sound() const;
};

/// CURRENT, every complete generation byte by byte, the log with its mark; of a backup everything.
/// While another process holds the folder the log is skipped: it changes under the eyes. A torn
/// tail of the log is cut off, as every opening does. Errors: not_found (no data there), io_error.
Result<std::vector<VerifiedPart>> verify_data(const std::string& folder,
                                              const VerifyOptions& options);

}  // namespace concord::index
