// Promise P6: what may be granted now is in the answer for every grade, with what is left; a credit
// spends it, whoever gave it and in whichever currency, until the period is over.
#include <gtest/gtest.h>

#include "tests/promises/company.h"
#include "tests/promises/desk.h"

namespace concord::test {
namespace {

Saying credit(Company& company, const char* department, double day, const char* key,
              std::int64_t minor, const char* currency) {
  Saying saying = company.said(department, day);
  saying.entry(index::Kind::credit, key);
  saying.it().amount_minor = minor;
  saying.it().currency = currency;
  return saying;
}

TEST(Authority, GrantsSpendItForEveryDepartment) {
  Company company;
  company.ann_is_a_customer();
  EXPECT_EQ(company.advise(0).left_minor["employee"], 10'000);
  company.tell(credit(company, "service", 0, "g-1", 6'000, "EUR"));
  EXPECT_EQ(company.advise(1).left_minor["employee"], 4'000);
  EXPECT_EQ(company.advise(1).left_minor["team_lead"], 44'000);
  company.tell(credit(company, "sales", 2, "g-2", 5'000, "USD"));  // 46.00 EUR
  EXPECT_EQ(company.advise(3).left_minor["employee"], 0);
  EXPECT_EQ(company.advise(3).left_minor["team_lead"], 39'400);
  EXPECT_EQ(company.advise(91).left_minor["employee"], 5'400);  // the first one is 90 days old
}

TEST(Authority, AnAmountThatCannotBeCountedUsesItUp) {
  Company company;
  company.ann_is_a_customer();
  company.tell(credit(company, "service", 0, "g-1", 1, "XTS"));
  EXPECT_EQ(company.advise(1).left_minor["manager"], 0);
}

class GrantsAtTheDesk : public Desk {};

TEST_F(GrantsAtTheDesk, TwoEmployeesCannotSpendItTwice) {
  const std::string grant = R"({"department":"service","grade":"employee","amount_minor":10000,)"
                            R"("currency":"EUR","expected_left":10000})";
  ASSERT_EQ(left("employee"), 10'000);  // both have read it
  EXPECT_EQ(post("grants", grant, kMia).status, 201);
  const Answer second = post("grants", grant, kLea);
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(Json(second.body).number({"left_minor"}), 0);
  EXPECT_EQ(left("employee"), 0);
  EXPECT_EQ(left("team_lead"), 40'000);
  day(91);
  EXPECT_EQ(left("employee"), 10'000) << "the period is over";
}

// What a department reports by its own system counts like what is granted here.
TEST_F(GrantsAtTheDesk, ADepartmentsOwnCreditIsCountedToo) {
  Saying credit("billing", "g-1", kNoon - 1'000);
  credit.of({"email:ann@example.test"}).entry(index::Kind::credit, "g-1");
  credit.it().amount_minor = 4'000;
  credit.it().currency = "EUR";
  send_event(credit);
  EXPECT_EQ(left("employee"), 6'000);
  const Answer late = post("grants", R"({"department":"service","grade":"employee",
      "amount_minor":1,"currency":"EUR","expected_left":10000})");
  EXPECT_EQ(late.status, 409);
}

}  // namespace
}  // namespace concord::test
