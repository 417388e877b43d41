// The worked examples of docs/policies.md, told to the default set: what it does, and what it does
// not and why. Who changes one of them changes the page.
#include <gtest/gtest.h>

#include "tests/promises/company.h"

namespace concord::test {
namespace {

using index::ConsentState;
using index::Kind;
using index::StateType;
using index::Trouble;

Saying open_entry(Company& company, const char* department, Kind kind, const char* key,
                  double day) {
  Saying out = company.said(department, day);
  out.entry(kind, key).state(StateType::open);
  return out;
}

Saying troubled(Company& company, const char* department, Kind kind, const char* key, double day,
                Trouble trouble) {
  Saying out = open_entry(company, department, kind, key, day);
  out.it().trouble = static_cast<std::uint8_t>(trouble);
  return out;
}

TEST(WorkedExamples, AnOpenTicketAndAQuoteTheCustomerAskedFor) {
  Company company;
  company.ann_is_a_customer();
  company.tell(open_entry(company, "service", Kind::case_, "T-991", -1));
  Saying asked = company.said("sales", -1);
  asked.entry(Kind::interaction, "I-12").topic("quote");
  asked.it().requested = true;
  company.tell(asked);
  const Advice advice = company.advise(0);
  EXPECT_EQ(advice.place("service/case/answer"), 0U);
  EXPECT_EQ(advice.place("sales/quote/answer_request"), 1U);
  EXPECT_EQ(advice.why_not("marketing/news/send_campaign"), "service_first open_case");
}

TEST(WorkedExamples, AContractEndsWhileACaseIsOpen) {
  Company company;
  company.ann_is_a_customer();
  company.tell(open_entry(company, "service", Kind::case_, "T-991", -1));
  Saying contract = open_entry(company, "sales", Kind::contract, "C-1", -300);
  company.tell(contract.due(on_day(30)));
  const Advice advice = company.advise(0);
  EXPECT_EQ(advice.why_not("sales/contract/renewal_offer"), "service_first open_case");
  EXPECT_TRUE(advice.does("sales/contract/announce_end"));
}

TEST(WorkedExamples, TwoThingsAreLate) {
  Company company;
  company.ann_is_a_customer();
  for (const char* key : {"o-8", "o-9"})
    company.tell(
        troubled(company, "operations", Kind::order, key, -5, Trouble::late).due(on_day(2)));
  const Advice advice = company.advise(0);
  EXPECT_EQ(advice.place("operations/delivery/inform_late_order"), 0U);
  EXPECT_EQ(advice.place("operations/delivery/offer_way_out"), 1U);
  EXPECT_EQ(advice.place("service/credit/grant_goodwill_credit"), 2U);
  EXPECT_TRUE(advice.sells_nothing());
}

TEST(WorkedExamples, ADisputeStopsTheReminders) {
  Company company;
  company.ann_is_a_customer();
  company.tell(
      troubled(company, "finance", Kind::invoice, "I-1", -20, Trouble::disputed).due(on_day(5)));
  company.tell(open_entry(company, "finance", Kind::invoice, "I-2", -40).due(on_day(-10)));
  const Advice advice = company.advise(0);
  EXPECT_EQ(advice.place("finance/invoice/clarify_dispute"), 0U);
  EXPECT_TRUE(advice.does("finance/invoice/hold_reminders"));
  EXPECT_EQ(advice.why_not("finance/invoice/remind_overdue"), "suitability action");
}

TEST(WorkedExamples, ARecallGoesBeforeEverythingAndNeedsNoConsent) {
  Company company;
  company.ann_is_a_customer();
  company.tell(company.said("marketing", -9).consent("marketing", "", ConsentState::withdrawn));
  company.tell(open_entry(company, "product", Kind::defect, "D-9", -2).topic("recall"));
  const Advice advice = company.advise(0);
  EXPECT_EQ(advice.place("product/use/warn_of_recall"), 0U);
  EXPECT_NE(advice.channels[0].find("email "), std::string::npos);
  EXPECT_NE(advice.channels[0].find("phone "), std::string::npos);
}

TEST(WorkedExamples, AConsentThatEndsIsAskedForOnlyWhenTheCustomerSpeaksToUs) {
  Company company;
  company.ann_is_a_customer();
  Saying consent = company.said("marketing", -300);
  consent.consent("marketing", "email", ConsentState::granted);
  consent.draft.consent->expires_at = on_day(10);
  company.tell(consent);
  EXPECT_TRUE(company.advise(0, "question").does("legal/data/renew_consent"));
  EXPECT_EQ(company.advise(0).why_not("legal/data/renew_consent"), "available direction");
}

TEST(WorkedExamples, TheCompanyOfABusinessCustomerHasAnUrgentProblem) {
  Company company;
  company.ann_is_a_customer();
  company.tell(company.said("sales", -300).membership("ACME", "buyer"));
  Saying contract = open_entry(company, "sales", Kind::contract, "C-1", -300);
  company.tell(contract.due(on_day(400)));
  EXPECT_TRUE(company.advise(0).does("sales/account/yearly_review"));
  Saying down = company.said("service", -1);
  down.of({"account:ACME"}).entry(Kind::case_, "T-7").state(StateType::open);
  down.it().priority = 1;
  company.tell(down);
  const Advice advice = company.advise(0);
  EXPECT_TRUE(advice.has_block("account_problem"));
  EXPECT_TRUE(advice.sells_nothing());
  EXPECT_EQ(advice.why_not("sales/account/yearly_review"), "suitability action");
}

}  // namespace
}  // namespace concord::test
