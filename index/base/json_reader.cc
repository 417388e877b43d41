#include "index/base/json_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <type_traits>
#include <vector>

#include "index/base/assert.h"
#include "index/base/json_fault.h"

namespace concord::index {
namespace {

namespace dom = simdjson::dom;
using Place = std::array<std::uint64_t, 2>;

// simdjson's views are two words: a document and a position on its tape. We carry them as such, so
// that no other file sees the library.
template <typename View>
Place to_place(const View& view) {
  static_assert(sizeof(View) == sizeof(Place) && std::is_trivially_copyable_v<View>);
  return std::bit_cast<Place>(view);
}
template <typename View>
View from_place(const Place& place) {
  return std::bit_cast<View>(place);
}

// Few names: compare each pair. Many: sort them.
std::optional<std::string_view> duplicate_name(dom::object object,
                                               std::vector<std::string_view>& names) {
  constexpr std::size_t kPairsMax = 12;
  names.clear();
  for (const dom::key_value_pair member : object) names.push_back(member.key);
  if (names.size() > kPairsMax) {
    std::sort(names.begin(), names.end());
    const auto at = std::adjacent_find(names.begin(), names.end());
    return at == names.end() ? std::nullopt : std::optional(*at);
  }
  for (std::size_t i = 1; i < names.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (names[i] == names[j]) return names[i];
  return std::nullopt;
}

bool is_container(dom::element value) { return value.is_object() || value.is_array(); }

// Whether an object at or below `value` has a name twice; `pointer` becomes its JSON pointer, built
// on the way back. Recursion is bounded by the depth limit.
bool find_duplicate(dom::element value, std::vector<std::string_view>& names,
                    std::string& pointer) {
  dom::object object;
  dom::array array;
  if (value.get(object) == simdjson::SUCCESS) {
    if (const auto name = duplicate_name(object, names)) {
      pointer = json_pointer("", *name);
      return true;
    }
    for (const dom::key_value_pair member : object)
      if (is_container(member.value) && find_duplicate(member.value, names, pointer)) {
        pointer.insert(0, json_pointer("", member.key));
        return true;
      }
  } else if (value.get(array) == simdjson::SUCCESS) {
    std::size_t i = 0;
    for (const dom::element element : array) {
      if (is_container(element) && find_duplicate(element, names, pointer)) {
        pointer.insert(0, json_pointer("", i));
        return true;
      }
      ++i;
    }
  }
  return false;
}

// The library says what it met; where, only the slow reader knows. That one takes any number, so
// where it finds no fault, a number was too large.
Error refusal(std::string_view text, simdjson::error_code error, std::size_t depth_max) {
  if (const auto fault = find_json_fault(text, depth_max + 1))
    return {Code::bad_input, "JSON: " + std::string(fault->reason),
            line_and_column(text, fault->offset)};
  if (error == simdjson::NUMBER_ERROR)
    return {Code::bad_input, "JSON: a number fits neither 64 bits nor a double", ""};
  return {Code::bad_input, std::string("JSON: ") + simdjson::error_message(error), ""};
}

void append_object(JsonWriter& out, JsonValue value) {
  out.begin_object();
  for (const JsonMember& member : value.members()) {
    out.key_escaped(member.name);
    append_json(out, member.value);
  }
  out.end_object();
}

void append_array(JsonWriter& out, JsonValue value) {
  out.begin_array();
  for (const JsonValue element : value.elements()) append_json(out, element);
  out.end_array();
}

}  // namespace

struct JsonReader::State {
  JsonRules rules;
  dom::parser parser;
  std::vector<std::string_view> names;
};

JsonReader::JsonReader(JsonRules rules) : state_(std::make_unique<State>()) {
  CONCORD_ASSERT(rules.depth_max > 0);
  state_->rules = rules;
}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

Result<JsonValue> JsonReader::parse(std::string_view text) {
  State& state = *state_;
  if (text.size() > state.rules.bytes_max)
    return fail(Code::over_limit, "JSON over " + std::to_string(state.rules.bytes_max) + " bytes");
  if (text.empty())
    return fail(Code::bad_input, "JSON expected, nothing found", "line 1, column 1");
  const std::size_t depth = state.rules.depth_max + 1;  // simdjson refuses at its bound already
  if (state.parser.max_depth() != depth || state.parser.capacity() < text.size())
    if (state.parser.allocate(std::max(state.parser.capacity(), text.size()), depth) !=
        simdjson::SUCCESS)
      return fail(Code::over_limit, "JSON: out of memory");
  dom::element root;
  const simdjson::error_code error = state.parser.parse(text.data(), text.size()).get(root);
  if (error == simdjson::DEPTH_ERROR)
    return fail(Code::over_limit,
                "JSON nested deeper than " + std::to_string(state.rules.depth_max));
  if (error != simdjson::SUCCESS) return fail(refusal(text, error, state.rules.depth_max));
  std::string pointer;
  if (state.rules.refuse_duplicate_names && find_duplicate(root, state.names, pointer))
    return fail(Code::bad_input, "JSON: this member occurs twice in its object", pointer);
  JsonValue value;
  value.place_ = to_place(root);
  return value;
}

std::string_view describe(JsonType type) {
  switch (type) {
    case JsonType::null: return "null";
    case JsonType::boolean: return "true or false";
    case JsonType::integer:
    case JsonType::unsigned_integer: return "an integer";
    case JsonType::number: return "a number";
    case JsonType::string: return "a string";
    case JsonType::array: return "an array";
    case JsonType::object: return "an object";
  }
  CONCORD_ASSERT(false);
}

JsonType JsonValue::type() const {
  switch (from_place<dom::element>(place_).type()) {
    case dom::element_type::NULL_VALUE: return JsonType::null;
    case dom::element_type::BOOL: return JsonType::boolean;
    case dom::element_type::INT64: return JsonType::integer;
    case dom::element_type::UINT64: return JsonType::unsigned_integer;
    case dom::element_type::DOUBLE: return JsonType::number;
    case dom::element_type::STRING: return JsonType::string;
    case dom::element_type::ARRAY: return JsonType::array;
    case dom::element_type::OBJECT: return JsonType::object;
  }
  CONCORD_ASSERT(false);
}

std::optional<std::string_view> JsonValue::as_string() const {
  std::string_view text;
  if (from_place<dom::element>(place_).get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}
std::optional<std::int64_t> JsonValue::as_int64() const {
  std::int64_t value = 0;
  if (from_place<dom::element>(place_).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}
std::optional<std::uint64_t> JsonValue::as_uint64() const {
  std::uint64_t value = 0;
  if (from_place<dom::element>(place_).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}
std::optional<double> JsonValue::as_double() const {
  double value = 0;
  if (from_place<dom::element>(place_).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}
std::optional<bool> JsonValue::as_bool() const {
  bool value = false;
  if (from_place<dom::element>(place_).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<JsonValue> JsonValue::find(std::string_view name) const {
  dom::object object;
  dom::element found;
  if (from_place<dom::element>(place_).get(object) != simdjson::SUCCESS) return std::nullopt;
  if (object.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
  JsonValue value;
  value.place_ = to_place(found);
  return value;
}

JsonMembers JsonValue::members() const { return JsonMembers(*this); }
JsonElements JsonValue::elements() const { return JsonElements(*this); }

std::size_t JsonValue::size() const {
  std::size_t count = 0;
  for ([[maybe_unused]] const JsonMember& member : members()) ++count;
  for ([[maybe_unused]] const JsonValue element : elements()) ++count;
  return count;
}

JsonMembers::JsonMembers(const JsonValue& value) {
  dom::object object;
  if (from_place<dom::element>(value.place_).get(object) != simdjson::SUCCESS) return;
  begin_.place_ = to_place(object.begin());
  end_.place_ = to_place(object.end());
}
JsonMember JsonMembers::Iterator::operator*() const {
  const dom::key_value_pair member = *from_place<dom::object::iterator>(place_);
  JsonMember result{member.key, {}};
  result.value.place_ = to_place(member.value);
  return result;
}
JsonMembers::Iterator& JsonMembers::Iterator::operator++() {
  auto at = from_place<dom::object::iterator>(place_);
  place_ = to_place(++at);
  return *this;
}

JsonElements::JsonElements(const JsonValue& value) {
  dom::array array;
  if (from_place<dom::element>(value.place_).get(array) != simdjson::SUCCESS) return;
  begin_.place_ = to_place(array.begin());
  end_.place_ = to_place(array.end());
}
JsonValue JsonElements::Iterator::operator*() const {
  JsonValue result;
  result.place_ = to_place(*from_place<dom::array::iterator>(place_));
  return result;
}
JsonElements::Iterator& JsonElements::Iterator::operator++() {
  auto at = from_place<dom::array::iterator>(place_);
  place_ = to_place(++at);
  return *this;
}

void append_json(JsonWriter& out, JsonValue value) {
  switch (value.type()) {
    case JsonType::null: out.null(); return;
    case JsonType::boolean: out.boolean(*value.as_bool()); return;
    case JsonType::integer: out.integer(*value.as_int64()); return;
    case JsonType::unsigned_integer: out.unsigned_integer(*value.as_uint64()); return;
    case JsonType::number: out.number(*value.as_double() + 0.0); return;  // minus zero becomes 0
    case JsonType::string: out.string(*value.as_string()); return;
    case JsonType::array: append_array(out, value); return;
    case JsonType::object: append_object(out, value); return;
  }
}

std::string json_pointer(std::string_view parent, std::string_view name) {
  std::string pointer(parent);
  pointer += '/';
  for (const char c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

std::string json_pointer(std::string_view parent, std::size_t element) {
  return std::string(parent) + "/" + std::to_string(element);
}

}  // namespace concord::index
