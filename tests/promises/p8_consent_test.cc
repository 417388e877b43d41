// Promise P8: consent is enforced; unknown is not consent; what was withdrawn on one channel is not
// sent there, and one for an address holds for that address.
#include <gtest/gtest.h>

#include "tests/promises/company.h"

namespace concord::test {
namespace {

using index::ConsentState;

/// Channels on which anything of sales or marketing may be sent.
std::string selling_channels(const Advice& advice) {
  std::string out;
  for (std::size_t i = 0; i < advice.ranked.size(); ++i)
    if (advice.purposes[i] == index::Purpose::sales ||
        advice.purposes[i] == index::Purpose::marketing)
      out += advice.channels[i];
  return out;
}
bool has(const std::string& channels, const char* one) {
  return channels.find(one) != std::string::npos;
}

TEST(Consent, UnknownIsNotConsent) {
  Company company;
  Saying order = company.said("operations", -100);
  order.entry(index::Kind::order, "o-1").state(index::StateType::closed);
  company.tell(order.closed(on_day(-95)));
  const Advice advice = company.advise(0);
  EXPECT_TRUE(advice.sells_nothing());
  std::size_t for_want_of_consent = 0;
  for (const Advice::Drop& drop : advice.dropped)
    for_want_of_consent += drop.stage == "deliverability" && drop.component == "consent" ? 1U : 0U;
  EXPECT_GT(for_want_of_consent, 0U);
}

TEST(Consent, WithdrawnOnOneChannelIsNothingOnThatChannel) {
  Company company;
  company.ann_is_a_customer();
  ASSERT_TRUE(has(selling_channels(company.advise(0)), "email"));
  ASSERT_TRUE(has(selling_channels(company.advise(0)), "phone"));
  company.tell(company.said("legal", 1).consent("marketing", "email", ConsentState::withdrawn));
  const std::string after = selling_channels(company.advise(2));
  EXPECT_FALSE(has(after, "email"));
  EXPECT_TRUE(has(after, "phone"));
  EXPECT_TRUE(has(selling_channels(company.advise(0.2)), "email"));  // before it was said
}

TEST(Consent, WithdrawnForEverythingIsNothingAnywhereAndServiceGoesOn) {
  Company company;
  company.ann_is_a_customer();
  company.tell(company.said("legal", 1).consent("marketing", "", ConsentState::withdrawn));
  company.tell(
      company.said("service", 1).entry(index::Kind::case_, "T-1").state(index::StateType::open));
  const Advice advice = company.advise(2);
  EXPECT_TRUE(advice.sells_nothing());
  EXPECT_FALSE(advice.ranked.empty());
}

TEST(Consent, AnExpiredConsentIsUnknownAgain) {
  Company company;
  Saying order = company.said("operations", -100);
  order.entry(index::Kind::order, "o-1").state(index::StateType::closed);
  company.tell(order.closed(on_day(-95)));
  Saying granted = company.said("marketing", -50).consent("marketing", "", ConsentState::granted);
  granted.draft.consent->expires_at = on_day(10);
  company.tell(granted);
  EXPECT_FALSE(company.advise(9).sells_nothing());
  EXPECT_TRUE(company.advise(11).sells_nothing());
}

// ---- a phone that two share

/// Ann and Ben share the phone 030 1234567 and nothing else; both consent to being sold to.
struct House {
  House() {
    company.ann_is_a_customer();
    Saying ben = said_of_ben("marketing", -200);
    ben.draft.customer.push_back("phone:030 1234567");
    company.tell(ben.consent("marketing", "", ConsentState::granted));
    Saying order = said_of_ben("operations", -90);
    order.entry(index::Kind::order, "o-9").state(index::StateType::closed).closed(on_day(-85));
    company.tell(order);
  }
  Saying said_of_ben(const char* department, double day) {
    Saying saying = company.said(department, day);
    saying.draft.customer = {"email:ben@example.test"};
    return saying;
  }
  Advice ben(double day) {
    const index::ReadPin pin = company.engine().snapshot().pin();
    const auto who = company.engine().snapshot().resolve(pin, "email:ben@example.test");
    scoring::DecisionQuestion question;
    question.as_of.ms = on_day(day);
    return test::advise(company.engine(), default_set(), who.customer, question);
  }
  Company company;
};

struct Word {
  const char* story;
  const char* channel;   // of the statement
  const char* identity;  // of the statement
  ConsentState state;
  bool ben_is_called;  // afterwards
};

class SharedPhone : public ::testing::TestWithParam<Word> {};

TEST_P(SharedPhone, AnnSpeaksAndBenIsCalledOrNot) {
  const Word& word = GetParam();
  House house;
  const std::string before = selling_channels(house.ben(0));
  ASSERT_TRUE(has(before, "phone"));
  ASSERT_TRUE(has(before, "email"));
  Saying said = house.company.said("service", 1).consent("marketing", word.channel, word.state);
  said.draft.consent->identity = word.identity;
  house.company.tell(said);
  const std::string after = selling_channels(house.ben(2));
  EXPECT_EQ(has(after, "phone"), word.ben_is_called);
  EXPECT_TRUE(has(after, "email"));                             // that is his own
  EXPECT_TRUE(has(selling_channels(house.ben(0.2)), "phone"));  // before she said it
  house.company.tell(
      house.said_of_ben("service", 3).consent("marketing", "", ConsentState::granted));
  EXPECT_EQ(has(selling_channels(house.ben(4)), "phone"), word.ben_is_called)
      << "his word does not undo hers";
}

constexpr const char* kHerPhone = "phone:030 1234567";
INSTANTIATE_TEST_SUITE_P(
    Stories, SharedPhone,
    ::testing::Values(Word{"not_on_this_phone", "", kHerPhone, ConsentState::withdrawn, false},
                      Word{"never_on_this_phone", "", kHerPhone, ConsentState::denied, false},
                      Word{"no_calls_on_this_phone", "phone", kHerPhone, ConsentState::withdrawn,
                           false},
                      Word{"no_calls", "phone", "", ConsentState::withdrawn, false},
                      Word{"no_mails", "email", "", ConsentState::withdrawn, true},
                      Word{"nothing_to_me", "", "", ConsentState::withdrawn, true},
                      Word{"do_call", "phone", kHerPhone, ConsentState::granted, true}),
    [](const auto& tested) { return std::string(tested.param.story); });

TEST(SharedPhoneOfTwo, SheConsentsAgainAndHeIsCalledAgain) {
  House house;
  for (const auto& [day, state, called] :
       {std::tuple{1.0, ConsentState::withdrawn, false}, {3.0, ConsentState::granted, true}}) {
    Saying said = house.company.said("service", day).consent("marketing", "", state);
    said.draft.consent->identity = kHerPhone;
    house.company.tell(said);
    EXPECT_EQ(has(selling_channels(house.ben(day + 1)), "phone"), called);
  }
}

TEST(SharedPhoneOfTwo, TheReasonNamesNobodyAndTheRevisionIsThatOfHerWord) {
  House house;
  Saying said =
      house.company.said("service", 1).consent("marketing", "phone", ConsentState::withdrawn);
  house.company.tell(said);
  const index::ReadPin pin = house.company.engine().snapshot().pin();
  const auto who = house.company.engine().snapshot().resolve(pin, "email:ben@example.test");
  const index::Customer ben =
      house.company.engine().snapshot().customer(pin, who.customer, {on_day(2)});
  EXPECT_EQ(ben.revision, pin.revision());
  EXPECT_LT(ben.record.seq(), pin.revision());
  for (const Advice::Drop& drop : house.ben(2).dropped)
    for (const std::string& entry : drop.evidence) EXPECT_EQ(entry.find("ann"), std::string::npos);
}

}  // namespace
}  // namespace concord::test
