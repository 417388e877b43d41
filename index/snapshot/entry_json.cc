#include "index/snapshot/entry_json.h"

#include "index/base/assert.h"
#include "index/base/time.h"

namespace concord::index {
namespace {

using F = wire::EntryField;

Stamp stamp_of(const EntryState& entry, F field) {
  return entry.stamps[static_cast<std::size_t>(field)];
}

void member(JsonWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.key(name).string(text);
}
void member_time(JsonWriter& out, std::string_view name, std::int64_t at_ms) {
  if (at_ms != kNoTime) out.key(name).time(UnixMillis{at_ms});
}
template <typename T>
void member_word(JsonWriter& out, std::string_view name,
                 const flatbuffers::Optional<std::uint8_t>& value) {
  if (value.has_value() && *value != 0) out.key(name).string(word(static_cast<T>(*value)));
}
void member_list(JsonWriter& out, std::string_view name, const std::vector<std::string>& list) {
  out.key(name).begin_array();
  for (const std::string& one : list) out.string(one);
  out.end_array();
}

void write_attachments(JsonWriter& out, const wire::EntryT& now) {
  out.key("attachments").begin_array();
  for (const auto& one : now.attachments) {
    out.begin_object();
    member(out, "name", one->name);
    member(out, "type", one->type);
    out.key("bytes").unsigned_integer(one->bytes);
    member(out, "url", one->url);
    out.end_object();
  }
  out.end_array();
}

void write_attributes(JsonWriter& out, const EntryState& entry) {
  out.key("attributes").begin_object();
  // In the order of their names: the map of stamps has every name ever set.
  for (const auto& [name, stamp] : entry.attribute_stamps)
    for (const auto& one : entry.now.attributes)
      if (one->name == name) {
        out.key_escaped(name);
        write_value(out, *one);
      }
  out.end_object();
}

void write_people_and_places(JsonWriter& out, const wire::EntryT& now) {
  if (now.amount_minor.has_value()) {
    out.key("amount_minor").integer(*now.amount_minor);
    out.key("currency").string(now.currency);
  }
  member(out, "actor", now.actor);
  member(out, "assignee", now.assignee);
  member(out, "queue", now.queue);
  member_list(out, "participants", now.participants);
  member(out, "brand", now.brand);
  member(out, "account", now.account);
  member(out, "url", now.url);
  if (now.is_public.has_value()) out.key("public").boolean(*now.is_public);
  member_word<Visibility>(out, "visibility", now.visibility);
  member_list(out, "links", now.links);
}

std::string text_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string(value->as_string().value_or(std::string_view{})) : std::string();
}
flatbuffers::Optional<std::int64_t> time_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  if (!value) return flatbuffers::nullopt;
  const auto time = parse_rfc3339(value->as_string().value_or(std::string_view{}));
  return time ? flatbuffers::Optional<std::int64_t>(time->ms) : flatbuffers::nullopt;
}
template <typename T>
flatbuffers::Optional<std::uint8_t> word_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  if (!value) return flatbuffers::nullopt;
  const auto known = from_word<T>(value->as_string().value_or(std::string_view{}));
  return known ? flatbuffers::Optional<std::uint8_t>(static_cast<std::uint8_t>(*known))
               : flatbuffers::nullopt;
}
flatbuffers::Optional<bool> flag_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  const auto flag = value ? value->as_bool() : std::nullopt;
  return flag ? flatbuffers::Optional<bool>(*flag) : flatbuffers::nullopt;
}
std::vector<std::string> list_at(const JsonValue& object, std::string_view name) {
  std::vector<std::string> list;
  if (const auto value = object.find(name))
    for (const JsonValue one : value->elements())
      list.emplace_back(one.as_string().value_or(std::string_view{}));
  return list;
}

void read_attributes(const JsonValue& object, wire::EntryT& now) {
  const auto attributes = object.find("attributes");
  if (!attributes) return;
  for (const JsonMember& one : attributes->members()) {
    auto value = std::make_unique<wire::AttributeT>();
    value->name = std::string(one.name);
    if (const auto flag = one.value.as_bool()) {
      value->type = wire::AttributeType::boolean;
      value->integer = *flag ? 1 : 0;
    } else if (const auto number = one.value.as_int64()) {
      value->type = wire::AttributeType::integer;
      value->integer = *number;
    } else if (const auto real = one.value.as_double()) {
      value->type = wire::AttributeType::real;
      value->real = *real;
    } else {
      value->type = wire::AttributeType::text;
      value->text = std::string(one.value.as_string().value_or(std::string_view{}));
    }
    now.attributes.push_back(std::move(value));
  }
}

void read_attachments(const JsonValue& object, wire::EntryT& now) {
  const auto attachments = object.find("attachments");
  if (!attachments) return;
  for (const JsonValue one : attachments->elements()) {
    auto attachment = std::make_unique<wire::AttachmentT>();
    attachment->name = text_at(one, "name");
    attachment->type = text_at(one, "type");
    const auto bytes = one.find("bytes");
    attachment->bytes = bytes ? bytes->as_uint64().value_or(0) : 0;
    attachment->url = text_at(one, "url");
    now.attachments.push_back(std::move(attachment));
  }
}

