// A TOML document as a plain tree that remembers its lines. toml++ is known by toml_tree.cc only.
// Thread class: immutable once parsed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"

namespace concord::scoring {

struct TomlMember;

struct TomlNode {
  enum class Type : std::uint8_t { string, integer, real, boolean, time, array, table };
  Type type = Type::table;
  bool boolean = false;
  std::uint32_t line = 1;
  std::int64_t integer = 0;
  std::string text;                 // string; time: as RFC 3339 where it has a zone
  std::vector<TomlNode> elements;   // array, in order
  std::vector<TomlMember> members;  // table, sorted by name
};

struct TomlMember {
  std::string name;
  std::uint32_t line = 1;  // of the key
  TomlNode value;
};

/// "a string", "a table", … for messages.
std::string_view describe(TomlNode::Type type);

/// Errors: bad_input with place "file:line".
index::Result<TomlNode> parse_toml(const std::string& file, std::string_view bytes);

}  // namespace concord::scoring
