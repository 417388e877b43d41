// Promise P3: what the customer told any department is in the answer, with who heard it; the same
// topic is not sent by two departments inside the policy's window.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/promises/company.h"
#include "tests/promises/desk.h"

namespace concord::test {
namespace {

TEST(NeverTwice, WhatWasToldToSalesIsKnownToEverybody) {
  Company company;
  Saying told = company.said("sales", -10);
  told.fact("garden", "has a garden of 200 m2");
  told.draft.fact->actor = "Eva of sales";
  told.draft.fact->channel = "phone";
  company.ann_is_a_customer().tell(told);
  const index::ReadPin pin = company.engine().snapshot().pin();
  const auto ann = company.engine().snapshot().resolve(pin, "email:ann@example.test");
  index::ContextQuestion question;
  question.as_of.ms = on_day(0);
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  index::write_context_field(
      out, index::ContextField::told_us,
      company.engine().snapshot().customer(pin, ann.customer, question.as_of), question);
  EXPECT_EQ(buffer.view(), R"("told_us":[{"fact":"garden","value":"has a garden of 200 m2",)"
                           R"("at":"2025-05-23T08:00:00Z","department":"sales","channel":"phone",)"
                           R"("heard_by":"Eva of sales","entry":"crm/fact/garden"}])");
}

/// Actions of the set that speak about this topic.
std::vector<std::string> actions_about(std::string_view topic) {
  const scoring::PolicyData& data = default_set().data();
  std::vector<std::string> out;
  for (const scoring::Action& action : data.actions)
    for (const std::uint32_t one : action.topics)
      if (data.topics[one] == topic) out.push_back(action.id);
  return out;
}

TEST(NeverTwice, ATopicOfOneDepartmentIsNotSentAgainByAnother) {
  const std::vector<std::string> about = actions_about("new_products");
  ASSERT_GT(about.size(), 1U);  // a campaign and an offer of marketing
  Company company;
  company.ann_is_a_customer();
  const auto ranked = [&](double day) {
    const Advice advice = company.advise(day);
    return std::count_if(about.begin(), about.end(), [&](const auto& a) { return advice.does(a); });
  };
  ASSERT_GT(ranked(0), 1) << "else there is nothing to hold back";
  Saying sent = company.said("sales", -1);
  sent.entry(index::Kind::message, "m-1").topic("new_products");
  sent.it().direction = static_cast<std::uint8_t>(index::Direction::outbound);
  company.tell(sent);
  EXPECT_EQ(ranked(0), 0);
  for (const std::string& action : about) {
    if (!company.advise(-2).does(action)) continue;
    EXPECT_EQ(company.advise(0).why_not(action), "contact_policy duplicate_topic") << action;
  }
  EXPECT_GT(ranked(30), 1);  // the window is 30 days
}

class ToldAtTheDesk : public Desk {};

TEST_F(ToldAtTheDesk, WhatOneEmployeeHeardTheNextOneReads) {
  ASSERT_EQ(post("facts", R"({"department":"sales","name":"garden","value":"200 m2",
      "channel":"phone"})")
                .status,
            201);
  const Json then = context(kLea);
  EXPECT_EQ(then.text({"told_us", "0", "fact"}), "garden");
  EXPECT_EQ(then.text({"told_us", "0", "value"}), "200 m2");
  EXPECT_EQ(then.text({"told_us", "0", "heard_by"}), "mia");
  EXPECT_EQ(then.text({"told_us", "0", "department"}), "sales");
}

}  // namespace
}  // namespace concord::test
