// Promise: the joining identities of an event name one customer; several known ones become one, and
// the one known first survives; an id comes from the identity a customer was first known by.
#include "index/customer/owner.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::kNoOwner;
using index::NormalisedIdentity;

std::vector<NormalisedIdentity> named(std::initializer_list<const char*> all) {
  static const index::IdentityNormaliser normaliser(story_identity_types());
  std::vector<NormalisedIdentity> out;
  for (const char* one : all) out.push_back(*normaliser.normalise(one));
  return out;
}

const std::map<std::string, std::uint32_t> kKnown{
    {"crm:1", 5}, {"shop:2", 3}, {"email:a@b", 5}, {"email:c@d", 9}, {"phone:+493012345678", 1}};

auto plan(const std::vector<NormalisedIdentity>& identities) {
  return index::plan_owner(identities, [](const NormalisedIdentity& one) {
    const auto at = kKnown.find(one.text);
    return at == kKnown.end() ? kNoOwner : at->second;
  });
}

TEST(Owner, NobodyKnownIsANewCustomerNamedByTheFirstThatJoins) {
  const auto identities = named({"phone:030 12345678", "shop:new", "crm:new"});
  const auto got = plan(identities);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->survivor, kNoOwner);
  EXPECT_EQ(got->first->text, "shop:new");
  EXPECT_TRUE(got->losers.empty());
}

TEST(Owner, TheOneKnownFirstSurvives) {
  const auto got = plan(named({"email:c@d", "crm:1", "shop:2", "email:a@b", "crm:new"}));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->survivor, 3U);
  EXPECT_EQ(got->losers, (std::vector<std::uint32_t>{5, 9}));
}

TEST(Owner, APhoneNeverJoins) {
  const auto got = plan(named({"phone:030 12345678", "crm:1"}));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->survivor, 5U);
  EXPECT_TRUE(got->losers.empty());
  const auto alone = plan(named({"phone:030 12345678"}));
  ASSERT_FALSE(alone.has_value());
  EXPECT_EQ(alone.error().place, "/customer");
  EXPECT_FALSE(plan({}).has_value());
}

TEST(Owner, AnAccountIsNotAPerson) {
  const auto got = plan(named({"account:acme", "phone:030 12345678"}));
  ASSERT_TRUE(got.has_value());
  EXPECT_TRUE(got->account);
  EXPECT_FALSE(plan(named({"account:acme", "crm:1"})).has_value());
  EXPECT_FALSE(plan(named({"crm:1", "account:acme"})).has_value());
}

TEST(Owner, IdsAreTheSameWhereverAndNeverTaken) {
  const NormalisedIdentity first = named({"crm:1"}).front();
  const auto free = [](index::CustomerId) { return false; };
  const index::CustomerId id = index::new_customer_id(first, free);
  EXPECT_EQ(id, index::new_customer_id(first, free));
  EXPECT_NE(id.value, 0U);
  std::set<std::uint64_t> taken;
  for (int i = 0; i < 3; ++i) {
    const index::CustomerId next = index::new_customer_id(
        first, [&](index::CustomerId one) { return taken.count(one.value) != 0; });
    EXPECT_TRUE(taken.insert(next.value).second);
  }
}

}  // namespace
}  // namespace concord::test
