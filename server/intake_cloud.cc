#include "server/intake_cloud.h"

#include <algorithm>

#include "index/base/json_writer.h"
#include "index/base/time.h"
#include "index/log/event_json.h"
#include "server/base64.h"
#include "server/intake_mapping.h"

namespace concord::server {
namespace {

using index::JsonType;
using index::JsonValue;

constexpr std::string_view kFormat = "cloudevent";
constexpr std::string_view kPrefix = "concord.";
constexpr std::string_view kSuffix = ".v1";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

// A source is a URI there and a plain name here: "/shop/eu" → "shop-eu". Two URIs of one name keep
// apart by the ids, which then carry the URI.
std::string plain_source(std::string_view uri) {
  std::string name;
  for (const char c : uri) {
    if (is_plain(c))
      name.push_back(c);
    else if (!name.empty() && name.back() != '-')
      name.push_back('-');
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

bool is_json_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

std::string known_types(const IntakeAsk& ask) {
  std::string all;
  for (const std::string_view word : index::words<index::EventType>())
    all.append(all.empty() ? "" : ", ").append(kPrefix).append(word).append(kSuffix);
  if (ask.mappings != nullptr) all += "; mapped are " + ask.mappings->list();
  return all;
}

// "concord.entry.v1" → entry
std::optional<index::EventType> type_named(std::string_view type) {
  if (!type.starts_with(kPrefix) || !type.ends_with(kSuffix) ||
      type.size() <= kPrefix.size() + kSuffix.size())
    return std::nullopt;
  type.remove_prefix(kPrefix.size());
  type.remove_suffix(kSuffix.size());
  return index::from_word<index::EventType>(type);
}

/// One CloudEvent on its way.
class Reading {
 public:
  Reading(JsonValue event, const IntakeAsk& ask, IntakeItem& item)
      : event_(event), ask_(ask), item_(item) {}

  void run() {
    if (!read_head() || !read_data()) return;
    if (const auto type = type_named(type_))
      read_native(*type);
    else
      read_mapped();
    for (index::EventDraft& draft : item_.drafts) {
      draft.id = id_;
      draft.source = source_;
    }
  }

 private:
  bool refuse(std::string code, std::string detail, std::string pointer) {
    item_.fault = {std::move(code), std::move(detail), std::move(pointer)};
    return false;
  }

  bool read_head() {
    if (!event_.is(JsonType::object))
      return refuse("bad_event", "must be an object, is " + std::string(describe(event_.type())),
                    "");
    for (const char* const name : {"specversion", "id", "source", "type"})
      if (text_member(event_, name).empty())
        return refuse("bad_event", "is missing: a CloudEvent needs specversion, id, source, type",
                      std::string("/") + name);
    if (text_member(event_, "specversion") != "1.0")
      return refuse("unsupported", "must be \"1.0\"", "/specversion");
    const std::string uri = text_member(event_, "source");
    source_ = plain_source(uri);
    item_.source = source_;
    if (source_.empty()) return refuse("bad_event", "holds no letter or digit", "/source");
    item_.id = text_member(event_, "id");
    id_ = source_ == uri ? item_.id : uri + "#" + item_.id;
    type_ = text_member(event_, "type");
    return true;
  }

  bool read_data() {
    const std::string content_type = text_member(event_, "datacontenttype");
    if (!content_type.empty() && !is_json_type(content_type))
      return refuse("unsupported", "must be application/json: data is a JSON object here",
                    "/datacontenttype");
    if (const auto data = event_.find("data")) {
      index::JsonWriter out(data_text_);
      append_json(out, *data);
    } else if (const auto decoded = decode_base64(text_member(event_, "data_base64"))) {
      data_text_.append(*decoded);
    }
    const auto data = data_reader_.parse(data_text_.view());
    if (!data || !data->is(JsonType::object))
      return refuse("bad_event", "must be a JSON object: a native event without id and source",
                    "/data");
    data_ = *data;
    return true;
  }

  // The native event that envelope and data make together.
  void read_native(index::EventType type) {
    const std::string word(index::word(type));
    for (const char* const name : {"id", "source"})
      if (data_.find(name)) {
        refuse("bad_event", "stands in the envelope already", std::string("/data/") + name);
        return;
      }
    if (!data_.find(word)) {
      refuse("bad_event", "is missing: type says " + type_, "/data/" + word);
      return;
    }
    index::Buffer text;
    index::JsonWriter out(text);
    out.begin_object();
    out.key("id").string(id_);
    out.key("source").string(source_);
    if (!data_.find("at"))
      if (const auto time = event_.find("time")) {
        out.key("at");
        append_json(out, *time);
      }
    for (const index::JsonMember member : data_.members()) {
      out.key_escaped(member.name);
      append_json(out, member.value);
    }
    out.end_object();
    index::JsonReader reader;
    const auto parsed = reader.parse(text.view());
    if (!parsed) {
      item_.fault = fault_of(parsed.error());
      return;
    }
    auto draft = index::event_from_json(*parsed);
    if (draft) {
      item_.drafts.push_back(std::move(*draft));
      return;
    }
    item_.fault = fault_of(draft.error());
    std::string& pointer = item_.fault->pointer;
    if (pointer == "/at" && !data_.find("at"))
      pointer = "/time";
    else if (!pointer.empty() && pointer != "/id" && pointer != "/source")
      pointer = "/data" + pointer;
  }

  void read_mapped() {
    std::vector<std::size_t> mappings;
    if (ask_.mappings != nullptr) mappings = ask_.mappings->find({"", "", type_}, "", ask_.mapping);
    if (mappings.empty()) {
      refuse("unknown_type", "is \"" + type_ + "\"; known are " + known_types(ask_), "/type");
      return;
    }
    const auto said = index::parse_rfc3339(text_member(event_, "time"));
    const index::UnixMillis at = said ? *said : ask_.received_at;
    for (const std::size_t number : mappings) {
      auto mapped = ask_.mappings->map(number, data_text_.view(), at);
      if (!mapped) {
        item_.fault = fault_of(mapped.error());
        return;
      }
      for (index::EventDraft& draft : mapped->drafts) item_.drafts.push_back(std::move(draft));
    }
    if (item_.drafts.size() < 2) return;
    refuse("unsupported", "several mappings fit this type: a CloudEvent is one event", "/type");
  }

  JsonValue event_;
  const IntakeAsk& ask_;
  IntakeItem& item_;
  std::string source_, id_, type_;
  index::Buffer data_text_;
  index::JsonReader data_reader_;
  JsonValue data_;
};

void take(std::uint32_t number, std::string_view raw, JsonValue event, const IntakeAsk& ask,
          const ItemSink& sink) {
  IntakeItem item;
  item.line = number;
  item.raw = raw;
  item.format = kFormat;
  item.source = ask.source;
  if (raw.size() > kItemBytesMax)
    item.fault = {"over_limit", "is over " + std::to_string(kItemBytesMax) + " bytes", ""};
  else
    Reading(event, ask, item).run();
  finish_item(item, ask);
  sink(std::move(item));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    out.push_back(escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]))
                         : text[i]);
    if (escape) i += 2;
  }
  return out;
}

}  // namespace

