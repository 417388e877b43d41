#include "scoring/toml_tree.h"

#include <toml++/toml.h>
#include <sstream>

namespace concord::scoring {
namespace {

std::uint32_t line_of(const toml::source_region& region) {
  return region.begin.line == 0 ? 1 : static_cast<std::uint32_t>(region.begin.line);
}

std::string text_of_time(const toml::node& node) {
  std::ostringstream out;
  if (const auto* date = node.as_date()) out << date->get();
  if (const auto* time = node.as_time()) out << time->get();
  if (const auto* both = node.as_date_time()) out << both->get();
  return out.str();
}

TomlNode convert(const toml::node& node);

TomlNode convert_table(const toml::table& table) {
  TomlNode out;
  out.type = TomlNode::Type::table;
  for (const auto& [key, value] : table)
    out.members.push_back(
        TomlMember{std::string(key.str()), line_of(key.source()), convert(value)});
  return out;
}

TomlNode convert(const toml::node& node) {
  TomlNode out;
  if (const auto* table = node.as_table()) {
    out = convert_table(*table);
  } else if (const auto* array = node.as_array()) {
    out.type = TomlNode::Type::array;
    for (const toml::node& element : *array) out.elements.push_back(convert(element));
  } else if (const auto* text = node.as_string()) {
    out.type = TomlNode::Type::string;
    out.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    out.type = TomlNode::Type::integer;
    out.integer = integer->get();
  } else if (const auto* boolean = node.as_boolean()) {
    out.type = TomlNode::Type::boolean;
    out.boolean = boolean->get();
  } else if (node.is_floating_point()) {
    out.type = TomlNode::Type::real;
  } else {
    out.type = TomlNode::Type::time;
    out.text = text_of_time(node);
  }
  out.line = line_of(node.source());
  return out;
}

}  // namespace

std::string_view describe(TomlNode::Type type) {
  switch (type) {
    case TomlNode::Type::string: return "a string";
    case TomlNode::Type::integer: return "an integer";
    case TomlNode::Type::real: return "a number with a fraction";
    case TomlNode::Type::boolean: return "true or false";
    case TomlNode::Type::time: return "a date";
    case TomlNode::Type::array: return "an array";
    case TomlNode::Type::table: return "a table";
  }
  return "a value";
}

index::Result<TomlNode> parse_toml(const std::string& file, std::string_view bytes) {
  try {
    return convert(toml::parse(bytes, file));
  } catch (const toml::parse_error& error) {
    return index::fail(index::Code::bad_input, std::string(error.description()),
                       file + ":" + std::to_string(line_of(error.source())));
  }
}

}  // namespace concord::scoring
