#include "index/base/time.h"

#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace concord::index {
namespace {

// Reads exactly `count` digits; -1 when there is anything else.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

void put(char* out, std::int64_t value, int count) {
  for (int i = count - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// The zone behind a time of day: "Z" or "±hh:mm". Returns minutes east.
std::optional<int> parse_zone(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  const int hours = digits(zone, 1, 2);
  const int minutes = digits(zone, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::int64_t days_from_civil(CivilDate date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t shifted = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * shifted + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * shifted + 2) / 5 + 1);
  const auto month = static_cast<unsigned>(shifted < 10 ? shifted + 3 : shifted - 9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<int>(year), month, day};
}

bool is_valid(CivilDate date) {
  constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1)
    return false;
  const bool leap = (date.year % 4 == 0 && date.year % 100 != 0) || date.year % 400 == 0;
  return date.day <= kDays[date.month - 1] + (date.month == 2 && leap ? 1U : 0U);
}

std::optional<UnixMillis> parse_rfc3339(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const CivilDate date{year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
  if (!is_valid(date)) return std::nullopt;
  const std::int64_t day_ms = days_from_civil(date) * kDayMs;
  if (text.size() == 10) return UnixMillis{day_ms};
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  int second = digits(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  if (second == 60) second = 59;
  std::size_t at = 19;
  int milli = 0;
  if (text[at] == '.') {
    int scale = 100;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      milli += (text[at] - '0') * scale;
    if (at == first || at - first > 9) return std::nullopt;
  }
  const std::optional<int> zone = parse_zone(text.substr(at));
  if (!zone) return std::nullopt;
  const std::int64_t seconds = hour * 3600LL + minute * 60LL + second - *zone * 60LL;
  const UnixMillis time{day_ms + seconds * 1000 + milli};
  if (time < kTimeMin || time > kTimeMax) return std::nullopt;  // the zone led out of the years
  return time;
}

std::size_t write_rfc3339(UnixMillis time, char* out) {
  std::int64_t days = time.ms / kDayMs;
  std::int64_t rest = time.ms % kDayMs;
  if (rest < 0) {
    rest += kDayMs;
    --days;
  }
  const CivilDate date = civil_from_days(days);
  std::memcpy(out, "0000-00-00T00:00:00", 19);  // NOLINT: no C string, its size is returned
  put(out, date.year, 4);
  put(out + 5, date.month, 2);
  put(out + 8, date.day, 2);
  put(out + 11, rest / 3'600'000, 2);
  put(out + 14, rest / 60'000 % 60, 2);
  put(out + 17, rest / 1000 % 60, 2);
  std::size_t size = 19;
  if (rest % 1000 != 0) {
    out[size] = '.';
    put(out + size + 1, rest % 1000, 3);
    size += 4;
  }
  out[size++] = 'Z';
  return size;
}

std::string to_rfc3339(UnixMillis time) {
  char buffer[kTimeCharsMax];
  return {buffer, write_rfc3339(time, buffer)};
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", kDayMs}, {"w", 7 * kDayMs}}};
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || text[0] == '-') return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [name, unit_ms] : kUnits)
    if (unit == name) {
      if (value > kDurationMsMax / unit_ms) return std::nullopt;
      return value * unit_ms;
    }
  return std::nullopt;
}

}  // namespace concord::index
