// What the routes that take events in have in common. Thread class: any-thread (pure functions).
#pragma once
#include <string_view>

#include "index/live.h"
#include "server/http.h"
#include "server/response.h"

namespace concord::server {

inline constexpr std::uint32_t kRetryAfterSeconds = 1;
inline constexpr std::int64_t kIntakeMsMax = 30'000;  // until an answer says "not acknowledged"

/// Why nothing is taken in now. Requires: not `taken`. Of static lifetime.
Refusal refusal_of(index::Taken taken);
/// The same as an answer, with Retry-After.
void refuse_intake(Response& response, index::Taken taken);

/// "Application/JSON; charset=utf-8" → "application/json".
std::string media_type(std::string_view content_type);

}  // namespace concord::server
