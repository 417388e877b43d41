#include "index/base/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "index/base/time.h"

namespace concord::index {
namespace {

// 0: copy; 'u': \u00XX; else the letter behind the backslash.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (int i = 0; i < 32; ++i) table[static_cast<std::size_t>(i)] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['\b'] = 'b';
  table['\f'] = 'f';
  return table;
}
constexpr std::array<char, 256> kEscapes = make_escapes();

}  // namespace

void append_json_string(Buffer& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  char* to = out.reserve_more(text.size() * 6 + 2);
  const char* const begin = to;
  *to++ = '"';
  for (const char c : text) {
    const char escape = kEscapes[static_cast<unsigned char>(c)];
    if (escape == 0) [[likely]] {
      *to++ = c;
      continue;
    }
    *to++ = '\\';
    *to++ = escape;
    if (escape == 'u') {
      *to++ = '0';
      *to++ = '0';
      *to++ = kHex[(c >> 4) & 15];
      *to++ = kHex[c & 15];
    }
  }
  *to++ = '"';
  out.advance(static_cast<std::size_t>(to - begin));
}

bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  while (at < end) {
    if (*at < 0x80) {
      ++at;
      continue;
    }
    const int more = *at >= 0xF0 ? 3 : *at >= 0xE0 ? 2 : *at >= 0xC2 ? 1 : -1;
    if (more < 0 || *at > 0xF4 || end - at <= more) return false;
    for (int i = 1; i <= more; ++i)
      if ((at[i] & 0xC0) != 0x80) return false;
    if (*at == 0xE0 && at[1] < 0xA0) return false;
    if (*at == 0xED && at[1] > 0x9F) return false;
    if (*at == 0xF0 && at[1] < 0x90) return false;
    if (*at == 0xF4 && at[1] > 0x8F) return false;
    at += more + 1;
  }
  return true;
}

JsonWriter& JsonWriter::open(char c) {
  comma();
  out_.push(c);
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char c) {
  out_.push(c);
  need_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  comma();
  char* to = out_.reserve_more(name.size() + 3);
  to[0] = '"';
  std::memcpy(to + 1, name.data(), name.size());
  to[name.size() + 1] = '"';
  to[name.size() + 2] = ':';
  out_.advance(name.size() + 3);
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::key_escaped(std::string_view name) {
  comma();
  append_json_string(out_, name);
  out_.push(':');
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  comma();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  comma();
  char* to = out_.reserve_more(24);
  out_.advance(static_cast<std::size_t>(std::to_chars(to, to + 24, value).ptr - to));
  return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t value) {
  comma();
  char* to = out_.reserve_more(24);
  out_.advance(static_cast<std::size_t>(std::to_chars(to, to + 24, value).ptr - to));
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  if (!std::isfinite(value)) return null();
  comma();
  char* to = out_.reserve_more(32);
  // From 2^63 on always with an exponent: without one it would read back as an integer, or not fit.
  const bool large = std::abs(value) >= 0x1p63;
  const auto end = large ? std::to_chars(to, to + 32, value, std::chars_format::scientific)
                         : std::to_chars(to, to + 32, value);
  out_.advance(static_cast<std::size_t>(end.ptr - to));
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }
JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::time(UnixMillis value) {
  comma();
  char* to = out_.reserve_more(kTimeCharsMax + 2);
  to[0] = '"';
  const std::size_t size = write_rfc3339(value, to + 1);
  to[size + 1] = '"';
  out_.advance(size + 2);
  return *this;
}

JsonWriter& JsonWriter::id(CustomerId value) {
  comma();
  char* to = out_.reserve_more(kCustomerIdChars + 2);
  to[0] = '"';
  write_customer_id(value, to + 1);
  to[kCustomerIdChars + 1] = '"';
  out_.advance(kCustomerIdChars + 2);
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  comma();
  out_.append(json);
  return *this;
}

}  // namespace concord::index
