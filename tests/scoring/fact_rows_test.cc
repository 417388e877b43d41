// Promise: an answer from a row is the answer without it, for every moment the row says it is right
// for, and a row is not used for another revision, policy set, account or moment. Method: drawn
// customers and moments; every byte of the answer with rows is held against that without.
#include "scoring/fact_rows.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using scoring::FactRows;

constexpr double kNow = 20'000.5;
constexpr std::size_t kBytesMax = 1 << 24;

/// A customer of up to 40 entries of all kinds around kNow, with due and closing times.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }

  void entries(RecordBuilder& builder, std::size_t count) {
    const char* departments[] = {"service", "sales", "marketing", "operations", "finance"};
    const char* topics[] = {"", "order_status", "offer", "renewal", "quote_follow_up"};
    for (std::size_t i = 0; i < count; ++i) {
      EntrySpec spec;
      spec.kind = static_cast<index::Kind>(1 + below(index::kKindCount - 1));
      spec.key = "k" + std::to_string(i);
      spec.at_day = kNow - around(400) + 3;
      spec.state = static_cast<index::StateType>(below(7));
      spec.department = departments[below(5)];
      spec.trouble = static_cast<index::Trouble>(below(5));
      spec.direction = static_cast<index::Direction>(below(3));
      spec.purpose = static_cast<index::Purpose>(below(6));
      spec.channel = below(2) == 0 ? "email" : "phone";
      spec.topic = topics[below(5)];
      spec.status = below(3) == 0 ? "rejected" : "";
      if (below(2) == 0) spec.due_day = spec.at_day + around(60);
      if (below(3) == 0) spec.closed_day = spec.at_day + around(60);
      if (below(2) == 0) spec.amount_minor = static_cast<std::int64_t>(below(90'000));
      spec.currency = "EUR";
      spec.priority = static_cast<std::uint8_t>(below(4));
      spec.requested = below(5) == 0;
      builder.entry(spec);
    }
  }

 private:
  /// Mostly whole days, so that windows end at the same moments as others begin.
  double around(std::size_t days) {
    return static_cast<double>(below(days)) + (below(4) == 0 ? 0.3 : 0.0);
  }
  std::mt19937_64 random_;
};

std::string answer(const scoring::Policy& policy, const index::Customer& customer,
                   index::UnixMillis as_of, FactRows* rows) {
  scoring::DecideScratch scratch;
  scratch.use(rows);
  scoring::Decision decision;
  scoring::DecisionQuestion question;
  question.as_of = as_of;
  question.channel = "email";
  question.limit = 100;
  scoring::decide(policy, customer, question, scratch, decision);
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  write_decision(out, policy, decision, question,
                 scoring::kExplainDropped | scoring::kExplainScores);
  return std::string(buffer.view());
}

RecordBuilder drawn(Draw& draw, std::uint64_t id = 1) {
  RecordBuilder builder(id);
  builder.identity("email", "ann@example.test")
      .identity("phone", "+4930123456")
      .consent({.purpose = "marketing", .channel = "email", .at_day = 1})
      .consent({.purpose = "sales", .channel = "phone", .at_day = 1})
      .since(kNow - 500);
  draw.entries(builder, draw.below(40));
  return builder;
}

TEST(FactRowsTest, AnswersAreThoseWithoutRows) {
  const auto policy = default_policy();
  std::uint64_t found = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    Draw draw(seed);
    RecordBuilder builder = drawn(draw);
    const index::Customer customer = builder.customer();
    FactRows rows(kBytesMax);
    index::UnixMillis as_of = day(kNow);
    ASSERT_EQ(answer(*policy, customer, as_of, &rows), answer(*policy, customer, as_of, nullptr));
    for (int later = 0; later < 12; ++later) {  // some in the row's stretch, some behind it
      as_of.ms += static_cast<std::int64_t>(draw.below(index::kDayMs / 4));
      ASSERT_EQ(answer(*policy, customer, as_of, &rows), answer(*policy, customer, as_of, nullptr));
    }
    found += rows.counts().found;
  }
  EXPECT_GT(found, 300U);
}

