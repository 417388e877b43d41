// Numbers of three kinds compared exactly, and arithmetic that says when it does not fit.
// Thread class: any-thread (pure functions).
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

#include "scoring/cel/value.h"

namespace concord::cel {

inline constexpr int kUnordered = 2;  // one of them is not a number (NaN)

template <typename T>
constexpr int order(T left, T right) {
  return left < right ? -1 : right < left ? 1 : 0;
}

/// -1, 0, 1 or kUnordered. An int or uint meets a double as a double. Requires numbers.
int compare_numbers(const Value& left, const Value& right);

/// "1.5", "-3e8". Too small for a double is zero; too large, or no number, is empty.
std::optional<double> read_double(std::string_view text);

/// Whether the double lies strictly inside the range of the integer kind.
inline bool fits_integer(double v) {
  return v > -9223372036854775808.0 && v < 9223372036854775808.0;
}
inline bool fits_uinteger(double v) { return v >= 0.0 && v < 18446744073709551616.0; }

}  // namespace concord::cel
