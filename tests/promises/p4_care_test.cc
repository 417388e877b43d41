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

}  // namespace
}  // namespace concord::test
