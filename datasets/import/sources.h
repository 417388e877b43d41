// What sources.toml says, read and checked whole (docs/data.md is its reference).
// Thread class: immutable after reading (plain values).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/base/result.h"
#include "index/base/vocabulary.h"
#include "index/customer/identity_types.h"

namespace concord::datasets {

using index::Result;

enum class ValueType : std::uint8_t {
  text,
  integer,
  real,
  boolean,
  time,
  decimal_point,
  decimal_comma,
  minor,
};
enum class Unmapped : std::uint8_t { unstated, keep, drop, reject };
enum class Format : std::uint8_t { csv, ndjson, native };
enum class Encoding : std::uint8_t { utf8, windows_1252 };
enum class Mode : std::uint8_t { delta, full };
enum class Aggregate : std::uint8_t { first, sum, count };

struct Condition {
  enum class Test : std::uint8_t { in, not_in, present, absent };
  std::string column;
  Test test = Test::present;
  std::vector<std::string> values;
};

using WordMap = std::vector<std::pair<std::string, std::string>>;  // sorted by the first, unique

/// "A value" of docs/data.md: where a text comes from and what becomes of it.
struct Value {
  std::vector<std::string> columns;
  std::string join = " ";
  std::optional<std::string> constant;
  std::vector<Value> first;
  std::vector<Condition> when;
  std::string split;
  std::vector<std::string> lookups;  // one after the other
  WordMap map;
  Unmapped unmapped = Unmapped::unstated;
  std::optional<std::string> fallback;
  std::string prefix;
  std::optional<ValueType> as;
  int exponent = -1;                      // -1: not stated
  std::vector<std::string> date_formats;  // empty: the file's
  std::string time_zone;                  // empty: the file's
  bool optional = true;
  bool clear_when_empty = false;
};

struct IdentityValue {
  std::string type;
  Value value;
};
struct LinkValue {
  std::string source;
  std::string kind;
  Value value;
};
struct AttachmentValue {
  std::optional<Value> name, type, bytes, url;
};
struct NamedValue {
  std::string name;
  Value value;
};
struct ListValue {
  std::string name;
  std::vector<Value> values;
};
struct TroubleRule {
  index::Trouble is = index::Trouble::none;
  std::optional<Value> promised, real;  // times; both or none
  std::vector<Condition> when;          // all must hold
};

/// How a file's bytes become cells; shared by files and lookups.
struct Reading {
  std::string path;
  Format format = Format::csv;
  char delimiter = ',';
  Encoding encoding = Encoding::utf8;
  std::vector<std::string> columns;  // for files without a header line
  std::vector<std::string> null_values;
  int line = 0;  // where sources.toml says it
};

struct Lookup {
  std::string name;
  Reading reading;
  std::string key, value;
  std::string then;
  Aggregate aggregate = Aggregate::first;
};

struct FileMapping {
  Reading reading;    // path empty: no file, rows come live only
  std::string table;  // whose change records are mapped so: "table", "schema.table", …
  bool optional = false;
  std::vector<std::string> date_formats;
  std::string time_zone;
  Mode mode = Mode::delta;
  std::string snapshot_at;
  index::EventType event = index::EventType::entry;
  std::vector<Condition> only;
  std::vector<Value> id;
  std::string id_prefix;
  std::optional<Value> at;
  std::vector<IdentityValue> customer;
  std::optional<Value> kind;
  std::optional<Value> key;
  std::vector<NamedValue> fields;  // in the order of field_names.h
  std::vector<ListValue> lists;    // participants, needs, tags
  std::vector<NamedValue> attributes;
  std::vector<LinkValue> links;
  std::vector<AttachmentValue> attachments;
  WordMap states;
  std::vector<TroubleRule> trouble;
};

struct Source {
  std::string name;
  std::string department;
  std::vector<index::EventType> may;
  std::int64_t expect_every_ms = 0;  // 0: not stated
  std::vector<FileMapping> files;
  [[nodiscard]] bool allows(index::EventType type) const;
};

struct Sources {
  std::string folder;  // where sources.toml lies: the files' folder unless another is given
  index::IdentityTypes identity_types;
  std::vector<Lookup> lookups;  // in an order in which `then` is always an earlier one
  std::vector<Source> sources;
};

/// Errors: not_found, io_error; bad_input with place "file:line".
Result<Sources> read_sources(const std::string& path);
/// `path` is for messages and for Sources::folder.
Result<Sources> parse_sources(std::string_view toml, const std::string& path);

}  // namespace concord::datasets
