#include "datasets/generate/calendar.h"

#include <charconv>
#include <cstdlib>

#include "index/base/time.h"

namespace concord::datasets {
namespace {

using index::CivilDate;

/// Day number of the `nth` Sunday (1…) of a month, or of its last one when `nth` is 0.
std::int64_t sunday(int year, unsigned month, int nth) {
  const std::int64_t first = nth > 0 ? index::days_from_civil({year, month, 1})
                                     : index::days_from_civil({year, month + 1, 1}) - 7;
  const std::int64_t weekday = ((first % 7) + 11) % 7;  // 1970-01-01 was a Thursday; 0: Sunday
  return first + (7 - weekday) % 7 + (nth > 1 ? 7 * (nth - 1) : 0);
}

char* two(char* out, unsigned value) {
  *out++ = static_cast<char>('0' + value / 10 % 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}
char* four(char* out, unsigned value) { return two(two(out, value / 100), value % 100); }

char* date(char* out, CivilDate day, char between) {
  out = four(out, static_cast<unsigned>(day.year));
  *out++ = between;
  out = two(out, day.month);
  *out++ = between;
  return two(out, day.day);
}

char* german(char* out, CivilDate day) {
  out = two(out, day.day);
  *out++ = '.';
  out = two(out, day.month);
  *out++ = '.';
  return four(out, static_cast<unsigned>(day.year));
}

char* clock(char* out, std::int64_t second_of_day, char before, bool seconds) {
  const auto second = static_cast<unsigned>(second_of_day);
  *out++ = before;
  out = two(out, second / 3600);
  *out++ = ':';
  out = two(out, second / 60 % 60);
  if (!seconds) return out;
  *out++ = ':';
  return two(out, second % 60);
}

char* offset(char* out, int minutes) {
  *out++ = minutes < 0 ? '-' : '+';
  out = two(out, static_cast<unsigned>(std::abs(minutes)) / 60);
  *out++ = ':';
  return two(out, static_cast<unsigned>(std::abs(minutes)) % 60);
}

char* wall(char* out, TimeFormat format, std::int64_t days, std::int64_t second, int minutes) {
  const CivilDate day = index::civil_from_days(days);
  switch (format) {
    case TimeFormat::rfc3339_utc:
      out = clock(date(out, day, '-'), second, 'T', true);
      *out++ = 'Z';
      return out;
    case TimeFormat::rfc3339_offset:
      return offset(clock(date(out, day, '-'), second, 'T', true), minutes);
    case TimeFormat::iso_seconds: return clock(date(out, day, '-'), second, ' ', true);
    case TimeFormat::iso_date: return date(out, day, '-');
    case TimeFormat::german_minutes: return clock(german(out, day), second, ' ', false);
    case TimeFormat::german_date: return german(out, day);
    case TimeFormat::slash_minutes: return clock(date(out, day, '/'), second, ' ', false);
    case TimeFormat::unix_s:
    case TimeFormat::unix_ms: break;
  }
  return out;
}

}  // namespace

int offset_minutes(Zone zone, Ms at) {
  if (zone == Zone::utc) return 0;
  const int year = index::civil_from_days(at / kDayMs).year;
  if (zone == Zone::berlin) {
    const Ms summer = sunday(year, 3, 0) * kDayMs + kHourMs;
    const Ms winter = sunday(year, 10, 0) * kDayMs + kHourMs;
    return at >= summer && at < winter ? 120 : 60;
  }
  const Ms summer = sunday(year, 3, 2) * kDayMs + 7 * kHourMs;
  const Ms winter = sunday(year, 11, 1) * kDayMs + 6 * kHourMs;
  return at >= summer && at < winter ? -240 : -300;
}

std::size_t write_time(char* out, TimeFormat format, Zone zone, Ms at) {
  if (format == TimeFormat::unix_s || format == TimeFormat::unix_ms) {
    const std::int64_t value = format == TimeFormat::unix_s ? at / 1000 : at;
    return static_cast<std::size_t>(std::to_chars(out, out + kTimeTextMax, value).ptr - out);
  }
  const int minutes = format == TimeFormat::rfc3339_utc ? 0 : offset_minutes(zone, at);
  const std::int64_t local_s = at / 1000 + minutes * 60;
  char* end = wall(out, format, local_s / 86'400, local_s % 86'400, minutes);
  return static_cast<std::size_t>(end - out);
}

Ms by_day(Ms at) {
  const Ms of_day = at % kDayMs;
  return of_day < 9 * kHourMs ? at - of_day + 8 * kHourMs + of_day / 9 : at;
}

}  // namespace concord::datasets
