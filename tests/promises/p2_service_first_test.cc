// Promise P2: while something is wrong nobody is sold to unasked; what the customer asks for is
// answered, after the open problem; a block names its cause and its end; a forgotten cause becomes
// somebody's task. Method: short stories, then an invariant over generated customers that is
// checked from the raw events, and a planted fault that it must find.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/oracle/answer.h"
#include "tests/oracle/entries.h"
#include "tests/oracle/feed.h"
#include "tests/promises/company.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::Direction;
using index::Kind;
using index::StateType;
using index::Trouble;

TEST(ServiceFirst, WhoHasNoTroubleMayBeSoldTo) {
  Company company;
  company.ann_is_a_customer();
  EXPECT_FALSE(company.advise(0).sells_nothing());  // else the stories below would prove nothing
  EXPECT_TRUE(company.advise(0).blocks.empty());
}

struct Wrong {
  const char* story;
  Kind kind;
  StateType state;
  Trouble trouble;
  double due_day;  // 0: none
  const char* rule;
};

class WhileSomethingIsWrong : public ::testing::TestWithParam<Wrong> {};

TEST_P(WhileSomethingIsWrong, NobodyIsSoldToUntilItIsPutRight) {
  const Wrong& wrong = GetParam();
  Company company;
  company.ann_is_a_customer();
  Saying opened = company.said("service", -5);
  opened.entry(wrong.kind, "x-1").state(wrong.state);
  if (wrong.trouble != Trouble::none)
    opened.it().trouble = static_cast<std::uint8_t>(wrong.trouble);
  if (wrong.due_day != 0) opened.due(on_day(wrong.due_day));
  company.tell(opened);
  EXPECT_FALSE(company.advise(-6).sells_nothing()) << "before it";
  const Advice during = company.advise(0);
  EXPECT_TRUE(during.sells_nothing()) << "while it lasts";
  EXPECT_TRUE(during.has_block(wrong.rule));
  const std::string cause = "crm/" + std::string(index::word(wrong.kind)) + "/x-1";
  const auto& named = during.block_evidence;
  EXPECT_NE(std::find(named.begin(), named.end(), wrong.rule + (" " + cause)), named.end());
  std::size_t held_back = 0;
  for (const Advice::Drop& drop : during.dropped) {
    if (drop.stage != "service_first") continue;
    ++held_back;
    EXPECT_TRUE(drop.has_end) << drop.action;
    EXPECT_EQ(drop.evidence, std::vector<std::string>{cause}) << drop.action;
  }
  EXPECT_GT(held_back, 0U);
  Saying solved = company.said("service", 2);
  solved.entry(wrong.kind, "x-1").state(StateType::closed).closed(on_day(2));
  company.tell(solved);
  EXPECT_FALSE(company.advise(3).sells_nothing()) << "after it";
}

constexpr auto kOpen = StateType::open;
constexpr auto kNothing = Trouble::none;
INSTANTIATE_TEST_SUITE_P(
    Stories, WhileSomethingIsWrong,
    ::testing::Values(
        Wrong{"unsolved problem", Kind::case_, kOpen, kNothing, 0, "open_case"},
        Wrong{"a new one", Kind::case_, StateType::new_, kNothing, 0, "open_case"},
        Wrong{"it waits for others", Kind::case_, StateType::waiting_third, kNothing, 0,
              "open_case"},
        Wrong{"disputed invoice", Kind::invoice, kOpen, Trouble::disputed, 0, "invoice_in_dispute"},
        Wrong{"wrong invoice", Kind::invoice, kOpen, Trouble::wrong, 0, "invoice_in_dispute"},
        Wrong{"late order", Kind::order, kOpen, Trouble::late, 0, "late_order"},
        Wrong{"order not there", Kind::order, kOpen, kNothing, -1, "overdue_order"},
        Wrong{"shipment not there", Kind::shipment, kOpen, kNothing, -1, "overdue_order"},
        Wrong{"open defect", Kind::defect, kOpen, kNothing, 0, "open_defect"},
        Wrong{"broken promise", Kind::promise, kOpen, kNothing, -1, "broken_promise"},
        Wrong{"legal hold", Kind::hold, kOpen, kNothing, 0, "legal_hold"}),
    [](const auto& tested) {
      std::string name = tested.param.story;
      std::replace(name.begin(), name.end(), ' ', '_');
      return name;
    });

TEST(ServiceFirst, WhatIsAskedForIsAnsweredAfterTheOpenProblem) {
  Company company;
  company.ann_is_a_customer();
  company.tell(company.said("service", -5).entry(Kind::case_, "T-1").state(StateType::open));
  EXPECT_TRUE(company.advise(0).sells_nothing());
  const Advice asked = company.advise(0, "accessories");
  ASSERT_FALSE(asked.ranked.empty());
  EXPECT_FALSE(asked.sells_nothing());  // he asks for it himself
  const auto offer = std::find_if(asked.purposes.begin(), asked.purposes.end(), [](auto one) {
    return one == index::Purpose::sales || one == index::Purpose::marketing;
  });
  EXPECT_GT(offer, asked.purposes.begin());
  EXPECT_TRUE(asked.ranked.front().starts_with("service/case/")) << asked.ranked.front();
}

