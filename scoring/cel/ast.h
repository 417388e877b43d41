// The parsed expression: nodes by number, children before parents.
// Thread class: one-owner while it is built, immutable after.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/cel/value.h"

namespace concord::cel {

using NodeId = std::uint32_t;

enum class NodeKind : std::uint8_t {
  literal,    // value
  name,       // text (with a leading "." when absolute)
  select,     // children[0].text
  has,        // has(children[0].text)
  call,       // text(children…); member: children[0] is the receiver
  logic_and,  // children, two or more
  logic_or,
  conditional,  // children[0] ? [1] : [2]
  list,
  map,    // key, value, key, value…
  macro,  // children: range, then predicate (unless `plain`), then transform (if it has one)
};

enum class Macro : std::uint8_t { all, exists, exists_one, collect, collect_map };

struct Node {
  NodeKind kind = NodeKind::literal;
  Macro macro = Macro::all;
  bool member = false;         // call: x.f(y)
  bool has_predicate = false;  // macro
  bool has_transform = false;  // macro
  bool quoted = false;         // select by `back-quoted` name
  std::uint32_t begin = 0;     // the piece of the source
  std::uint32_t end = 0;
  std::uint32_t at = 0;     // where an error points: the operator or the name
  std::uint32_t depth = 1;  // of the tree below
  Value value;              // of a literal; text lies in Ast::texts
  std::string text;         // name, field or function; an operator is its symbol, minus is "-_"
  std::string var1;         // macro: the names it binds
  std::string var2;
  std::vector<NodeId> children;
};

struct Ast {
  std::string source;
  std::vector<Node> nodes;
  NodeId root = 0;
  std::deque<std::string> texts;  // bytes of literals: stable while the Ast lives
};

/// An expression that parses to the same tree: fully bracketed, one line.
std::string print(const Ast& ast);
/// Same tree, positions aside.
bool same_tree(const Ast& left, const Ast& right);

/// "line:column" of a byte offset, both from 1, columns in characters.
std::string position_of(std::string_view source, std::uint32_t offset);

}  // namespace concord::cel