// The last moment of a row's stretch is still right, and the one behind it is asked anew.
TEST(FactRowsTest, AStretchEndsWhereSomethingMayChange) {
  const auto policy = default_policy();
  std::size_t changed = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    Draw draw(seed);
    RecordBuilder builder = drawn(draw);
    const index::Customer customer = builder.customer();
    const scoring::PolicyData& data = policy->data();
    scoring::Facts facts;
    index::UnixMillis as_of = day(kNow);
    for (int step = 0; step < 25; ++step) {
      gather(data, customer, as_of, facts);
      const std::int64_t change = facts_change_at(data, customer, as_of, facts);
      ASSERT_GT(change, as_of.ms);
      if (change == std::numeric_limits<std::int64_t>::max()) break;
      FactRows rows(kBytesMax);
      const std::string begun = answer(*policy, customer, as_of, &rows);
      const index::UnixMillis last{change - 1};
      ASSERT_EQ(answer(*policy, customer, last, &rows), answer(*policy, customer, last, nullptr));
      ASSERT_EQ(rows.counts().found, 1U);
      as_of.ms = change;
      const std::string anew = answer(*policy, customer, as_of, &rows);
      ASSERT_EQ(anew, answer(*policy, customer, as_of, nullptr));
      ASSERT_EQ(rows.counts().found, 1U);
      changed += begun.size() != anew.size() ? 1 : 0;
    }
  }
  EXPECT_GT(changed, 100U);  // the stretches end for a reason
}

TEST(FactRowsTest, ARowIsForOneRevisionOnePolicyAndTheseAccounts) {
  const auto policy = default_policy();
  Draw draw(7);
  RecordBuilder builder = drawn(draw);
  RecordBuilder firm(2, true);
  RecordBuilder other(3, true);
  draw.entries(firm, 5);
  draw.entries(other, 5);
  index::Customer customer = builder.customer();
  customer.accounts[0] = firm.build();
  customer.account_count = 1;
  FactRows rows(kBytesMax);
  const index::UnixMillis as_of = day(kNow);
  const auto uses_row = [&](const scoring::Policy& set, const index::Customer& who,
                            index::UnixMillis when) {
    const std::uint64_t before = rows.counts().found;
    EXPECT_EQ(answer(set, who, when, &rows), answer(set, who, when, nullptr));
    return rows.counts().found != before;
  };
  EXPECT_FALSE(uses_row(*policy, customer, as_of));
  EXPECT_TRUE(uses_row(*policy, customer, as_of));
  EXPECT_FALSE(uses_row(*policy, customer, {as_of.ms - 1}));  // earlier than it was gathered
  EXPECT_FALSE(uses_row(*policy, customer, as_of));           // that one took its place
  index::Customer newer = customer;
  ++newer.revision;
  EXPECT_FALSE(uses_row(*policy, newer, as_of));
  EXPECT_TRUE(uses_row(*policy, newer, as_of));
  newer.accounts[0] = other.build();
  EXPECT_FALSE(uses_row(*policy, newer, as_of));
  newer.account_count = 0;
  EXPECT_FALSE(uses_row(*policy, newer, as_of));
  SmallPolicy small;
  EXPECT_FALSE(uses_row(*small.must_load(), newer, as_of));
}

// The control: a row that says it is right for longer than it is gives another answer.
TEST(FactRowsTest, ARowKeptTooLongWouldBeFound) {
  const auto policy = default_policy();
  std::size_t different = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Draw draw(seed);
    RecordBuilder builder = drawn(draw);
    const index::Customer customer = builder.customer();
    scoring::Facts then;
    scoring::Facts now;
    gather(policy->data(), customer, day(kNow), then);
    gather(policy->data(), customer, day(kNow + 3), now);
    for (std::size_t i = 0; i < then.features.size(); ++i)
      if (then.features[i].known != now.features[i].known ||
          then.features[i].value != now.features[i].value) {
        ++different;
        break;
      }
  }
  EXPECT_GT(different, 20U);
}

TEST(FactRowsTest, MemoryIsBounded) {
  const auto policy = default_policy();
  FactRows rows(1 << 20);
  Draw draw(3);
  for (std::uint64_t id = 1; id <= 3'000; ++id) {
    RecordBuilder builder = drawn(draw, id);
    const index::Customer customer = builder.customer();
    scoring::Facts facts;
    gather(policy->data(), customer, day(kNow), facts);
    rows.keep(policy->data(), customer, day(kNow), facts);
    ASSERT_LE(rows.counts().bytes, std::uint64_t{1} << 20);
  }
  EXPECT_GT(rows.counts().rows, 500U);
}

}  // namespace
}  // namespace concord::test
