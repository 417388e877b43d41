#include "server/intake_change.h"

#include <array>

#include "index/base/hash.h"
#include "server/intake_mapping.h"

namespace concord::server {
namespace {

using index::JsonType;
using index::JsonValue;

/// One change, whatever form it came in.
struct Change {
  std::string op;  // c, u, r (snapshot), d; empty: not said
  std::optional<JsonValue> row;
  std::string database, schema, table;
  std::string position;  // in the database's log; empty: not said
  std::int64_t at_ms = index::kNoTime;
};

std::optional<JsonValue> object_member(JsonValue value, std::string_view name) {
  auto member = value.find(name);
  if (member && member->is(JsonType::object)) return member;
  return std::nullopt;
}

// Without the schema that Kafka Connect may put around it.
std::optional<JsonValue> payload_of(JsonValue value) {
  if (value.is(JsonType::object) && value.find("schema") && value.find("payload"))
    return *value.find("payload");
  return value;
}

bool is_flag(JsonValue value, std::string_view name) {
  const auto member = value.find(name);
  return member && (member->as_bool() == true || member->as_string() == "true");
}

void add_part(std::string& position, const std::string& part) {
  if (part.empty()) return;
  if (!position.empty()) position.push_back('.');
  position += part;
}

// PostgreSQL, MySQL, Oracle, SQL Server, MongoDB say it in their own ways.
std::string position_of(JsonValue source, const std::string& prefix) {
  constexpr std::array<std::string_view, 9> kNames{
      "lsn", "file", "pos", "row", "scn", "commit_lsn", "change_lsn", "event_serial_no", "ord"};
  std::string position;
  for (const std::string_view name : kNames)
    add_part(position, text_member(source, prefix + std::string(name)));
  return position;
}

std::int64_t number_member(JsonValue value, const std::string& name) {
  const auto member = value.find(name);
  return member && member->as_int64() ? *member->as_int64() : index::kNoTime;
}

Change read_envelope(JsonValue value) {
  Change change;
  change.op = text_member(value, "op");
  change.row = object_member(value, change.op == "d" ? "before" : "after");
  if (const auto source = object_member(value, "source")) {
    change.database = text_member(*source, "db");
    change.schema = text_member(*source, "schema");
    change.table = text_member(*source, "table");
    if (change.table.empty()) change.table = text_member(*source, "collection");
    change.position = position_of(*source, "");
    change.at_ms = number_member(*source, "ts_ms");
  }
  if (change.at_ms == index::kNoTime) change.at_ms = number_member(value, "ts_ms");
  return change;
}

Change read_flat(JsonValue value) {
  Change change;
  change.op = is_flag(value, "__deleted") ? "d" : text_member(value, "__op");
  change.row = value;
  change.database = text_member(value, "__db");
  change.schema = text_member(value, "__schema");
  change.table = text_member(value, "__table");
  change.position = position_of(value, "__");
  if (change.position.empty()) change.position = position_of(value, "__source_");
  change.at_ms = number_member(value, "__source_ts_ms");
  if (change.at_ms == index::kNoTime) change.at_ms = number_member(value, "__ts_ms");
  return change;
}

bool is_envelope(JsonValue value) {
  return value.find("op") && (value.find("before") || value.find("after"));
}

std::string written(JsonValue value) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  append_json(out, value);
  return std::string(buffer.view());
}

std::optional<Fault> fault_in(const Change& change, const IntakeAsk& ask) {
  if (ask.mappings == nullptr)
    return Fault{"no_mapping",
                 "is a change record, and the service has no mappings: start it with "
                 "`concord serve --sources FILE`",
                 ""};
  if (change.op == "t" || change.op == "m")
    return Fault{"unsupported", "op is \"" + change.op + "\": only c, u, r and d are rows", "/op"};
  if (!change.op.empty() && change.op != "c" && change.op != "u" && change.op != "r" &&
      change.op != "d")
    return Fault{"bad_event", "is \"" + change.op + "\", must be c, u, r or d", "/op"};
  if (!change.row)
    return change.op == "d"
               ? Fault{"bad_event", "is missing: the row as it was (PostgreSQL: REPLICA IDENTITY)",
                       "/before"}
               : Fault{"bad_event", "is missing: the row as it is", "/after"};
  return std::nullopt;
}

// One event a mapping; the first error ends it, so that an item is taken whole or not at all.
std::optional<Fault> map_row(const Change& change, const std::vector<std::size_t>& mappings,
                             const std::string& row, const IntakeAsk& ask, IntakeItem& item) {
  const index::UnixMillis at{change.at_ms == index::kNoTime ? ask.received_at.ms : change.at_ms};
  for (const std::size_t number : mappings) {
    auto mapped = change.op == "d" ? ask.mappings->unmap(number, row, at)
                                   : ask.mappings->map(number, row, at);
    if (!mapped) return fault_of(mapped.error());
    for (index::EventDraft& draft : mapped->drafts) item.drafts.push_back(std::move(draft));
  }
  return std::nullopt;
}

void set_ids(const Change& change, const std::string& row, IntakeItem& item) {
  if (change.position.empty()) return;  // the mapping's own ids stay
  const std::string name = change.table + ":" + change.position + ":" +
                           to_hex(index::hash128(change.op + row)).substr(16);
  for (std::size_t i = 0; i < item.drafts.size(); ++i)
    item.drafts[i].id = i == 0 ? name : name + "#" + std::to_string(i);
  item.content = index::hash128(change.op + row);
}

std::string format_of(const IntakeAsk& ask) {
  return ask.mapping.empty() ? "change" : "change?mapping=" + ask.mapping;
}

}  // namespace

bool is_change(JsonValue value, const IntakeAsk& ask) {
  if (value.is(JsonType::null)) return ask.mappings != nullptr;
  const auto inner = payload_of(value);
  if (inner->is(JsonType::null)) return true;
  return !ask.mapping.empty() || is_envelope(*inner) || inner->find("__op") ||
         inner->find("__deleted");
}

IntakeItem read_change(std::uint32_t number, std::string_view raw, JsonValue value,
                       const IntakeAsk& ask) {
  IntakeItem item;
  item.line = number;
  item.raw = raw;
  item.format = format_of(ask);
  item.source = ask.source;
  const auto inner = payload_of(value);
  if (inner->is(JsonType::null)) return item;
  const Change change = is_envelope(*inner) ? read_envelope(*inner) : read_flat(*inner);
  item.fault = fault_in(change, ask);
  if (item.fault) return item;
  const auto mappings =
      ask.mappings->find({change.database, change.schema, change.table}, ask.source, ask.mapping);
  if (mappings.empty()) {
    item.fault = {"no_mapping",
                  "no mapping fits table \"" + change.table + "\"; mapped are " +
                      ask.mappings->list() +
                      ": see `table` in docs/data.md, or name one by ?source=…&mapping=…",
                  ""};
    return item;
  }
  const std::string row = written(*change.row);
  item.fault = map_row(change, mappings, row, ask, item);
  if (!item.fault) set_ids(change, row, item);
  if (!item.drafts.empty()) {
    item.id = item.drafts.front().id;
    item.source = item.drafts.front().source;
  }
  finish_item(item, ask);
  return item;
}

}  // namespace concord::server
