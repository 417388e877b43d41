#include "datasets/import/time_format.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "index/base/time.h"

namespace concord::datasets {
namespace {

using index::UnixMillis;

constexpr std::string_view kLetters = "YymdHIpMSfbBz%";
constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
constexpr std::int64_t kUnixSecondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<UnixMillis> parse_unix(std::string_view text, std::int64_t unit_ms) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::int64_t bound = kUnixSecondsMax * 1000 / unit_ms;
  if (error != std::errc{} || end != text.data() + text.size() || value > bound || value < -bound)
    return std::nullopt;
  return UnixMillis{value * unit_ms};
}

// A part of a millisecond is dropped, towards the past.
std::optional<UnixMillis> parse_micros(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const std::int64_t ms = value / 1000 - (value % 1000 < 0 ? 1 : 0);
  if (ms / 1000 > kUnixSecondsMax || ms / 1000 < -kUnixSecondsMax) return std::nullopt;
  return UnixMillis{ms};
}

// Reads a text along a pattern; every step says whether the text fits.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  bool step(char letter) {
    switch (letter) {
      case 'Y': return number(4, 4, year_);
      case 'y':
        if (!number(1, 2, year_)) return false;
        year_ += year_ < 70 ? 2000 : 1900;
        return true;
      case 'm': return number(1, 2, month_);
      case 'd': return number(1, 2, day_);
      case 'H': return number(1, 2, hour_) && hour_ <= 23;
      case 'I': return number(1, 2, hour_) && hour_ >= 1 && hour_ <= 12;
      case 'p': return half_of_day();
      case 'M': return number(1, 2, minute_) && minute_ <= 59;
      case 'S': return number(1, 2, second_) && second_ <= 60;
      case 'f': return fraction();
      case 'b':
      case 'B': return month_name();
      case 'z': return offset();
      default: return literal('%');
    }
  }
  bool literal(char c) { return at_ < text_.size() && text_[at_++] == c; }

  std::optional<UnixMillis> finish(const Zone& zone) const {
    const index::CivilDate date{year_, static_cast<unsigned>(month_), static_cast<unsigned>(day_)};
    if (at_ != text_.size() || !index::is_valid(date)) return std::nullopt;
    int hour = hour_;
    if (half_ >= 0) hour = hour % 12 + 12 * half_;
    const std::int64_t seconds = hour * 3600LL + minute_ * 60LL + std::min(second_, 59);
    const std::int64_t local =
        index::days_from_civil(date) * index::kDayMs + seconds * 1000 + milli_;
    return UnixMillis{has_offset_ ? local - offset_minutes_ * 60'000LL : zone.to_utc_ms(local)};
  }

 private:
  bool number(std::size_t digits_min, std::size_t digits_max, int& out) {
    std::size_t count = 0;
    for (out = 0; count < digits_max && at_ < text_.size() && is_digit(text_[at_]); ++count)
      out = out * 10 + (text_[at_++] - '0');
    return count >= digits_min;
  }
  bool fraction() {
    int scale = 100;
    const std::size_t begin = at_;
    for (milli_ = 0; at_ < text_.size() && is_digit(text_[at_]); ++at_, scale /= 10)
      milli_ += (text_[at_] - '0') * scale;
    return at_ > begin && at_ - begin <= 9;
  }
  bool half_of_day() {
    if (at_ + 2 > text_.size() || lower(text_[at_ + 1]) != 'm') return false;
    const char first = lower(text_[at_]);
    at_ += 2;
    half_ = first == 'p' ? 1 : 0;
    return first == 'a' || first == 'p';
  }
  bool month_name() {
    std::string name;
    while (at_ < text_.size() && lower(text_[at_]) >= 'a' && lower(text_[at_]) <= 'z')
      name += lower(text_[at_++]);
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (name != kMonths[i] && name != kMonths[i].substr(0, 3)) continue;
      month_ = static_cast<int>(i) + 1;
      return true;
    }
    return false;
  }
  bool offset() {
    has_offset_ = true;
    if (at_ < text_.size() && lower(text_[at_]) == 'z') {
      ++at_;
      return true;
    }
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return false;
    const int sign = text_[at_++] == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    if (!number(2, 2, hours)) return false;
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    if (!number(2, 2, minutes) || hours > 23 || minutes > 59) return false;
    offset_minutes_ = sign * (hours * 60 + minutes);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int year_ = 0, month_ = 0, day_ = 0, hour_ = 0, minute_ = 0, second_ = 0, milli_ = 0;
  int half_ = -1;  // 0 a.m., 1 p.m.
  bool has_offset_ = false;
  int offset_minutes_ = 0;
};

bool has(std::string_view pattern, std::string_view letters) {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '%') continue;
    if (letters.find(pattern[++i]) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

index::Result<TimeFormat> TimeFormat::of(std::string_view pattern) {
  TimeFormat out;
  if (pattern == "rfc3339") return out;
  constexpr std::array<std::pair<std::string_view, Way>, 4> kCounts{
      {{"unix_s", Way::unix_s},
       {"unix_ms", Way::unix_ms},
       {"unix_us", Way::unix_us},
       {"unix_days", Way::unix_days}}};
  for (const auto& [name, way] : kCounts) {
    if (pattern != name) continue;
    out.way_ = way;
    return out;
  }
  const std::string quoted = "date_format \"" + std::string(pattern) + "\": ";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') continue;
    if (i + 1 == pattern.size() || kLetters.find(pattern[i + 1]) == std::string_view::npos)
      return index::fail(index::Code::bad_input,
                         quoted + "% is followed by none of Y y m d H I p M S f b B z %");
    ++i;
  }
  if (!has(pattern, "Yy") || !has(pattern, "mbB") || !has(pattern, "d"))
    return index::fail(index::Code::bad_input,
                       quoted +
                           "needs a year, a month and a day, or is rfc3339, unix_s, unix_ms, "
                           "unix_us, unix_days");
  if (has(pattern, "I") != has(pattern, "p"))
    return index::fail(index::Code::bad_input, quoted + "%I and %p go together");
  out.way_ = Way::pattern;
  out.pattern_ = pattern;
  return out;
}

std::optional<UnixMillis> TimeFormat::parse(std::string_view text, const Zone& zone) const {
  switch (way_) {
    case Way::rfc3339: return index::parse_rfc3339(text);
    case Way::unix_s: return parse_unix(text, 1000);
    case Way::unix_ms: return parse_unix(text, 1);
    case Way::unix_us: return parse_micros(text);
    case Way::unix_days: return parse_unix(text, index::kDayMs);
    case Way::pattern: break;
  }
  Walk walk(text);
  for (std::size_t i = 0; i < pattern_.size(); ++i) {
    const bool fits = pattern_[i] == '%' ? walk.step(pattern_[++i]) : walk.literal(pattern_[i]);
    if (!fits) return std::nullopt;
  }
  return walk.finish(zone);
}

}  // namespace concord::datasets