index::Result<void> read_cloud_event(std::string_view body, const IntakeAsk& ask,
                                     index::JsonReader& json, const ItemSink& sink) {
  const auto value = json.parse(body);
  if (!value) return index::fail(value.error());
  take(1, body, *value, ask, sink);
  return {};
}

index::Result<void> read_cloud_batch(std::string_view body, const IntakeAsk& ask,
                                     index::JsonReader& json, const ItemSink& sink) {
  const auto value = json.parse(body);
  if (!value) return index::fail(value.error());
  if (!value->is(JsonType::array))
    return index::fail(index::Code::bad_input, "is not a list of CloudEvents");
  if (value->size() > kItemsMax) return index::fail(too_many_items());
  index::Buffer text;
  std::uint32_t number = 0;
  for (const JsonValue one : value->elements()) {
    text.clear();
    index::JsonWriter out(text);
    append_json(out, one);
    take(++number, text.view(), one, ask, sink);
  }
  return {};
}

std::string structured_form(std::span<const Field> fields, std::string_view content_type,
                            std::string_view body) {
  constexpr std::string_view kCe = "ce-";
  index::Buffer text;
  index::JsonWriter out(text);
  out.begin_object();
  for (const auto& [name, value] : fields) {
    std::string decoded = percent_decoded(value);
    if (!index::is_utf8(decoded)) decoded = "?";
    out.key_escaped(name.starts_with(kCe) ? name.substr(kCe.size()) : name).string(decoded);
  }
  if (!content_type.empty()) out.key("datacontenttype").string(content_type);
  index::JsonReader reader;
  out.key("data");
  // What is not JSON stays as a text: the reader says then what is wrong.
  if (reader.parse(body))
    out.raw(body);
  else
    out.string(index::is_utf8(body) ? body : "?");
  out.end_object();
  return std::string(text.view());
}

}  // namespace concord::server
