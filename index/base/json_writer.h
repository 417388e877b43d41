// The one JSON writer of concord: append-only, no tree, commas by itself.
// Strings must be UTF-8 (checked where they enter); control characters, quotes and backslashes are
// escaped. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <string_view>

#include "index/base/buffer.h"
#include "index/base/types.h"

namespace concord::index {

class JsonWriter {
 public:
  explicit JsonWriter(Buffer& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  /// `name` must need no escaping (our own field names).
  JsonWriter& key(std::string_view name);
  /// Any text as a member name.
  JsonWriter& key_escaped(std::string_view name);

  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& unsigned_integer(std::uint64_t value);
  /// Shortest text that reads back as the same double; NaN and infinities become null.
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& time(UnixMillis value);
  JsonWriter& id(CustomerId value);
  /// A ready-made JSON value.
  JsonWriter& raw(std::string_view json);

  Buffer& buffer() { return out_; }

 private:
  JsonWriter& open(char c);
  JsonWriter& close(char c);
  void comma() {
    if (need_comma_) out_.push(',');
    need_comma_ = true;
  }

  Buffer& out_;
  bool need_comma_ = false;
};

/// `text` in quotes with JSON escapes, appended to `out`.
void append_json_string(Buffer& out, std::string_view text);
/// Well-formed UTF-8 (no surrogates, no overlong forms, no bytes over U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace concord::index
