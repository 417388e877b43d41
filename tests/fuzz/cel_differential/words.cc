#include "tests/fuzz/cel_differential/words.h"

#include <cmath>
#include <limits>

#include "tests/fuzz/cel_differential/generator.h"

namespace concord::test {
namespace words {

const Words& booleans() {
  static const Words all = {"true", "false", "b0"};
  return all;
}
const Words& integers() {
  static const Words all = {"0",
                            "1",
                            "2",
                            "-1",
                            "-7",
                            "10",
                            "60",
                            "i0",
                            "i1",
                            "i0",
                            "255",
                            "4611686018427387904",
                            "9223372036854775807",
                            "-9223372036854775808",
                            "0x1F"};
  return all;
}
const Words& uintegers() {
  static const Words all = {"0u", "1u", "2u", "7u", "u0", "u0", "18446744073709551615u", "0xFFu"};
  return all;
}
const Words& floatings() {
  static const Words all = {"0.0", "1.5",  "-2.25", "0.1", "1e3",  "3.0",
                            "d0",  "1e15", "-0.5",  "d0",  "1e-3", "1.7976931348623157e308"};
  return all;
}
const Words& strings() {
  static const Words all = {"''",     "'a'", "'ab'",         "'Abc'", "'aab'", "\"it's\"", "'ä'",
                            "'日本'", "'😀'", "'a\\tb\\\\c'", "s0",    "s1",    "r'\\d'",   "'12'"};
  return all;
}
const Words& bytes() {
  static const Words all = {"b''", "b'a'", "b'\\x00\\xff'", "b'ab'", "y0", "b'ä'"};
  return all;
}
const Words& timestamps() {
  static const Words all = {"timestamp('2026-11-22T09:00:00Z')",
                            "timestamp('1970-01-01T00:00:00Z')",
                            "timestamp('2024-02-29T23:59:59.5Z')",
                            "timestamp('2026-03-29T02:30:00+01:00')",
                            "timestamp('9999-12-31T23:59:59Z')",
                            "timestamp('1969-12-31T23:59:59.999Z')",
                            "t0",
                            "t0"};
  return all;
}
const Words& durations() {
  static const Words all = {
      "duration('0s')",       "duration('90s')",  "duration('1h30m')", "duration('-1.5s')",
      "duration('250ms')",    "duration('720h')", "duration('-36h')",  "p0",
      "duration('2562047h')", "duration('1ms')"};
  return all;
}
const Words& integer_lists() {
  static const Words all = {"[1, 2, 3]", "[0]", "[i0, i1, 7]", "[-1, 5, 5]", "li", "li"};
  return all;
}
const Words& string_lists() {
  static const Words all = {"['a', 'b']", "['']", "[s0, s1]", "ls", "ls", "['ä', 'a', 'ab']"};
  return all;
}
const Words& small_numbers() {
  static const Words all = {"1", "1u", "1.0", "2", "2u", "2.5", "-3", "-3.0", "0", "0u", "0.0"};
  return all;
}
const Words& comparisons() {
  static const Words all = {"==", "!=", "<", "<=", ">", ">="};
  return all;
}
const Words& patterns() {
  static const Words all = {"'a.*'", "'^[a-z]+$'", "r'\\d+'", "'(ab)+c?'", "'.'",
                            "''",    "'ä'",        "'[^a]'",  "'^$'",      "'(?i)ABC'"};
  return all;
}
const Words& numerals() {
  static const Words all = {"'12'", "'-7'", "'x1'", "'9223372036854775808'", "'0'", "'007'"};
  return all;
}
const Words& texts_of() {
  static const Words all = {"string(1.5)",
                            "string(-2.25)",
                            "string(0.1)",
                            "string(true)",
                            "string(b'ab')",
                            "string(b'\\xff')",
                            "string(timestamp('2026-11-22T09:00:00Z'))",
                            "string(duration('90s'))",
                            "string('ä')"};
  return all;
}
const Words& time_getters() {
  static const Words all = {"getFullYear",  "getMonth",       "getDate",  "getDayOfMonth",
                            "getDayOfYear", "getDayOfWeek",   "getHours", "getMinutes",
                            "getSeconds",   "getMilliseconds"};
  return all;
}
const Words& duration_getters() {
  static const Words all = {"getHours", "getMinutes", "getSeconds", "getMilliseconds"};
  return all;
}
const Words& zones() {
  static const Words all = {"'+05:30'", "'-08:00'", "'+00:00'", "'-11:45'"};
  return all;
}
const Words& types() {
  static const Words all = {"int",  "uint",     "double", "string", "bytes",
                            "bool", "type(t0)", "list",   "map"};
  return all;
}

}  // namespace words

const std::vector<Variable>& variables() {
  using cel::Type;
  using cel::TypeKind;
  static const std::vector<Variable> all = {{"i0", TypeKind::integer},
                                            {"i1", TypeKind::integer},
                                            {"u0", TypeKind::uinteger},
                                            {"d0", TypeKind::floating},
                                            {"b0", TypeKind::boolean},
                                            {"s0", TypeKind::string},
                                            {"s1", TypeKind::string},
                                            {"y0", TypeKind::bytes},
                                            {"t0", TypeKind::timestamp},
                                            {"p0", TypeKind::duration},
                                            {"li", Type::list(TypeKind::integer)},
                                            {"ls", Type::list(TypeKind::string)},
                                            {"ms", Type::map(TypeKind::string, TypeKind::integer)}};
  return all;
}

std::vector<Datum> Generator::values() {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::vector<std::int64_t> integers = {
      0, 1, -1, 3, 42, -100, 1'000'000, Limits::max(), Limits::min()};
  const std::vector<std::uint64_t> uintegers = {0, 1, 5, 1'000,
                                                std::numeric_limits<std::uint64_t>::max()};
  const std::vector<double> reals = {0.0,
                                     -0.0,
                                     1.0,
                                     -1.5,
                                     2.5,
                                     1e18,
                                     1e19,
                                     1e-7,
                                     1e300,
                                     std::nan(""),
                                     std::numeric_limits<double>::infinity()};
  const std::vector<std::string> texts = {"",       "a",  "abc",  "Ab", "äöü",
                                          "日本語", "😀a", "a\nb", "12"};
  const std::vector<std::string> bytes = {"", "a", std::string("\0\xff", 2), "ab"};
  std::vector<Datum> some;
  for (std::uint32_t i = roll(5); i > 0; --i) some.push_back(Datum::integer(one_of(integers)));
  std::vector<Datum> words;
  for (std::uint32_t i = roll(4); i > 0; --i) words.push_back(Datum::string(one_of(texts)));
  std::vector<Datum> pairs;
  for (const char* key : {"a", "ab", ""})
    if (roll(2) == 0) {
      pairs.push_back(Datum::string(key));
      pairs.push_back(Datum::integer(one_of(integers)));
    }
  const auto day = static_cast<std::int64_t>(roll(40'000));
  const auto second = static_cast<std::int64_t>(roll(86'400));
  const std::uint32_t nanos = roll(2) * 500'000'000;
  const std::int64_t length = static_cast<std::int64_t>(roll(2'000'000)) - 1'000'000;
  return {Datum::integer(one_of(integers)),
          Datum::integer(one_of(integers)),
          Datum::uinteger(one_of(uintegers)),
          Datum::floating(one_of(reals)),
          Datum::boolean(roll(2) == 0),
          Datum::string(one_of(texts)),
          Datum::string(one_of(texts)),
          Datum::bytes(one_of(bytes)),
          Datum::timestamp(day * 86'400 + second, nanos),
          Datum::duration(length, roll(2) * 250'000'000),
          Datum::list(std::move(some)),
          Datum::list(std::move(words)),
          Datum::map(std::move(pairs))};
}

}  // namespace concord::test
