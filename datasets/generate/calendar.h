// Times as departments write them: several formats, several zones, no clock and no zone database.
// Thread class: any-thread (pure functions).
#pragma once
#include <cstddef>
#include <cstdint>

namespace concord::datasets {

using Ms = std::int64_t;  // milliseconds since 1970-01-01T00:00:00Z; index::kNoTime: absent

inline constexpr Ms kMinuteMs = 60'000;
inline constexpr Ms kHourMs = 60 * kMinuteMs;
inline constexpr Ms kDayMs = 24 * kHourMs;
/// The fixed "now" of the generated world: 2026-11-01T00:00:00Z. Nothing has happened after it.
inline constexpr Ms kWorldNow = 1'793'491'200'000;
/// The first day anything can have happened: three years earlier.
inline constexpr Ms kWorldStart = kWorldNow - 1096 * kDayMs;

enum class Zone : std::uint8_t { utc, berlin, new_york };

enum class TimeFormat : std::uint8_t {
  rfc3339_utc,     // 2026-11-01T08:00:00Z
  rfc3339_offset,  // 2026-11-01T09:00:00+01:00
  iso_seconds,     // 2026-11-01 08:00:00
  iso_date,        // 2026-11-01
  german_minutes,  // 01.11.2026 09:00
  german_date,     // 01.11.2026
  slash_minutes,   // 2026/11/01 04:00
  unix_s,
  unix_ms,
};

/// Minutes east of UTC at this moment (daylight saving by the EU and US rules since 2007).
int offset_minutes(Zone zone, Ms at);

inline constexpr std::size_t kTimeTextMax = 32;
/// Writes `at` as wall time of `zone`; returns the bytes written, at most kTimeTextMax.
std::size_t write_time(char* out, TimeFormat format, Zone zone, Ms at);

/// Presses 00:00-09:00 UTC into 08:00-09:00, order kept: people work by day, and no
/// wall time falls into the hour that daylight saving repeats or skips.
Ms by_day(Ms at);

}  // namespace concord::datasets
