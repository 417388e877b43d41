// May we send this to the customer at one of his addresses? Consent per purpose × channel ×
// (customer or one identity) × brand, and the word of those who share an address.
// Thread class: any-thread (pure functions).
#pragma once
#include <string_view>

#include "index/snapshot/snapshot.h"
#include "scoring/policy_data.h"

namespace concord::scoring {

/// From good to bad: what stands in the way of the best address.
enum class Consented : std::uint8_t {
  yes,
  unknown,            // nothing was said, and something must be
  crowded,            // too many share the address to know what all of them said
  refused_by_sharer,  // somebody else who holds the address wants nothing there
  refused,            // the customer
};

/// What is said of sending `purpose` for `brand` (empty: none) on `channel` at `as_of`. One address
/// that passes is enough.
Consented consent_to(const PolicyData& policy, const index::Customer& customer,
                     index::UnixMillis as_of, index::Purpose purpose, const Channel& channel,
                     std::string_view brand);

}  // namespace concord::scoring
