#include "server/intake_attributes.h"

#include "index/base/json_writer.h"
#include "index/base/limits.h"

namespace concord::server {
namespace {

using index::JsonType;
using index::JsonValue;
using index::wire::AttributeType;

constexpr int kDepthMax = 6;
constexpr std::string_view kMore = "more";

bool has_room(std::size_t count) { return count + 1 < index::kAttributesPerEntryMax; }

void set_value(index::wire::AttributeT& out, JsonValue value) {
  if (const auto text = value.as_string()) {
    out.type = AttributeType::text;
    out.text = *text;
  } else if (const auto flag = value.as_bool()) {
    out.type = AttributeType::boolean;
    out.integer = *flag ? 1 : 0;
  } else if (const auto integer = value.as_int64()) {
    out.type = AttributeType::integer;
    out.integer = *integer;
  } else if (const auto real = value.as_double()) {
    out.type = AttributeType::real;
    out.real = *real;
  } else {
    index::Buffer json;
    index::JsonWriter writer(json);
    append_json(writer, value);
    out.type = AttributeType::text;
    out.text = json.view();
  }
}

}  // namespace

void Attributes::add(const std::string& name, JsonValue value) { flatten(name, value, 0); }

void Attributes::add_time(const std::string& name, std::int64_t at_ms) {
  if (!has_room(list_.size()) || !names_.insert(name).second) return;
  auto attribute = std::make_unique<index::wire::AttributeT>();
  attribute->name = name;
  attribute->type = AttributeType::timestamp;
  attribute->integer = at_ms;
  list_.push_back(std::move(attribute));
}

void Attributes::flatten(const std::string& name, JsonValue value, int depth) {
  if (value.is(JsonType::object) && value.size() > 0 && depth < kDepthMax) {
    for (const index::JsonMember member : value.members())
      flatten(name.empty() ? std::string(member.name) : name + "." + std::string(member.name),
              member.value, depth + 1);
    return;
  }
  const bool fits = !name.empty() && name.size() <= index::kWordBytesMax && name != kMore &&
                    !names_.contains(name);
  if (!fits || !has_room(list_.size())) return keep_aside(name, value);
  names_.insert(name);
  if (value.is(JsonType::null)) {
    if (nulls_.size() < index::kAttributesPerEntryMax) nulls_.push_back(name);
    return;
  }
  auto attribute = std::make_unique<index::wire::AttributeT>();
  attribute->name = name;
  set_value(*attribute, value);
  list_.push_back(std::move(attribute));
}

void Attributes::keep_aside(const std::string& name, JsonValue value) {
  more_.push(more_.size() == 0 ? '{' : ',');
  index::append_json_string(more_, name);
  more_.push(':');
  index::JsonWriter out(more_);
  append_json(out, value);
}

void Attributes::finish(List& out, std::vector<std::string>* cleared) {
  if (more_.size() > 0) {
    more_.push('}');
    auto attribute = std::make_unique<index::wire::AttributeT>();
    attribute->name = kMore;
    attribute->type = AttributeType::text;
    attribute->text = more_.view();
    list_.push_back(std::move(attribute));
  }
  for (auto& one : list_) out.push_back(std::move(one));
  if (cleared != nullptr) *cleared = std::move(nulls_);
}

}  // namespace concord::server
