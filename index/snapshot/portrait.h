// The part of a published record that is not entries: claims, identities, memberships, consents and
// the ready-made pieces made from them. Copied whole from version to version while no event says
// anything about it. Thread class: one-owner (it writes into a builder).
#pragma once
#include <string_view>

#include "index/base/json_writer.h"
#include "index/customer/record.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

/// Bytes of a wire::Portrait; they lie in `builder` until it is used again. Entries of `record` are
/// not looked at.
std::string_view encode_portrait(flatbuffers::FlatBufferBuilder& builder, Buffer& json,
                                 const CustomerRecord& record);

}  // namespace concord::index
