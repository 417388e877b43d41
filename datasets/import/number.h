// Numbers as departments write them. No rounding, no locale.
// Thread class: any-thread (pure functions). Errors: an empty optional is "not such a number".
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace concord::datasets {

std::optional<std::int64_t> parse_integer(std::string_view text);
/// Finite; the whole text.
std::optional<double> parse_real(std::string_view text);
/// true, false, yes, no, y, n, t, f, 1, 0 in any case.
std::optional<bool> parse_boolean(std::string_view text);

/// "1,234.5" with point '.', "1.234,5" with point ',': an integer of 10^-exponent units. Groups of
/// three may stand behind the other mark, a blank or an apostrophe. More digits than `exponent`
/// other than zeros: empty, for money is not rounded away.
std::optional<std::int64_t> parse_decimal(std::string_view text, char point, int exponent);

}  // namespace concord::datasets
