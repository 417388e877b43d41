// Promise: a record is a pure fold of its events: field by field the greater (at, seq) wins, null
// clears, absent keeps, a withdrawn entry stays withdrawn until somebody says something newer; the
// order of arrival changes nothing.
#include "index/customer/record.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/index/customer/folding.h"

namespace concord::test {
namespace {

using index::ConsentState;
using index::Kind;
using index::kNoTime;
using index::StateType;
using F = index::wire::EntryField;
const std::string kCase = "crm/case/T1";

Saying about(const char* id, std::int64_t at_ms) {
  return Saying("crm", id, at_ms).of({"crm:1"}).entry(Kind::case_, "T1");
}
Saying consent(const char* id, std::int64_t at_ms, ConsentState state) {
  return Saying("crm", id, at_ms).of({"crm:1"}).consent("marketing", "email", state);
}
ConsentState consent_of(const index::CustomerRecord& record) {
  return record.consents.at({"marketing", "email", "", ""}).state;
}
index::wire::AttributeT* attribute(const index::EntryState& entry, std::string_view name) {
  for (const auto& one : entry.now.attributes)
    if (one->name == name) return one.get();
  return nullptr;
}
Saying with_attribute(Saying saying, const char* name, std::int64_t value) {
  auto one = std::make_unique<index::wire::AttributeT>();
  one->name = name;
  one->type = index::wire::AttributeType::integer;
  one->integer = value;
  saying.it().attributes.push_back(std::move(one));
  return saying;
}

TEST(Fold, AbsentKeepsAndNullClears) {
  Listener heard;
  heard.hear(about("1", 10).subject("first").topic("refund").state(StateType::open));
  heard.hear(about("2", 20).subject("second"));
  EXPECT_EQ(heard.entry(kCase).now.subject, "second");
  EXPECT_EQ(heard.entry(kCase).now.topic, "refund");
  EXPECT_EQ(*heard.entry(kCase).now.state_type, static_cast<std::uint8_t>(StateType::open));
  heard.hear(about("3", 30).clear(F::topic).clear(F::state_type));
  EXPECT_EQ(heard.entry(kCase).now.topic, "");
  EXPECT_FALSE(heard.entry(kCase).now.state_type.has_value());
  EXPECT_EQ(heard.entry(kCase).now.subject, "second");
  // An older word does not fill what a newer one cleared.
  heard.hear(about("4", 5).topic("old"));
  EXPECT_EQ(heard.entry(kCase).now.topic, "");
}

TEST(Fold, AtATieTheLaterInTheLogWins) {
  Listener heard;
  heard.hear(about("2", 10).subject("two"), 2).hear(about("1", 10).subject("one"), 1);
  EXPECT_EQ(heard.entry(kCase).now.subject, "two");
}

TEST(Fold, AnOlderOpenNeverReopensAClosedCase) {
  Listener heard;
  heard.hear(about("1", 50).state(StateType::closed).closed(50));
  heard.hear(about("2", 40).state(StateType::open));
  EXPECT_EQ(*heard.entry(kCase).now.state_type, static_cast<std::uint8_t>(StateType::closed));
  EXPECT_EQ(*heard.entry(kCase).now.closed_at, 50);
}

TEST(Fold, ARetractedEntryStaysWithdrawnForOlderWordsAndComesBackWithNewerOnes) {
  Listener heard;
  heard.hear(about("1", 10).subject("typo"));
  heard.hear(Saying("crm", "2", 20).of({"crm:1"}).retract(Kind::case_, "T1", "wrong customer"));
  EXPECT_TRUE(heard.entry(kCase).hidden());
  EXPECT_EQ(heard.entry(kCase).now.retract_reason, "wrong customer");
  heard.hear(about("3", 15).subject("late news"));
  EXPECT_TRUE(heard.entry(kCase).hidden());
  heard.hear(about("4", 25).topic("again"));
  EXPECT_FALSE(heard.entry(kCase).hidden());
  EXPECT_EQ(heard.entry(kCase).now.subject, "late news");
}

TEST(Fold, ARetractBeforeTheEntryHoldsToo) {
  Listener heard;
  heard.hear(Saying("crm", "1", 20).of({"crm:1"}).retract(Kind::case_, "T1", "never was"));
  EXPECT_TRUE(heard.entry(kCase).hidden());
  EXPECT_EQ(heard.entry(kCase).at_ms(), 20);  // a time to stand by, whatever else comes
  heard.hear(about("2", 10).subject("late"));
  EXPECT_TRUE(heard.entry(kCase).hidden());
  EXPECT_EQ(heard.entry(kCase).at_ms(), 10);
}

TEST(Fold, AnEntryStandsAtItsOwnTimeElseAtTheFirstEventThatSpokeOfIt) {
  Listener heard;
  heard.hear(about("1", 30).subject("a"));
  EXPECT_EQ(heard.entry(kCase).at_ms(), 30);
  heard.hear(about("2", 20).topic("b"));
  EXPECT_EQ(heard.entry(kCase).at_ms(), 20);
  Saying given = about("3", 40);
  given.it().at = 5;
  heard.hear(given);
  EXPECT_EQ(heard.entry(kCase).at_ms(), 5);
  heard.hear(about("4", 50).clear(F::at));
  EXPECT_EQ(heard.entry(kCase).at_ms(), 20);
}

TEST(Fold, AttributesMergeNameByName) {
  Listener heard;
  heard.hear(with_attribute(with_attribute(about("1", 10), "a", 1), "b", 1));
  heard.hear(with_attribute(about("2", 20), "a", 2));
  heard.hear(with_attribute(about("3", 5), "a", 3));
  EXPECT_EQ(attribute(heard.entry(kCase), "a")->integer, 2);
  EXPECT_EQ(attribute(heard.entry(kCase), "b")->integer, 1);
  Saying cleared = about("4", 30);
  cleared.it().cleared_attributes.push_back("a");
  heard.hear(cleared);
  EXPECT_EQ(attribute(heard.entry(kCase), "a"), nullptr);
  heard.hear(with_attribute(about("5", 25), "a", 9));
  EXPECT_EQ(attribute(heard.entry(kCase), "a"), nullptr);
}

TEST(Fold, LinksAreReplacedAsAWhole) {
  Listener heard;
  heard.hear(about("1", 10).links({"erp/order/1", "erp/order/2"}));
  heard.hear(about("2", 20).links({"erp/order/3"}));
  EXPECT_EQ(heard.entry(kCase).now.links, std::vector<std::string>{"erp/order/3"});
}

TEST(Fold, AmountAndCurrencyMoveTogether) {
  Listener heard;
  Saying dollars = about("1", 20);
  dollars.it().amount_minor = 500;
  dollars.it().currency = "USD";
  Saying euros = about("2", 10);
  euros.it().amount_minor = 900;
  euros.it().currency = "EUR";
  heard.hear(dollars).hear(euros);
  EXPECT_EQ(*heard.entry(kCase).now.amount_minor, 500);
  EXPECT_EQ(heard.entry(kCase).now.currency, "USD");
  heard.hear(about("3", 30).clear(F::amount));
  EXPECT_FALSE(heard.entry(kCase).now.amount_minor.has_value());
  EXPECT_EQ(heard.entry(kCase).now.currency, "");
}

TEST(Fold, OfTwoWordsOnAConsentTheLaterWinsAndAtATieTheStricter) {
  struct Row {
    std::int64_t first_at, second_at;
    ConsentState first, second, want;
  };
  for (const Row& row :
       {Row{10, 20, ConsentState::withdrawn, ConsentState::granted, ConsentState::granted},
        Row{20, 10, ConsentState::granted, ConsentState::withdrawn, ConsentState::granted},
        Row{10, 10, ConsentState::granted, ConsentState::denied, ConsentState::denied},
        Row{10, 10, ConsentState::denied, ConsentState::granted, ConsentState::denied},
        Row{10, 10, ConsentState::withdrawn, ConsentState::denied, ConsentState::withdrawn},
        Row{10, 10, ConsentState::unknown, ConsentState::granted, ConsentState::unknown}}) {
    Listener heard;
    heard.hear(consent("1", row.first_at, row.first)).hear(consent("2", row.second_at, row.second));
    EXPECT_EQ(consent_of(heard.record), row.want) << word(row.first) << " " << word(row.second);
  }
}

TEST(Fold, AMembershipKeepsTheNameItOnceHeard) {
  for (const bool turned : {false, true}) {
    Saying named = Saying("crm", "1", 10).of({"crm:1"}).membership("acme", "buyer");
    named.draft.membership->account_name = "Acme";
    Saying plain = Saying("crm", "2", 20).of({"crm:1"}).membership("acme", "buyer");
    plain.draft.membership->to = 99;
    Listener heard;
    if (turned)
      heard.hear(plain, 2).hear(named, 1);
    else
      heard.hear(named, 1).hear(plain, 2);
    const auto& member = heard.record.members.at({"account:acme", "buyer"});
    EXPECT_EQ(member.name, "Acme");
    EXPECT_EQ(member.to_ms, 99);
  }
}

TEST(Fold, AFactIsAnEntryOfItsOwn) {
  Listener heard;
  heard.hear(Saying("crm", "1", 10).of({"crm:1"}).department("sales").fact("dog", "Rex"));
  heard.hear(Saying("crm", "2", 20).of({"crm:1"}).department("service").fact("dog", "Bello"));
  const index::EntryState& fact = heard.entry("crm/fact/dog");
  EXPECT_EQ(fact.now.text, "Bello");
  EXPECT_EQ(fact.department, "service");
  EXPECT_EQ(fact.at_ms(), 20);
}

TEST(Fold, EveryOrderOfArrivalGivesTheSameRecord) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<Told> told = told_about_one(seed, 5);
    std::vector<std::size_t> order{0, 1, 2, 3, 4};
    std::string want;
    do {
      index::CustomerRecord record;
      for (const std::size_t i : order) fold_told(record, told[i]);
      const std::string got = published(record);
      if (want.empty()) want = got;
      ASSERT_EQ(want, got) << testing::PrintToString(order);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Fold, LongStoriesInAnyOrderGiveTheSameRecord) {
  for (std::uint64_t seed = 50; seed < 70; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<Told> told = told_about_one(seed, 200);
    index::CustomerRecord one;
    for (const Told& event : told) fold_told(one, event);
    shuffle(told, seed);
    index::CustomerRecord two;
    for (const Told& event : told) fold_told(two, event);
    ASSERT_EQ(published(one), published(two));
    // Control: the comparison sees one missing event.
    index::CustomerRecord three;
    for (std::size_t i = 0; i < told.size(); ++i)
      if (told[i].seq != told.size()) fold_told(three, told[i]);
    ASSERT_NE(published(one), published(three));
  }
}

}  // namespace
}  // namespace concord::test
