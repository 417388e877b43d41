// What the writers of a log and of a live base are told: the n-th event of a round, the same bytes
// whenever it is asked for, so that a repeat can be told from news.
// Thread class: any-thread (pure functions).
#pragma once
#include "index/log/event.h"
#include "tests/faults/power/child.h"

namespace concord::power {

inline constexpr const char* kSource = "shop";

index::EventDraft draft_of(EventName event);

/// Makes one generation of the events 1..count of round 0 in the data folder. generation_files.cc
index::Result<void> build_generation(const std::string& data, std::uint64_t count);

/// When all of it happened, and later than the last of it.
inline constexpr std::int64_t kBeginMs = 1'700'000'000'000;
inline constexpr std::int64_t kReceivedMs = kBeginMs + 400LL * 24 * 3600 * 1000;

}  // namespace concord::power
