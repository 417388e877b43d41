#include <algorithm>
#include <optional>

#include "scoring/cel/bytecode.h"
#include "scoring/cel/functions.h"
#include "scoring/cel/parser.h"

namespace concord::cel {
namespace {

class Compiler {
 public:
  Compiler(Ast ast, const Checked& checked, const Options& options)
      : checked_(checked), options_(options) {
    out_.ast = std::move(ast);
    out_.ranges.resize(out_.ast.nodes.size());
    out_.loops.resize(out_.ast.nodes.size());
    out_.loops_max = checked.loops_max;
    out_.scratch_bytes_max = options.limits.scratch_bytes_max;
    folding_.reset(options.limits.scratch_bytes_max);
  }

  index::Result<Bytecode> run() {
    out_.type = checked_.types[out_.ast.root];
    visit(out_.ast.root, 0);
    if (error_) return index::fail(*error_);
    return std::move(out_);
  }

 private:
  const Node& node(NodeId id) const { return out_.ast.nodes[id]; }
  const Meaning& meaning(NodeId id) const { return checked_.meanings[id]; }
  std::uint32_t here() const { return static_cast<std::uint32_t>(out_.code.size()); }

  std::uint32_t emit(Op op, NodeId id, std::uint32_t a = 0, std::uint32_t b = 0) {
    Instruction instruction;
    instruction.op = op;
    instruction.a = a;
    instruction.b = b;
    instruction.at = node(id).at;
    out_.code.push_back(instruction);
    return here() - 1;
  }
  std::uint32_t constant(const Value& value) {
    out_.constants.push_back(value);
    return static_cast<std::uint32_t>(out_.constants.size() - 1);
  }
  void refuse(NodeId id, std::string what) {
    if (!error_)
      error_ = error_at(index::Code::bad_input, out_.ast.source, node(id).begin, options_.place,
                        std::move(what));
  }

  /// Leaves one value at `depth` of the stack.
  void visit(NodeId id, std::uint32_t depth);
  void visit_kind(NodeId id, std::uint32_t depth);
  void failure(NodeId id);
  void name(NodeId id);
  void select(NodeId id, std::uint32_t depth);
  void call(NodeId id, std::uint32_t depth);
  bool fold_time(NodeId id);
  void prepare_literals(NodeId id, Instruction& instruction);
  void logic(NodeId id, std::uint32_t depth);
  void conditional(NodeId id, std::uint32_t depth);
  void list(NodeId id, std::uint32_t depth);
  std::optional<Value> constant_list(NodeId id);
  void map(NodeId id, std::uint32_t depth);
  void macro(NodeId id, std::uint32_t depth);

