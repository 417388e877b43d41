// Promise: an action leaves the funnel at the first stage it does not pass, whatever the later ones
// would say; what passes all is ranked. Method: every combination of the states that each stage can
// be in, as a record; the stage that must be named follows from the order of the stages alone.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "scoring/policy_data.h"
#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using index::ConsentState;
using index::Direction;
using index::Kind;
using index::Purpose;
using index::StateType;

constexpr double kNow = 20'000.5;

/// What one stage finds.
enum class Gate { yes, no, unknown };
enum class Trouble { none, open, state_unknown, forgotten };
enum class Consent { granted, withdrawn, nothing, expired, granted_later };

struct State {
  bool available;
  std::array<Gate, 3> gates;  // eligibility, applicability, suitability
  bool cap_full;
  Trouble trouble;
  Consent consent;
  bool likely;
  Gate wording;
  bool limit_full;
};

std::string stage_of(const State& state) {
  static const char* const kGates[] = {"eligibility", "applicability", "suitability"};
  if (!state.available) return "available direction";
  for (std::size_t i = 0; i < 3; ++i)
    if (state.gates[i] != Gate::yes) return std::string(kGates[i]) + " action";
  if (state.cap_full) return "contact_policy month";
  if (state.trouble == Trouble::open || state.trouble == Trouble::state_unknown)
    return "service_first open_case";
  if (state.consent != Consent::granted) return "deliverability consent";
  if (!state.likely) return "propensity propensity_min_micro";
  if (state.wording != Gate::yes) return "treatment when";
  if (state.limit_full) return "limits one";
  return "";
}

std::shared_ptr<const scoring::Policy> policy() {
  SmallPolicy small;
  small.add("company.toml", R"(
[[cap]]
name = "month"
limit = 1
window = "30d"
purposes = ["sales"]
[[limit]]
name = "one"
at_most = 1
purposes = ["sales"]
)");
  small.add("features.toml", R"(
[[feature]]
name = "visits"
aggregation = "count"
where = { kind = "visit" }
)");
  small.files["models/likes.toml"] =
      "name = \"likes\"\ntype = \"logistic\"\nintercept_micro = -9000000\n"
      "predictor = [{ feature = \"visits\", weight_micro = 18000000 }]\n";
  const std::string asks = "customer.attributes[\"";
  small.action("a",
               "direction = \"outbound\"\nmodel = \"likes\"\npropensity_min_micro = 500000\n"
               "eligibility = '" +
                   asks +
                   "eligibility\"] == \"yes\"'\n"
                   "applicability = '" +
                   asks +
                   "applicability\"] == \"yes\"'\n"
                   "suitability = '" +
                   asks +
                   "suitability\"] == \"yes\"'\n"
                   "treatment = [{ channel = \"email\", when = '" +
                   asks + "wording\"] == \"yes\"', text = { en = \"Buy\" } }]");
  small.action("better",
               "value_minor = 99999\n"
               "eligibility = '" +
                   asks + "limit\"] == \"yes\"'");
  return small.must_load();
}

void say(RecordBuilder& ann, const char* attribute, Gate gate) {
  if (gate != Gate::unknown) ann.attribute(attribute, gate == Gate::yes ? "yes" : "no");
}

void say(RecordBuilder& ann, Consent consent) {
  ConsentSpec spec{.purpose = "sales", .at_day = kNow - 50};
  if (consent == Consent::withdrawn) spec.state = ConsentState::withdrawn;
  if (consent == Consent::expired) spec.expires_day = kNow;
  if (consent == Consent::granted_later) spec.at_day = kNow + 1;
  if (consent != Consent::nothing) ann.consent(spec);
}

void say(RecordBuilder& ann, Trouble trouble) {
  if (trouble == Trouble::none) return;
  EntrySpec spec{.key = "T-1", .at_day = kNow - 10, .state = StateType::open};
  if (trouble == Trouble::state_unknown) spec.state = StateType::unknown;
  if (trouble == Trouble::forgotten) spec.at_day = kNow - 100;
  ann.entry(spec);
}

