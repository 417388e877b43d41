#include "scoring/cel/program.h"

#include "scoring/cel/analysis.h"
#include "scoring/cel/bytecode.h"
#include "scoring/cel/parser.h"

namespace concord::cel {
namespace {

/// Makes room for the program and forgets the evaluation before.
Scratch::State& prepare(const Bytecode& code, const Activation& activation, Scratch& scratch) {
  CONCORD_ASSERT(activation.variables.size() >= code.variables);
  Scratch::State& state = scratch.state();
  if (state.stack.size() < code.stack_max) state.stack.resize(code.stack_max);
  if (state.loops.size() < code.loops_max) state.loops.resize(code.loops_max);
  state.collected.clear();
  state.arena.reset(code.scratch_bytes_max);
  return state;
}

/// Goes down from the answer to the conditions that decided it.
class Explainer {
 public:
  Explainer(const Bytecode& code, const Activation& activation, Scratch::State& state,
            std::vector<Decider>& why)
      : code_(code), activation_(activation), state_(state), why_(why) {}

  /// `value` is what the node came to.
  void explain(NodeId id, const Value& value) {
    const Node& n = code_.ast.nodes[id];
    if (n.kind == NodeKind::logic_and || n.kind == NodeKind::logic_or) return logic(id, value);
    if (n.kind == NodeKind::conditional) return conditional(n);
    if (n.kind == NodeKind::call && n.text == "!" && value.is(Kind::boolean))
      return explain(n.children[0], Value::boolean(!value.as_boolean()));
    Decider decider{n.begin, n.end, value, Value::null()};
    const bool witness =
        n.kind == NodeKind::macro && ((n.macro == Macro::exists && value.is_true()) ||
                                      (n.macro == Macro::all && value.is_false()));
    if (witness) {
      evaluate(id);  // leaves the loop standing at the element
      const Loop& loop = state_.loops[code_.loops[id]];
      decider.element = n.var2.empty() ? loop.first : loop.second;
    }
    why_.push_back(decider);
  }

 private:
  Value evaluate(NodeId id) {
    return run(code_, code_.ranges[id].first, code_.ranges[id].second, activation_, state_);
  }

  /// A decided && or || by its first operand of that value, an undecided one by all of them.
  void logic(NodeId id, const Value& value) {
    const Node& n = code_.ast.nodes[id];
    const bool all_needed = n.kind == NodeKind::logic_and ? value.is_true() : value.is_false();
    for (const NodeId child : n.children) {
      const Value got = evaluate(child);
      if (all_needed) {
        explain(child, got);
      } else if (got.kind() == value.kind() &&
                 (!got.is(Kind::boolean) || got.as_boolean() == value.as_boolean())) {
        return explain(child, got);
      }
    }
    // An operand that is no condition made the error: the whole is what decided.
    if (!all_needed) why_.push_back({n.begin, n.end, value, Value::null()});
  }

  void conditional(const Node& n) {
    const Value condition = evaluate(n.children[0]);
    explain(n.children[0], condition);
    if (!condition.is(Kind::boolean)) return;
    const NodeId chosen = n.children[condition.is_true() ? 1 : 2];
    explain(chosen, evaluate(chosen));
  }

  const Bytecode& code_;
  const Activation& activation_;
  Scratch::State& state_;
  std::vector<Decider>& why_;
};

}  // namespace

Scratch::Scratch() : state_(std::make_unique<State>()) {}
Scratch::~Scratch() = default;

Program::Program(std::unique_ptr<const Bytecode> code) : code_(std::move(code)) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

index::Result<Program> Program::compile(std::string_view source, const Environment& environment,
                                        const Options& options) {
  auto ast = parse(source, options.limits, options.place);
  if (!ast) return index::fail(std::move(ast.error()));
  auto checked = check(*ast, environment, options);
  if (!checked) return index::fail(std::move(checked.error()));
  auto analysis = analyse(*ast, *checked, environment, options);
  if (!analysis) return index::fail(std::move(analysis.error()));
  auto code = flatten(std::move(*ast), *checked, options);
  if (!code) return index::fail(std::move(code.error()));
  code->variables = environment.variables().size();
  code->reads = std::move(analysis->reads);
  code->cost = analysis->cost;
  return Program(std::make_unique<const Bytecode>(std::move(*code)));
}

Value Program::evaluate(const Activation& activation, Scratch& scratch) const {
  Scratch::State& state = prepare(*code_, activation, scratch);
  return run(*code_, 0, static_cast<std::uint32_t>(code_->code.size()), activation, state);
}

Value Program::explain(const Activation& activation, Scratch& scratch,
                       std::vector<Decider>& why) const {
  why.clear();
  const Value answer = evaluate(activation, scratch);
  Explainer(*code_, activation, scratch.state(), why).explain(code_->ast.root, answer);
  return answer;
}

std::string_view Program::source() const { return code_->ast.source; }
const Type& Program::type() const { return code_->type; }
std::span<const std::string> Program::reads() const { return code_->reads; }
std::uint64_t Program::cost() const { return code_->cost; }
std::string Program::position(std::uint32_t offset) const {
  return position_of(code_->ast.source, offset);
}

}  // namespace concord::cel
