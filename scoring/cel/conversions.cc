#include <charconv>
#include <optional>

#include "index/base/json_writer.h"
#include "scoring/cel/functions.h"
#include "scoring/cel/numbers.h"
#include "scoring/cel/times.h"

namespace concord::cel {
namespace {

template <typename T>
std::optional<T> read_number(std::string_view text) {
  T out{};
  const auto done = std::from_chars(text.data(), text.data() + text.size(), out);
  if (done.ec != std::errc() || done.ptr != text.data() + text.size()) return std::nullopt;
  return out;
}

Value to_int(const Value& from, const CallContext& context) {
  switch (from.kind()) {
    case Kind::integer: return from;
    case Kind::uinteger:
      if (from.as_uinteger() > static_cast<std::uint64_t>(INT64_MAX))
        return context.error(kOverflow);
      return Value::integer(from.as_integer());
    case Kind::floating:
      if (!fits_integer(from.as_floating())) return context.error(kOverflow);
      return Value::integer(static_cast<std::int64_t>(from.as_floating()));
    case Kind::string:
      if (const auto v = read_number<std::int64_t>(from.as_text())) return Value::integer(*v);
      return context.error("this text is not an int");
    case Kind::timestamp: return Value::integer(from.seconds());
    default: return context.error(kNoOverload);
  }
}

Value to_uint(const Value& from, const CallContext& context) {
  switch (from.kind()) {
    case Kind::uinteger: return from;
    case Kind::integer:
      if (from.as_integer() < 0) return context.error(kOverflow);
      return Value::uinteger(from.as_uinteger());
    case Kind::floating:
      if (!fits_uinteger(from.as_floating())) return context.error(kOverflow);
      return Value::uinteger(static_cast<std::uint64_t>(from.as_floating()));
    case Kind::string:
      if (const auto v = read_number<std::uint64_t>(from.as_text())) return Value::uinteger(*v);
      return context.error("this text is not a uint");
    default: return context.error(kNoOverload);
  }
}

Value to_double(const Value& from, const CallContext& context) {
  switch (from.kind()) {
    case Kind::floating: return from;
    case Kind::integer: return Value::floating(static_cast<double>(from.as_integer()));
    case Kind::uinteger: return Value::floating(static_cast<double>(from.as_uinteger()));
    case Kind::string:
      if (const auto v = read_double(from.as_text())) return Value::floating(*v);
      return context.error("this text is not a double");
    default: return context.error(kNoOverload);
  }
}

Value number_text(const Value& from, const CallContext& context) {
  char text[40];
  char* const last = text + sizeof text;
  char* end = text;
  if (from.is(Kind::integer)) {
    end = std::to_chars(text, last, from.as_integer()).ptr;
  } else if (from.is(Kind::uinteger)) {
    end = std::to_chars(text, last, from.as_uinteger()).ptr;
  } else if (std::isfinite(from.as_floating())) {
    end = std::to_chars(text, last, from.as_floating()).ptr;
  } else if (std::isnan(from.as_floating())) {
    return Value::string("NaN");
  } else {
    return Value::string(from.as_floating() > 0 ? "Infinity" : "-Infinity");
  }
  return keep_string({text, static_cast<std::size_t>(end - text)}, context);
}

Value to_string(const Value& from, const CallContext& context) {
  char text[kTimeTextMax];
  switch (from.kind()) {
    case Kind::string: return from;
    case Kind::boolean: return Value::string(from.as_boolean() ? "true" : "false");
    case Kind::integer:
    case Kind::uinteger:
    case Kind::floating: return number_text(from, context);
    case Kind::bytes:
      if (!index::is_utf8(from.as_text())) return context.error("these bytes are not UTF-8");
      return Value::string(from.as_text());
    case Kind::timestamp: return keep_string({text, write_timestamp(from, text)}, context);
    case Kind::duration: return keep_string({text, write_duration(from, text)}, context);
    default: return context.error(kNoOverload);
  }
}

Value to_bool(const Value& from, const CallContext& context) {
  if (from.is(Kind::boolean)) return from;
  if (!from.is(Kind::string)) return context.error(kNoOverload);
  for (const std::string_view word : {"1", "t", "T", "true", "TRUE", "True"})
    if (from.as_text() == word) return Value::boolean(true);
  for (const std::string_view word : {"0", "f", "F", "false", "FALSE", "False"})
    if (from.as_text() == word) return Value::boolean(false);
  return context.error("this text is not a bool");
}

Value to_timestamp(const Value& from, const CallContext& context) {
  if (from.is(Kind::timestamp)) return from;
  std::optional<Value> time;
  if (from.is(Kind::integer)) {
    time = timestamp_from_seconds(from.as_integer());
  } else if (from.is(Kind::string)) {
    time = parse_timestamp(from.as_text());
  } else {
    return context.error(kNoOverload);
  }
  if (time) return *time;
  return context.error("not a timestamp; write 2026-11-22T09:00:00Z, years 0001 to 9999");
}

Value to_duration(const Value& from, const CallContext& context) {
  if (from.is(Kind::duration)) return from;
  if (!from.is(Kind::string)) return context.error(kNoOverload);
  if (const auto duration = parse_duration(from.as_text())) return *duration;
  return context.error(
      "not a duration; write 90s, 1h30m, 250ms (30 days are 720h), at most 292 years");
}

}  // namespace

Value convert(Function function, const Value& from, const CallContext& context) {
  switch (function) {
    case Function::to_int: return to_int(from, context);
    case Function::to_uint: return to_uint(from, context);
    case Function::to_double: return to_double(from, context);
    case Function::to_string: return to_string(from, context);
    case Function::to_bytes:
      if (!from.is(Kind::string) && !from.is(Kind::bytes)) return context.error(kNoOverload);
      return Value::bytes(from.as_text());
    case Function::to_bool: return to_bool(from, context);
    case Function::to_timestamp: return to_timestamp(from, context);
    case Function::to_duration: return to_duration(from, context);
    case Function::type_of: return Value::type(type_name(from));
    default: return from;  // dyn
  }
}

}  // namespace concord::cel
