// Promise P4: not only at renewal. Who has heard nothing for longer than the care floor is asked
// how he is; the floor never overrides a hold, and an invoice is not care.
#include <gtest/gtest.h>

#include "tests/promises/company.h"

namespace concord::test {
namespace {

using index::Direction;
using index::Kind;
constexpr const char* kCheckIn = "service/care/check_in";

Saying spoke(Company& company, double day, index::Purpose purpose) {
  Saying saying = company.said("service", day);
  saying.entry(Kind::message, "m" + std::to_string(static_cast<int>(day) + 1000));
  saying.it().direction = static_cast<std::uint8_t>(Direction::outbound);
  saying.it().purpose = static_cast<std::uint8_t>(purpose);
  return saying;
}

TEST(Care, SilenceLongerThanTheFloorIsBroken) {
  Company company;
  company.ann_is_a_customer().tell(spoke(company, 0, index::Purpose::service));
  EXPECT_EQ(company.advise(119).why_not(kCheckIn), "contact_policy care_floor");
  EXPECT_TRUE(company.advise(121).does(kCheckIn));
}

TEST(Care, AnInvoiceIsNotCare) {
  Company company;
  company.ann_is_a_customer().tell(spoke(company, 0, index::Purpose::service));
  company.tell(spoke(company, 100, index::Purpose::transactional));
  EXPECT_TRUE(company.advise(121).does(kCheckIn));
  company.tell(spoke(company, 110, index::Purpose::service));
  EXPECT_FALSE(company.advise(121).does(kCheckIn));
}

TEST(Care, TheFloorOverridesNoHold) {
  Company company;
  company.ann_is_a_customer().tell(spoke(company, 0, index::Purpose::service));
  Saying hold = company.said("legal", 50);
  hold.entry(Kind::hold, "h-1").state(index::StateType::open).topic("do_not_contact");
  company.tell(hold);
  EXPECT_EQ(company.advise(121).why_not(kCheckIn), "service_first do_not_contact");
}

struct Silence {
  const char* story;
  void (*tell)(Company&);
  bool is_asked_how_he_is;  // after 121 days of silence
  const char* why_not;
};

void nothing_else(Company&) {}
void a_hold(Company& company) {
  company.tell(company.said("legal", 50)
                   .entry(Kind::hold, "h")
                   .state(index::StateType::open)
                   .topic("do_not_contact"));
}
void service_refused(Company& company) {
  company.tell(company.said("legal", 50).consent("service", "", index::ConsentState::withdrawn));
}
void only_the_phone_refused(Company& company) {
  company.tell(
      company.said("legal", 50).consent("service", "phone", index::ConsentState::withdrawn));
}
void a_newsletter(Company& company) {
  company.tell(spoke(company, 110, index::Purpose::marketing));
}
void an_invoice(Company& company) {
  company.tell(spoke(company, 110, index::Purpose::transactional));
}
void a_call_of_service(Company& company) {
  company.tell(spoke(company, 110, index::Purpose::service));
}
void a_question_of_his(Company& company) {
  Saying asked = company.said("service", 110);
  asked.entry(Kind::message, "q").state(index::StateType::closed).closed(on_day(111));
  asked.it().direction = static_cast<std::uint8_t>(Direction::inbound);
  company.tell(asked);
}
void he_died(Company& company) {
  Saying said = company.said("service", 50).profile("Ann");
  said.draft.profile->needs = {"deceased"};
  company.tell(said);
}

class LongSilence : public ::testing::TestWithParam<Silence> {};

// "The floor never overrides consent, holds or special needs; invoices and renewals are not care."
TEST_P(LongSilence, IsBrokenOnlyWhereNothingSpeaksAgainstIt) {
  const Silence& row = GetParam();
  Company company;
  company.ann_is_a_customer().tell(spoke(company, 0, index::Purpose::service));
  row.tell(company);
  const Advice advice = company.advise(121);
  EXPECT_EQ(advice.does(kCheckIn), row.is_asked_how_he_is);
  EXPECT_EQ(advice.why_not(kCheckIn), row.why_not);
}

INSTANTIATE_TEST_SUITE_P(
    Stories, LongSilence,
    ::testing::Values(
        Silence{"nothing_else", nothing_else, true, ""},
        Silence{"do_not_contact", a_hold, false, "service_first do_not_contact"},
        Silence{"service_refused", service_refused, false, "deliverability consent"},
        Silence{"only_the_phone_refused", only_the_phone_refused, true, ""},
        Silence{"a_newsletter_is_not_care", a_newsletter, true, ""},
        Silence{"an_invoice_is_not_care", an_invoice, true, ""},
        Silence{"a_call_is_care", a_call_of_service, false, "contact_policy care_floor"},
        Silence{"his_question_is_care", a_question_of_his, false, "contact_policy care_floor"},
        Silence{"he_died", he_died, false, "eligibility all"}),
    [](const auto& tested) { return std::string(tested.param.story); });

}  // namespace
}  // namespace concord::test
