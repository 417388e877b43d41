#include "scoring/cel/numbers.h"

namespace concord::cel {
namespace {

int integer_to_floating(std::int64_t left, double right) {
  if (std::isnan(right)) return kUnordered;
  if (right >= 9223372036854775808.0) return -1;
  if (right < -9223372036854775808.0) return 1;
  const auto whole = static_cast<std::int64_t>(right);
  if (left != whole) return order(left, whole);
  return order(0.0, right - static_cast<double>(whole));
}

int uinteger_to_floating(std::uint64_t left, double right) {
  if (std::isnan(right)) return kUnordered;
  if (right >= 18446744073709551616.0) return -1;
  if (right < 0) return 1;
  const auto whole = static_cast<std::uint64_t>(right);
  if (left != whole) return order(left, whole);
  return order(0.0, right - static_cast<double>(whole));
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
    return l == Kind::integer ? integer_to_floating(left.as_integer(), right.as_floating())
                              : uinteger_to_floating(left.as_uinteger(), right.as_floating());
  if (l == Kind::integer && r == Kind::integer) return order(left.as_integer(), right.as_integer());
  if (l == Kind::integer && left.as_integer() < 0) return -1;
  if (r == Kind::integer && right.as_integer() < 0) return 1;
  return order(left.as_uinteger(), right.as_uinteger());
}

}  // namespace concord::cel
