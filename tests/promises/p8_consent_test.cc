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

}  // namespace
}  // namespace concord::test
