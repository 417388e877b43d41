// Promise: a decision can be made again, exactly, from what was kept of it, however much the record
// has changed since; and no more is kept than it was made of.
// Method: generated feeds through the real engine; each decision is captured, read back, made again
// and compared whole. Controls: with one cause taken out it is another decision; damaged bytes are
// refused or give another decision, and never break anything.
#include "scoring/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/base/hash.h"
#include "index/snapshot/excerpt.h"
#include "tests/scoring/small_policy.h"
#include "tests/support/events.h"

namespace concord::test {
namespace {

using index::Kind;
using index::StateType;
using scoring::Capture;
using scoring::Captured;
using scoring::Decision;
using scoring::DecisionQuestion;
using testing::HasSubstr;
using testing::Not;

std::string answer_of(const scoring::Policy& policy, const index::Customer& customer,
                      const DecisionQuestion& question) {
  scoring::DecideScratch scratch;
  Decision decision;
  scoring::decide(policy, customer, question, scratch, decision);
  index::Buffer text;
  index::JsonWriter out(text);
  scoring::write_decision(out, policy, decision, question, scoring::kExplainDropped);
  return std::string(text.view());
}

Capture captured(const scoring::Policy& policy, const index::Customer& customer,
                 const DecisionQuestion& question) {
  scoring::DecideScratch scratch;
  scoring::DecideScratch spare;
  Decision decision;
  scoring::decide(policy, customer, question, scratch, decision);
  return scoring::capture(policy, customer, question, decision, spare);
}

index::UnixMillis newest_of(const index::RecordView& record) {
  std::int64_t newest = 0;
  record.each_entry([&](const index::EntryView& entry) {
    newest = std::max(newest, entry.at_ms());
    return true;
  });
  return {newest};
}

struct Counted {
  std::size_t decisions = 0;
  std::size_t whole = 0;
  std::size_t bytes = 0;
};

// Asks about every customer, at several times and in several ways.
void replay_all(const scoring::Policy& policy, const index::Engine& engine, Counted& counted) {
  const index::ReadPin pin = engine.snapshot().pin();
  for (std::size_t i = 0; i < engine.snapshot().record_count(); ++i) {
    const index::RecordView record = engine.snapshot().record_at(pin, i);
    if (!record || record.is_account()) continue;
    for (const std::int64_t back : {0, 3, 40, 400}) {
      DecisionQuestion question;
      question.as_of = {newest_of(record).ms - back * index::kDayMs};
      question.direction = back == 3 ? index::Direction::inbound : index::Direction::outbound;
      question.intent = back == 3 ? "offer" : "";
      question.channel = back == 40 ? "email" : "";
      const index::Customer customer = engine.snapshot().customer(pin, record.id(), question.as_of);
      const Capture kept = captured(policy, customer, question);
      const auto opened = Captured::open(kept.bytes);
      ASSERT_TRUE(opened.has_value()) << opened.error().text();
      ASSERT_EQ(answer_of(policy, opened->customer(), question),
                answer_of(policy, customer, question));
      ++counted.decisions;
      counted.whole += kept.is_whole ? 1 : 0;
      counted.bytes += kept.bytes.size();
    }
  }
}

TEST(CaptureTest, EveryDecisionOfManyStoriesIsMadeAgain) {
  const auto policy = default_policy();
  Counted counted;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto engine = index::Engine::empty(story_identity_types());
    for (const std::string& event : random_feed(seed, 300)) (void)engine->apply(event);
    replay_all(*policy, *engine, counted);
  }
  EXPECT_GT(counted.decisions, 200U);
  EXPECT_EQ(counted.whole, 0U) << "the part that is taken is not all that decide() looks at";
}

TEST(CaptureTest, LongHistoriesComeBackInSeveralSegments) {
  const auto policy = default_policy();
  const auto engine = index::Engine::empty(story_identity_types());
  for (const std::string& event : long_feed(3, 2'500, 1'500)) (void)engine->apply(event);
  Counted counted;
  replay_all(*policy, *engine, counted);
  EXPECT_GT(counted.decisions, 4U);
  EXPECT_EQ(counted.whole, 0U);
}

// Somebody who shares the address has refused: without his word it would be another decision. Of
// him only addresses and consents are kept.
TEST(CaptureTest, TheWordOfThoseWhoShareAnAddressIsKept) {
  SmallPolicy small;
  const auto policy = small.action("a", "").must_load();
  RecordBuilder ann;
  ann.identity("email", "ann@example.test").consent({.purpose = "sales", .at_day = 1});
  RecordBuilder ben(2);
  ben.identity("email", "ann@example.test")
      .attribute("hobby", "chess")
      .entry({.at_day = 50, .state = StateType::open})
      .consent({.purpose = "sales",
                .identity = "email:ann@example.test",
                .state = index::ConsentState::withdrawn,
                .at_day = 2});
  DecisionQuestion question;
  question.as_of = day(1'000);
  index::Customer customer = ann.customer();
  const std::string alone = answer_of(*policy, customer, question);
  customer.sharers[0] = &ben.build().record();
  customer.sharer_count = 1;
  EXPECT_NE(answer_of(*policy, customer, question), alone);
  for (const std::uint64_t crowded : {0U, 1U}) {
    customer.crowded = crowded;
    const Capture kept = captured(*policy, customer, question);
    EXPECT_FALSE(kept.is_whole);
    EXPECT_EQ(kept.bytes.find("chess"), std::string::npos);
    const auto opened = Captured::open(kept.bytes);
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    EXPECT_EQ(answer_of(*policy, opened->customer(), question),
              answer_of(*policy, customer, question));
    EXPECT_EQ(opened->customer().sharer_count, 1U);
    EXPECT_EQ(opened->customer().crowded, crowded);
  }
}

// A condition over all entries needs all of them.
TEST(CaptureTest, ConditionsOverEntriesAreMadeAgainToo) {
  SmallPolicy small;
  const auto policy =
      small
          .action("a",
                  "applicability = \"entries.filter(e, e.kind == 'note').size() > 100 && "
                  "entries.exists(e, e.attributes['color'] == 'red')\"")
          .must_load();
  RecordBuilder ann;
  ann.identity("email", "ann@example.test")
      .consent({.purpose = "sales", .channel = "email", .at_day = 1});
  for (int i = 0; i < 300; ++i)
    ann.entry({.kind = Kind::note, .key = "n" + std::to_string(i), .at_day = 100.0 + i});
  ann.entry({.kind = Kind::note, .key = "red", .at_day = 1, .attributes = R"({"color":"red"})"});
  DecisionQuestion question;
  question.as_of = day(1'000);
  const index::Customer customer = ann.customer();
  EXPECT_THAT(answer_of(*policy, customer, question), HasSubstr("\"ranked\":1"));
  const Capture kept = captured(*policy, customer, question);
  EXPECT_FALSE(kept.is_whole);
  const auto opened = Captured::open(kept.bytes);
  ASSERT_TRUE(opened.has_value()) << opened.error().text();
  EXPECT_EQ(answer_of(*policy, opened->customer(), question),
            answer_of(*policy, customer, question));
}

class CaptureStory : public testing::Test {
 protected:
  CaptureStory() {
    question_.as_of = {4'000};
    tell(Saying("crm", "p", 1'000).of({"email:ann@example.test"}).profile("Ann Example"));
    auto order = Saying("shop", "o", 2'000);
    order.of({"email:ann@example.test"}).entry(Kind::order, "8d50").state(StateType::open);
    order.it().trouble = static_cast<std::uint8_t>(index::Trouble::late);
    tell(order);
    tell(Saying("desk", "c", 3'000)
             .of({"email:ann@example.test"})
             .department("service")
             .entry(Kind::case_, "T-1")
             .state(StateType::open)
             .subject("Where is it?")
             .text("words of a letter"));
  }
  void tell(const Saying& saying) {
    const auto done = engine_->apply(saying.bytes());
    ASSERT_TRUE(done.has_value()) << done.error().text();
  }
  [[nodiscard]] index::Customer ann(const index::ReadPin& pin) const {
    const auto found = engine_->snapshot().resolve(pin, "email:ann@example.test");
    return engine_->snapshot().customer(pin, found.customer, question_.as_of);
  }

  std::unique_ptr<index::Engine> engine_ = index::Engine::empty(story_identity_types());
  std::shared_ptr<const scoring::Policy> policy_ = default_policy();
  DecisionQuestion question_;
};

TEST_F(CaptureStory, TheDecisionStaysWhileTheRecordMovesOn) {
  std::string then;
  Capture kept;
  {
    const index::ReadPin pin = engine_->snapshot().pin();
    then = answer_of(*policy_, ann(pin), question_);
    kept = captured(*policy_, ann(pin), question_);
  }
  tell(Saying("desk", "c2", 3'500)
           .of({"email:ann@example.test"})
           .entry(Kind::case_, "T-1")
           .state(StateType::solved)
           .closed(3'500));
  const index::ReadPin pin = engine_->snapshot().pin();
  EXPECT_NE(answer_of(*policy_, ann(pin), question_), then);
  const auto opened = Captured::open(kept.bytes);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(answer_of(*policy_, opened->customer(), question_), then);
}

TEST_F(CaptureStory, WhatNobodyDecidesByIsNotKept) {
  const index::ReadPin pin = engine_->snapshot().pin();
  const Capture kept = captured(*policy_, ann(pin), question_);
  EXPECT_FALSE(kept.is_whole);
  EXPECT_THAT(kept.bytes, HasSubstr("desk/case/T-1"));
  EXPECT_THAT(kept.bytes, Not(HasSubstr("words of a letter")));
  EXPECT_THAT(kept.bytes, Not(HasSubstr("Ann Example")));
}

// Control: each cause that was taken is needed.
TEST_F(CaptureStory, WithoutOneOfItsCausesItIsAnotherDecision) {
  const index::ReadPin pin = engine_->snapshot().pin();
  const index::Customer customer = ann(pin);
  const std::string then = answer_of(*policy_, customer, question_);
  std::vector<index::EntryView> all;
  customer.record.each_entry([&](const index::EntryView& entry) {
    all.push_back(entry);
    return true;
  });
  ASSERT_EQ(all.size(), 2U);
  const auto decide_on = [&](const std::vector<index::EntryView>& entries) {
    const auto excerpt = index::excerpt_of(customer.record, entries, index::ExcerptDetail::lean);
    const auto opened =
        index::ExcerptView::open(excerpt.record, {excerpt.tails.begin(), excerpt.tails.end()});
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    index::Customer part = customer;
    part.record = opened->view();
    return answer_of(*policy_, part, question_);
  };
  EXPECT_EQ(decide_on(all), then);
  EXPECT_NE(decide_on({all[0]}), then);
  EXPECT_NE(decide_on({all[1]}), then);
}

TEST_F(CaptureStory, DamagedBytesAreRefusedOrHarmless) {
  const index::ReadPin pin = engine_->snapshot().pin();
  const Capture kept = captured(*policy_, ann(pin), question_);
  std::size_t refused = 0;
  std::uint64_t dice = 1;
  for (int i = 0; i < 3'000; ++i) {
    std::string bytes = kept.bytes;
    for (int flips = 0; flips <= i % 3; ++flips) {
      dice = index::mix64(dice + 1);
      bytes[dice % bytes.size()] ^= static_cast<char>(1U << (dice >> 40U & 7U));
    }
    if (i % 5 == 0) bytes.resize(dice % bytes.size());
    const auto opened = Captured::open(bytes);
    if (!opened) {
      ++refused;
      continue;
    }
    (void)answer_of(*policy_, opened->customer(), question_);
  }
  EXPECT_GT(refused, 600U);
  EXPECT_FALSE(Captured::open("").has_value());
  EXPECT_FALSE(Captured::open("neither this").has_value());
}

}  // namespace
}  // namespace concord::test
