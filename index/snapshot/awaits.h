// The defects a record waits for, as they stand in it: who gets a release is read from here,
// without looking at entries. Thread class: any-thread (pure functions).
#pragma once
#include <string_view>

#include "index/customer/releases.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

/// Bytes of a wire::Awaits, in `builder` until it is used again; empty when nothing is awaited.
std::string_view encode_awaits(flatbuffers::FlatBufferBuilder& builder, const Awaits& awaits);

Awaits decode_awaits(const RecordView& record);

}  // namespace concord::index