void read_words(const JsonValue& object, wire::EntryT& now) {
  now.status = text_at(object, "status");
  now.state_type = word_at<StateType>(object, "state_type");
  now.trouble = word_at<Trouble>(object, "trouble");
  now.channel = text_at(object, "channel");
  now.direction = word_at<Direction>(object, "direction");
  now.purpose = word_at<Purpose>(object, "purpose");
  now.topic = text_at(object, "topic");
  now.reason = text_at(object, "reason");
  now.subject = text_at(object, "subject");
  now.text = text_at(object, "text");
  now.language = text_at(object, "language");
  now.currency = text_at(object, "currency");
  now.actor = text_at(object, "actor");
  now.assignee = text_at(object, "assignee");
  now.queue = text_at(object, "queue");
  now.brand = text_at(object, "brand");
  now.account = text_at(object, "account");
  now.url = text_at(object, "url");
  now.visibility = word_at<Visibility>(object, "visibility");
}

}  // namespace

std::int64_t effective_closed_at(const EntryState& entry) {
  if (!entry.now.closed_at.has_value()) return kNoTime;
  const bool reopened = entry.now.state_type.has_value() &&
                        is_open(static_cast<StateType>(*entry.now.state_type)) &&
                        stamp_of(entry, F::state_type) > stamp_of(entry, F::closed_at);
  return reopened ? kNoTime : *entry.now.closed_at;
}

void write_value(JsonWriter& out, const wire::AttributeT& value) {
  switch (value.type) {
    case wire::AttributeType::text: out.string(value.text); return;
    case wire::AttributeType::boolean: out.boolean(value.integer != 0); return;
    case wire::AttributeType::integer: out.integer(value.integer); return;
    case wire::AttributeType::real: out.number(value.real); return;
    case wire::AttributeType::timestamp: out.time(UnixMillis{value.integer}); return;
  }
  out.null();
}

EntryPlaces write_entry_json(Buffer& buffer, const EntryState& entry) {
  const std::size_t start = buffer.size();
  const wire::EntryT& now = entry.now;
  EntryPlaces places;
  JsonWriter out(buffer);
  out.begin_object();
  out.key("entry").string(entry.id);
  places.id_bytes = static_cast<std::uint32_t>(buffer.size() - start - 11);
  out.key("source").string(entry.source);
  out.key("kind").string(word(static_cast<Kind>(now.kind)));
  member(out, "department", entry.department);
  out.key("at").time(UnixMillis{entry.at_ms()});
  member_time(out, "due_at", now.due_at.value_or(kNoTime));
  member_time(out, "closed_at", effective_closed_at(entry));
  member(out, "status", now.status);
  if (now.state_type.has_value())
    out.key("state_type").string(word(static_cast<StateType>(*now.state_type)));
  if (now.priority.has_value()) out.key("priority").integer(*now.priority);
  member_word<Trouble>(out, "trouble", now.trouble);
  member(out, "channel", now.channel);
  member_word<Direction>(out, "direction", now.direction);
  member_word<Purpose>(out, "purpose", now.purpose);
  member(out, "topic", now.topic);
  member(out, "reason", now.reason);
  if (now.requested.has_value()) out.key("requested").boolean(*now.requested);
  if (!now.subject.empty()) {
    out.key("subject");
    places.subject_offset = static_cast<std::uint32_t>(buffer.size() - start + 1);
    out.string(now.subject);
    places.subject_bytes =
        static_cast<std::uint32_t>(buffer.size() - start - 1) - places.subject_offset;
  }
  member(out, "text", now.text);
  member(out, "language", now.language);
  write_people_and_places(out, now);
  write_attachments(out, now);
  write_attributes(out, entry);
  out.end_object();
  return places;
}

Result<void> read_entry_json(JsonReader& reader, std::string_view json, EntryState& out) {
  const auto parsed = reader.parse(json);
  if (!parsed) return fail(Code::damaged, "stored entry: " + parsed.error().text());
  const JsonValue& object = *parsed;
  wire::EntryT& now = out.now;
  out.id = text_at(object, "entry");
  out.source = text_at(object, "source");
  out.department = text_at(object, "department");
  const auto kind = from_word<Kind>(text_at(object, "kind"));
  if (!kind) return fail(Code::damaged, "stored entry: no kind", out.id);
  now.kind = static_cast<std::uint8_t>(*kind);
  const std::size_t prefix = out.source.size() + word(*kind).size() + 2;
  if (out.id.size() < prefix) return fail(Code::damaged, "stored entry: short id", out.id);
  now.key = out.id.substr(prefix);
  now.at = time_at(object, "at");
  now.due_at = time_at(object, "due_at");
  now.closed_at = time_at(object, "closed_at");
  read_words(object, now);
  if (const auto priority = object.find("priority"))
    now.priority = static_cast<std::uint8_t>(priority->as_int64().value_or(0));
  now.requested = flag_at(object, "requested");
  now.is_public = flag_at(object, "public");
  if (const auto amount = object.find("amount_minor"))
    now.amount_minor = amount->as_int64().value_or(0);
  now.participants = list_at(object, "participants");
  now.links = list_at(object, "links");
  read_attachments(object, now);
  read_attributes(object, now);
  return {};
}

}  // namespace concord::index
