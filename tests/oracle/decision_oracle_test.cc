// Promise: a decision is what the policy set says about the record: every gate, cap, consent, block
// and order, at any as_of, in both directions, with and without an intent.
// Method: generated feeds of a company; the slow engine judges from the raw events and the default
// policy set; every ranked and every dropped action must agree, with reasons, evidence and ends.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "index/engine.h"
#include "scoring/arithmetic.h"
#include "scoring/policy_data.h"
#include "tests/oracle/feed.h"
#include "tests/oracle/judge.h"
#include "tests/oracle/rich_set.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::Direction;
using index::Engine;
using index::UnixMillis;

std::shared_ptr<const scoring::Policy> default_set() {
  auto policy = scoring::load_policy(oracle::default_folder());
  EXPECT_TRUE(policy.has_value()) << policy.error().text();
  return std::move(*policy);
}

std::unique_ptr<Engine> engine_of(const std::vector<index::EventDraft>& drafts) {
  auto engine = Engine::empty(oracle::feed_identity_types());
  for (const std::string& event : oracle::encoded(drafts)) {
    const auto applied = engine->apply(event);
    EXPECT_TRUE(applied.has_value()) << applied.error().text();
  }
  return engine;
}

std::string fast_lines(const Engine& engine, const scoring::Policy& policy, index::CustomerId id,
                       const oracle::Question& asked) {
  const index::ReadPin pin = engine.snapshot().pin();
  const UnixMillis as_of{asked.as_of};
  const index::Customer customer = engine.snapshot().customer(pin, id, as_of);
  scoring::DecisionQuestion question;
  question.as_of = as_of;
  question.direction = asked.direction;
  question.intent = asked.intent;
  question.limit = 10'000;  // what speaks for an action is told of all
  question.explain = scoring::kExplainDropped | scoring::kExplainSensitivity;
  scoring::DecideScratch scratch;
  scoring::Decision decision;
  scoring::decide(policy, customer, question, scratch, decision);
  EXPECT_EQ(decision.ranked.size() + decision.dropped.size(), policy.action_count());
  return oracle::in_lines(policy, decision);
}

/// Counts the stages, components and block rules that were at work in a decision.
void count_work(const std::string& lines, std::map<std::string, std::size_t>& work) {
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string what, name, stage, component;
    words >> what >> name >> stage >> component;
    if (what == "block") ++work[name];
    if (what == "drop") ++work[stage], ++work[component];
    if (line.find("somebody who shares this address") != std::string::npos)
      ++work["a shared address"];
    if (what == "rank") ++work["ranked"];
  }
}

/// Asks both engines about everybody in `seeds` generated companies; how often each stage,
/// component and rule was at work.
std::map<std::string, std::size_t> compare(const scoring::Policy& policy, std::uint64_t first_seed,
                                           std::uint64_t seeds) {
  const index::IdentityTypes types = oracle::feed_identity_types();
  const oracle::Judge judge(policy);
  const std::string intents[] = {"", "offer", "refund", "order_status", "question"};
  std::map<std::string, std::size_t> work;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    SCOPED_TRACE(seed);
    auto drafts = oracle::company_feed(seed, 60 + 12 * (seed % 41), 2 + seed % 7);
    if (seed % 2 == 0) drafts = oracle::with_families(std::move(drafts));
    const oracle::Book book(types, drafts);
    const auto engine = engine_of(drafts);
    for (const oracle::Person* person : book.people())
      for (const int hour : {-10, 120 * 24 + 5, 312 * 24 + 13, 470 * 24 + 21, 800 * 24 + 12}) {
        oracle::Question question;
        question.as_of = oracle::kFeedStartMs + hour * std::int64_t{3'600'000} + 17'000;
        question.intent = intents[(seed + static_cast<std::size_t>(hour + 10)) % 5];
        question.direction = question.intent.empty() ? Direction::outbound : Direction::inbound;
        SCOPED_TRACE(index::to_string(person->id) + " hour " + std::to_string(hour) + " " +
                     question.intent);
        const std::string slow = judge.decide(book, *person, question);
        const std::string difference =
            first_difference(slow, fast_lines(*engine, policy, person->id, question));
        EXPECT_EQ(difference, "");
        if (!difference.empty()) return work;
        count_work(slow, work);
      }
  }
  return work;
}

TEST(DecisionOracle, TheFastFunnelSaysWhatTheRulesSay) {
  const auto policy = default_set();
  auto work = compare(*policy, 1, 40);
  // (Channel caps and quiet hours show in the channels of ranked actions: some channel is left.)
  // The stories reach every rule of the set: what they never touch would be compared in vain.
  for (const scoring::BlockRule& rule : policy->data().rules)
    EXPECT_GT(work[rule.name], 0U) << rule.name;
  for (const scoring::Cap& cap : policy->data().caps)
    EXPECT_TRUE(cap.scope == scoring::Cap::Scope::channel || work[cap.name] > 0) << cap.name;
  for (const char* one :
       {"ranked", "available", "eligibility", "applicability", "suitability", "contact_policy",
        "service_first", "deliverability", "turned_down_twice", "duplicate_topic", "care_floor",
        "consent", "need", "address", "stale_task", "direction", "asked_only"})
    EXPECT_GT(work[one], 0U) << one;
}

TEST(DecisionOracle, AlsoWithWhatTheDefaultSetDoesNotUse) {
  const TemporaryFolder folder;
  const auto policy = oracle::rich_set(folder.path());
  ASSERT_NE(policy, nullptr);
  auto work = compare(*policy, 100, 30);
  for (const char* one :
       {"propensity", "treatment", "limits", "when", "language", "three_to_sell", "two_a_group",
        "four_a_department", "has_clicked", "news_per_issue", "same_action", "broken_product",
        "account_order", "german_notice", "young_and_open", "a shared address"})
    EXPECT_GT(work[one], 0U) << one;
}

// The one thing of scoring the slow engine takes as it is, held against the mathematics.
TEST(DecisionOracle, TheSigmoidTableIsTheSigmoid) {
  for (std::int64_t z = -20'000'000; z <= 20'000'000; z += 12'347) {
    const double exact = 1e6 / (1 + std::exp(-static_cast<double>(z) / 1e6));
    ASSERT_NEAR(static_cast<double>(scoring::sigmoid_micro(z)), exact, 3.0) << z;
  }
}

}  // namespace
}  // namespace concord::test
