// Promise: whatever the data, the counts add up, the order is total and the same on every channel;
// deciding for all gives the same bytes as deciding one by one, on any number of threads.
// Method: generated feeds of events through the real engine, the default policy set.
#include <gtest/gtest.h>

#include <map>

#include "index/base/json_reader.h"
#include "scoring/batch.h"
#include "scoring/policy_data.h"
#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using scoring::BatchQuestion;
using scoring::Decision;
using scoring::DecisionQuestion;

std::unique_ptr<index::Engine> engine_of(std::uint64_t seed, std::size_t events) {
  auto engine = index::Engine::empty(story_identity_types());
  for (const std::string& event : random_feed(seed, events)) (void)engine->apply(event);
  return engine;
}

/// The newest entry of anybody: the feed has days on both sides of it.
index::UnixMillis newest_of(const index::Engine& engine) {
  const index::ReadPin pin = engine.snapshot().pin();
  std::int64_t newest = 0;
  for (std::size_t i = 0; i < engine.snapshot().record_count(); ++i)
    if (const index::RecordView record = engine.snapshot().record_at(pin, i))
      record.entries().each([&](const index::EntryView& entry) {
        newest = std::max(newest, entry.at_ms());
        return true;
      });
  return {newest};
}

void expect_whole(const scoring::Policy& policy, const Decision& decision) {
  std::vector<int> seen(policy.action_count(), 0);
  std::size_t dropped = 0;
  for (const scoring::RankedAction& ranked : decision.ranked) ++seen[ranked.action];
  for (const scoring::Dropped& one : decision.dropped) {
    ++seen[one.action];
    EXPECT_FALSE(one.reason.component.empty());
    EXPECT_TRUE(one.reason.until_ms != index::kNoTime || !one.reason.ends_when.empty());
    if (one.reason.until_ms != index::kNoTime) {
      EXPECT_GT(one.reason.until_ms, decision.as_of.ms);
    }
  }
  for (const int times : seen) EXPECT_EQ(times, 1);
  for (const std::uint32_t count : decision.dropped_at) dropped += count;
  EXPECT_EQ(dropped, decision.dropped.size());
  EXPECT_EQ(decision.ranked.empty(), !decision.no_action.empty());
  for (std::size_t i = 1; i < decision.ranked.size(); ++i) {
    const auto& a = decision.ranked[i - 1];
    const auto& b = decision.ranked[i];
    EXPECT_LT(std::tuple(a.tier, -a.priority_micro, a.action),
              std::tuple(b.tier, -b.priority_micro, b.action));
  }
}

std::string ranking(const Decision& decision) {
  std::string out = index::to_hex(decision.answer_id);
  for (const auto& one : decision.ranked)
    out += " " + std::to_string(one.action) + ":" + std::to_string(one.priority_micro) + ":" +
           std::to_string(one.deliverable_by);
  for (const auto& one : decision.dropped)
    out += " -" + std::to_string(one.action) + std::string(one.reason.component);
  return out;
}

TEST(DecisionProperties, CountsAddUpAndTheChannelChangesNoOrder) {
  const auto policy = default_policy();
  scoring::DecideScratch scratch;
  Decision decision;
  std::size_t decided = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto engine = engine_of(seed, 300);
    const index::UnixMillis newest = newest_of(*engine);
    const index::ReadPin pin = engine->snapshot().pin();
    for (std::size_t i = 0; i < engine->snapshot().record_count(); ++i) {
      const index::RecordView record = engine->snapshot().record_at(pin, i);
      if (!record || record.is_account()) continue;
      for (const std::int64_t back : {0, 3, 40, 400}) {
        DecisionQuestion question;
        question.as_of = {newest.ms - back * index::kDayMs};
        question.direction = back == 3 ? index::Direction::inbound : index::Direction::outbound;
        question.intent = back == 3 ? "offer" : "";
        const index::Customer customer =
            engine->snapshot().customer(pin, record.id(), question.as_of);
        std::string first;
        for (const char* channel : {"", "phone", "email", "social", "store", "internal"}) {
          question.channel = channel;
          scoring::decide(*policy, customer, question, scratch, decision);
          expect_whole(*policy, decision);
          if (first.empty()) first = ranking(decision);
          EXPECT_EQ(ranking(decision), first) << channel;
          ++decided;
        }
      }
    }
  }
  EXPECT_GT(decided, 500U);
}

std::string all_lines(const scoring::Policy& policy, const index::Engine& engine,
                      index::UnixMillis as_of, unsigned threads, scoring::BatchCounts& counts) {
  const index::ReadPin pin = engine.snapshot().pin();
  std::string lines;
  BatchQuestion question;
  question.as_of = as_of;
  question.threads = threads;
  counts = scoring::decide_all(policy, engine.snapshot(), pin, question,
                               [&](std::string_view some) { lines += some; }, {});
  return lines;
}

TEST(BatchTest, SameBytesOnAnyNumberOfThreadsAndAsOneByOne) {
  const auto policy = default_policy();
  const auto engine = engine_of(7, 600);
  const index::UnixMillis as_of = newest_of(*engine);
  scoring::BatchCounts counts;
  const std::string one = all_lines(*policy, *engine, as_of, 1, counts);
  EXPECT_GT(counts.customers, 1U);
  EXPECT_EQ(counts.gates, counts.customers * policy->action_count());
  for (const unsigned threads : {2U, 4U, 8U}) {
    scoring::BatchCounts others;
    EXPECT_EQ(all_lines(*policy, *engine, as_of, threads, others), one);
    EXPECT_EQ(others.ranked, counts.ranked);
    EXPECT_EQ(others.dropped_at, counts.dropped_at);
  }
  index::JsonReader reader;
  const index::ReadPin pin = engine->snapshot().pin();
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < one.size(); ++lines) {
    const std::size_t end = one.find('\n', begin);
    const auto line = reader.parse(std::string_view(one).substr(begin, end - begin));
    ASSERT_TRUE(line.has_value());
    const auto id = index::parse_customer_id(*line->find("customer_id")->as_string());
    DecisionQuestion question;
    question.as_of = as_of;
    const index::Customer customer = engine->snapshot().customer(pin, *id, as_of);
    scoring::DecideScratch scratch;
    Decision decision;
    scoring::decide(*policy, customer, question, scratch, decision);
    EXPECT_EQ(*line->find("answer_id")->as_string(), index::to_hex(decision.answer_id));
    std::size_t i = 0;
    for (const auto action : line->find("actions")->elements())
      EXPECT_EQ(*action.find("action")->as_string(),
                policy->data().actions[decision.ranked.at(i++).action].id);
    begin = end + 1;
  }
  EXPECT_EQ(lines, counts.customers);
}

// A planted fault: with one priority changed the check above must see another order.
TEST(DecisionProperties, APlantedFaultIsSeen) {
  SmallPolicy small;
  const auto right =
      small.action("a", "value_minor = 5").action("b", "value_minor = 4").must_load();
  small.change("actions/all.toml", "value_minor = 4", "value_minor = 6");
  const auto wrong = small.must_load();
  RecordBuilder ann;
  ann.identity("email", "a@b").consent({.purpose = "sales", .at_day = 1});
  DecisionQuestion question;
  question.as_of = day(20'000);
  EXPECT_NE(tell(*right, ann.customer(), question).ranked,
            tell(*wrong, ann.customer(), question).ranked);
}

}  // namespace
}  // namespace concord::test
