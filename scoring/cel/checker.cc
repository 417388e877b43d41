#include "scoring/cel/checker.h"

#include <algorithm>
#include <optional>

#include "scoring/cel/parser.h"
#include "scoring/cel/resolver.h"
#include "scoring/cel/unify.h"

namespace concord::cel {
namespace {

using index::Code;

class Checker {
 public:
  Checker(const Ast& ast, const Environment& environment, const Options& options)
      : ast_(ast), options_(options), resolver_(environment) {
    out_.types.resize(ast.nodes.size());
    out_.meanings.resize(ast.nodes.size());
  }

  index::Result<Checked> run() {
    Type result = visit(ast_.root);
    if (!error_ && options_.wanted.kind() != TypeKind::dyn && !types_.fits(options_.wanted, result))
      fail(node(ast_.root).begin,
           "this must be " + options_.wanted.text() + " and is " + types_.finish(result).text());
    if (error_) return index::fail(*error_);
    for (Type& type : out_.types) type = types_.finish(type);
    return std::move(out_);
  }

 private:
  struct Local {
    std::string_view name;
    std::uint32_t loop;
    bool second;
    Type type;
  };

  const Node& node(NodeId id) const { return ast_.nodes[id]; }

  Type fail(std::uint32_t offset, std::string what) {
    if (!error_)
      error_ = error_at(Code::bad_input, ast_.source, offset, options_.place, std::move(what));
    return {};
  }
  /// A breach of the types: refused, or left for the run when types are not checked.
  Type misfit(NodeId id, std::string what) {
    if (options_.check) return fail(node(id).at, std::move(what));
    return {};
  }

  Type visit(NodeId id) {
    if (error_) return {};
    Type type = visit_kind(id);
    if (!options_.check) type = TypeKind::dyn;
    out_.types[id] = type;
    return type;
  }

  Type visit_kind(NodeId id) {
    switch (node(id).kind) {
      case NodeKind::literal: return literal_type(node(id).value);
      case NodeKind::name: return name(id);
      case NodeKind::select: return select(id);
      case NodeKind::has: return field_of(id, visit(node(id).children[0]));
      case NodeKind::call: return call(id);
      case NodeKind::logic_and:
      case NodeKind::logic_or: return logic(id);
      case NodeKind::conditional: return conditional(id);
      case NodeKind::list: return list(id);
      case NodeKind::map: return map(id);
      case NodeKind::macro: return macro(id);
    }
    return {};
  }

  static Type literal_type(const Value& value) {
    switch (value.kind()) {
      case Kind::null: return TypeKind::null;
      case Kind::boolean: return TypeKind::boolean;
      case Kind::integer: return TypeKind::integer;
      case Kind::uinteger: return TypeKind::uinteger;
      case Kind::floating: return TypeKind::floating;
      case Kind::string: return TypeKind::string;
      case Kind::bytes: return TypeKind::bytes;
      default: return TypeKind::dyn;
    }
  }

  const Local* local_of(std::string_view name) const {
    for (auto it = locals_.rbegin(); it != locals_.rend(); ++it)
      if (it->name == name) return &*it;
    return nullptr;
  }

  std::optional<Type> declared(NodeId id, const std::string& dotted);
  Type name(NodeId id);
  Type select(NodeId id);
  Type field_of(NodeId id, const Type& operand);
  Type object_field(NodeId id, const ObjectType& object);
  Type call(NodeId id);
  Type no_overload(NodeId id, const std::vector<Type>& arguments, bool found_name);
  std::optional<Type> fit_row(const Signature& row, const std::vector<Type>& arguments);
  std::optional<Type> fitting(NodeId id, const std::vector<Type>& arguments, bool& found_name);
  Type logic(NodeId id);
  Type conditional(NodeId id);
  Type list(NodeId id);
  Type map(NodeId id);
  Type macro(NodeId id);
  bool loop_types(NodeId id, const Type& range, Type& first, Type& second);
  /// "a.b.c" when the node is a chain of plain names that starts with no local; else empty.
  std::string dotted_name(NodeId id) const;