TEST(ServiceFirst, AWaitingCasePostponesAndSaysUntilWhen) {
  Company company;
  company.ann_is_a_customer();
  company.tell(
      company.said("service", -5).entry(Kind::case_, "T-1").state(StateType::waiting_customer));
  EXPECT_TRUE(company.advise(0).sells_nothing());
  EXPECT_TRUE(company.advise(0).has_block("case_waits_for_customer"));
  EXPECT_FALSE(company.advise(26).sells_nothing());  // at most 30 days
}

TEST(ServiceFirst, AForgottenCauseBecomesATaskInPlaceOfAnEndlessBlock) {
  Company company;
  company.ann_is_a_customer();
  company.tell(company.said("service", -170).entry(Kind::case_, "T-1").state(StateType::open));
  EXPECT_TRUE(company.advise(0).sells_nothing());
  EXPECT_FALSE(company.advise(0).does("service/record/finish_or_correct"));
  const Advice later = company.advise(11);  // untouched for more than 180 days
  EXPECT_FALSE(later.sells_nothing());
  EXPECT_EQ(later.place("service/record/finish_or_correct"), 0U);
}

// ---- the invariant

/// Something is wrong with this customer, by the words of the promise alone.
bool is_wrong(const oracle::Entry& entry, std::int64_t as_of) {
  const bool contested = entry.trouble() == Trouble::disputed || entry.trouble() == Trouble::wrong;
  if (!entry.exists(as_of) || !entry.open(as_of)) return false;
  switch (entry.kind()) {
    case Kind::case_:
      return entry.state() != StateType::waiting_customer && entry.state() != StateType::solved &&
             entry.state() != StateType::closed;
    case Kind::invoice: return contested;
    case Kind::order:
    case Kind::shipment: return entry.trouble() == Trouble::late || entry.overdue(as_of);
    case Kind::defect:
    case Kind::hold: return true;
    default: return false;
  }
}

struct Sweep {
  std::size_t wrong = 0;  // answers about customers with something wrong
  std::size_t sold = 0;   // of them: something was sold unasked
  std::size_t free = 0;   // customers without trouble who are sold to
};

/// Asks for every generated customer on every channel; requests of his own are left out.
Sweep sweep(const scoring::Policy& policy, std::uint64_t seeds) {
  const index::IdentityTypes types = oracle::feed_identity_types();
  Sweep out;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto drafts = oracle::company_feed(900 + seed, 150, 10);
    const oracle::Book book(types, drafts);
    const auto engine = index::Engine::empty(types);
    for (const std::string& event : oracle::encoded(drafts))
      EXPECT_TRUE(engine->apply(event).has_value());
    for (const oracle::Person* person : book.people())
      for (const int day : {150, 310, 420}) {
        scoring::DecisionQuestion question;
        question.as_of.ms = oracle::kFeedStartMs + day * index::kDayMs;
        bool wrong = false;
        bool asks = false;
        for (const oracle::Entry& entry : oracle::entries_of(book, *person)) {
          // Forgotten for a third of a year: somebody's task, no block any more.
          const bool fresh =
              question.as_of.ms - std::max(entry.at, entry.set_at) < 120 * index::kDayMs;
          wrong = wrong || (fresh && is_wrong(entry, question.as_of.ms));
          asks = asks || entry.now.requested.value_or(false);
        }
        if (asks) continue;
        for (const scoring::Channel& channel : policy.data().channels) {
          question.channel = channel.id;
          const bool sold = !advise(*engine, policy, person->id, question).sells_nothing();
          out.wrong += wrong ? 1U : 0U;
          out.sold += wrong && sold ? 1U : 0U;
          out.free += !wrong && sold ? 1U : 0U;
        }
      }
  }
  return out;
}

TEST(ServiceFirst, NoGeneratedCustomerWithATroubleIsSoldToOnAnyChannel) {
  const Sweep all = sweep(default_set(), 12);
  EXPECT_EQ(all.sold, 0U);
  EXPECT_GT(all.wrong, 100U);
  EXPECT_GT(all.free, 10U);
}

// Control: without the rule about open cases the same sweep must find customers who are sold to.
TEST(ServiceFirst, TheSweepFindsAPlantedFault) {
  const TemporaryFolder folder;
  namespace fs = std::filesystem;
  fs::copy(std::string(CONCORD_SOURCE_DIR) + "/scoring/policies/default", folder.path(),
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  const std::string file = folder.path() + "/company.toml";
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::string rule = R"(match = { kind = "case", state = ["new", "open", "waiting_third"] })";
  const std::size_t at = text.find(rule);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, rule.size(), R"(match = { kind = "case", state = ["new"], reason = "never" })");
  std::ofstream(file) << text;
  const auto policy = scoring::load_policy(folder.path());
  ASSERT_TRUE(policy.has_value()) << policy.error().text();
  EXPECT_GT(sweep(**policy, 12).sold, 0U);
}

}  // namespace
}  // namespace concord::test
