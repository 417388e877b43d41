#include "tests/support/schema/json_schema.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include "index/base/assert.h"
#include "index/base/buffer.h"
#include "index/base/files.h"

namespace concord::tests {
namespace {

using index::JsonType;
using index::JsonValue;

std::string text_of(JsonValue value) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  index::append_json(out, value);
  return std::string(buffer.view());
}

bool is_type(JsonValue value, std::string_view type) {
  const JsonType is = value.type();
  const bool whole = is == JsonType::integer || is == JsonType::unsigned_integer;
  if (type == "integer") return whole;
  if (type == "number") return whole || is == JsonType::number;
  if (type == "object") return is == JsonType::object;
  if (type == "array") return is == JsonType::array;
  if (type == "string") return is == JsonType::string;
  if (type == "boolean") return is == JsonType::boolean;
  return type == "null" && is == JsonType::null;
}

constexpr std::array<std::string_view, 25> kKnown{
    "$schema",     "$id",           "$ref",      "$defs",    "title",
    "description", "type",          "enum",      "const",    "anyOf",
    "properties",  "required",      "items",     "minItems", "additionalProperties",
    "maxItems",    "minLength",     "maxLength", "pattern",  "minimum",
    "maximum",     "minProperties", "format",    "examples", "x-concord-ordered"};

}  // namespace

struct SchemaSet::Document {
  index::JsonReader reader;
  JsonValue root;
};

namespace {

/// One walk over one value.
class Walk {
 public:
  using Resolve = std::function<JsonValue(std::string_view file)>;
  Walk(Resolve resolve, std::vector<std::string>& problems)
      : resolve_(std::move(resolve)), problems_(problems) {}

  void check(JsonValue schema, JsonValue root, JsonValue value, const std::string& place) {
    if (schema.is(JsonType::boolean)) {
      if (!*schema.as_bool()) say(place, "is not allowed here");
      return;
    }
    CONCORD_ASSERT(schema.is(JsonType::object));
    for (const auto member : schema.members())
      if (std::find(kKnown.begin(), kKnown.end(), member.name) == kKnown.end())
        say(place, "the schema's keyword " + std::string(member.name) + " is not known here");
    if (const auto reference = schema.find("$ref"))
      return follow(*reference->as_string(), root, value, place);
    if (!check_type(schema, value, place)) return;
    check_words(schema, root, value, place);
    check_text(schema, value, place);
    check_number(schema, value, place);
    if (value.is(JsonType::array)) check_array(schema, root, value, place);
    if (value.is(JsonType::object)) check_object(schema, root, value, place);
  }

 private:
  void say(const std::string& place, const std::string& what) {
    problems_.push_back((place.empty() ? "/" : place) + ": " + what);
  }

  void follow(std::string_view reference, JsonValue root, JsonValue value,
              const std::string& place) {
    const std::size_t hash = reference.find('#');
    const std::string_view file = reference.substr(0, hash);
    JsonValue base = file.empty() ? root : resolve_(file);
    JsonValue target = base;
    std::string_view pointer =
        hash == std::string_view::npos ? std::string_view{} : reference.substr(hash + 1);
    while (!pointer.empty()) {
      pointer.remove_prefix(1);
      const std::string_view name = pointer.substr(0, pointer.find('/'));
      const auto next = target.find(name);
      if (!next) return say(place, "the schema refers to nothing: " + std::string(reference));
      target = *next;
      pointer.remove_prefix(name.size());
    }
    check(target, base, value, place);
  }

  bool check_type(JsonValue schema, JsonValue value, const std::string& place) {
    const auto type = schema.find("type");
    if (!type) return true;
    std::vector<std::string_view> wanted;
    if (const auto one = type->as_string()) wanted.push_back(*one);
    for (const JsonValue one : type->elements()) wanted.push_back(*one.as_string());
    for (const std::string_view one : wanted)
      if (is_type(value, one)) return true;
    say(place, std::string(describe(value.type())) + ", not " + text_of(*type));
    return false;
  }

  void check_words(JsonValue schema, JsonValue root, JsonValue value, const std::string& place) {
    if (const auto wanted = schema.find("const"); wanted && text_of(*wanted) != text_of(value))
      say(place, "is not " + text_of(*wanted));
    if (const auto list = schema.find("enum")) {
      bool found = false;
      for (const JsonValue one : list->elements()) found |= text_of(one) == text_of(value);
      if (!found) say(place, text_of(value) + " is not one of " + text_of(*list));
    }
    const auto choices = schema.find("anyOf");
    if (!choices) return;
    std::vector<std::string> all;
    for (const JsonValue one : choices->elements()) {
      std::vector<std::string> problems;
      Walk(resolve_, problems).check(one, root, value, place);
      if (problems.empty()) return;
      all.insert(all.end(), problems.begin(), problems.end());
    }
    say(place, "fits none of anyOf");
    problems_.insert(problems_.end(), all.begin(), all.end());
  }

