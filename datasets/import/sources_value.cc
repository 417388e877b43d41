#include <algorithm>
#include <array>

#include "datasets/import/sources_read.h"
#include "datasets/import/time_format.h"
#include "datasets/import/zone.h"

namespace concord::datasets {
namespace {

constexpr std::array<std::string_view, 8> kTypes{
    "text", "integer", "real", "boolean", "time", "decimal_point", "decimal_comma", "minor"};
constexpr std::array<std::string_view, 3> kUnmapped{"keep", "drop", "reject"};
constexpr std::array<std::string_view, 2> kEmpty{"keep", "clear"};

bool is_money(ValueType type) {
  return type == ValueType::decimal_point || type == ValueType::decimal_comma ||
         type == ValueType::minor;
}

void check_zone(TomlTable& table, std::string_view name, const std::string& zone) {
  if (!zone.empty() && !Zone::named(zone))
    table.wrong(name, "is " + in_quotes(zone) + ", which is no IANA time zone");
}

void check_formats(TomlTable& table, const std::vector<std::string>& formats) {
  for (const std::string& format : formats)
    if (auto parsed = TimeFormat::of(format); !parsed)
      table.wrong("date_format", "is wrong: " + parsed.error().detail);
}

std::optional<std::string> read_const(TomlTable& table, std::string_view name) {
  const TomlNode* node = table.node(name);
  if (node == nullptr) return std::nullopt;
  if (const auto text = node->text()) return text;
  if (const auto integer = node->integer()) return std::to_string(*integer);
  if (const auto flag = node->boolean()) return *flag ? "true" : "false";
  table.wrong(name, "must be a text, a whole number, true or false");
  return std::nullopt;
}

// The type a value must have where it stands; `as` may only say how the cell is written.
void check_type(TomlTable& table, const ValuePlace& place, Value& value) {
  std::optional<ValueType> must;
  if (place.time) must = ValueType::time;
  if (place.field != nullptr) {
    switch (place.field->shape) {
      case Shape::time: must = ValueType::time; break;
      case Shape::boolean: must = ValueType::boolean; break;
      case Shape::priority:
      case Shape::bytes: must = ValueType::integer; break;
      case Shape::amount:
        if (!value.as) value.as = ValueType::decimal_point;
        if (!is_money(*value.as))
          table.wrong("as", "must be decimal_point, decimal_comma or minor here");
        return;
      default: must = ValueType::text;
    }
  }
  if (!must && !place.attribute) must = ValueType::text;
  if (!must) return;
  if (value.as && *value.as != *must)
    table.wrong("as", "must be " + std::string(kTypes[static_cast<std::size_t>(*must)]) + " here");
  value.as = must;
}

void check_sources_of_text(TomlTable& table, const Value& value) {
  const int given =
      (value.columns.empty() ? 0 : 1) + (value.constant ? 1 : 0) + (value.first.empty() ? 0 : 1);
  if (given != 1)
    table.wrong("column", given == 0 ? "is missing: name column, columns, const or first"
                                     : "stands beside another of column, columns, const, first");
}

// A constant of a closed list can be checked now.
void check_constant(TomlTable& table, const ValuePlace& place, const Value& value) {
  if (!value.constant || place.field == nullptr || place.field->shape != Shape::closed) return;
  const auto words = place.field->words;
  const auto known = [&](const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (!known(*value.constant) && value.map.empty())
    table.wrong("const", "is " + in_quotes(*value.constant) + ", which is no word for it");
}

void check_map_words(TomlTable& table, const ValuePlace& place, const Value& value) {
  if (place.field == nullptr || place.field->shape != Shape::closed) return;
  for (const auto& [from, to] : value.map) {
    const auto words = place.field->words;
    if (std::find(words.begin(), words.end(), to) == words.end())
      table.wrong("map", "gives " + in_quotes(to) + ", which is no word for it");
  }
}

void read_columns(TomlTable& table, Value& value) {
  if (const auto column = table.text("column")) {
    if (table.node("columns") != nullptr) table.wrong("columns", "stands beside column");
    value.columns = {*column};
  } else if (table.node("columns") != nullptr) {
    value.columns = table.texts("columns");
    if (value.columns.empty()) table.wrong("columns", "is empty");
  }
  for (const std::string& column : value.columns)
    if (column.empty()) table.wrong("column", "is empty");
  if (const auto join = table.text("join")) value.join = *join;
}

}  // namespace

WordMap read_word_map(TomlTable& table, std::string_view name) {
  WordMap map;
  const TomlNode* words = table.table(name);
  if (words == nullptr) return map;
  for (const auto& [from, to] : words->members()) {
    const auto text = to.text();
    if (!text)
      table.errors().at(
          &to, in_quotes(from) + " in " + std::string(name) + " must be given a text in quotes");
    map.emplace_back(from, text.value_or(""));
  }
  std::sort(map.begin(), map.end());
  return map;
}

std::vector<Condition> read_conditions(const TomlNode* node, const std::string& what,
                                       const ReadingScope& scope) {
  std::vector<Condition> out;
  if (node == nullptr) return out;
  if (node->is_array()) {
    for (const TomlNode& one : node->elements())
      for (Condition& condition : read_conditions(&one, what, scope))
        out.push_back(std::move(condition));
    if (node->elements().empty()) scope.errors->at(node, what + " is empty");
    return out;
  }
  if (!node->is_table()) {
    scope.errors->at(node, what + " must be a table such as { column = \"a\", in = [\"b\"] }");
    return out;
  }
  TomlTable table(*node, what, *scope.errors);
  Condition condition;
  condition.column = table.required("column");
  const bool in = table.node("in") != nullptr;
  const bool not_in = table.node("not_in") != nullptr;
  const bool present = table.node("present") != nullptr;
  if (in + not_in + present != 1) table.wrong("in", "or not_in or present: exactly one is needed");
  if (in || not_in) condition.values = table.texts(in ? "in" : "not_in");
  condition.test = in                               ? Condition::Test::in
                   : not_in                         ? Condition::Test::not_in
                   : table.boolean("present", true) ? Condition::Test::present
                                                    : Condition::Test::absent;
  std::sort(condition.values.begin(), condition.values.end());
  table.finish();
  out.push_back(std::move(condition));
  return out;
}

Value read_value_table(TomlTable& table, const ValuePlace& place, const ReadingScope& scope) {
  Value value;
  read_columns(table, value);
  value.constant = read_const(table, "const");
  if (const TomlNode* first = table.node("first")) {
    ValuePlace inner = place;
    inner.optional = true;
    if (!first->is_array()) table.wrong("first", "must be a list of values");
    if (first->is_array())
      for (const TomlNode& one : first->elements())
        value.first.push_back(read_value(one, inner, scope));
  }
  value.when = read_conditions(table.node("when"), place.what + ".when", scope);
  if (const auto split = table.text("split")) {
    value.split = *split;
    if (!place.list || split->empty()) table.wrong("split", "is for lists only, and not empty");
  }
  value.lookups = table.texts("lookup");
  for (const std::string& lookup : value.lookups)
    if (!scope.lookups.contains(lookup))
      table.wrong("lookup",
                  "is " + in_quotes(lookup) + ", but there is no [lookup." + lookup + "]");
  value.map = read_word_map(table, "map");
  if (const auto unmapped = table.one_of("unmapped", kUnmapped)) {
    value.unmapped = static_cast<Unmapped>(*unmapped + 1);
    if (value.map.empty()) table.wrong("unmapped", "needs a map");
  }
  value.fallback = read_const(table, "default");
  value.prefix = table.text("prefix").value_or("");
  if (const auto as = table.one_of("as", kTypes)) value.as = static_cast<ValueType>(*as);
  value.exponent = static_cast<int>(table.integer("exponent", -1, 0, 9));
  value.date_formats = table.texts("date_format");
  value.time_zone = table.text("time_zone").value_or("");
  value.optional = table.boolean("optional", place.optional);
  if (const auto empty = table.one_of("empty", kEmpty)) {
    value.clear_when_empty = *empty == 1;
    const bool can = place.attribute || (place.field != nullptr && place.field->cleared >= 0);
    if (value.clear_when_empty && !can) table.wrong("empty", "cannot be \"clear\" here");
  }
  check_zone(table, "time_zone", value.time_zone);
  check_formats(table, value.date_formats);
  check_sources_of_text(table, value);
  check_type(table, place, value);
  check_constant(table, place, value);
  check_map_words(table, place, value);
  return value;
}

Value read_value(const TomlNode& node, const ValuePlace& place, const ReadingScope& scope) {
  TomlNode as_table;  // what the column name alone stands for
  if (const auto column = node.text()) {
    if (column->empty()) scope.errors->at(&node, place.what + " names no column");
    as_table = TomlNode::table_of("column", *column, node.line());
  } else if (!node.is_table()) {
    scope.errors->at(
        &node, place.what + " must be a column name or a table such as " + "{ column = \"a\" }");
    return {};
  }
  TomlTable table(node.is_table() ? node : as_table, place.what, *scope.errors);
  Value value = read_value_table(table, place, scope);
  table.finish();
  return value;
}

void read_defaults(TomlTable& table, ReadingScope& scope) {
  static constexpr std::array<std::string_view, 2> kEncodings{"utf-8", "windows-1252"};
  if (const auto zone = table.text("time_zone")) {
    scope.time_zone = *zone;
    check_zone(table, "time_zone", *zone);
  }
  if (table.node("null_values") != nullptr) scope.null_values = table.texts("null_values");
  if (table.node("date_format") != nullptr) {
    scope.date_formats = table.texts("date_format");
    if (scope.date_formats.empty()) table.wrong("date_format", "is empty");
    check_formats(table, scope.date_formats);
  }
  if (const auto encoding = table.one_of("encoding", kEncodings))
    scope.encoding = static_cast<Encoding>(*encoding);
}

}  // namespace concord::datasets
