// Promise P6: what may be granted now is in the answer for every grade, with what is left; a credit
// spends it, whoever gave it and in whichever currency, until the period is over.
#include <gtest/gtest.h>

#include "tests/promises/company.h"

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

}  // namespace
}  // namespace concord::test
