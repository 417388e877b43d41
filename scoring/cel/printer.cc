#include <algorithm>
#include <bit>
#include <charconv>

#include "scoring/cel/ast.h"
#include "scoring/cel/escapes.h"

namespace concord::cel {
namespace {

std::string print_number(double v) {
  char text[40];
  const auto done = std::to_chars(text, text + sizeof text, v);
  std::string out(text, done.ptr);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

std::string print_literal(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean: return value.as_boolean() ? "true" : "false";
    case Kind::integer: return std::to_string(value.as_integer());
    case Kind::uinteger: return std::to_string(value.as_uinteger()) + "u";
    case Kind::floating: return print_number(value.as_floating());
    case Kind::string: return quote_literal(value.as_text(), false);
    case Kind::bytes: return quote_literal(value.as_text(), true);
    default: return "null";
  }
}

class Printer {
 public:
  explicit Printer(const Ast& ast) : ast_(ast) {}

  std::string print(NodeId id) const {
    const Node& n = ast_.nodes[id];
    switch (n.kind) {
      case NodeKind::literal: return print_literal(n.value);
      case NodeKind::name: return n.text;
      case NodeKind::select: return operand(n.children[0]) + "." + field(n);
      case NodeKind::has: return "has(" + operand(n.children[0]) + "." + field(n) + ")";
      case NodeKind::call: return call(n);
      case NodeKind::logic_and: return "(" + join(n, 0, " && ") + ")";
      case NodeKind::logic_or: return "(" + join(n, 0, " || ") + ")";
      case NodeKind::conditional:
        return "(" + print(n.children[0]) + " ? " + print(n.children[1]) + " : " +
               print(n.children[2]) + ")";
      case NodeKind::list: return "[" + join(n, 0, ", ") + "]";
      case NodeKind::map: return map(n);
      case NodeKind::macro:
        return operand(n.children[0]) + "." + n.text + "(" + n.var1 + ", " +
               (n.var2.empty() ? "" : n.var2 + ", ") + join(n, 1, ", ") + ")";
    }
    return {};
  }

 private:
  static std::string field(const Node& n) { return n.quoted ? "`" + n.text + "`" : n.text; }

  /// Left of a dot or index: a bare number would swallow the dot.
  std::string operand(NodeId id) const {
    const Node& n = ast_.nodes[id];
    return n.kind == NodeKind::literal ? "(" + print(id) + ")" : print(id);
  }

  std::string join(const Node& n, std::size_t from, std::string_view between) const {
    std::string out;
    for (std::size_t i = from; i < n.children.size(); ++i) {
      if (i > from) out += between;
      out += print(n.children[i]);
    }
    return out;
  }

  std::string map(const Node& n) const {
    std::string out = "{";
    for (std::size_t i = 0; i < n.children.size(); i += 2) {
      if (i > 0) out += ", ";
      out += print(n.children[i]) + ": " + print(n.children[i + 1]);
    }
    return out + "}";
  }

  std::string call(const Node& n) const {
    const auto symbol = [&n] {
      return !(n.text[0] == '_' || n.text[0] == '.') &&
             !std::isalpha(static_cast<unsigned char>(n.text[0]));
    };
    if (n.member) return operand(n.children[0]) + "." + n.text + "(" + join(n, 1, ", ") + ")";
    if (n.text == "[]") return operand(n.children[0]) + "[" + print(n.children[1]) + "]";
    // A space, so that a minus before a number stays an operator.
    if (n.text == "-_") return "(- " + print(n.children[0]) + ")";
    if (n.text == "!") return "(!" + print(n.children[0]) + ")";
    if (symbol() || n.text == "in")
      return "(" + print(n.children[0]) + " " + n.text + " " + print(n.children[1]) + ")";
    return n.text + "(" + join(n, 0, ", ") + ")";
  }

  const Ast& ast_;
};

bool same_literal(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::string:
    case Kind::bytes: return a.as_text() == b.as_text();
    case Kind::floating:
      return std::bit_cast<std::uint64_t>(a.as_floating()) ==
             std::bit_cast<std::uint64_t>(b.as_floating());
    case Kind::null: return true;
    default: return a.as_integer() == b.as_integer();
  }
}

bool same(const Ast& left, NodeId l, const Ast& right, NodeId r) {
  const Node& a = left.nodes[l];
  const Node& b = right.nodes[r];
  const bool alike = a.kind == b.kind && a.macro == b.macro && a.member == b.member &&
                     a.has_predicate == b.has_predicate && a.has_transform == b.has_transform &&
                     a.text == b.text && a.var1 == b.var1 && a.var2 == b.var2 &&
                     a.children.size() == b.children.size() && same_literal(a.value, b.value);
  if (!alike) return false;
  for (std::size_t i = 0; i < a.children.size(); ++i)
    if (!same(left, a.children[i], right, b.children[i])) return false;
  return true;
}

}  // namespace

std::string print(const Ast& ast) { return Printer(ast).print(ast.root); }

bool same_tree(const Ast& left, const Ast& right) {
  return same(left, left.root, right, right.root);
}

std::string position_of(std::string_view source, std::uint32_t offset) {
  const std::string_view before = source.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t last = before.rfind('\n');
  const std::string_view line = last == std::string_view::npos ? before : before.substr(last + 1);
  return std::to_string(lines + 1) + ":" + std::to_string(utf8_length(line) + 1);
}

}  // namespace concord::cel
