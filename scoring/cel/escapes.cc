#include "scoring/cel/escapes.h"

namespace concord::cel {
namespace {

constexpr std::string_view kPlain = "abfnrtv\\?\"'`";
constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\?\"'`";

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/// Digits an escape must have and their base; 0: not a numeric escape.
struct Numeric {
  std::uint32_t skip;  // letter after the backslash, if any
  std::uint32_t digits;
  int base;
};

Numeric numeric_escape(char c) {
  switch (c) {
    case 'x':
    case 'X': return {1, 2, 16};
    case 'u': return {1, 4, 16};
    case 'U': return {1, 8, 16};
    case '0':
    case '1':
    case '2':
    case '3': return {0, 3, 8};
    default: return {0, 0, 0};
  }
}

}  // namespace

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

std::uint32_t utf8_length(std::string_view text) {
  std::uint32_t length = 0;
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return length;
}

bool decode_escapes(std::string_view body, bool bytes, std::string& out, EscapeError& wrong) {
  for (std::uint32_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      if (body[i] == '\r') {  // line ends inside ''' are one character, as in the specification
        out.push_back('\n');
        if (i + 1 < body.size() && body[i + 1] == '\n') ++i;
      } else {
        out.push_back(body[i]);
      }
      continue;
    }
    wrong = {i, static_cast<std::uint32_t>(body.size()), "this escape is not complete"};
    if (i + 1 >= body.size()) return false;
    const char c = body[i + 1];
    if (const std::size_t plain = kPlain.find(c); plain != std::string_view::npos) {
      out.push_back(kMeaning[plain]);
      ++i;
      continue;
    }
    const Numeric numeric = numeric_escape(c);
    wrong = {i, i + 2, "there is no such escape; a backslash itself is written `\\\\`"};
    if (numeric.digits == 0) return false;
    const std::uint32_t end = i + 1 + numeric.skip + numeric.digits;
    wrong = {i, end, "this escape needs more digits"};
    if (end > body.size()) return false;
    std::uint32_t code = 0;
    for (std::uint32_t d = i + 1 + numeric.skip; d < end; ++d) {
      const int digit = digit_value(body[d]);
      if (digit >= numeric.base) return false;
      code = code * static_cast<std::uint32_t>(numeric.base) + static_cast<std::uint32_t>(digit);
    }
    wrong.what = "a bytes literal has octets; `\\u` names a character";
    if (bytes && numeric.digits != 2 && numeric.digits != 3) return false;
    wrong.what = "there is no such Unicode character";
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    if (bytes) {
      out.push_back(static_cast<char>(code));
    } else {
      append_utf8(out, code);
    }
    i = end - 1;
  }
  return true;
}

std::string quote_literal(std::string_view value, bool bytes) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = bytes ? "b\"" : "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F || (bytes && byte >= 0x80)) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

}  // namespace concord::cel