  const Ast& ast_;
  const Options& options_;
  Resolver resolver_;
  Unifier types_;
  Checked out_;
  std::vector<Local> locals_;
  std::uint32_t loops_ = 0;
  std::optional<index::Error> error_;
};

std::string Checker::dotted_name(NodeId id) const {
  const Node& n = node(id);
  if (n.kind == NodeKind::name) return local_of(n.text) != nullptr ? std::string() : n.text;
  if (n.kind != NodeKind::select || n.quoted) return {};
  std::string before = dotted_name(n.children[0]);
  return before.empty() ? before : before + "." + n.text;
}

std::optional<Type> Checker::declared(NodeId id, const std::string& dotted) {
  const Resolver::Found found = resolver_.look_up(dotted);
  Meaning& meaning = out_.meanings[id];
  if (found.variable) {
    meaning.kind = Meaning::Kind::variable;
    meaning.number = *found.variable;
    return resolver_.environment().variables()[*found.variable].type;
  }
  if (found.type_name.empty()) return std::nullopt;
  meaning.kind = Meaning::Kind::type_name;
  meaning.text = found.type_name;
  return Type(TypeKind::type);
}

Type Checker::name(NodeId id) {
  const Node& n = node(id);
  if (const Local* local = local_of(n.text)) {
    Meaning& meaning = out_.meanings[id];
    meaning.kind = Meaning::Kind::local;
    meaning.number = local->loop;
    meaning.second = local->second;
    return local->type;
  }
  if (const auto type = declared(id, n.text)) return *type;
  if (!options_.check) {
    out_.meanings[id].kind = Meaning::Kind::failure;
    out_.meanings[id].text = "no variable of this name";
    return {};
  }
  std::vector<std::string> names = resolver_.names();
  for (const Local& local : locals_) names.emplace_back(local.name);
  const std::string near = nearest(n.text, names);
  return fail(n.at, "no variable `" + n.text + "`" +
                        (near.empty() ? "" : "; did you mean `" + near + "`?"));
}

Type Checker::select(NodeId id) {
  const std::string dotted = dotted_name(id);
  if (!dotted.empty())
    if (const auto type = declared(id, dotted)) return *type;
  return field_of(id, visit(node(id).children[0]));
}

Type Checker::field_of(NodeId id, const Type& operand_type) {
  if (error_) return {};
  const Type operand = types_.resolve(operand_type);
  out_.meanings[id].kind = Meaning::Kind::key;
  const bool asks = node(id).kind == NodeKind::has;
  Type found;
  if (operand.kind() == TypeKind::object) {
    found = object_field(id, operand.object_type());
  } else if (operand.kind() == TypeKind::map) {
    if (!types_.fits(operand.key(), TypeKind::string))
      return misfit(id, "the keys of " + operand.text() + " are not strings");
    found = operand.value();
  } else if (operand.kind() == TypeKind::list) {
    return misfit(id, "a list has no fields; look inside with `.exists(x, x." + node(id).text +
                          " …)` or `.all(x, …)`");
  } else if (operand.kind() != TypeKind::dyn && operand.kind() != TypeKind::variable) {
    return misfit(id, operand.text() + " has no field `" + node(id).text + "`");
  }
  return asks ? Type(TypeKind::boolean) : found;
}

Type Checker::object_field(NodeId id, const ObjectType& object) {
  const std::string& text = node(id).text;
  if (const auto field = object.find(text)) {
    out_.meanings[id].kind = Meaning::Kind::field;
    out_.meanings[id].number = *field;
    return object.fields[*field].type;
  }
  std::vector<std::string> names;
  for (const Field& field : object.fields) names.push_back(field.name);
  const std::string near = nearest(text, names);
  return misfit(id, "no field `" + text + "` on " + object.name +
                        (near.empty() ? "" : "; did you mean `" + near + "`?"));
}

Type Checker::call(NodeId id) {
  std::vector<Type> arguments;
  for (const NodeId child : node(id).children) arguments.push_back(visit(child));
  if (error_) return {};
  bool found_name = false;
  if (const auto type = fitting(id, arguments, found_name)) return *type;
  if (options_.check) return no_overload(id, arguments, found_name);
  out_.meanings[id].kind = Meaning::Kind::failure;
  out_.meanings[id].text = "no such function";
  return {};
}

std::optional<Type> Checker::fit_row(const Signature& row, const std::vector<Type>& arguments) {
  const Type a = types_.fresh();
  const Type b = types_.fresh();
  std::string_view letters = row.arguments;
  for (const Type& argument : arguments)
    if (!types_.fits(read_type(letters, a, b), argument)) return std::nullopt;
  letters = row.result;
  return types_.resolve(read_type(letters, a, b));
}

std::optional<Type> Checker::fitting(NodeId id, const std::vector<Type>& arguments,
                                     bool& found_name) {
  const Node& n = node(id);
  const std::string_view name = n.text[0] == '.' ? std::string_view(n.text).substr(1) : n.text;
  const Signature* only = nullptr;
  std::optional<Type> result;
  for (const Signature& row : signatures()) {
    if (row.name != name) continue;
    found_name = true;
    if (!(n.member ? row.member : row.global) || count_types(row.arguments) != arguments.size())
      continue;
    const Unifier::Mark before = types_.mark();
    const std::optional<Type> type = fit_row(row, arguments);
    types_.back_to(before);
    if (!type) continue;
    out_.meanings[id].kind = Meaning::Kind::function;
    out_.meanings[id].function = row.function;
    only = result ? nullptr : &row;
    // Several rows fit when an argument is dyn: then the result is known only when running.
    result = result && !(*result == *type) ? Type(TypeKind::dyn) : *type;
  }
  // The one row that fits also settles what was open in its arguments.
  return only != nullptr ? fit_row(*only, arguments) : result;
}

Type Checker::no_overload(NodeId id, const std::vector<Type>& arguments, bool found_name) {
  const Node& n = node(id);
  std::vector<std::string> names;
  for (const Signature& row : signatures()) names.emplace_back(row.name);
  if (!found_name) {
    names.insert(names.end(), {"exists", "all", "exists_one", "filter", "map", "has"});
    const std::string near = nearest(n.text, names);
    if (near == n.text) return fail(n.at, "`" + n.text + "` has the wrong number of arguments");
    return fail(n.at, "no function `" + n.text + "`" +
                          (near.empty() ? "" : "; did you mean `" + near + "`?"));
  }
  std::string given;
  for (const Type& type : arguments)
    given += (given.empty() ? "" : ", ") + types_.finish(type).text();
  std::string hint;
  if (n.text == "==" || n.text == "!=" || n.text == "+" || n.text == "-" || n.text == "*")
    hint = "; both sides must have one type (write 5.0 for a double, 5u for a uint)";
  return fail(n.at, "`" + n.text + "` does not take (" + given + ")" + hint);
}

Type Checker::logic(NodeId id) {
  const Node& n = node(id);
  for (const NodeId child : n.children) {
    const Type type = visit(child);
    if (!error_ && options_.check && !types_.fits(TypeKind::boolean, type))
      return fail(node(child).begin, std::string(n.kind == NodeKind::logic_and ? "`&&`" : "`||`") +
                                         " joins conditions; this is " +
                                         types_.finish(type).text());
  }
  return TypeKind::boolean;
}

Type Checker::conditional(NodeId id) {
  const Node& n = node(id);
  const Type condition = visit(n.children[0]);
  const Type yes = visit(n.children[1]);
  const Type no = visit(n.children[2]);
  if (error_ || !options_.check) return {};
  if (!types_.fits(TypeKind::boolean, condition))
    return fail(node(n.children[0]).begin,
                "before `?` stands a condition; this is " + types_.finish(condition).text());
  const Unifier::Mark before = types_.mark();
  if (types_.fits(yes, no)) return types_.resolve(no).kind() == TypeKind::dyn ? no : yes;
  types_.back_to(before);
  if (types_.fits(no, yes)) return no;
  return fail(n.at, "both sides of `:` must have one type; these are " + types_.finish(yes).text() +
                        " and " + types_.finish(no).text());
}

Type Checker::list(NodeId id) {
  Type element = types_.fresh();
  for (const NodeId child : node(id).children) element = types_.join(element, visit(child));
  return Type::list(element);
}

Type Checker::map(NodeId id) {
  const Node& n = node(id);
  Type key = types_.fresh();
  Type value = types_.fresh();
  for (std::size_t i = 0; i < n.children.size(); i += 2) {
    const Type this_key = types_.resolve(visit(n.children[i]));
    const TypeKind kind = this_key.kind();
    if (kind == TypeKind::floating || kind == TypeKind::null || kind == TypeKind::bytes ||
        kind == TypeKind::list || kind == TypeKind::map || kind == TypeKind::object)
      misfit(n.children[i], "a key of a map is an int, uint, bool or string, not " +
                                types_.finish(this_key).text());
    key = types_.join(key, this_key);
    value = types_.join(value, visit(n.children[i + 1]));
  }
  return Type::map(key, value);
}

bool Checker::loop_types(NodeId id, const Type& range_type, Type& first, Type& second) {
  const bool two = !node(id).var2.empty();
  const Type range = types_.resolve(range_type);
  if (range.kind() == TypeKind::list) {
    first = two ? Type(TypeKind::integer) : range.element();
    second = range.element();
  } else if (range.kind() == TypeKind::map) {
    first = range.key();
    second = range.value();
  } else if (range.kind() != TypeKind::dyn && range.kind() != TypeKind::variable) {
    misfit(id, "`" + node(id).text + "` walks over a list or a map; this is " + range.text());
    return false;
  }
  return true;
}

Type Checker::macro(NodeId id) {
  const Node& n = node(id);
  const Type range = visit(n.children[0]);
  Type first;
  Type second;
  if (error_ || !loop_types(id, range, first, second)) return {};
  out_.meanings[id].number = loops_;
  const std::size_t outside = locals_.size();
  locals_.push_back({n.var1, loops_, false, first});
  if (!n.var2.empty()) locals_.push_back({n.var2, loops_, true, second});
  ++loops_;
  out_.loops_max = std::max(out_.loops_max, loops_);
  std::size_t at = 1;
  if (n.has_predicate) {
    const NodeId predicate = n.children[at++];
    const Type type = visit(predicate);
    if (!error_ && options_.check && !types_.fits(TypeKind::boolean, type))
      fail(node(predicate).begin,
           "`" + n.text + "` needs a condition here; this is " + types_.finish(type).text());
  }
  const Type made = n.has_transform ? visit(n.children[at]) : first;
  --loops_;
  locals_.resize(outside);
  if (n.macro == Macro::collect) return Type::list(made);
  if (n.macro == Macro::collect_map)
    return Type::map(range.kind() == TypeKind::list ? Type(TypeKind::integer) : first, made);
  return TypeKind::boolean;
}

}  // namespace

index::Result<Checked> check(const Ast& ast, const Environment& environment,
                             const Options& options) {
  return Checker(ast, environment, options).run();
}

}  // namespace concord::cel
