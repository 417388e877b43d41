// Numbers of three kinds compared exactly, and arithmetic that says when it does not fit.
// Thread class: any-thread (pure functions).
#pragma once
#include <cmath>
#include <cstdint>

#include "scoring/cel/value.h"

namespace concord::cel {

inline constexpr int kUnordered = 2;  // one of them is not a number (NaN)

template <typename T>
constexpr int order(T left, T right) {
  return left < right ? -1 : right < left ? 1 : 0;
}

/// -1, 0, 1 by mathematical value, or kUnordered. Requires numbers of any kinds.
int compare_numbers(const Value& left, const Value& right);

/// Whether the double lies strictly inside the range of the integer kind.
inline bool fits_integer(double v) { return v > -9223372036854775808.0 && v < 9223372036854775808.0; }
inline bool fits_uinteger(double v) { return v >= 0.0 && v < 18446744073709551616.0; }

}  // namespace concord::cel
