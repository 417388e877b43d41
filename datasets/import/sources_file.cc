#include <algorithm>
#include <array>

#include "datasets/import/sources_read.h"

namespace concord::datasets {
namespace {

using index::EventType;

constexpr std::array<std::string_view, 3> kFormats{"csv", "ndjson", "native"};
constexpr std::array<std::string_view, 2> kModes{"delta", "full"};

std::string event_word(EventType event) { return std::string(index::word(event)); }

bool needs_key(EventType event) {
  return event == EventType::entry || event == EventType::retract || event == EventType::knowledge;
}

std::optional<Value> optional_value(TomlTable& table, std::string_view name, ValuePlace place,
                                    const ReadingScope& scope) {
  const TomlNode* node = table.node(name);
  if (node == nullptr) return std::nullopt;
  return read_value(*node, place, scope);
}

void read_customer(TomlTable& table, FileMapping& file, const ReadingScope& scope) {
  for (const TomlNode* one : table.tables("customer")) {
    TomlTable identity(*one, "customer", *scope.errors);
    IdentityValue value;
    value.type = identity.required("type");
    if (!value.type.empty() && scope.identity_types->find(value.type) == nullptr)
      identity.wrong("type",
                     "is " + in_quotes(value.type) + ", but [identity_types] has no such name");
    value.value = read_value_table(identity, {"customer", false}, scope);
    identity.finish();
    file.customer.push_back(std::move(value));
  }
  const bool release = file.kind && file.kind->constant == "release";
  if (file.customer.empty() && file.event != EventType::knowledge &&
      file.event != EventType::retract && !release)
    table.wrong("customer", "is missing: whose is a row?");
}

void read_kind(TomlTable& table, FileMapping& file, const ReadingScope& scope) {
  const TomlNode* node = table.node("kind");
  const bool wanted = file.event == EventType::entry || file.event == EventType::retract;
  if (!wanted) {
    if (node != nullptr) table.wrong("kind", "is for entries only");
    return;
  }
  if (node == nullptr) return table.wrong("kind", "is missing");
  if (const auto word = node->text()) {
    if (!index::from_word<index::Kind>(*word))
      table.wrong("kind", "is " + in_quotes(*word) + ", which is no kind of entry");
    file.kind.emplace();
    file.kind->constant = *word;
    file.kind->optional = false;
    return;
  }
  static const FieldName kKind{EventType::entry, "kind", Shape::closed, index::words<index::Kind>(),
                               nullptr,          -1};
  file.kind = read_value(*node, {"kind", false, &kKind}, scope);
}

void read_links(TomlTable& fields, FileMapping& file, const ReadingScope& scope) {
  for (const TomlNode* one : fields.tables("links")) {
    TomlTable link(*one, "links", *scope.errors);
    LinkValue value;
    value.source = link.text("source").value_or(scope.source);
    value.kind = link.required("kind");
    if (!value.kind.empty() && !index::from_word<index::Kind>(value.kind))
      link.wrong("kind", "is " + in_quotes(value.kind) + ", which is no kind of entry");
    value.value = read_value_table(link, {.what = "links", .list = true}, scope);
    link.finish();
    file.links.push_back(std::move(value));
  }
}

void read_attachments(TomlTable& fields, FileMapping& file, const ReadingScope& scope) {
  static const FieldName kBytes{EventType::entry, "bytes", Shape::bytes, {}, nullptr, -1};
  for (const TomlNode* one : fields.tables("attachments")) {
    TomlTable attachment(*one, "attachments", *scope.errors);
    AttachmentValue value;
    value.name = optional_value(attachment, "name", {"attachments.name", true}, scope);
    value.type = optional_value(attachment, "type", {"attachments.type", true}, scope);
    value.bytes = optional_value(attachment, "bytes", {"attachments.bytes", true, &kBytes}, scope);
    value.url = optional_value(attachment, "url", {"attachments.url", true}, scope);
    if (!value.name) attachment.wrong("name", "is missing");
    attachment.finish();
    file.attachments.push_back(std::move(value));
  }
}

void read_list(TomlTable& fields, FileMapping& file, const ReadingScope& scope) {
  const std::string name(list_field_of(file.event));
  const TomlNode* node = name.empty() ? nullptr : fields.node(name);
  if (node == nullptr) return;
  ValuePlace place{"fields." + name, true};
  place.list = true;
  ListValue list{name, {}};
  if (node->is_array()) {
    for (const TomlNode& one : node->elements())
      list.values.push_back(read_value(one, place, scope));
  } else {
    list.values.push_back(read_value(*node, place, scope));
  }
  file.lists.push_back(std::move(list));
}

void read_attributes(TomlTable& fields, FileMapping& file, const ReadingScope& scope) {
  const TomlNode* attributes = fields.table("attributes");
  if (attributes == nullptr) return;
  for (const auto& [key, node] : attributes->members()) {
    ValuePlace place{"attributes." + key, true};
    place.attribute = true;
    file.attributes.push_back({key, read_value(node, place, scope)});
  }
}

void read_fields(TomlTable& table, FileMapping& file, const ReadingScope& scope) {
  const TomlNode* raw = table.table("fields");
  if (raw == nullptr) return;
  TomlTable fields(*raw, "[source.file.fields] of event " + in_quotes(event_word(file.event)),
                   *scope.errors);
  for (const FieldName& field : fields_of(file.event)) {
    const TomlNode* node = fields.node(field.name);
    if (node == nullptr) continue;
    file.fields.push_back(
        {std::string(field.name),
         read_value(*node, {"fields." + std::string(field.name), true, &field}, scope)});
  }
  read_list(fields, file, scope);
  if (file.event == EventType::entry) {
    read_links(fields, file, scope);
    read_attachments(fields, file, scope);
  }
  if (file.event == EventType::entry || file.event == EventType::profile)
    read_attributes(fields, file, scope);
  if (raw->get("amount") != nullptr && raw->get("currency") == nullptr)
    fields.wrong("amount", "needs currency beside it");
  fields.finish();
}

bool has_field(const FileMapping& file, std::string_view name) {
  return std::any_of(file.fields.begin(), file.fields.end(),
                     [name](const NamedValue& field) { return field.name == name; });
}

void read_states(TomlTable& table, FileMapping& file) {
  file.states = read_word_map(table, "state");
  for (const auto& [word, state] : file.states)
    if (!index::from_word<index::StateType>(state))
      table.errors().at(
          table.raw().get("state")->get(word),
          in_quotes(word) + " is given " + in_quotes(state) + ", which is no state type");
  if (file.states.empty()) return;
  if (!has_field(file, "status")) table.wrong("state", "needs fields.status");
  if (has_field(file, "state_type")) table.wrong("state", "stands beside fields.state_type");
}

void read_trouble(TomlTable& table, FileMapping& file, const ReadingScope& scope) {
  for (const TomlNode* one : table.tables("trouble")) {
    TomlTable rule(*one, "trouble", *scope.errors);
    TroubleRule out;
    if (const auto word = rule.one_of("is", index::words<index::Trouble>()))
      out.is = static_cast<index::Trouble>(*word);
    else
      rule.required("is");
    ValuePlace time{"trouble", true};
    time.time = true;
    out.promised = optional_value(rule, "promised", time, scope);
    out.real = optional_value(rule, "real", time, scope);
    out.when = read_conditions(rule.node("when"), "trouble.when", scope);
    if (out.promised.has_value() != out.real.has_value())
      rule.wrong("real", "and promised go together");
    if (!out.promised && out.when.empty())
      rule.wrong("when", "or promised and real: one is needed");
    rule.finish();
    file.trouble.push_back(std::move(out));
  }
  if (file.trouble.empty()) return;
  if (file.event != EventType::entry) table.wrong("trouble", "is for entries only");
  if (has_field(file, "trouble")) table.wrong("trouble", "stands beside fields.trouble");
}

void read_event(TomlTable& table, const Source& source, FileMapping& file) {
  const std::string word = table.required("event");
  if (word.empty()) return;
  const auto event = index::from_word<EventType>(word);
  if (!event || !is_row_event(*event))
    return table.wrong("event", "is " + in_quotes(word) +
                                    ", must be one of entry, retract, profile, "
                                    "identity, membership, consent, fact, knowledge, outcome");
  file.event = *event;
  if (!source.allows(*event))
    table.wrong("event", "is " + in_quotes(word) + ", but the source's may does not name it");
}

void read_mode(TomlTable& table, FileMapping& file) {
  if (const auto mode = table.one_of("mode", kModes)) file.mode = static_cast<Mode>(*mode);
  const bool full = file.mode == Mode::full;
  if (full && file.event != EventType::entry && file.event != EventType::knowledge)
    table.wrong("mode", "\"full\" is for entries and knowledge: nothing else can be retracted");
  file.snapshot_at = table.text("snapshot_at").value_or("");
  if (!full && !file.snapshot_at.empty()) table.wrong("snapshot_at", "needs mode = \"full\"");
}

}  // namespace

Reading read_reading(TomlTable& table, const ReadingScope& scope, bool needs_path) {
  Reading reading;
  reading.line = table.raw().line();
  if (needs_path)
    reading.path = table.required("path");
  else
    reading.path = table.text("path").value_or("");
  const std::size_t star = reading.path.find('*');
  if (star != std::string::npos && reading.path.find('/', star) != std::string::npos)
    table.wrong("path", "may hold * in its last part only");
  if (reading.path.starts_with('/') || ("/" + reading.path + "/").find("/../") != std::string::npos)
    table.wrong("path", "must lie below the files' folder: no leading / and no ..");
  if (const auto format = table.one_of("format", kFormats))
    reading.format = static_cast<Format>(*format);
  const bool csv = reading.format == Format::csv;
  if (const auto delimiter = table.text("delimiter")) {
    reading.delimiter = delimiter->size() == 1 ? delimiter->front() : ',';
    if (!csv || delimiter->size() != 1 || delimiter->find_first_of("\"\r\n") == 0)
      table.wrong("delimiter", "is for CSV and is one character, no quote or line break");
  }
  reading.columns = table.texts("columns");
  if (!csv && !reading.columns.empty()) table.wrong("columns", "is for CSV only");
  reading.encoding = scope.encoding;
  reading.null_values = scope.null_values;
  std::sort(reading.null_values.begin(), reading.null_values.end());
  return reading;
}

FileMapping read_file_mapping(const TomlNode& raw, const Source& source, ReadingScope scope) {
  TomlTable table(raw, "[[source.file]]", *scope.errors);
  FileMapping file;
  read_defaults(table, scope);
  file.table = table.text("table").value_or("");
  file.reading = read_reading(table, scope, file.table.empty());
  file.optional = table.boolean("optional", false);
  file.date_formats = scope.date_formats;
  file.time_zone = scope.time_zone;
  if (file.reading.format == Format::native) {
    table.finish();
    return file;
  }
  read_event(table, source, file);
  read_mode(table, file);
  file.only = read_conditions(table.node("only"), "only", scope);
  for (const std::string& column : table.texts("id")) {
    file.id.emplace_back();
    file.id.back().columns = {column};
    file.id.back().optional = false;
  }
  ValuePlace at{"at", false};
  at.time = true;
  file.at = optional_value(table, "at", at, scope);
  if (!file.at && file.event != EventType::knowledge) table.wrong("at", "is missing");
  read_kind(table, file, scope);
  read_customer(table, file, scope);
  file.key = optional_value(table, "key", {"key", false}, scope);
  if (file.key.has_value() != needs_key(file.event))
    table.wrong("key", needs_key(file.event) ? "is missing" : "is for entries and knowledge only");
  read_fields(table, file, scope);
  read_states(table, file);
  read_trouble(table, file, scope);
  file.id_prefix = table.text("id_prefix")
                       .value_or(file.kind && file.kind->constant ? *file.kind->constant
                                                                  : event_word(file.event));
  table.finish();
  return file;
}

}  // namespace concord::datasets
