// Fixes the customer is to be told of: releases on his timeline, of what he reported. Told is he by
// an outbound contact since then that links to the release or to what it fixes, or that has its
// topic; after kFollowUpDays nobody waits for it any more.
// Thread class: any-thread (pure functions).
#pragma once
#include <array>
#include <cstddef>
#include <optional>

#include "index/base/types.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

inline constexpr int kFollowUpDays = 30;
inline constexpr std::size_t kFollowUpsMax = 10;

/// The newest ones, newest first. O(entries of the last kFollowUpDays) when there is a release
/// among them, else one comparison.
struct FollowUps {
  std::array<std::optional<EntryView>, kFollowUpsMax> fixes;  // `count` of them
  std::size_t count = 0;
};
FollowUps follow_ups_of(const RecordView& record, UnixMillis as_of);

}  // namespace concord::index
