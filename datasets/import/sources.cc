#include "datasets/import/sources.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "datasets/import/sources_read.h"
#include "index/base/files.h"
#include "index/base/time.h"

namespace concord::datasets {
namespace {

using index::Code;
using index::EventType;
using index::fail;

constexpr std::uint64_t kSourcesBytesMax = 4 * 1024 * 1024;

void read_identity_types(TomlTable& top, Sources& out) {
  static constexpr std::array<std::string_view, 2> kClasses{"joins", "looks_up"};
  static constexpr std::array<std::string_view, 6> kNormalise{"exact", "lower",  "email",
                                                              "phone", "digits", "text"};
  const TomlNode* types = top.table("identity_types");
  if (types == nullptr) return;
  for (const auto& [key, node] : types->members()) {
    const std::string what = "[identity_types] " + key;
    if (!node.is_table()) {
      top.errors().at(&node, what + ": must be a table such as { class = \"joins\" }");
      continue;
    }
    TomlTable table(node, what, top.errors());
    index::IdentityType type;
    type.name = key;
    if (type.name.empty() || type.name.find(':') != std::string::npos)
      top.errors().at(&node, what + ": a name without a colon is needed");
    if (const auto strength = table.one_of("class", kClasses))
      type.strength = static_cast<index::IdentityClass>(*strength);
    else
      table.required("class");
    if (const auto way = table.one_of("normalise", kNormalise))
      type.normalise = static_cast<index::Normalise>(*way);
    type.region = table.text("region").value_or("");
    if (!type.region.empty() && type.region.size() != 2)
      table.wrong("region", "must be a country of two letters");
    type.limit = static_cast<std::uint32_t>(table.integer("limit", 0, 1, 1'000'000'000));
    type.blocked = table.texts("blocked");
    table.finish();
    out.identity_types.set(std::move(type));
  }
}

Lookup read_lookup(const std::string& name, const TomlNode& raw, ReadingScope scope) {
  static constexpr std::array<std::string_view, 3> kAggregates{"first", "sum", "count"};
  TomlTable table(raw, "[lookup." + name + "]", *scope.errors);
  Lookup lookup;
  lookup.name = name;
  read_defaults(table, scope);
  lookup.reading = read_reading(table, scope);
  if (lookup.reading.format == Format::native) table.wrong("format", "must be csv or ndjson here");
  lookup.key = table.required("key");
  if (const auto way = table.one_of("aggregate", kAggregates))
    lookup.aggregate = static_cast<Aggregate>(*way);
  if (lookup.aggregate != Aggregate::count)
    lookup.value = table.required("value");
  else if (table.node("value") != nullptr)
    table.wrong("value", "is not for aggregate = \"count\"");
  if (const auto then = table.text("then")) {
    lookup.then = *then;
    if (!scope.lookups.contains(*then))
      table.wrong("then", "is " + in_quotes(*then) + ", but there is no [lookup." + *then + "]");
    if (lookup.aggregate != Aggregate::first) table.wrong("then", "needs aggregate = \"first\"");
  }
  table.finish();
  return lookup;
}

// Puts the lookups into an order in which `then` names an earlier one.
void order_lookups(const TomlNode& raw, std::map<std::string, Lookup> waiting, Sources& out,
                   TomlErrors& errors) {
  while (!waiting.empty()) {
    const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](const auto& one) {
      return one.second.then.empty() || !waiting.contains(one.second.then);
    });
    if (ready == waiting.end()) {
      errors.at(raw.get(waiting.begin()->first),
                "[lookup." + waiting.begin()->first + "]: its chain of then comes back to itself");
      return;
    }
    out.lookups.push_back(std::move(ready->second));
    waiting.erase(ready);
  }
}

void read_lookups(TomlTable& top, ReadingScope& scope, Sources& out) {
  const TomlNode* lookups = top.table("lookup");
  if (lookups == nullptr) return;
  for (const auto& [key, node] : lookups->members()) scope.lookups.emplace(key);
  std::map<std::string, Lookup> read;
  for (const auto& [key, node] : lookups->members()) {
    const std::string name(key);
    if (!node.is_table())
      top.errors().at(&node, "[lookup." + name + "]: must be a table");
    else
      read.emplace(name, read_lookup(name, node, scope));
  }
  if (!top.errors().any()) order_lookups(*lookups, std::move(read), out, top.errors());
}

void read_may(TomlTable& table, Source& source) {
  for (const std::string& word : table.texts("may")) {
    const auto event = index::from_word<EventType>(word);
    if (!event || *event == EventType::source_state || *event == EventType::decision)
      table.wrong("may", "names " + in_quotes(word) + ", which is no event");
    else
      source.may.push_back(*event);
  }
  if (source.may.empty()) table.wrong("may", "is missing: what may this source send?");
}

Source read_source(const TomlNode& raw, ReadingScope scope) {
  TomlTable table(raw, "[[source]]", *scope.errors);
  Source source;
  source.name = table.required("name");
  if (source.name.find('/') != std::string::npos) table.wrong("name", "must not hold a /");
  source.department = table.required("department");
  read_may(table, source);
  if (const auto every = table.text("expect_every")) {
    const auto ms = index::parse_duration_ms(*every);
    if (!ms || *ms == 0) table.wrong("expect_every", "must be a duration such as \"24h\"");
    source.expect_every_ms = ms.value_or(0);
  }
  scope.source = source.name;
  scope.department = source.department;
  read_defaults(table, scope);
  for (const TomlNode* file : table.tables("file"))
    source.files.push_back(read_file_mapping(*file, source, scope));
  table.finish();
  return source;
}

void read_top(const TomlNode& raw, Sources& out, TomlErrors& errors) {
  TomlTable top(raw, "sources.toml", errors);
  if (top.integer("version", 0, 1, 1) != 1) top.wrong("version", "is missing: write version = 1");
  ReadingScope scope;
  scope.errors = &errors;
  read_defaults(top, scope);
  out.identity_types = index::default_identity_types();
  read_identity_types(top, out);
  scope.identity_types = &out.identity_types;
  read_lookups(top, scope, out);
  for (const TomlNode* source : top.tables("source")) {
    out.sources.push_back(read_source(*source, scope));
    for (std::size_t i = 0; i + 1 < out.sources.size(); ++i)
      if (out.sources[i].name == out.sources.back().name)
        errors.at(source, "[[source]]: " + in_quotes(out.sources[i].name) + " is there twice");
  }
  if (out.sources.empty()) top.wrong("source", "is missing: there is no [[source]]");
  top.finish();
}

}  // namespace

bool Source::allows(EventType type) const {
  return std::find(may.begin(), may.end(), type) != may.end();
}

Result<Sources> parse_sources(std::string_view toml, const std::string& path) {
  Sources out;
  out.folder = std::filesystem::path(path).parent_path().string();
  if (out.folder.empty()) out.folder = ".";
  TomlErrors errors(path);
  const auto raw = TomlNode::parse(toml, path);
  if (!raw) return fail(raw.error());
  read_top(*raw, out, errors);
  if (errors.any()) return fail(errors.first());
  return out;
}

Result<Sources> read_sources(const std::string& path) {
  auto text = index::read_file(path, kSourcesBytesMax);
  if (!text) return fail(text.error());
  return parse_sources(*text, path);
}

}  // namespace concord::datasets
