#include "scoring/cel/parser.h"

#include <algorithm>
#include <optional>

#include "index/base/json_writer.h"
#include "scoring/cel/lexer.h"

namespace concord::cel {
namespace {

using index::Error;
constexpr NodeId kNone = 0xFFFFFFFF;

/// How tightly operators bind; 0: not a binary operator.
int precedence(const Token& token) {
  const std::string_view t = token.text;
  if (token.kind == TokenKind::name) return t == "in" ? 4 : 0;
  if (token.kind != TokenKind::symbol) return 0;
  if (t == "?") return 1;
  if (t == "||") return 2;
  if (t == "&&") return 3;
  if (t == "==" || t == "!=" || t == "<" || t == "<=" || t == ">" || t == ">=") return 4;
  if (t == "+" || t == "-") return 5;
  if (t == "*" || t == "/" || t == "%") return 6;
  return 0;
}

class Parser {
 public:
  Parser(std::string_view source, const Limits& limits, std::string_view place)
      : limits_(limits), place_(place) {
    ast_.source = source;
  }

  index::Result<Ast> run() {
    lexer_.emplace(ast_.source);
    advance();
    const NodeId root = expression(1);
    if (root != kNone && token_.kind != TokenKind::end)
      fail(token_.begin, "expected the end of the expression, found " + describe(token_));
    if (error_) return index::fail(*error_);
    ast_.root = root;
    return std::move(ast_);
  }

 private:
  struct Deeper {
    explicit Deeper(Parser& p) : parser(p) { ++parser.depth_; }
    ~Deeper() { --parser.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    Parser& parser;
  };

  static std::string describe(const Token& token) {
    if (token.kind == TokenKind::end) return "the end";
    if (token.text.size() > 30) return "`" + std::string(token.text.substr(0, 30)) + "…`";
    return "`" + std::string(token.text) + "`";
  }

  NodeId fail(std::uint32_t offset, std::string what, index::Code code = index::Code::bad_input) {
    if (!error_) error_ = error_at(code, ast_.source, offset, place_, std::move(what));
    return kNone;
  }

  bool too_deep() {
    if (depth_ > limits_.nesting_max)
      fail(token_.begin, "nested deeper than " + std::to_string(limits_.nesting_max) + " levels",
           index::Code::over_limit);
    return error_.has_value();
  }

  void advance() {
    last_end_ = token_.end;
    token_ = lexer_->next();
    if (token_.kind == TokenKind::broken) fail(token_.begin, token_.value);
  }

  [[nodiscard]] bool at_symbol(std::string_view text) const {
    return token_.kind == TokenKind::symbol && token_.text == text;
  }
  bool take(std::string_view text) {
    if (!at_symbol(text)) return false;
    advance();
    return true;
  }
  bool expect(std::string_view text, std::string_view why) {
    if (take(text)) return true;
    fail(token_.begin, "expected `" + std::string(text) + "` " + std::string(why) + ", found " +
                           describe(token_));
    return false;
  }

  Node& node(NodeId id) { return ast_.nodes[id]; }

  NodeId add(Node n) {
    for (const NodeId child : n.children) {
      if (child == kNone) return kNone;
      n.depth = std::max(n.depth, node(child).depth + 1);
    }
    if (n.depth > limits_.nesting_max)
      return fail(n.at,
                  "nested deeper than " + std::to_string(limits_.nesting_max) +
                      " levels; split the expression or use a list with `in`",
                  index::Code::over_limit);
    if (ast_.nodes.size() >= limits_.nodes_max)
      return fail(n.at,
                  "more than " + std::to_string(limits_.nodes_max) + " operators, names and values",
                  index::Code::over_limit);
    n.end = last_end_;
    ast_.nodes.push_back(std::move(n));
    return static_cast<NodeId>(ast_.nodes.size() - 1);
  }

