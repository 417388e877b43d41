#include "scoring/cel/value.h"

#include "scoring/cel/environment.h"
#include "scoring/cel/numbers.h"

namespace concord::cel {
namespace {

bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::uinteger || kind == Kind::floating;
}

Value equal_lists(const Value& left, const Value& right) {
  if (left.size() != right.size()) return Value::boolean(false);
  Value answer = Value::boolean(true);
  for (std::uint32_t i = 0; i < left.size(); ++i) {
    const Value same = equals(left.at(i), right.at(i));
    if (same.is_false()) return same;
    if (!same.is_true() && answer.is_true()) answer = same;
  }
  return answer;
}

Value equal_maps(const Value& left, const Value& right) {
  if (left.size() != right.size()) return Value::boolean(false);
  Value answer = Value::boolean(true);
  for (std::uint32_t i = 0; i < left.size(); ++i) {
    const Value other = right.find(left.key_at(i));
    if (other.is(Kind::unknown) && other.unknown_field().empty()) return Value::boolean(false);
    const Value same = equals(left.value_at(i), other);
    if (same.is_false()) return same;
    if (!same.is_true() && answer.is_true()) answer = same;
  }
  return answer;
}

/// Two objects are one when the host gives the same object, or all fields are equal.
Value equal_objects(const Value& left, const Value& right) {
  const ObjectType& type = left.object_type();
  if (&type != &right.object_type()) return Value::boolean(false);
  if (left.data() == right.data()) return Value::boolean(true);
  Value answer = Value::boolean(true);
  for (std::uint32_t i = 0; i < type.fields.size(); ++i) {
    const Value same = equals(type.get(left.data(), i), type.get(right.data(), i));
    if (same.is_false()) return same;
    if (!same.is_true() && answer.is_true()) answer = same;
  }
  return answer;
}

}  // namespace

Value equals(const Value& left, const Value& right) {
  if (!left.is_known()) return left;
  if (!right.is_known()) return right;
  if (left.kind() != right.kind()) {
    return Value::boolean(is_number(left.kind()) && is_number(right.kind()) &&
                          compare_numbers(left, right) == 0);
  }
  switch (left.kind()) {
    case Kind::null: return Value::boolean(true);
    case Kind::floating: return Value::boolean(left.as_floating() == right.as_floating());
    case Kind::boolean:
    case Kind::integer:
    case Kind::uinteger: return Value::boolean(left.as_integer() == right.as_integer());
    case Kind::string:
    case Kind::bytes:
    case Kind::type: return Value::boolean(left.as_text() == right.as_text());
    case Kind::timestamp:
    case Kind::duration:
      return Value::boolean(left.seconds() == right.seconds() && left.nanos() == right.nanos());
    case Kind::list: return equal_lists(left, right);
    case Kind::map: return equal_maps(left, right);
    case Kind::object: return equal_objects(left, right);
    case Kind::unknown:
    case Kind::error: break;
  }
  return left;
}

Value Value::find(const Value& key) const {
  if (b_.data != nullptr) return access().find(a_.data, key);
  for (std::uint32_t i = 0; i < size_; ++i)
    if (equals(key_at(i), key).is_true()) return value_at(i);
  return unknown("");
}

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::null: return "null_type";
    case Kind::boolean: return "bool";
    case Kind::integer: return "int";
    case Kind::uinteger: return "uint";
    case Kind::floating: return "double";
    case Kind::string: return "string";
    case Kind::bytes: return "bytes";
    case Kind::list: return "list";
    case Kind::map: return "map";
    case Kind::object: return value.object_type().name;
    case Kind::timestamp: return "google.protobuf.Timestamp";
    case Kind::duration: return "google.protobuf.Duration";
    case Kind::type: return "type";
    case Kind::unknown: return "unknown";
    case Kind::error: return "error";
  }
  return "error";
}

}  // namespace concord::cel
