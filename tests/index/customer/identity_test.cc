// Promise: one normaliser brings every spelling of an identity to one form, for intake and for
// questions; what cannot be one is refused with the reason.
#include "index/customer/identity.h"

#include <gtest/gtest.h>

#include "index/base/hash.h"

namespace concord::test {
namespace {

using index::IdentityClass;
using index::Normalise;

index::IdentityTypes types() {
  index::IdentityTypes all = index::default_identity_types();
  all.set({"phone", IdentityClass::looks_up, Normalise::phone, "DE", 0, {"+49301234567"}});
  all.set({"us_phone", IdentityClass::looks_up, Normalise::phone, "US", 0, {}});
  all.set({"email", IdentityClass::joins, Normalise::email, "", 0, {"NoReply@Example.test", "x"}});
  all.set({"crm", IdentityClass::joins, Normalise::exact, "", 0, {"0"}});
  all.set({"login", IdentityClass::joins, Normalise::lower, "", 0, {}});
  all.set({"tax", IdentityClass::joins, Normalise::digits, "", 0, {"000"}});
  return all;
}
const index::IdentityNormaliser& normaliser() {
  static const index::IdentityNormaliser one(types());
  return one;
}

struct Row {
  const char* asked;
  const char* want;
};
const Row kRows[] = {
    {"email:Ann@Example.TEST", "email:ann@example.test"},
    {"email:  ann@example.test\t", "email:ann@example.test"},
    {"email:M\xC3\x9CLLER@example.test", "email:m\xC3\xBCller@example.test"},
    {"email:ann+shop@example.test", "email:ann+shop@example.test"},
    {"phone:030 1234568", "phone:+49301234568"},
    {"phone:(030) 123-45-68", "phone:+49301234568"},
    {"phone:+49 30 1234568", "phone:+49301234568"},
    {"phone:0049 30 1234568", "phone:+49301234568"},
    {"phone:+49 (0)30 1234568", "phone:+49301234568"},
    {"phone:tel:+49-30-1234568", "phone:+49301234568"},
    {"phone:+1 650 253 0000", "phone:+16502530000"},
    {"us_phone:(650) 253-0000", "us_phone:+16502530000"},
    {"us_phone:650.253.0000", "us_phone:+16502530000"},
    {"crm:AbC ", "crm:AbC"},
    {"crm:a:b", "crm:a:b"},
    {"login:\xE2\x84\xAA"
     "elvin",
     "login:kelvin"},  // KELVIN SIGN
    {"tax:DE 123/456", "tax:123456"},
    {"address:Hauptstr.  5,\n Berlin", "address:hauptstr. 5, berlin"},
    {"address:\xC2\xA0STRA\xC3\x9F"
     "E\xC2\xA0",
     "address:strasse"},
};

TEST(Identity, EverySpellingHasOneForm) {
  for (const Row& row : kRows) {
    const auto got = normaliser().normalise(row.asked);
    ASSERT_TRUE(got.has_value()) << row.asked << ": " << got.error().text();
    EXPECT_EQ(got->text, row.want) << row.asked;
    EXPECT_EQ(got->hash, index::hash128(got->text));
    EXPECT_EQ(std::string(got->type()) + ":" + std::string(got->value()), got->text);
  }
}

TEST(Identity, TheOneFormStaysAsItIs) {
  for (const Row& row : kRows) {
    const auto again = normaliser().normalise(row.want);
    ASSERT_TRUE(again.has_value()) << row.want;
    EXPECT_EQ(again->text, row.want);
  }
}

TEST(Identity, WhatCannotBeOneIsRefusedWithTheReason) {
  const Row rows[] = {
      {"ann@example.test", "written type:value"},
      {":x", "written type:value"},
      {"fax:1", "not declared"},
      {"crm:", "empty"},
      {"crm:   ", "empty"},
      {"email:ann", "not an e-mail"},
      {"email:@example.test", "not an e-mail"},
      {"email:ann@", "not an e-mail"},
      {"email:a@b@c", "not an e-mail"},
      {"email:a b@c", "not an e-mail"},
      {"email:a\xEF\xBC\xA0"
       "b@c",
       "not an e-mail"},  // a wide '@' folds to '@'
      {"phone:12", "not a possible phone"},
      {"phone:no", "not a possible phone"},
      {"tax:abc", "no value is left"},
      {"crm:\xFF", "not UTF-8"},
      {"crm:0", "blocked"},
      {"tax:0-0-0", "blocked"},
      {"phone:030 1234567", "blocked"},
      {"email:noreply@EXAMPLE.test", "blocked"},
      {"email:x", "blocked"},
  };
  for (const Row& row : rows) {
    const auto got = normaliser().normalise(row.asked);
    ASSERT_FALSE(got.has_value()) << row.asked;
    EXPECT_NE(got.error().detail.find(row.want), std::string::npos) << got.error().text();
    EXPECT_EQ(got.error().place, row.asked);
  }
  EXPECT_FALSE(normaliser().normalise("crm:" + std::string(257, 'x')).has_value());
  EXPECT_TRUE(normaliser().normalise("crm:" + std::string(256, 'x')).has_value());
}

TEST(Identity, TheTypeSaysWhetherItJoins) {
  EXPECT_EQ(normaliser().normalise("email:a@b")->strength, IdentityClass::joins);
  EXPECT_EQ(normaliser().normalise("phone:030 1234568")->strength, IdentityClass::looks_up);
}

TEST(Identity, NumbersOfTwoRegionsDoNotShareTheMemoryOfPhones) {
  EXPECT_EQ(normaliser().normalise("phone:0301234568")->text, "phone:+49301234568");
  EXPECT_NE(normaliser().normalise("us_phone:6502530000")->value(),
            normaliser().normalise("phone:6502530000")->value());
}

TEST(IdentityTypes, AreFoundByNameAndReplacedByName) {
  index::IdentityTypes all = types();
  ASSERT_NE(all.find("crm"), nullptr);
  EXPECT_EQ(all.find("cr"), nullptr);
  all.set({"crm", IdentityClass::looks_up, Normalise::text, "", 3, {}});
  EXPECT_EQ(all.find("crm")->limit, 3U);
  for (const Normalise one : {Normalise::exact, Normalise::lower, Normalise::email,
                              Normalise::phone, Normalise::digits, Normalise::text}) {
    Normalise back = Normalise::exact;
    EXPECT_TRUE(index::from_normalise_word(word(one), back));
    EXPECT_EQ(back, one);
  }
}

}  // namespace
}  // namespace concord::test
