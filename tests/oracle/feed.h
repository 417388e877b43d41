// Generated feeds of a company of eight departments, in the words of the default policy set: random
// but repeatable, and as free as the API (late, repeated, contradicting, merging, withdrawn
// events). Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "index/customer/identity_types.h"
#include "index/log/event.h"

namespace concord::oracle {

/// Day 0 of a feed: 2025-01-01. Its events lie in the 500 days behind it.
inline constexpr std::int64_t kFeedStartMs = 1'735'689'600'000;
inline constexpr int kFeedDays = 500;

/// Joining: email, crm, shop_customer, loyalty_card, social_handle, account. Look-up: phone.
index::IdentityTypes feed_identity_types();

/// `count` events in log order about `people` people; the same for the same seed.
std::vector<index::EventDraft> company_feed(std::uint64_t seed, std::size_t count,
                                            std::size_t people);
/// The same feed, in which nobody has a phone of his own, every other customer shares one with the
/// next but one, and much of what is said about consent is said about these phones.
std::vector<index::EventDraft> with_families(std::vector<index::EventDraft> feed);
/// As the engine takes them.
std::vector<std::string> encoded(const std::vector<index::EventDraft>& events);

}  // namespace concord::oracle
