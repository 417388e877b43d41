// What opening hands to the log it opened.
// Thread class: one-owner.
#pragma once
#include <memory>
#include <string>

#include "index/log/durable_log.h"
#include "index/log/log_files.h"
#include "index/log/log_mark.h"
#include "index/log/log_verify.h"
#include "index/log/rocks_store.h"

namespace concord::index {

struct DurableParts {
  DurableLogOptions options;  // complete: nothing in it is a default any more
  std::unique_ptr<RocksStore> store;
  std::unique_ptr<MarkWriter> marks;  // null: not writable
  LogEnds ends;                       // as far as it is verified
  DurableLog::Health health = DurableLog::Health::writable;
  std::string why;
};
/// Errors: damaged, io_error (the rejections do not load).
Result<std::unique_ptr<DurableLog>> make_durable_log(DurableParts parts);

std::string ballast_path(const DurableLogOptions& options);
/// Names of torn tails kept aside end so.
inline constexpr char kBrokenSuffix[] = ".broken";

}  // namespace concord::index
