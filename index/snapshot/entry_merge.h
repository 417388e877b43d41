// What later merging needs beside the stored JSON of an entry: which event set which field. Written
// only for entries that more than one event made; for all others row and JSON say it all.
// Thread class: any-thread (pure functions).
#pragma once
#include <string>
#include <string_view>

#include "index/base/result.h"
#include "index/customer/record.h"

namespace concord::index {

/// The stamps of `entry`, or nothing when every field it shows was set by the event (newest) that
/// also is the last one that touched it.
std::string write_entry_merge(const EntryState& entry);

/// Fills stamps, newest, first_at_ms, retracted of `out`, whose values read_entry_json has filled.
/// `set_at`, `seq`, `at_given` come from the row. Errors: damaged.
Result<void> read_entry_merge(std::string_view bytes, Stamp set, bool at_given, EntryState& out);

}  // namespace concord::index