  const Checked& checked_;
  const Options& options_;
  Bytecode out_;
  Arena folding_;
  std::optional<index::Error> error_;
};

void Compiler::visit(NodeId id, std::uint32_t depth) {
  out_.stack_max = std::max(out_.stack_max, depth + 1);
  const std::uint32_t begin = here();
  visit_kind(id, depth);
  out_.ranges[id] = {begin, here()};
}

void Compiler::visit_kind(NodeId id, std::uint32_t depth) {
  if (meaning(id).kind == Meaning::Kind::failure) return failure(id);
  switch (node(id).kind) {
    case NodeKind::literal: emit(Op::constant, id, constant(node(id).value)); return;
    case NodeKind::name: return name(id);
    case NodeKind::select:
    case NodeKind::has: return select(id, depth);
    case NodeKind::call: return call(id, depth);
    case NodeKind::logic_and:
    case NodeKind::logic_or: return logic(id, depth);
    case NodeKind::conditional: return conditional(id, depth);
    case NodeKind::list: return list(id, depth);
    case NodeKind::map: return map(id, depth);
    case NodeKind::macro: return macro(id, depth);
  }
}

void Compiler::failure(NodeId id) {
  out_.constant_texts.push_back(meaning(id).text);
  emit(Op::fail, id, constant(Value::error(out_.constant_texts.back(), node(id).at)));
}

void Compiler::name(NodeId id) {
  const Meaning& m = meaning(id);
  if (m.kind == Meaning::Kind::variable) {
    emit(Op::variable, id, m.number);
  } else if (m.kind == Meaning::Kind::local) {
    emit(Op::local, id, m.number);
    out_.code.back().flag = m.second;
  } else {
    out_.constant_texts.push_back(m.text);
    emit(Op::constant, id, constant(Value::type(out_.constant_texts.back())));
  }
}

void Compiler::select(NodeId id, std::uint32_t depth) {
  const Meaning& m = meaning(id);
  if (m.kind == Meaning::Kind::variable || m.kind == Meaning::Kind::type_name) return name(id);
  const bool asks = node(id).kind == NodeKind::has;
  const NodeId from = node(id).children[0];
  const bool from_local =
      node(from).kind == NodeKind::name && meaning(from).kind == Meaning::Kind::local;
  if (m.kind == Meaning::Kind::field && !asks && from_local && !meaning(from).second) {
    emit(Op::local_field, id, meaning(from).number, m.number);
    return;
  }
  if (m.kind == Meaning::Kind::field && !asks && meaning(from).kind == Meaning::Kind::variable) {
    emit(Op::variable_field, id, meaning(from).number, m.number);
    return;
  }
  visit(from, depth);
  if (m.kind == Meaning::Kind::field) {
    emit(asks ? Op::has_field : Op::field, id, m.number);
  } else {
    emit(asks ? Op::has_key : Op::key, id, constant(Value::string(node(id).text)));
  }
}

/// timestamp("…") and duration("…") are made once, and a wrong one is refused at load.
bool Compiler::fold_time(NodeId id) {
  const Function function = meaning(id).function;
  const Node& argument = node(node(id).children[0]);
  if (function != Function::to_timestamp && function != Function::to_duration) return false;
  if (argument.kind != NodeKind::literal || !argument.value.is(Kind::string)) return false;
  const Value value = convert(function, argument.value, CallContext{folding_});
  if (value.is(Kind::error)) {
    if (options_.check) refuse(node(id).children[0], std::string(value.error_text()));
    return false;
  }
  emit(Op::constant, id, constant(value));
  return true;
}

/// Patterns and time zones written as literals are made once, and refused at load when wrong.
void Compiler::prepare_literals(NodeId id, Instruction& instruction) {
  const Node& n = node(id);
  if (n.children.size() != 2) return;
  const Node& argument = node(n.children[1]);
  if (argument.kind != NodeKind::literal || !argument.value.is(Kind::string)) return;
  const std::string_view text = argument.value.as_text();
  if (instruction.function == Function::matches) {
    auto pattern = Pattern::compile(text);
    if (pattern) {
      out_.patterns.push_back(std::move(*pattern));
      instruction.b = static_cast<std::uint32_t>(out_.patterns.size());
    } else if (options_.check) {
      refuse(n.children[1], pattern.error().detail);
    }
  } else if (instruction.function >= Function::get_date) {
    auto zone = Zone::find(text);
    if (zone) {
      out_.zones.push_back(std::move(*zone));
      instruction.b = static_cast<std::uint32_t>(out_.zones.size());
    } else if (options_.check) {
      refuse(n.children[1], "no time zone `" + std::string(text) +
                                "`; write UTC, +01:00 or a name like Europe/Berlin");
    }
  }
}

void Compiler::call(NodeId id, std::uint32_t depth) {
  if (fold_time(id)) return;
  const std::vector<NodeId>& children = node(id).children;
  const Function function = meaning(id).function;
  const bool equality = function == Function::equal || function == Function::not_equal;
  if (equality && node(children[1]).kind == NodeKind::literal) {
    visit(children[0], depth);
    emit(Op::equal_constant, id, constant(node(children[1]).value));
    out_.code.back().flag = function == Function::not_equal;
    return;
  }
  for (std::uint32_t i = 0; i < children.size(); ++i) visit(children[i], depth + i);
  const std::uint32_t at = emit(Op::call, id);
  Instruction& instruction = out_.code[at];
  instruction.function = function;
  instruction.count = static_cast<std::uint8_t>(children.size());
  prepare_literals(id, instruction);
}

void Compiler::logic(NodeId id, std::uint32_t depth) {
  const bool all = node(id).kind == NodeKind::logic_and;
  std::vector<std::uint32_t> jumps;
  const std::vector<NodeId>& children = node(id).children;
  for (std::size_t i = 0; i < children.size(); ++i) {
    visit(children[i], depth + (i == 0 ? 0 : 1));
    jumps.push_back(emit(i == 0 ? Op::logic_first : Op::logic_join, children[i]));
    out_.code.back().flag = all;
    out_.code.back().at = node(children[i]).begin;
  }
  for (const std::uint32_t jump : jumps) out_.code[jump].a = here();
}

void Compiler::conditional(NodeId id, std::uint32_t depth) {
  const std::vector<NodeId>& children = node(id).children;
  visit(children[0], depth);
  const std::uint32_t branch = emit(Op::branch, id);
  visit(children[1], depth);
  const std::uint32_t jump = emit(Op::jump, id);
  out_.code[branch].a = here();
  visit(children[2], depth);
  out_.code[branch].b = out_.code[jump].a = here();
}

std::optional<Value> Compiler::constant_list(NodeId id) {
  std::vector<Value> values;
  for (const NodeId child : node(id).children) {
    if (node(child).kind == NodeKind::literal) {
      values.push_back(node(child).value);
    } else if (node(child).kind == NodeKind::list) {
      const std::optional<Value> inner = constant_list(child);
      if (!inner) return std::nullopt;
      values.push_back(*inner);
    } else {
      return std::nullopt;
    }
  }
  out_.constant_lists.push_back(std::move(values));
  const std::vector<Value>& kept = out_.constant_lists.back();
  return Value::list(kept.data(), static_cast<std::uint32_t>(kept.size()));
}

void Compiler::list(NodeId id, std::uint32_t depth) {
  if (const std::optional<Value> value = constant_list(id)) {
    emit(Op::constant, id, constant(*value));
    return;
  }
  const std::vector<NodeId>& children = node(id).children;
  for (std::uint32_t i = 0; i < children.size(); ++i) visit(children[i], depth + i);
  emit(Op::list, id, static_cast<std::uint32_t>(children.size()));
}

void Compiler::map(NodeId id, std::uint32_t depth) {
  const std::vector<NodeId>& children = node(id).children;
  for (std::uint32_t i = 0; i < children.size(); ++i) visit(children[i], depth + i);
  emit(Op::map, id, static_cast<std::uint32_t>(children.size() / 2));
}

void Compiler::macro(NodeId id, std::uint32_t depth) {
  const Node& n = node(id);
  const std::uint32_t loop = meaning(id).number;
  out_.loops[id] = loop;
  visit(n.children[0], depth);
  const std::uint32_t begin = emit(Op::loop_begin, id, loop);
  const std::uint32_t next = emit(Op::loop_next, id, loop);
  // A second name: lists give index and element, maps key and value. One name: element or key.
  out_.code[next].flag = !n.var2.empty();
  std::size_t child = 1;
  if (n.has_predicate) {
    visit(n.children[child], depth);
    const Op op = n.macro == Macro::all || n.macro == Macro::exists ? Op::loop_fold
                  : n.macro == Macro::exists_one                    ? Op::loop_count
                                                                    : Op::loop_keep;
    emit(op, id, loop, next);
    out_.code.back().flag = n.macro == Macro::all;
    out_.code.back().at = node(n.children[child++]).begin;
  }
  if (n.macro == Macro::collect || n.macro == Macro::collect_map) {
    if (n.has_transform) {
      visit(n.children[child], depth);
    } else {
      emit(Op::local, id, loop);
    }
    emit(Op::loop_collect, id, loop, next);
    out_.code.back().flag = n.macro == Macro::collect_map;
  }
  out_.code[next].b = here();
  const std::uint32_t end = emit(Op::loop_end, id, loop);
  out_.code[end].count = static_cast<std::uint8_t>(n.macro);
  out_.code[begin].b = here();
}

}  // namespace

index::Result<Bytecode> flatten(Ast ast, const Checked& checked, const Options& options) {
  return Compiler(std::move(ast), checked, options).run();
}

}  // namespace concord::cel
