#include "scoring/local_time.h"

#include <algorithm>

#include "index/base/assert.h"
#include "index/base/time.h"

namespace concord::scoring {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// Days since 1970 of the first Sunday on or after that date. 1970-01-04 was a Sunday.
std::int64_t sunday_from(int year, unsigned month, unsigned day) {
  const std::int64_t date = index::days_from_civil({year, month, day});
  const std::int64_t past = (date - 3) - 7 * floor_div(date - 3, 7);
  return past == 0 ? date : date + 7 - past;
}

bool is_summer(const Zone& zone, index::UnixMillis at) {
  if (zone.daylight == Daylight::none) return false;
  const int year = index::civil_from_days(floor_div(at.ms, index::kDayMs)).year;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  if (zone.daylight == Daylight::eu) {  // last Sundays of March and October, 01:00 UTC
    begin = sunday_from(year, 3, 25) * index::kDayMs + kHourMs;
    end = sunday_from(year, 10, 25) * index::kDayMs + kHourMs;
  } else {  // second Sunday of March, first of November, 02:00 on the wall
    begin = sunday_from(year, 3, 8) * index::kDayMs + 2 * kHourMs;
    end = sunday_from(year, 11, 1) * index::kDayMs + kHourMs;
    begin -= zone.offset_minutes * kMinuteMs;
    end -= zone.offset_minutes * kMinuteMs;
  }
  return at.ms >= begin && at.ms < end;
}

}  // namespace

std::int32_t offset_minutes(const Zone& zone, index::UnixMillis at) {
  return zone.offset_minutes + (is_summer(zone, at) ? 60 : 0);
}

std::uint32_t local_minute(const Zone& zone, index::UnixMillis at) {
  const std::int64_t minutes = floor_div(at.ms, kMinuteMs) + offset_minutes(zone, at);
  return static_cast<std::uint32_t>(minutes - 1440 * floor_div(minutes, 1440));
}

void ZoneTable::add(Zone zone) {
  CONCORD_ASSERT(find(zone.name) == nullptr);
  const auto place =
      std::lower_bound(zones_.begin(), zones_.end(), zone.name,
                       [](const Zone& one, const std::string& name) { return one.name < name; });
  zones_.insert(place, std::move(zone));
}

const Zone* ZoneTable::find(std::string_view name) const {
  const auto place =
      std::lower_bound(zones_.begin(), zones_.end(), name,
                       [](const Zone& one, std::string_view wanted) { return one.name < wanted; });
  return place != zones_.end() && place->name == name ? &*place : nullptr;
}

bool is_quiet(const Zone& zone, std::uint32_t from, std::uint32_t to, index::UnixMillis at) {
  const std::uint32_t minute = local_minute(zone, at);
  if (from <= to) return minute >= from && minute < to;
  return minute >= from || minute < to;
}

index::UnixMillis quiet_until(const Zone& zone, std::uint32_t from, std::uint32_t to,
                              index::UnixMillis at) {
  CONCORD_ASSERT(is_quiet(zone, from, to, at));
  const std::uint32_t left = (to + 1440 - local_minute(zone, at)) % 1440;
  const std::int64_t minute = floor_div(at.ms, kMinuteMs);
  index::UnixMillis end{(minute + left) * kMinuteMs};
  if (offset_minutes(zone, end) == offset_minutes(zone, at)) return end;
  // The wall clock is moved meanwhile: an hour is left out or comes twice.
  end.ms = minute * kMinuteMs;
  while (is_quiet(zone, from, to, end)) end.ms += kMinuteMs;
  return end;
}

}  // namespace concord::scoring
