// The part of a published record that is not entries: claims, identities, memberships, consents and
// the ready-made pieces made from them. Thread class: one-owner (it writes into a builder).
#pragma once
#include <vector>

#include "index/base/json_writer.h"
#include "index/customer/record.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

/// Offsets made by build_profile, added to the record once its own table has begun.
struct RecordOffsets {
  using Text = flatbuffers::Offset<flatbuffers::String>;
  template <typename T>
  using Tables = flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<T>>>;

  Tables<wire::Claim> claims;
  Tables<flatbuffers::String> needs;
  Tables<wire::Identity> identities;
  Tables<wire::Member> members;
  Tables<wire::ConsentState> consents;
  flatbuffers::Offset<flatbuffers::Vector<std::uint64_t>> merged_from;
  Text profile, identities_json, conflicts, merged, preferences, language, time_zone, name, owner;
  std::int64_t since_ms = kNoTime;

  void add_to(wire::RecordBuilder& record) const;
};

RecordOffsets build_profile(flatbuffers::FlatBufferBuilder& builder, Buffer& json,
                            const CustomerRecord& record);

/// The claim that counts for `name`: the greatest stamp over all sources; null when there is none
/// or it was cleared.
const ClaimState* current_claim(const CustomerRecord& record, std::string_view name);

}  // namespace concord::index
