// Promise: who shares an address belongs to the answer of all who do, at every revision, after
// merges, in a live index and in one built at once; a customer alone has nobody beside him.
#include <gtest/gtest.h>

#include "index/engine.h"
#include "index/reindex.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::Customer;
using index::Engine;

constexpr const char* kPhone = "phone:030 1234567";

Saying of(int number, std::initializer_list<const char*> identities) {
  Saying saying("crm", "e" + std::to_string(number), 1'000'000 + number);
  return saying.of(identities).fact("n" + std::to_string(number), "x");
}

std::unique_ptr<Engine> told(const std::vector<Saying>& sayings) {
  auto engine = Engine::empty(story_identity_types());
  for (const Saying& saying : sayings) {
    const auto applied = engine->apply(saying.bytes());
    EXPECT_TRUE(applied.has_value()) << applied.error().text();
  }
  return engine;
}

/// What an answer about `key` is made of beside the record and the accounts.
struct Beside {
  std::size_t sharers = 0;
  bool crowded = false;
  index::EventSeq revision = 0;
  bool operator==(const Beside&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Beside& one) {
  return out << one.sharers << (one.crowded ? " crowded" : "") << " @" << one.revision;
}
Beside beside(const Engine& engine, const index::ReadPin& pin, const char* key) {
  const index::Resolution who = engine.snapshot().resolve(pin, key);
  EXPECT_EQ(who.outcome, index::Resolution::Outcome::found) << key;
  const Customer customer = engine.snapshot().customer(pin, who.customer, {2'000'000});
  for (const index::wire::Record* one : customer.sharing())
    EXPECT_NE(one->id(), customer.record.id().value);
  return {customer.sharer_count, customer.crowded != 0, customer.revision};
}
Beside beside(const Engine& engine, const char* key) {
  return beside(engine, engine.snapshot().pin(), key);
}

TEST(Sharers, TwoWithOnePhoneAreBesideEachOther) {
  const auto engine = told({of(1, {"crm:ann", kPhone}), of(2, {"crm:ben"}), of(3, {"crm:eve"})});
  const index::ReadPin before = engine->snapshot().pin();
  EXPECT_EQ(beside(*engine, "crm:ann"), (Beside{0, false, 1}));
  ASSERT_TRUE(engine->apply(of(4, {"crm:ben", kPhone}).bytes()).has_value());
  EXPECT_EQ(beside(*engine, "crm:ann"), (Beside{1, false, 4}));
  EXPECT_EQ(beside(*engine, "crm:ben"), (Beside{1, false, 4}));
  EXPECT_EQ(beside(*engine, "crm:eve"), (Beside{0, false, 3}));
  EXPECT_EQ(beside(*engine, before, "crm:ann"), (Beside{0, false, 1}));  // as it was
  ASSERT_TRUE(engine->apply(of(5, {"crm:ann"}).bytes()).has_value());
  EXPECT_EQ(beside(*engine, "crm:ben"), (Beside{1, false, 5}));  // what changes one changes both
}

TEST(Sharers, WhoTurnsOutToBeOnePersonCountsOnce) {
  const auto engine = told({of(1, {"crm:ann", kPhone}), of(2, {"crm:ben", kPhone}),
                            of(3, {"crm:benny", kPhone}), of(4, {"crm:new"})});
  EXPECT_EQ(beside(*engine, "crm:ann").sharers, 2U);
  ASSERT_TRUE(engine->apply(of(5, {"crm:ben", "crm:benny"}).bytes()).has_value());
  EXPECT_EQ(beside(*engine, "crm:ann"), (Beside{1, false, 5}));
  EXPECT_EQ(beside(*engine, "crm:ben"), (Beside{1, false, 5}));
  // The survivor did not hold the phone himself: what he took over he shares.
  ASSERT_TRUE(engine->apply(of(6, {"crm:new", "crm:ann"}).bytes()).has_value());
  EXPECT_EQ(beside(*engine, "crm:new"), (Beside{1, false, 6}));
  EXPECT_EQ(beside(*engine, "crm:ben"), (Beside{1, false, 6}));
  ASSERT_TRUE(engine->apply(of(7, {"crm:new", "crm:ben"}).bytes()).has_value());
  EXPECT_EQ(beside(*engine, "crm:new"), (Beside{0, false, 7}));  // all of them are one
}

TEST(Sharers, ASingleOwnerWhoWasMergedAwayStillShares) {
  const auto engine = told({of(1, {"crm:old"}), of(2, {"crm:ann", kPhone}),
                            of(3, {"crm:old", "crm:ann"}), of(4, {"crm:ben", kPhone})});
  EXPECT_EQ(beside(*engine, "crm:ann").sharers, 1U);
  EXPECT_EQ(beside(*engine, "crm:ben").sharers, 1U);
}

std::vector<Saying> crowd(int count) {
  std::vector<Saying> out;
  for (int i = 1; i <= count; ++i) {
    const std::string name = "crm:p" + std::to_string(i);
    out.push_back(of(i, {name.c_str(), kPhone}));
  }
  return out;
}

TEST(Sharers, MoreThanAnswersHaveRoomForAreACrowd) {
  const int room = static_cast<int>(index::kSharersMax);
  EXPECT_EQ(beside(*told(crowd(room + 1)), "crm:p1"),
            (Beside{index::kSharersMax, false, index::kSharersMax + 1}));
  EXPECT_EQ(beside(*told(crowd(room + 2)), "crm:p1"),
            (Beside{index::kSharersMax, true, index::kSharersMax + 2}));
  EXPECT_EQ(beside(*told(crowd(300)), "crm:p300").crowded, true);
}

TEST(Sharers, AnIndexBuiltAtOnceKnowsTheSame) {
  std::vector<Saying> sayings = crowd(40);
  sayings.push_back(of(41, {"crm:x", "phone:030 7777777"}));
  sayings.push_back(of(42, {"crm:y", "phone:030 7777777"}));
  sayings.push_back(of(43, {"crm:z"}));
  sayings.push_back(of(44, {"crm:z", "crm:y"}));
  const auto live = told(sayings);
  const TemporaryFolder folder;
  index::ReindexOptions options;
  options.text = false;
  options.identity_types = story_identity_types();
  auto reindex = index::Reindex::start(folder.path(), options);
  ASSERT_TRUE(reindex.has_value());
  for (const Saying& saying : sayings) ASSERT_TRUE((*reindex)->add(saying.bytes()).has_value());
  ASSERT_TRUE((*reindex)->finish().has_value());
  const auto built = Engine::open(folder.path(), 1);
  ASSERT_TRUE(built.has_value()) << built.error().text();
  for (const char* key : {"crm:p1", "crm:p33", "crm:p40", "crm:x", "crm:y", "crm:z"})
    EXPECT_EQ(beside(**built, key), beside(*live, key)) << key;
}

}  // namespace
}  // namespace concord::test
