// Backslash escapes of string and bytes literals, in and out.
// Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace concord::cel {

struct EscapeError {
  std::uint32_t begin = 0;  // offsets in the body of the literal
  std::uint32_t end = 0;
  std::string_view what;
};

/// Appends `body` (without its quotes) to `out`. In bytes, \xHH and \ooo are octets and \u is not
/// allowed; in strings all are code points. False: `wrong` says what.
bool decode_escapes(std::string_view body, bool bytes, std::string& out, EscapeError& wrong);

/// A literal that reads back as `value`: "…" or b"…".
std::string quote_literal(std::string_view value, bool bytes);

/// Appends a code point as UTF-8. Requires: a valid one.
void append_utf8(std::string& out, std::uint32_t code_point);
/// Number of code points. Requires valid UTF-8.
std::uint32_t utf8_length(std::string_view text);

}  // namespace concord::cel
