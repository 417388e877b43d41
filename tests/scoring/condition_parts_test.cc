// Promise: a condition that is taken apart answers exactly as the whole program does, with the same
// unknown field, whatever is absent or goes wrong. Method: conditions drawn from a grammar,
// customers with known, absent and failing values; both ways are asked.
#include "scoring/condition_parts.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "scoring/conditions.h"
#include "scoring/policy_data.h"
#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using scoring::Truth;

class Grammar {
 public:
  explicit Grammar(std::uint64_t seed) : random_(seed) {}

  std::string condition(int depth) {
    switch (below(depth > 0 ? 8 : 4)) {
      case 0: return feature() + order() + number();
      case 1: return number() + order() + feature();
      case 2: return "10 / " + feature() + " > " + number();  // fails at 0
      case 3:
        return pick({"intent == 'a'", "customer.language == 'de'", "account.name != 'x'",
                     "'quiet' in customer.needs", "direction == 'inbound'",
                     "customer.attributes.vip == true"});
      case 4: return "!(" + condition(depth - 1) + ")";
      case 5: return "(" + joined(depth, " || ") + ")";
      default: return "(" + joined(depth, " && ") + ")";
    }
  }
  std::size_t below(std::size_t n) { return random_() % n; }

 private:
  std::string joined(int depth, const std::string& joint) {
    std::string out = condition(depth - 1);
    for (std::size_t more = 1 + below(3); more > 0; --more) out += joint + condition(depth - 1);
    return out;
  }
  std::string feature() { return "features.f" + std::to_string(below(4)); }
  std::string number() { return std::to_string(below(3)); }
  std::string order() { return pick({" < ", " <= ", " > ", " >= ", " == ", " != "}); }
  std::string pick(std::vector<std::string> words) { return words[below(words.size())]; }

  std::mt19937_64 random_;
};

constexpr std::size_t kConditions = 80;

std::shared_ptr<const scoring::Policy> policy_of(Grammar& grammar) {
  SmallPolicy small;
  for (int i = 0; i < 4; ++i)
    small.add("features.toml",
              "[[feature]]\nname = \"f" + std::to_string(i) +
                  "\"\naggregation = \"days_since\"\nwhere = { kind = \"order\" }\n");
  for (std::size_t i = 0; i < kConditions; ++i)
    small.action("a" + std::to_string(i), "applicability = \"" + grammar.condition(3) + "\"");
  return small.must_load();
}

/// What the whole program says, in the words of ask().
scoring::Answer whole(const scoring::Condition& one, const scoring::ConditionState& state,
                      cel::Scratch& scratch) {
  const cel::Value value = one.program->evaluate(cel::Activation{state.variables}, scratch);
  if (value.is_known()) return {value.is_true() ? Truth::yes : Truth::no, {}};
  const bool absent = value.is(cel::Kind::unknown) && !value.unknown_field().empty();
  return {Truth::unknown, absent ? value.unknown_field() : std::string_view(one.text)};
}

RC_GTEST_PROP(ConditionParts, AnswerAsTheWholeDoes, (std::uint64_t seed)) {
  Grammar grammar(seed);
  const auto policy = policy_of(grammar);
  const scoring::PolicyData& data = policy->data();
  std::size_t taken_apart = 0;
  for (int customer = 0; customer < 8; ++customer) {
    RecordBuilder ann;
    if (grammar.below(2) == 0) ann.language("de");
    if (grammar.below(2) == 0) ann.need("quiet");
    const index::Customer who = ann.customer();
    scoring::DecisionQuestion question;
    question.as_of = day(20'000);
    question.intent = grammar.below(2) == 0 ? "a" : "";
    question.direction = index::Direction::inbound;
    scoring::Facts facts;
    gather(data, who, question.as_of, facts);
    for (scoring::FeatureValue& feature : facts.features)
      feature = {static_cast<std::int64_t>(grammar.below(3)), grammar.below(4) != 0};
    scoring::ConditionState state;
    prepare(state, data, who, question, facts);
    cel::Scratch scratch;
    for (std::uint32_t i = 0; i < data.conditions.size(); ++i) {
      const scoring::Answer want = whole(data.conditions[i], state, scratch);
      const scoring::Answer got = ask(state, i);
      taken_apart += data.conditions[i].tree.nodes.empty() ? 0 : 1;
      if (got.truth != want.truth || got.unknown_field != want.unknown_field)
        RC_FAIL(data.conditions[i].text + ": " + std::string(got.unknown_field) + " but " +
                std::string(want.unknown_field));
    }
  }
  RC_ASSERT(taken_apart > kConditions);
}

TEST(ConditionPartsTest, PiecesAreSharedAndTheCheapOnesGoFirst) {
  SmallPolicy small;
  small.action("a", "applicability = \"intent == 'x' && features.open_cases > 0\"");
  small.action("b", "applicability = \"0 < features.open_cases || intent == 'x'\"");
  const auto policy = small.must_load();
  const scoring::PolicyData& data = policy->data();
  const auto condition = [&](std::string_view text) -> const scoring::Condition& {
    for (const scoring::Condition& one : data.conditions)
      if (one.text == text) return one;
    ADD_FAILURE() << text;
    return data.conditions.front();
  };
  const scoring::ConditionTree& both = condition("intent == 'x' && features.open_cases > 0").tree;
  ASSERT_EQ(both.branches.size(), 2U);
  EXPECT_EQ(both.branches[0].place, 1U);  // the comparison first
  const scoring::ConditionTree& either = condition("0 < features.open_cases || intent == 'x'").tree;
  const auto part = [&](const scoring::ConditionTree& tree, std::size_t branch) {
    return tree.nodes[tree.branches[branch].node].first;
  };
  EXPECT_EQ(part(both, 1), part(either, 1));  // intent == 'x', once for both
  EXPECT_EQ(data.parts[part(either, 0)].order, scoring::ConditionPart::Order::greater);
}

}  // namespace
}  // namespace concord::test
