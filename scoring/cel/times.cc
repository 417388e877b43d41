#include "scoring/cel/times.h"

#include <algorithm>
#include <cstdio>

#include "index/base/time.h"
#include "scoring/cel/numbers.h"

namespace concord::cel {
namespace {

constexpr std::int64_t kFirstSecond = -62'135'596'800;       // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253'402'300'799;        // 9999-12-31T23:59:59Z
constexpr std::int64_t kDurationSecondsMax = 9'223'372'036;  // 64 bits of nanoseconds
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;

std::optional<Value> make(Kind kind, std::int64_t seconds, std::int64_t nanos) {
  seconds += nanos / kSecond;
  nanos %= kSecond;
  if (nanos < 0) {
    nanos += kSecond;
    --seconds;
  }
  const auto rest = static_cast<std::uint32_t>(nanos);
  if (kind == Kind::timestamp) {
    if (seconds < kFirstSecond || seconds > kLastSecond) return std::nullopt;
    return Value::timestamp(seconds, rest);
  }
  if (seconds < -kDurationSecondsMax || seconds >= kDurationSecondsMax) return std::nullopt;
  return Value::duration(seconds, rest);
}

/// Reads exactly `count` digits.
bool digits(std::string_view& text, std::size_t count, std::int64_t& out) {
  if (text.size() < count) return false;
  out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

/// ".5" → 500'000'000. True when there is none.
bool fraction(std::string_view& text, std::int64_t& nanos) {
  nanos = 0;
  if (!take(text, '.')) return true;
  std::int64_t unit = kSecond / 10;
  std::size_t count = 0;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++count) {
    nanos += (text[0] - '0') * unit;
    unit /= 10;
  }
  return count > 0 && count <= 9;
}

bool zone_offset(std::string_view& text, std::int64_t& seconds) {
  seconds = 0;
  if (take(text, 'Z') || take(text, 'z')) return true;
  const std::int64_t sign = !text.empty() && text[0] == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-')) return false;
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  if (!digits(text, 2, hours) || !take(text, ':') || !digits(text, 2, minutes)) return false;
  seconds = sign * (hours * 3600 + minutes * 60);
  return hours < 24 && minutes < 60;
}

std::size_t write_fraction(std::uint32_t nanos, char* out) {
  if (nanos == 0) return 0;
  int width = 9;
  while (nanos % 10 == 0) {
    nanos /= 10;
    --width;
  }
  return static_cast<std::size_t>(std::snprintf(out, 12, ".%0*u", width, nanos));
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
constexpr Unit kUnits[] = {{"ns", 1},           {"us", 1'000},        {"µs", 1'000},
                           {"μs", 1'000},       {"ms", 1'000'000},    {"s", kSecond},
                           {"m", 60 * kSecond}, {"h", 3600 * kSecond}};

}  // namespace

std::optional<Value> parse_timestamp(std::string_view text) {
  std::int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t nanos = 0, offset = 0;
  const bool date = digits(text, 4, year) && take(text, '-') && digits(text, 2, month) &&
                    take(text, '-') && digits(text, 2, day);
  if (!date || !(take(text, 'T') || take(text, 't'))) return std::nullopt;
  const bool time = digits(text, 2, hour) && take(text, ':') && digits(text, 2, minute) &&
                    take(text, ':') && digits(text, 2, second) && fraction(text, nanos);
  if (!time || !zone_offset(text, offset) || !text.empty()) return std::nullopt;
  const index::CivilDate civil{static_cast<int>(year), static_cast<unsigned>(month),
                               static_cast<unsigned>(day)};
  if (year < 1 || !index::is_valid(civil) || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  const std::int64_t seconds =
      index::days_from_civil(civil) * kDay + hour * 3600 + minute * 60 + second - offset;
  return make(Kind::timestamp, seconds, nanos);
}

std::optional<Value> parse_duration(std::string_view text) {
  const std::int64_t sign = !text.empty() && text[0] == '-' ? -1 : 1;
  if (!take(text, '-')) take(text, '+');
  if (text == "0") return Value::duration(0, 0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t whole = 0;
    std::size_t count = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++count) {
      if (count > 15) return std::nullopt;
      whole = whole * 10 + (text[0] - '0');
    }
    std::int64_t part = 0;
    if (count == 0 && (text.empty() || text[0] != '.')) return std::nullopt;
    if (!fraction(text, part)) return std::nullopt;
    const Unit* unit = std::find_if(std::begin(kUnits), std::end(kUnits), [text](const Unit& u) {
      const std::size_t size = u.name.size();
      return text.starts_with(u.name) &&
             (text.size() == size || (text[size] >= '0' && text[size] <= '9') || text[size] == '.');
    });
    if (unit == std::end(kUnits)) return std::nullopt;
    text.remove_prefix(unit->name.size());
    // `part` counts billionths of the unit: at most 3600 of them fit 64 bits with room.
    std::int64_t nanos = 0;
    if (__builtin_mul_overflow(whole, unit->nanos, &nanos)) return std::nullopt;
    const std::int64_t rest =
        unit->nanos >= kSecond ? part * (unit->nanos / kSecond) : part / (kSecond / unit->nanos);
    if (__builtin_add_overflow(total, nanos, &total) || __builtin_add_overflow(total, rest, &total))
      return std::nullopt;
  }
  return make(Kind::duration, 0, sign * total);
}

std::size_t write_timestamp(const Value& time, char* out) {
  const std::int64_t days =
      time.seconds() >= 0 ? time.seconds() / kDay : -((-time.seconds() + kDay - 1) / kDay);
  const std::int64_t rest = time.seconds() - days * kDay;
  const index::CivilDate civil = index::civil_from_days(days);
  int size = std::snprintf(out, 32, "%04d-%02u-%02uT%02d:%02d:%02d", civil.year, civil.month,
                           civil.day, static_cast<int>(rest / 3600),
                           static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
  std::size_t at = static_cast<std::size_t>(size);
  at += write_fraction(time.nanos(), out + at);
  out[at++] = 'Z';
  return at;
}

std::size_t write_duration(const Value& duration, char* out) {
  std::int64_t seconds = duration.seconds();
  std::uint32_t nanos = duration.nanos();
  std::size_t at = 0;
  if (seconds < 0) {
    out[at++] = '-';
    seconds = -seconds;
    if (nanos > 0) {
      --seconds;
      nanos = static_cast<std::uint32_t>(kSecond) - nanos;
    }
  }
  at += static_cast<std::size_t>(
      std::snprintf(out + at, 24, "%lld", static_cast<long long>(seconds)));
  at += write_fraction(nanos, out + at);
  out[at++] = 's';
  return at;
}

std::optional<Value> timestamp_from_seconds(std::int64_t seconds) {
  return make(Kind::timestamp, seconds, 0);
}

std::optional<Value> add_duration(const Value& left, const Value& duration, int sign) {
  // Both are far inside 64 bits by their ranges: the sums cannot overflow.
  return make(left.kind(), left.seconds() + sign * duration.seconds(),
              std::int64_t{left.nanos()} + sign * std::int64_t{duration.nanos()});
}

std::optional<Value> between(const Value& left, const Value& right) {
  return make(Kind::duration, left.seconds() - right.seconds(),
              std::int64_t{left.nanos()} - std::int64_t{right.nanos()});
}

int compare_times(const Value& left, const Value& right) {
  if (left.seconds() != right.seconds()) return order(left.seconds(), right.seconds());
  return order(left.nanos(), right.nanos());
}

std::int64_t civil_field(Function function, const Value& time, std::int64_t offset_seconds) {
  const std::int64_t local = time.seconds() + offset_seconds;
  std::int64_t days = local / kDay;
  std::int64_t rest = local % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  switch (function) {
    case Function::get_hours: return rest / 3600;
    case Function::get_minutes: return rest / 60 % 60;
    case Function::get_seconds: return rest % 60;
    case Function::get_milliseconds: return time.nanos() / 1'000'000;
    case Function::get_day_of_week: return ((days + 4) % 7 + 7) % 7;  // 1970-01-01: a Thursday
    default: break;
  }
  const index::CivilDate civil = index::civil_from_days(days);
  switch (function) {
    case Function::get_date: return civil.day;
    case Function::get_day_of_month: return civil.day - 1;
    case Function::get_month: return civil.month - 1;
    case Function::get_day_of_year: return days - index::days_from_civil({civil.year, 1, 1});
    default: return civil.year;
  }
}

std::int64_t duration_field(Function function, const Value& duration) {
  // Toward zero, as counted on a clock: -90 s are -1 minutes.
  std::int64_t seconds = duration.seconds();
  std::int64_t nanos = duration.nanos();
  if (seconds < 0 && nanos > 0) {
    ++seconds;
    nanos -= kSecond;
  }
  switch (function) {
    case Function::get_hours: return seconds / 3600;
    case Function::get_minutes: return seconds / 60;
    case Function::get_milliseconds: return nanos / 1'000'000;
    default: return seconds;
  }
}

}  // namespace concord::cel
