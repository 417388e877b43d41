// Promise P7 (as far as there is no durable log yet): a bad event is refused with the reason, and
// nothing else is lost with it.
#include <gtest/gtest.h>

#include "tests/promises/company.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

TEST(NoSilentLoss, ABadEventIsRefusedAndChangesNothing) {
  Company company;
  company.ann_is_a_customer();
  const std::string before = all_answers(company.engine(), index::UnixMillis{on_day(0)});
  const auto revision = company.engine().snapshot().revision();
  index::Engine& engine = company.engine();
  EXPECT_FALSE(engine.apply("not an event").has_value());
  Saying nobody("crm", "x", on_day(0));
  nobody.entry(index::Kind::note, "n");
  const auto refused = engine.apply(nobody.bytes());
  ASSERT_FALSE(refused.has_value());
  EXPECT_FALSE(refused.error().detail.empty());
  EXPECT_EQ(refused.error().place, "/customer");
  EXPECT_EQ(company.engine().snapshot().revision(), revision);
  EXPECT_EQ(all_answers(company.engine(), index::UnixMillis{on_day(0)}), before);
  company.tell(company.said("sales", -1).fact("garden", "yes"));
  EXPECT_EQ(company.engine().snapshot().revision(), revision + 1);
}

}  // namespace
}  // namespace concord::test