  NodeId expression(int binds);
  NodeId conditional(NodeId condition, std::uint32_t begin, std::uint32_t at);
  NodeId binary(NodeId left, bool& chained, std::uint32_t begin);
  NodeId unary();
  NodeId postfix();
  NodeId member(NodeId receiver, std::uint32_t begin);
  NodeId primary();
  NodeId parenthesis();
  NodeId name(bool absolute, std::uint32_t begin);
  NodeId literal();
  NodeId number(bool negative, std::uint32_t begin);
  NodeId text_literal(bool bytes);
  NodeId list_literal();
  NodeId map_literal();
  NodeId has(NodeId argument, std::uint32_t begin, std::uint32_t at);
  NodeId macro(NodeId receiver, const std::string& function, std::vector<NodeId>& arguments,
               std::uint32_t begin, std::uint32_t at);
  NodeId macro_node(Node n, NodeId range, std::vector<NodeId>& arguments, std::size_t names);
  bool arguments(std::string_view close, std::string_view why, std::vector<NodeId>& out);

  const Limits& limits_;
  std::string_view place_;
  Ast ast_;
  std::optional<Lexer> lexer_;
  Token token_;
  std::uint32_t last_end_ = 0;
  std::uint32_t depth_ = 0;
  std::optional<Error> error_;
};

NodeId Parser::expression(int binds) {
  const Deeper deeper(*this);
  if (error_ || too_deep()) return kNone;
  const std::uint32_t begin = token_.begin;
  NodeId left = unary();
  bool chained = false;  // `left` is an && or || made here, without brackets of its own
  while (!error_) {
    const int operator_binds = precedence(token_);
    if (operator_binds == 0 || operator_binds < binds) break;
    if (operator_binds == 1) {
      const std::uint32_t at = token_.begin;
      advance();
      left = conditional(left, begin, at);
      chained = false;
    } else {
      left = binary(left, chained, begin);
    }
  }
  return error_ ? kNone : left;
}

NodeId Parser::conditional(NodeId condition, std::uint32_t begin, std::uint32_t at) {
  const NodeId yes = expression(2);
  if (error_ || !expect(":", "of the conditional `? :`")) return kNone;
  const NodeId no = expression(1);
  Node n;
  n.kind = NodeKind::conditional;
  n.begin = begin;
  n.at = at;
  n.children = {condition, yes, no};
  return error_ ? kNone : add(std::move(n));
}

NodeId Parser::binary(NodeId left, bool& chained, std::uint32_t begin) {
  Node n;
  n.at = token_.begin;
  n.begin = begin;
  n.text = token_.text;
  const int binds = precedence(token_);
  const bool logic = binds == 2 || binds == 3;
  n.kind = binds == 2 ? NodeKind::logic_or : binds == 3 ? NodeKind::logic_and : NodeKind::call;
  advance();
  const NodeId right = expression(binds + 1);
  if (error_) return kNone;
  if (logic && chained && node(left).kind == n.kind) {
    Node& chain = node(left);
    chain.children.push_back(right);
    chain.depth = std::max(chain.depth, node(right).depth + 1);
    chain.end = last_end_;
    return left;
  }
  n.children = {left, right};
  if (logic) n.text.clear();
  chained = logic;
  return add(std::move(n));
}

NodeId Parser::unary() {
  const bool minus = at_symbol("-");
  if (!minus && !at_symbol("!")) return postfix();
  const Deeper deeper(*this);
  if (too_deep()) return kNone;
  Node n;
  n.kind = NodeKind::call;
  n.begin = n.at = token_.begin;
  n.text = minus ? "-_" : "!";
  advance();
  if (error_) return kNone;
  if (minus && (token_.kind == TokenKind::integer || token_.kind == TokenKind::floating) &&
      token_.begin == n.begin + 1) {
    const NodeId value = number(true, n.begin);
    return error_ ? kNone : member(value, n.begin);
  }
  n.children = {unary()};
  return error_ ? kNone : add(std::move(n));
}

NodeId Parser::postfix() {
  const std::uint32_t begin = token_.begin;
  const NodeId first = primary();
  return error_ ? kNone : member(first, begin);
}

NodeId Parser::member(NodeId receiver, std::uint32_t begin) {
  while (!error_) {
    Node n;
    n.begin = begin;
    n.at = token_.begin;
    if (take("[")) {
      n.kind = NodeKind::call;
      n.text = "[]";
      const NodeId key = expression(1);
      if (error_ || !expect("]", "after the index")) return kNone;
      n.children = {receiver, key};
      receiver = add(std::move(n));
      continue;
    }
    if (at_symbol("{") &&
        (node(receiver).kind == NodeKind::name || node(receiver).kind == NodeKind::select))
      return fail(n.at, "messages cannot be built here; a map is written {\"key\": value}",
                  index::Code::unsupported);
    if (!take(".")) return receiver;
    n.at = token_.begin;
    n.quoted = token_.kind == TokenKind::quoted_name;
    if (token_.kind != TokenKind::name && !n.quoted)
      return fail(n.at, "expected a field or function name after `.`, found " + describe(token_));
    n.text = token_.text;
    if (!n.quoted && (n.text == "in" || n.text == "true" || n.text == "false" || n.text == "null"))
      return fail(n.at, "`" + n.text + "` is a word of the language, not a field");
    advance();
    n.children = {receiver};
    if (!n.quoted && take("(")) {
      std::vector<NodeId> args;
      if (!arguments(")", "after the arguments", args)) return kNone;
      const NodeId made = macro(receiver, n.text, args, begin, n.at);
      if (error_) return kNone;
      if (made != kNone) {
        receiver = made;
        continue;
      }
      n.kind = NodeKind::call;
      n.member = true;
      n.children.insert(n.children.end(), args.begin(), args.end());
    } else {
      n.kind = NodeKind::select;
    }
    receiver = add(std::move(n));
  }
  return kNone;
}

bool Parser::arguments(std::string_view close, std::string_view why, std::vector<NodeId>& out) {
  while (!error_ && !at_symbol(close)) {
    out.push_back(expression(1));
    if (!take(",")) break;
    if (close == ")" && at_symbol(close)) {
      fail(token_.begin, "expected an argument after `,`");
      return false;
    }
  }
  return !error_ && expect(close, why);
}

NodeId Parser::primary() {
  if (error_) return kNone;
  const std::uint32_t begin = token_.begin;
  switch (token_.kind) {
    case TokenKind::integer:
    case TokenKind::uinteger:
    case TokenKind::floating: return number(false, begin);
    case TokenKind::string: return text_literal(false);
    case TokenKind::bytes: return text_literal(true);
    case TokenKind::name: return name(false, begin);
    case TokenKind::symbol: break;
    case TokenKind::quoted_name: return fail(begin, "a back-quoted name can only follow `.`");
    case TokenKind::end: return fail(begin, "the expression ends too early: a value is missing");
    case TokenKind::broken: return kNone;
  }
  if (at_symbol("(")) return parenthesis();
  if (at_symbol("[")) return list_literal();
  if (at_symbol("{")) return map_literal();
  if (take(".")) {
    if (token_.kind == TokenKind::name) return name(true, begin);
    return fail(token_.begin, "expected a name after `.`");
  }
  return fail(begin, "expected a value, found " + describe(token_));
}

NodeId Parser::parenthesis() {
  advance();
  const NodeId inner = expression(1);
  if (error_ || !expect(")", "to close the bracket")) return kNone;
  return inner;
}

NodeId Parser::name(bool absolute, std::uint32_t begin) {
  Node n;
  n.begin = begin;
  n.at = token_.begin;
  n.text = token_.text;
  if (!absolute && (n.text == "true" || n.text == "false" || n.text == "null")) {
    n.value = n.text == "null" ? Value::null() : Value::boolean(n.text == "true");
    n.text.clear();
    advance();
    return add(std::move(n));
  }
  if (is_reserved(n.text)) return fail(n.at, "`" + n.text + "` is a reserved word, not a name");
  advance();
  if (absolute) n.text.insert(0, ".");
  if (!take("(")) {
    n.kind = NodeKind::name;
    return add(std::move(n));
  }
  if (!arguments(")", "after the arguments", n.children)) return kNone;
  if (n.text == "has") {
    if (n.children.size() != 1) return fail(n.at, "has() takes one field: has(x.field)");
    return has(n.children[0], begin, n.at);
  }
  n.kind = NodeKind::call;
  return add(std::move(n));
}

NodeId Parser::has(NodeId argument, std::uint32_t begin, std::uint32_t at) {
  const Node& select = node(argument);
  if (select.kind != NodeKind::select) return fail(at, "has() takes one field: has(x.field)");
  Node n;
  n.kind = NodeKind::has;
  n.begin = begin;
  n.at = select.at;
  n.text = select.text;
  n.quoted = select.quoted;
  n.children = select.children;
  return add(std::move(n));
}

NodeId Parser::number(bool negative, std::uint32_t begin) {
  Node n;
  n.begin = n.at = begin;
  const std::optional<Value> value = number_value(token_, negative);
  if (!value)
    return fail(begin, token_.kind == TokenKind::floating ? "this number does not fit a double"
                                                          : "this number does not fit 64 bits");
  n.value = *value;
  advance();
  return add(std::move(n));
}

NodeId Parser::text_literal(bool bytes) {
  Node n;
  n.begin = n.at = token_.begin;
  ast_.texts.push_back(std::move(token_.value));
  const std::string& kept = ast_.texts.back();
  n.value = bytes ? Value::bytes(kept) : Value::string(kept);
  advance();
  return add(std::move(n));
}

NodeId Parser::list_literal() {
  Node n;
  n.kind = NodeKind::list;
  n.begin = n.at = token_.begin;
  advance();
  if (!arguments("]", "to close the list", n.children)) return kNone;
  return add(std::move(n));
}

NodeId Parser::map_literal() {
  Node n;
  n.kind = NodeKind::map;
  n.begin = n.at = token_.begin;
  advance();
  while (!error_ && !at_symbol("}")) {
    n.children.push_back(expression(1));
    if (error_ || !expect(":", "between key and value")) return kNone;
    n.children.push_back(expression(1));
    if (!take(",")) break;
  }
  if (error_ || !expect("}", "to close the map")) return kNone;
  return add(std::move(n));
}

/// kNone without an error: not a macro, an ordinary call.
NodeId Parser::macro(NodeId receiver, const std::string& function, std::vector<NodeId>& args,
                     std::uint32_t begin, std::uint32_t at) {
  Node n;
  n.kind = NodeKind::macro;
  n.begin = begin;
  n.at = at;
  n.text = function;
  std::size_t names = 1;
  const std::size_t count = args.size();
  if (function == "all" || function == "exists" || function == "exists_one" ||
      function == "existsOne") {
    if (count != 2 && count != 3) return kNone;
    n.macro = function == "all"      ? Macro::all
              : function == "exists" ? Macro::exists
                                     : Macro::exists_one;
    n.has_predicate = true;
    names = count - 1;
  } else if (function == "map" || function == "filter") {
    if (count != 2 && !(function == "map" && count == 3)) return kNone;
    n.macro = Macro::collect;
    n.has_predicate = function == "filter" || count == 3;
    n.has_transform = function == "map";
  } else if (function == "transformList" || function == "transformMap") {
    if (count != 3 && count != 4) return kNone;
    n.macro = function == "transformMap" ? Macro::collect_map : Macro::collect;
    n.has_predicate = count == 4;
    n.has_transform = true;
    names = 2;
  } else {
    return kNone;
  }
  return macro_node(std::move(n), receiver, args, names);
}

NodeId Parser::macro_node(Node n, NodeId range, std::vector<NodeId>& args, std::size_t names) {
  for (std::size_t i = 0; i < names; ++i) {
    const Node& var = node(args[i]);
    if (var.kind != NodeKind::name || var.text[0] == '.')
      return fail(var.begin,
                  "`" + n.text + "` needs a simple name here, as in items." + n.text + "(x, …)");
    (i == 0 ? n.var1 : n.var2) = var.text;
  }
  if (n.var1 == n.var2)
    return fail(node(args[1]).begin, "`" + n.text + "` needs two different names");
  n.children.push_back(range);
  n.children.insert(n.children.end(), args.begin() + static_cast<std::ptrdiff_t>(names),
                    args.end());
  return add(std::move(n));
}

}  // namespace

index::Error error_at(index::Code code, std::string_view source, std::uint32_t offset,
                      std::string_view place_prefix, std::string what) {
  std::string place(place_prefix);
  if (!place.empty()) place += ", ";
  return {code, std::move(what), place + position_of(source, offset)};
}

index::Result<Ast> parse(std::string_view source, const Limits& limits,
                         std::string_view place_prefix) {
  if (source.size() > limits.source_bytes_max)
    return index::fail(error_at(
        index::Code::over_limit, {}, 0, place_prefix,
        "the expression is longer than " + std::to_string(limits.source_bytes_max) + " bytes"));
  if (!index::is_utf8(source))
    return index::fail(
        error_at(index::Code::bad_input, {}, 0, place_prefix, "the expression is not UTF-8"));
  return Parser(source, limits, place_prefix).run();
}

}  // namespace concord::cel
