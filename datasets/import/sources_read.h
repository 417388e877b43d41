// The parts of reading sources.toml, for the files sources*.cc only.
// Thread class: one-owner.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/import/field_names.h"
#include "datasets/import/sources.h"
#include "datasets/import/toml_table.h"

namespace concord::datasets {

/// What a value or a file may refer to, and what it inherits.
struct ReadingScope {
  TomlErrors* errors = nullptr;
  const index::IdentityTypes* identity_types = nullptr;
  std::set<std::string> lookups;
  std::string time_zone = "UTC";
  std::vector<std::string> null_values;
  std::vector<std::string> date_formats{"rfc3339", "%Y-%m-%d %H:%M:%S"};
  Encoding encoding = Encoding::utf8;
  std::string source;
  std::string department;
};

/// Where a value stands, which says what it may be.
struct ValuePlace {
  std::string what;                  // for messages: "fields.status"
  bool optional = true;              // when `optional` is not stated
  const FieldName* field = nullptr;  // null: text, an attribute or an identity
  bool attribute = false;            // any `as`
  bool list = false;                 // `split` makes sense
  bool time = false;                 // must be a time
};

/// A string is a column, a table says more.
Value read_value(const TomlNode& node, const ValuePlace& place, const ReadingScope& scope);
/// The value that the rest of `table` says; the names in `others` belong to the caller.
Value read_value_table(TomlTable& table, const ValuePlace& place, const ReadingScope& scope);
std::vector<Condition> read_conditions(const TomlNode* node, const std::string& what,
                                       const ReadingScope& scope);
WordMap read_word_map(TomlTable& table, std::string_view name);

/// Reads time_zone, null_values, date_format, encoding of a table over what the scope has.
void read_defaults(TomlTable& table, ReadingScope& scope);
/// A mapping with a `table` may go without a path: nothing is read, rows come live.
Reading read_reading(TomlTable& table, const ReadingScope& scope, bool needs_path = true);
FileMapping read_file_mapping(const TomlNode& table, const Source& source, ReadingScope scope);

}  // namespace concord::datasets
