#include "scoring/cel/signatures.h"

#include <array>

namespace concord::cel {
namespace {
using F = Function;
constexpr bool kGlobal = true;
constexpr bool kMember = true;
constexpr bool kNo = false;

// clang-format off
constexpr Signature kSignatures[] = {
    {"+", F::add, kGlobal, kNo, "ii", "i"}, {"+", F::add, kGlobal, kNo, "uu", "u"},
    {"+", F::add, kGlobal, kNo, "dd", "d"}, {"+", F::add, kGlobal, kNo, "ss", "s"},
    {"+", F::add, kGlobal, kNo, "yy", "y"}, {"+", F::add, kGlobal, kNo, "[A[A", "[A"},
    {"+", F::add, kGlobal, kNo, "tr", "t"}, {"+", F::add, kGlobal, kNo, "rt", "t"},
    {"+", F::add, kGlobal, kNo, "rr", "r"},
    {"-", F::subtract, kGlobal, kNo, "ii", "i"}, {"-", F::subtract, kGlobal, kNo, "uu", "u"},
    {"-", F::subtract, kGlobal, kNo, "dd", "d"}, {"-", F::subtract, kGlobal, kNo, "tt", "r"},
    {"-", F::subtract, kGlobal, kNo, "tr", "t"}, {"-", F::subtract, kGlobal, kNo, "rr", "r"},
    {"*", F::multiply, kGlobal, kNo, "ii", "i"}, {"*", F::multiply, kGlobal, kNo, "uu", "u"},
    {"*", F::multiply, kGlobal, kNo, "dd", "d"},
    {"/", F::divide, kGlobal, kNo, "ii", "i"}, {"/", F::divide, kGlobal, kNo, "uu", "u"},
    {"/", F::divide, kGlobal, kNo, "dd", "d"},
    {"%", F::modulo, kGlobal, kNo, "ii", "i"}, {"%", F::modulo, kGlobal, kNo, "uu", "u"},
    {"-_", F::negate, kGlobal, kNo, "i", "i"}, {"-_", F::negate, kGlobal, kNo, "d", "d"},
    {"!", F::not_, kGlobal, kNo, "b", "b"},
    {"==", F::equal, kGlobal, kNo, "AA", "b"}, {"!=", F::not_equal, kGlobal, kNo, "AA", "b"},
    {"in", F::in, kGlobal, kNo, "A[A", "b"}, {"in", F::in, kGlobal, kNo, "A{AB", "b"},
    {"[]", F::index, kGlobal, kNo, "[Ai", "A"}, {"[]", F::index, kGlobal, kNo, "{ABA", "B"},
    {"size", F::size, kGlobal, kMember, "s", "i"}, {"size", F::size, kGlobal, kMember, "y", "i"},
    {"size", F::size, kGlobal, kMember, "[A", "i"},
    {"size", F::size, kGlobal, kMember, "{AB", "i"},
    {"contains", F::contains, kNo, kMember, "ss", "b"},
    {"startsWith", F::starts_with, kNo, kMember, "ss", "b"},
    {"endsWith", F::ends_with, kNo, kMember, "ss", "b"},
    {"matches", F::matches, kGlobal, kMember, "ss", "b"},
    {"int", F::to_int, kGlobal, kNo, "i", "i"}, {"int", F::to_int, kGlobal, kNo, "u", "i"},
    {"int", F::to_int, kGlobal, kNo, "d", "i"}, {"int", F::to_int, kGlobal, kNo, "s", "i"},
    {"int", F::to_int, kGlobal, kNo, "t", "i"},
    {"uint", F::to_uint, kGlobal, kNo, "u", "u"}, {"uint", F::to_uint, kGlobal, kNo, "i", "u"},
    {"uint", F::to_uint, kGlobal, kNo, "d", "u"}, {"uint", F::to_uint, kGlobal, kNo, "s", "u"},
    {"double", F::to_double, kGlobal, kNo, "d", "d"},
    {"double", F::to_double, kGlobal, kNo, "i", "d"},
    {"double", F::to_double, kGlobal, kNo, "u", "d"},
    {"double", F::to_double, kGlobal, kNo, "s", "d"},
    {"string", F::to_string, kGlobal, kNo, "s", "s"},
    {"string", F::to_string, kGlobal, kNo, "i", "s"},
    {"string", F::to_string, kGlobal, kNo, "u", "s"},
    {"string", F::to_string, kGlobal, kNo, "d", "s"},
    {"string", F::to_string, kGlobal, kNo, "b", "s"},
    {"string", F::to_string, kGlobal, kNo, "y", "s"},
    {"string", F::to_string, kGlobal, kNo, "t", "s"},
    {"string", F::to_string, kGlobal, kNo, "r", "s"},
    {"bytes", F::to_bytes, kGlobal, kNo, "y", "y"}, {"bytes", F::to_bytes, kGlobal, kNo, "s", "y"},
    {"bool", F::to_bool, kGlobal, kNo, "b", "b"}, {"bool", F::to_bool, kGlobal, kNo, "s", "b"},
    {"timestamp", F::to_timestamp, kGlobal, kNo, "t", "t"},
    {"timestamp", F::to_timestamp, kGlobal, kNo, "s", "t"},
    {"timestamp", F::to_timestamp, kGlobal, kNo, "i", "t"},
    {"duration", F::to_duration, kGlobal, kNo, "r", "r"},
    {"duration", F::to_duration, kGlobal, kNo, "s", "r"},
    {"dyn", F::to_dyn, kGlobal, kNo, "A", "*"},
    {"type", F::type_of, kGlobal, kNo, "A", "T"},
    {"getDate", F::get_date, kNo, kMember, "t", "i"},
    {"getDate", F::get_date, kNo, kMember, "ts", "i"},
    {"getDayOfMonth", F::get_day_of_month, kNo, kMember, "t", "i"},
    {"getDayOfMonth", F::get_day_of_month, kNo, kMember, "ts", "i"},
    {"getDayOfWeek", F::get_day_of_week, kNo, kMember, "t", "i"},
    {"getDayOfWeek", F::get_day_of_week, kNo, kMember, "ts", "i"},
    {"getDayOfYear", F::get_day_of_year, kNo, kMember, "t", "i"},
    {"getDayOfYear", F::get_day_of_year, kNo, kMember, "ts", "i"},
    {"getFullYear", F::get_full_year, kNo, kMember, "t", "i"},
    {"getFullYear", F::get_full_year, kNo, kMember, "ts", "i"},
    {"getMonth", F::get_month, kNo, kMember, "t", "i"},
    {"getMonth", F::get_month, kNo, kMember, "ts", "i"},
    {"getHours", F::get_hours, kNo, kMember, "t", "i"},
    {"getHours", F::get_hours, kNo, kMember, "ts", "i"},
    {"getHours", F::get_hours, kNo, kMember, "r", "i"},
    {"getMinutes", F::get_minutes, kNo, kMember, "t", "i"},
    {"getMinutes", F::get_minutes, kNo, kMember, "ts", "i"},
    {"getMinutes", F::get_minutes, kNo, kMember, "r", "i"},
    {"getSeconds", F::get_seconds, kNo, kMember, "t", "i"},
    {"getSeconds", F::get_seconds, kNo, kMember, "ts", "i"},
    {"getSeconds", F::get_seconds, kNo, kMember, "r", "i"},
    {"getMilliseconds", F::get_milliseconds, kNo, kMember, "t", "i"},
    {"getMilliseconds", F::get_milliseconds, kNo, kMember, "ts", "i"},
    {"getMilliseconds", F::get_milliseconds, kNo, kMember, "r", "i"},
};
// clang-format on

constexpr std::string_view kOrdered[] = {"bb", "ii", "uu", "dd", "ss", "yy", "tt",
                                         "rr", "iu", "id", "ui", "ud", "di", "du"};
constexpr std::size_t kFixed = std::size(kSignatures);

constexpr auto all_signatures() {
  std::array<Signature, kFixed + 4 * std::size(kOrdered)> rows{};
  std::size_t at = 0;
  for (const Signature& row : kSignatures) rows[at++] = row;
  for (const std::string_view pair : kOrdered) {
    rows[at++] = {"<", F::less, true, false, pair, "b"};
    rows[at++] = {"<=", F::less_equal, true, false, pair, "b"};
    rows[at++] = {">", F::greater, true, false, pair, "b"};
    rows[at++] = {">=", F::greater_equal, true, false, pair, "b"};
  }
  return rows;
}
constexpr auto kAll = all_signatures();

}  // namespace

std::span<const Signature> signatures() { return kAll; }

std::uint32_t count_types(std::string_view letters) {
  std::uint32_t count = 0;
  std::uint32_t open = 1;  // types still to come of the one being read
  for (const char c : letters) {
    open += c == '[' ? 0 : c == '{' ? 1 : -1;
    if (open == 0) {
      ++count;
      open = 1;
    }
  }
  return count;
}

}  // namespace concord::cel
