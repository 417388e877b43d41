// Timestamps and durations: text in and out, arithmetic with range, civil fields.
// Thread class: any-thread (pure functions). An empty optional: not one, or out of range.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "scoring/cel/signatures.h"
#include "scoring/cel/value.h"

namespace concord::cel {

/// RFC 3339 with up to nanoseconds, years 0001 to 9999.
std::optional<Value> parse_timestamp(std::string_view text);
/// "1h30m", "-1.5s", "250ms": units h, m, s, ms, us, ns; within 292 years.
std::optional<Value> parse_duration(std::string_view text);

inline constexpr std::size_t kTimeTextMax = 48;
std::size_t write_timestamp(const Value& time, char* out);
/// Seconds with the fraction that is there: "90s", "-1.5s".
std::size_t write_duration(const Value& duration, char* out);

std::optional<Value> timestamp_from_seconds(std::int64_t seconds);
/// Sum of (timestamp or duration) and sign × duration; the kind is that of `left`.
std::optional<Value> add_duration(const Value& left, const Value& duration, int sign);
/// left − right of two timestamps.
std::optional<Value> between(const Value& left, const Value& right);
/// -1, 0, 1.
int compare_times(const Value& left, const Value& right);

/// One of the get_* functions on a timestamp, `offset_seconds` east of UTC.
std::int64_t civil_field(Function function, const Value& time, std::int64_t offset_seconds);
/// get_hours, get_minutes, get_seconds, get_milliseconds of a duration.
std::int64_t duration_field(Function function, const Value& duration);

}  // namespace concord::cel