  void check_text(JsonValue schema, JsonValue value, const std::string& place) {
    const auto text = value.as_string();
    if (!text) return;
    const auto length =
        static_cast<std::size_t>(std::count_if(text->begin(), text->end(), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        }));
    if (const auto least = schema.find("minLength"); least && length < *least->as_uint64())
      say(place, "is too short");
    if (const auto most = schema.find("maxLength"); most && length > *most->as_uint64())
      say(place, "is too long");
    if (const auto pattern = schema.find("pattern"))
      if (const std::string_view form = *pattern->as_string();
          !RE2::PartialMatch({text->data(), text->size()}, RE2(std::string(form))))
        say(place, text_of(value) + " does not match " + std::string(form));
  }

  void check_number(JsonValue schema, JsonValue value, const std::string& place) {
    const auto number = value.as_double();
    if (!number) return;
    if (const auto least = schema.find("minimum"); least && *number < *least->as_double())
      say(place, "is under " + text_of(*least));
    if (const auto most = schema.find("maximum"); most && *number > *most->as_double())
      say(place, "is over " + text_of(*most));
  }

  void check_array(JsonValue schema, JsonValue root, JsonValue value, const std::string& place) {
    if (const auto least = schema.find("minItems"); least && value.size() < *least->as_uint64())
      say(place, "has too few items");
    if (const auto most = schema.find("maxItems"); most && value.size() > *most->as_uint64())
      say(place, "has too many items");
    const auto items = schema.find("items");
    if (!items) return;
    std::size_t at = 0;
    for (const JsonValue one : value.elements())
      check(*items, root, one, index::json_pointer(place, at++));
  }

  void check_object(JsonValue schema, JsonValue root, JsonValue value, const std::string& place) {
    if (const auto required = schema.find("required"))
      for (const JsonValue name : required->elements())
        if (!value.find(*name.as_string())) say(place, "has no " + std::string(*name.as_string()));
    if (const auto least = schema.find("minProperties");
        least && value.size() < *least->as_uint64())
      say(place, "has too few members");
    const auto properties = schema.find("properties");
    const auto others = schema.find("additionalProperties");
    for (const auto member : value.members()) {
      const std::string at = index::json_pointer(place, member.name);
      const auto known = properties ? properties->find(member.name) : std::nullopt;
      if (known)
        check(*known, root, member.value, at);
      else if (others)
        check(*others, root, member.value, at);
    }
    if (schema.find("x-concord-ordered")) check_order(*properties, value, place);
  }

  void check_order(JsonValue properties, JsonValue value, const std::string& place) {
    std::vector<std::string_view> order;
    for (const auto member : properties.members()) order.push_back(member.name);
    std::size_t last = 0;
    for (const auto member : value.members()) {
      const auto at = static_cast<std::size_t>(std::find(order.begin(), order.end(), member.name) -
                                               order.begin());
      if (at == order.size()) continue;  // additionalProperties has spoken
      if (at < last) say(place, std::string(member.name) + " comes too late");
      last = std::max(last, at);
    }
  }

  Resolve resolve_;
  std::vector<std::string>& problems_;
};

constexpr std::string_view kEnding = ".schema.json";

}  // namespace

SchemaSet::SchemaSet(const std::string& folder) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (name.size() <= kEnding.size() || !std::string_view(name).ends_with(kEnding)) continue;
    const auto text = index::read_file(file.path().string());
    CONCORD_ASSERT(text.has_value());
    auto document = std::make_unique<Document>();
    const auto root = document->reader.parse(*text);
    CONCORD_ASSERT(root.has_value());
    document->root = *root;
    documents_.emplace(name, std::move(document));
  }
}

SchemaSet::~SchemaSet() = default;

std::vector<std::string> SchemaSet::names() const {
  std::vector<std::string> all;
  for (const auto& [file, document] : documents_)
    all.push_back(file.substr(0, file.size() - kEnding.size()));
  return all;
}

std::vector<std::string> SchemaSet::problems(std::string_view name, std::string_view json) {
  const std::string reference = R"({"$ref": ")" + std::string(name) + std::string(kEnding) + "\"}";
  return problems_by(reference, json);
}

std::vector<std::string> SchemaSet::problems_by(std::string_view schema, std::string_view json) {
  index::JsonReader schema_reader;
  index::JsonReader reader;
  const auto root = schema_reader.parse(schema);
  CONCORD_ASSERT(root.has_value());
  const auto value = reader.parse(json);
  if (!value) return {"not JSON: " + value.error().text()};
  std::vector<std::string> problems;
  const auto resolve = [this](std::string_view file) {
    const auto found = documents_.find(file);
    CONCORD_ASSERT(found != documents_.end());
    return found->second->root;
  };
  Walk(resolve, problems).check(*root, *root, *value, "");
  return problems;
}

}  // namespace concord::tests
