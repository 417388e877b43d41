// `attention` and `now_with` of the context answer: what is open or due, worst first, and who is at
// it just now. Thread class: any-thread (pure functions).
#pragma once
#include <string_view>

#include "index/snapshot/context.h"

namespace concord::index {

/// `reason` of the task by which a customer is handed over.
inline constexpr std::string_view kHandoffReason = "handoff";
inline constexpr std::size_t kNowWithMax = 10;

void write_attention(JsonWriter& out, const Customer& customer, UnixMillis as_of);

/// Claims (entries of kind decision, open until `due_at`) and hand-offs that nobody has taken over
/// yet, newest first.
void write_now_with(JsonWriter& out, const Customer& customer, UnixMillis as_of);

}  // namespace concord::index
