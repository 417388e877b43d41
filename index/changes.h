// What the log's events changed, named by whom answers are about: for feeds that follow a base.
// Thread class: any-thread (pure function over a pinned snapshot and the log).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/live.h"
#include "index/snapshot/snapshot.h"

namespace concord::index {

struct Change {
  enum class What : std::uint8_t { record, release, sources } what = What::record;
  EventSeq seq = 0;
  CustomerId customer;             // record: whose answer is new
  std::string entry;               // release: source/kind/key
  std::vector<std::string> links;  // release: the defects it fixes
};

struct Changes {
  EventSeq up_to = 0;       // everything up to here is in `all`
  std::vector<Change> all;  // in log order; of one record only the last change
};

/// Events after `after` that the pin sees, about `bytes_max` of them. Owners are those of the pin:
/// what has been merged since is told under the survivor. Errors: cursor_stale (that part of the
/// log is gone or was never in it), damaged, io_error.
Result<Changes> changes_after(Live& live, const ReadPin& pin, EventSeq after,
                              std::size_t bytes_max);

}  // namespace concord::index