std::string decided(const scoring::Policy& set, const State& state) {
  RecordBuilder ann;
  ann.identity("email", "ann@example.test");
  say(ann, "eligibility", state.gates[0]);
  say(ann, "applicability", state.gates[1]);
  say(ann, "suitability", state.gates[2]);
  say(ann, "wording", state.wording);
  say(ann, "limit", state.limit_full ? Gate::yes : Gate::no);
  say(ann, state.consent);
  if (state.likely) ann.entry({.kind = Kind::visit, .key = "v", .at_day = kNow - 300});
  say(ann, state.trouble);
  if (state.cap_full)
    ann.entry({.kind = Kind::message,
               .key = "m",
               .at_day = kNow - 3,
               .direction = Direction::outbound,
               .purpose = Purpose::sales});
  scoring::DecisionQuestion question;
  question.as_of = day(kNow);
  question.direction = state.available ? Direction::outbound : Direction::inbound;
  scoring::DecideScratch scratch;
  scoring::Decision decision;
  scoring::decide(set, ann.customer(), question, scratch, decision);
  std::size_t sum = decision.ranked.size();
  for (const std::uint32_t count : decision.dropped_at) sum += count;
  EXPECT_EQ(sum, set.action_count());
  std::string out = "lost";
  for (const scoring::RankedAction& one : decision.ranked)
    if (set.data().actions[one.action].id == "sales/offer/a") out = "";
  for (const scoring::Dropped& one : decision.dropped)
    if (set.data().actions[one.action].id == "sales/offer/a")
      out = std::string(scoring::word(one.reason.stage)) + " " + std::string(one.reason.component);
  return out;
}

template <typename Visit>
void each_state(Visit&& visit) {
  constexpr Gate kGates[] = {Gate::yes, Gate::no, Gate::unknown};
  constexpr bool kBoth[] = {true, false};
  State s{};
  for (s.available = true;; s.available = false) {
    for (const Gate e : kGates)
      for (const Gate a : kGates)
        for (const Gate u : kGates)
          for (s.wording = Gate::yes; s.wording <= Gate::unknown;
               s.wording = static_cast<Gate>(static_cast<int>(s.wording) + 1))
            for (s.cap_full = false;; s.cap_full = true) {
              for (int trouble = 0; trouble < 4; ++trouble)
                for (int consent = 0; consent < 5; ++consent)
                  for (const bool likely : kBoth)
                    for (const bool full : kBoth) {
                      s.gates = {e, a, u};
                      s.trouble = static_cast<Trouble>(trouble);
                      s.consent = static_cast<Consent>(consent);
                      s.likely = likely;
                      s.limit_full = full;
                      visit(s);
                    }
              if (s.cap_full) break;
            }
    if (!s.available) break;
  }
}

TEST(GateStates, TheFirstStageThatDoesNotPassIsTheReason) {
  const auto set = policy();
  ASSERT_NE(set, nullptr);
  std::set<std::string> seen;
  std::size_t asked = 0;
  each_state([&](const State& state) {
    if (testing::Test::HasFailure()) return;
    const std::string want = stage_of(state);
    ++asked;
    seen.insert(want);
    EXPECT_EQ(decided(*set, state), want) << "state number " << asked;
  });
  EXPECT_EQ(asked, 2U * 27 * 3 * 2 * 4 * 5 * 2 * 2);
  EXPECT_EQ(seen.size(), 11U);  // every stage, and none
}

// Control: with one gate taken out of the set the same table must find the difference.
TEST(GateStates, TheTableFindsAGateThatIsMissing) {
  SmallPolicy small;
  const auto open = small.action("a", "").must_load();
  State state{};
  state.available = true;
  state.gates = {Gate::yes, Gate::no, Gate::yes};
  EXPECT_NE(decided(*open, state), stage_of(state));
}

}  // namespace
}  // namespace concord::test
