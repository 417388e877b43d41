#include "datasets/import/toml_tree.h"

#include <toml++/toml.h>

namespace concord::datasets {

/// Copies toml++'s tree into ours.
struct TomlBuilder {
  static TomlNode copy(const toml::node& node) {
    TomlNode out;
    out.line_ = static_cast<int>(node.source().begin.line);
    if (const auto text = node.value_exact<std::string>()) {
      out.type_ = TomlNode::Type::text;
      out.text_ = *text;
    } else if (const auto integer = node.value_exact<std::int64_t>()) {
      out.type_ = TomlNode::Type::integer;
      out.number_ = *integer;
    } else if (const auto flag = node.value_exact<bool>()) {
      out.type_ = TomlNode::Type::boolean;
      out.number_ = *flag ? 1 : 0;
    } else if (const toml::array* array = node.as_array()) {
      out.type_ = TomlNode::Type::array;
      for (const toml::node& one : *array) out.elements_.push_back(copy(one));
    } else if (const toml::table* table = node.as_table()) {
      out.type_ = TomlNode::Type::table;
      for (const auto& [key, one] : *table)
        out.members_.emplace_back(std::string(key.str()), copy(one));
    }
    return out;
  }
  static TomlNode column(std::string name, std::string text, int line) {
    TomlNode value;
    value.type_ = TomlNode::Type::text;
    value.line_ = line;
    value.text_ = std::move(text);
    TomlNode out;
    out.type_ = TomlNode::Type::table;
    out.line_ = line;
    out.members_.emplace_back(std::move(name), std::move(value));
    return out;
  }
};

index::Result<TomlNode> TomlNode::parse(std::string_view toml, const std::string& path) {
  try {
    return TomlBuilder::copy(toml::parse(toml, path));
  } catch (const toml::parse_error& error) {
    return index::fail(index::Code::bad_input, std::string(error.description()),
                       path + ":" + std::to_string(error.source().begin.line) + ":" +
                           std::to_string(error.source().begin.column));
  }
}

TomlNode TomlNode::table_of(std::string name, std::string text, int line) {
  return TomlBuilder::column(std::move(name), std::move(text), line);
}

std::optional<std::string> TomlNode::text() const {
  return type_ == Type::text ? std::optional(text_) : std::nullopt;
}
std::optional<std::int64_t> TomlNode::integer() const {
  return type_ == Type::integer ? std::optional(number_) : std::nullopt;
}
std::optional<bool> TomlNode::boolean() const {
  return type_ == Type::boolean ? std::optional(number_ != 0) : std::nullopt;
}

const TomlNode* TomlNode::get(std::string_view name) const {
  for (const auto& [key, node] : members_)
    if (key == name) return &node;
  return nullptr;
}

}  // namespace concord::datasets
