// An entry's stored form: the JSON object answers show, written once when the entry changes and
// read back only to merge a later event into it. Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>

#include "index/base/json_reader.h"
#include "index/base/json_writer.h"
#include "index/base/result.h"
#include "index/customer/record.h"

namespace concord::index {

/// Where pieces stand inside the written JSON, from its first byte.
struct EntryPlaces {
  std::uint32_t id_bytes = 0;        // the id begins at byte 10
  std::uint32_t subject_offset = 0;  // 0: no subject
  std::uint32_t subject_bytes = 0;
};

/// An entry said closed at one time and open again later is open: the closing time then does not
/// count (kNoTime). Else the closing time as given.
std::int64_t effective_closed_at(const EntryState& entry);

/// Appends `{"entry":"source/kind/key",…}`; members in the order of snapshot/README.md.
EntryPlaces write_entry_json(Buffer& out, const EntryState& entry);

/// Fills id, source, department and current values of `out` from what write_entry_json wrote.
/// Errors: damaged.
Result<void> read_entry_json(JsonReader& reader, std::string_view json, EntryState& out);

/// One typed value: text, true, 3, 0.5 or a time.
void write_value(JsonWriter& out, const wire::AttributeT& value);

}  // namespace concord::index
