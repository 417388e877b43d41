// The standard functions and operators: their names, argument and result types.
// Thread class: immutable.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace concord::cel {

enum class Function : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  negate,
  not_,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  index,
  size,
  contains,
  starts_with,
  ends_with,
  matches,
  to_int,
  to_uint,
  to_double,
  to_string,
  to_bytes,
  to_bool,
  to_timestamp,
  to_duration,
  to_dyn,
  type_of,
  get_date,
  get_day_of_month,
  get_day_of_week,
  get_day_of_year,
  get_full_year,
  get_hours,
  get_milliseconds,
  get_minutes,
  get_month,
  get_seconds,
};

/// `arguments` and `result` are written with one letter a type: b bool, i int, u uint, d double,
/// s string, y bytes, n null, t timestamp, r duration, T type, * dyn, A and B any type (the same
/// everywhere in the row), [x list of x, {xy map of x to y.
struct Signature {
  std::string_view name;
  Function function;
  bool global;  // f(x, y)
  bool member;  // x.f(y)
  std::string_view arguments;
  std::string_view result;
};

std::span<const Signature> signatures();

/// Number of types in a row of letters.
std::uint32_t count_types(std::string_view letters);

}  // namespace concord::cel
