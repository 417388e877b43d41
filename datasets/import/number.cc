#include "datasets/import/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace concord::datasets {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool push_digit(std::uint64_t& value, char c) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  const auto digit = static_cast<std::uint64_t>(c - '0');
  if (value > (kMax - digit) / 10) return false;
  value = value * 10 + digit;
  return true;
}

// The part before the point: digits, in groups of three if a separator stands in it. True when it
// is one; `value` takes its digits.
bool whole_part(std::string_view text, char point, std::uint64_t& value) {
  const char other = point == '.' ? ',' : '.';
  char separator = 0;
  std::size_t in_group = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      if (!push_digit(value, c)) return false;
      ++in_group;
      continue;
    }
    const bool first = separator == 0;
    if ((c != other && c != ' ' && c != '\'') || (!first && c != separator)) return false;
    if (in_group == 0 || in_group > 3 || (!first && in_group != 3)) return false;
    separator = c;
    in_group = 0;
  }
  return separator == 0 ? in_group > 0 : in_group == 3;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  if (text.size() > 1 && text[0] == '+' && is_digit(text[1])) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_real(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  std::string word(text);
  for (char& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const char* yes : {"true", "yes", "y", "t", "1"})
    if (word == yes) return true;
  for (const char* no : {"false", "no", "n", "f", "0"})
    if (word == no) return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_decimal(std::string_view text, char point, int exponent) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::size_t at = text.find(point);
  const std::string_view whole = text.substr(0, at);
  const std::string_view rest =
      at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  if ((whole.empty() && rest.empty()) || (at != std::string_view::npos && rest.empty()))
    return std::nullopt;
  std::uint64_t value = 0;
  if (!whole.empty() && !whole_part(whole, point, value)) return std::nullopt;
  for (std::size_t i = 0; i < std::max(rest.size(), static_cast<std::size_t>(exponent)); ++i) {
    const char digit = i < rest.size() ? rest[i] : '0';
    if (!is_digit(digit)) return std::nullopt;
    if (i < static_cast<std::size_t>(exponent) ? !push_digit(value, digit) : digit != '0')
      return std::nullopt;
  }
  const auto magnitude = static_cast<std::int64_t>(value);
  return negative ? -magnitude : magnitude;
}

}  // namespace concord::datasets
