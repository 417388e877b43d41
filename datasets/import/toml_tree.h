// A parsed TOML text as a plain tree with line numbers; toml++ itself stays in toml_tree.cc.
// Thread class: immutable once parsed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/base/result.h"

namespace concord::datasets {

class TomlNode {
 public:
  enum class Type : std::uint8_t { text, integer, boolean, other, array, table };
  using Member = std::pair<std::string, TomlNode>;

  /// Errors: bad_input, place "file:line:column".
  static index::Result<TomlNode> parse(std::string_view toml, const std::string& path);
  /// The table { name = "text" }.
  static TomlNode table_of(std::string name, std::string text, int line);

  [[nodiscard]] int line() const { return line_; }
  /// Empty when the node is of another type.
  [[nodiscard]] std::optional<std::string> text() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] bool is_array() const { return type_ == Type::array; }
  [[nodiscard]] bool is_table() const { return type_ == Type::table; }
  [[nodiscard]] const std::vector<TomlNode>& elements() const { return elements_; }
  /// In the order of their names.
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  /// Null when there is no such member.
  [[nodiscard]] const TomlNode* get(std::string_view name) const;

 private:
  friend struct TomlBuilder;
  Type type_ = Type::other;
  int line_ = 0;
  std::string text_;
  std::int64_t number_ = 0;
  std::vector<TomlNode> elements_;
  std::vector<Member> members_;
};

}  // namespace concord::datasets
