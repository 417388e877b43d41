#include "tests/fuzz/cel_differential/datum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

namespace concord::test {
namespace {

using cel::Kind;
using cel::TypeKind;
using cel::Value;

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

std::string bits(double v) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx",
                static_cast<unsigned long long>(std::bit_cast<std::uint64_t>(v)));
  return text;
}

std::string tagged(const char* tag, const std::string& value) {
  return std::string("[\"") + tag + "\",\"" + value + "\"]";
}

std::string listed(const char* tag, const std::vector<Datum>& parts) {
  std::string out = std::string("[\"") + tag + "\"";
  for (const Datum& part : parts) out += "," + to_json(part);
  return out + "]";
}

std::string time_text(std::int64_t seconds, std::uint32_t nanos) {
  return std::to_string(seconds) + "." + std::to_string(nanos);
}

std::string canonical_list(const Value& value) {
  std::string out = "[";
  for (std::uint32_t i = 0; i < value.size(); ++i)
    out += (i == 0 ? "" : ",") + canonical(value.at(i));
  return out + "]";
}

std::string canonical_map(const Value& value) {
  std::vector<std::string> pairs;
  for (std::uint32_t i = 0; i < value.size(); ++i)
    pairs.push_back(canonical(value.key_at(i)) + ":" + canonical(value.value_at(i)));
  std::sort(pairs.begin(), pairs.end());
  std::string out = "{";
  for (const std::string& pair : pairs) out += (out.size() == 1 ? "" : ",") + pair;
  return out + "}";
}

}  // namespace

std::string to_json(const Datum& datum) {
  switch (datum.kind) {
    case TypeKind::boolean: return tagged("bool", datum.number != 0 ? "true" : "false");
    case TypeKind::integer: return tagged("int", std::to_string(datum.number));
    case TypeKind::uinteger:
      return tagged("uint", std::to_string(static_cast<std::uint64_t>(datum.number)));
    case TypeKind::floating: return tagged("double", bits(datum.real));
    case TypeKind::string: return tagged("string", hex(datum.text));
    case TypeKind::bytes: return tagged("bytes", hex(datum.text));
    case TypeKind::timestamp: return tagged("timestamp", time_text(datum.number, datum.nanos));
    case TypeKind::duration: return tagged("duration", time_text(datum.number, datum.nanos));
    case TypeKind::list: return listed("list", datum.parts);
    case TypeKind::map: return listed("map", datum.parts);
    default: return tagged("null", "");
  }
}

Value to_value(const Datum& datum, std::deque<std::vector<Value>>& keep) {
  switch (datum.kind) {
    case TypeKind::boolean: return Value::boolean(datum.number != 0);
    case TypeKind::integer: return Value::integer(datum.number);
    case TypeKind::uinteger: return Value::uinteger(static_cast<std::uint64_t>(datum.number));
    case TypeKind::floating: return Value::floating(datum.real);
    case TypeKind::string: return Value::string(datum.text);
    case TypeKind::bytes: return Value::bytes(datum.text);
    case TypeKind::timestamp: return Value::timestamp(datum.number, datum.nanos);
    case TypeKind::duration: return Value::duration(datum.number, datum.nanos);
    case TypeKind::list:
    case TypeKind::map: break;
    default: return Value::null();
  }
  std::vector<Value> parts;
  for (const Datum& part : datum.parts) parts.push_back(to_value(part, keep));
  const std::vector<Value>& kept = keep.emplace_back(std::move(parts));
  const auto size = static_cast<std::uint32_t>(kept.size());
  return datum.kind == TypeKind::list ? Value::list(kept.data(), size)
                                      : Value::map(kept.data(), size / 2);
}

std::string canonical(const Value& value) {
  switch (value.kind()) {
    case Kind::null: return "null";
    case Kind::boolean: return value.as_boolean() ? "true" : "false";
    case Kind::integer: return "i" + std::to_string(value.as_integer());
    case Kind::uinteger: return "u" + std::to_string(value.as_uinteger());
    case Kind::floating:
      return std::isnan(value.as_floating()) ? "dnan" : "d" + bits(value.as_floating());
    case Kind::string: return "s" + hex(value.as_text());
    case Kind::bytes: return "b" + hex(value.as_text());
    case Kind::timestamp: return "t" + time_text(value.seconds(), value.nanos());
    case Kind::duration:
      return "p" + std::to_string(value.seconds() * 1'000'000'000 + std::int64_t{value.nanos()});
    case Kind::type: return "T" + std::string(value.as_text());
    case Kind::list: return canonical_list(value);
    case Kind::map: return canonical_map(value);
    case Kind::unknown: return "unknown";
    default: return "error";
  }
}

}  // namespace concord::test
