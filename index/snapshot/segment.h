// Builds one segment of a published record: rows, their words, their JSON, what merging needs.
// Thread class: one-owner.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_reader.h"
#include "index/base/json_writer.h"
#include "index/customer/record.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

/// Withdrawn entries are kept to be merged into, not to be read: their rows carry no words, so that
/// any number of them fits.
enum class SegmentUse : std::uint8_t { visible, withdrawn };

/// `entries` in the order they shall stand. Returns the bytes of a wire::Segment.
std::string encode_segment(flatbuffers::FlatBufferBuilder& builder, Buffer& json,
                           std::span<const EntryState* const> entries,
                           SegmentUse use = SegmentUse::visible);

/// The entry behind a row, with all stamps. Errors: damaged.
Result<EntryState> decode_entry(JsonReader& reader, EntryView view);

}  // namespace concord::index
