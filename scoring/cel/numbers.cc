#include "scoring/cel/numbers.h"

#include <charconv>

namespace concord::cel {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;

/// As the reference implementation compares: by doubles, once the double is in the integer's range.
/// So 9223372036854775807 and 9223372036854775808.0 are equal; the conformance suite asks for it.
template <typename Integer>
int integer_to_floating(Integer left, double right, double least, double most) {
  if (std::isnan(right)) return kUnordered;
  if (right > most) return -1;
  if (right < least) return 1;
  return order(static_cast<double>(left), right);
}

int turned(int result) { return result == kUnordered ? kUnordered : -result; }

}  // namespace

int compare_numbers(const Value& left, const Value& right) {
  const Kind l = left.kind();
  const Kind r = right.kind();
  if (l == Kind::floating) {
    if (r != Kind::floating) return turned(compare_numbers(right, left));
    if (std::isnan(left.as_floating()) || std::isnan(right.as_floating())) return kUnordered;
    return order(left.as_floating(), right.as_floating());
  }
  if (r == Kind::floating)
    return l == Kind::integer
               ? integer_to_floating(left.as_integer(), right.as_floating(), -kTwo63, kTwo63)
               : integer_to_floating(left.as_uinteger(), right.as_floating(), 0.0, 2 * kTwo63);
  if (l == Kind::integer && r == Kind::integer) return order(left.as_integer(), right.as_integer());
  if (l == Kind::integer && left.as_integer() < 0) return -1;
  if (r == Kind::integer && right.as_integer() < 0) return 1;
  return order(left.as_uinteger(), right.as_uinteger());
}

std::optional<double> read_double(std::string_view text) {
  const char* const last = text.data() + text.size();
  double value = 0;
  auto done = std::from_chars(text.data(), last, value);
  if (done.ec == std::errc::result_out_of_range) {
    // Too large and too small look alike; a wider type tells them apart. Too small is zero.
    long double wide = 0;
    done = std::from_chars(text.data(), last, wide);
    if (std::fabs(wide) < 1.0L) value = std::signbit(wide) ? -0.0 : 0.0;
    if (std::fabs(wide) >= 1.0L) return std::nullopt;
  }
  if (done.ec != std::errc() || done.ptr != last) return std::nullopt;
  return value;
}

}  // namespace concord::cel
