// RFC 3339 in and out, and civil-date arithmetic, without a clock and without a locale.
// Thread class: any-thread (pure functions). Errors: an empty optional is "not a time".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/base/types.h"

namespace concord::index {

struct CivilDate {
  int year;
  unsigned month;  // 1..12
  unsigned day;    // 1..31
};

/// Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "chrono-compatible low-level
/// date algorithms").
std::int64_t days_from_civil(CivilDate date);
CivilDate civil_from_days(std::int64_t days);
bool is_valid(CivilDate date);

/// "2026-11-22T09:00:00Z", "…T09:00:00.125Z", "…+01:00", or a bare date (midnight UTC).
/// Years 0001 to 9999; a leap second :60 is read as :59.
std::optional<UnixMillis> parse_rfc3339(std::string_view text);

/// The first and the last millisecond that can be read and written.
inline constexpr UnixMillis kTimeMin{-62'135'596'800'000};  // 0001-01-01T00:00:00Z
inline constexpr UnixMillis kTimeMax{253'402'300'799'999};  // 9999-12-31T23:59:59.999Z

/// "2026-11-22T09:00:00Z"; milliseconds are written only when there are any.
/// Requires: kTimeMin <= time <= kTimeMax. Writes at most kTimeCharsMax characters.
inline constexpr std::size_t kTimeCharsMax = 24;
std::size_t write_rfc3339(UnixMillis time, char* out);
std::string to_rfc3339(UnixMillis time);

/// "24h", "30m", "90d", "2w", "15s", "250ms" → milliseconds. Empty when it is not a duration, or
/// one over kDurationMsMax (about 10,000 years, so that no sum with a time overflows).
inline constexpr std::int64_t kDurationMsMax = 316'000'000'000'000;
std::optional<std::int64_t> parse_duration_ms(std::string_view text);

}  // namespace concord::index
