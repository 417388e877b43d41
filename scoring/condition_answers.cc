#include "scoring/conditions.h"
#include "scoring/decide.h"

namespace concord::scoring {

using cel::Kind;
using cel::Value;

namespace {

PartAnswer answer_of(const Value& value) {
  if (value.is(Kind::boolean)) return {value.is_true() ? Truth::yes : Truth::no, false, {}};
  if (value.is(Kind::unknown)) return {Truth::unknown, false, value.unknown_field()};
  return {Truth::unknown, true, {}};
}

PartAnswer ask_part(ConditionState& state, std::uint32_t number) {
  const ConditionPart& part = state.policy->parts[number];
  if (part.feature != ConditionPart::kNoFeature) {
    const FeatureValue& feature = state.facts->features[part.feature];
    if (!feature.known) return {Truth::unknown, false, state.policy->features[part.feature].name};
    return {part.holds(feature.value) ? Truth::yes : Truth::no, false, {}};
  }
  if (state.has_part[number] == 0) {
    state.parts[number] =
        answer_of(part.program->evaluate(cel::Activation{state.variables}, state.scratch));
    state.has_part[number] = 1;
  }
  return state.parts[number];
}

/// A condition that is one piece: what is known and not true is no.
PartAnswer ask_whole(ConditionState& state, const cel::Program& program) {
  const Value value = program.evaluate(cel::Activation{state.variables}, state.scratch);
  return value.is_known() && !value.is_true() ? PartAnswer{} : answer_of(value);
}

/// The first branch that decides; without one, the first unknown by the text, an absent field
/// before an error.
PartAnswer ask_tree(ConditionState& state, const ConditionTree& tree, std::uint32_t at) {
  using Join = ConditionTree::Join;
  const ConditionTree::Node& node = tree.nodes[at];
  if (node.join == Join::part) return ask_part(state, node.first);
  if (node.join == Join::negation) {
    PartAnswer answer = ask_tree(state, tree, tree.branches[node.first].node);
    if (answer.truth != Truth::unknown)
      answer.truth = answer.truth == Truth::yes ? Truth::no : Truth::yes;
    return answer;
  }
  const Truth decides = node.join == Join::all ? Truth::no : Truth::yes;
  PartAnswer joined{node.join == Join::all ? Truth::yes : Truth::no, false, {}};
  std::uint32_t place = kNone;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    const ConditionTree::Branch& branch = tree.branches[node.first + i];
    const PartAnswer answer = ask_tree(state, tree, branch.node);
    if (answer.truth == decides) return answer;
    if (answer.truth != Truth::unknown) continue;
    const bool sooner =
        answer.is_error == joined.is_error ? branch.place < place : !answer.is_error;
    if (joined.truth == Truth::unknown && !sooner) continue;
    joined = answer;
    place = branch.place;
  }
  return joined;
}

Truth truth_of_part(ConditionState& state, std::uint32_t number) {
  const ConditionPart& part = state.policy->parts[number];
  if (part.feature == ConditionPart::kNoFeature) return ask_part(state, number).truth;
  const FeatureValue& feature = state.facts->features[part.feature];
  if (!feature.known) return Truth::unknown;
  return part.holds(feature.value) ? Truth::yes : Truth::no;
}

/// The truth of ask_tree(), without asking what is unknown.
Truth truth_of_tree(ConditionState& state, const ConditionTree& tree, std::uint32_t at) {
  using Join = ConditionTree::Join;
  const ConditionTree::Node& node = tree.nodes[at];
  if (node.join == Join::part) return truth_of_part(state, node.first);
  if (node.join == Join::negation) {
    const Truth truth = truth_of_tree(state, tree, tree.branches[node.first].node);
    return truth == Truth::unknown ? truth : truth == Truth::yes ? Truth::no : Truth::yes;
  }
  const Truth decides = node.join == Join::all ? Truth::no : Truth::yes;
  Truth joined = node.join == Join::all ? Truth::yes : Truth::no;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    const std::uint32_t below = tree.branches[node.first + i].node;
    const Truth truth = tree.nodes[below].join == Join::part
                            ? truth_of_part(state, tree.nodes[below].first)
                            : truth_of_tree(state, tree, below);
    if (truth == decides) return truth;
    if (truth == Truth::unknown) joined = truth;
  }
  return joined;
}

Answer told(const Condition& one, const PartAnswer& found) {
  Answer answer{found.truth, {}};
  if (found.truth == Truth::unknown)
    answer.unknown_field =
        found.unknown_field.empty() ? std::string_view(one.text) : found.unknown_field;
  return answer;
}

Answer ask_anew(ConditionState& state, const Condition& one) {
  if (one.tree.nodes.empty()) return told(one, ask_whole(state, *one.program));
  const Truth truth = truth_of_tree(state, one.tree, 0);
  if (truth != Truth::unknown) return {truth, {}};
  return told(one, ask_tree(state, one.tree, 0));
}

std::string_view word_of(const Value& value) {
  if (value.is(Kind::unknown)) return "unknown";
  if (!value.is_known()) return "error";
  return value.is_true() ? "true" : "false";
}

}  // namespace

Answer ask(ConditionState& state, std::uint32_t condition) {
  const std::uint8_t asked = state.truths[condition];
  if (asked == static_cast<std::uint8_t>(Truth::unknown))
    return {Truth::unknown, state.unknown_fields[condition]};
  if (asked != ConditionState::kNotAsked) return {static_cast<Truth>(asked), {}};
  const Answer answer = ask_anew(state, state.policy->conditions[condition]);
  state.truths[condition] = static_cast<std::uint8_t>(answer.truth);
  state.unknown_fields[condition] = answer.unknown_field;
  return answer;
}

Answer ask_on(ConditionState& state, std::uint32_t condition, std::string_view channel) {
  state.variables.back() = Value::string(channel);
  const Condition& one = state.policy->conditions[condition];
  return told(one, ask_whole(state, *one.program));
}

void tell_decided(ConditionState& state, std::uint32_t condition, Decision& out) {
  const Condition& one = state.policy->conditions[condition];
  one.program->explain(cel::Activation{state.variables}, state.scratch, state.deciders);
  for (const cel::Decider& piece : state.deciders) {
    Decided decided{std::string_view(one.text).substr(piece.begin, piece.end - piece.begin),
                    word_of(piece.value), static_cast<std::uint32_t>(out.evidence.size()), 0};
    if (piece.element.is(Kind::object) && &piece.element.object_type() == &entry_type()) {
      out.evidence.push_back(static_cast<const EntryRef*>(piece.element.data())->entry);
      decided.evidence_count = 1;
    }
    out.decided.push_back(decided);
  }
}

}  // namespace concord::scoring
