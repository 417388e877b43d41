// Promise P5: what was promised is owed. A promise becomes a due action before its day, and the
// first thing to do once it is broken; a call-back is kept; both come before anything that is sold.
#include <gtest/gtest.h>

#include "tests/promises/company.h"
#include "tests/promises/desk.h"

namespace concord::test {
namespace {

using index::Kind;
using index::StateType;

TEST(Owed, APromiseIsDueThenOverdueThenKept) {
  Company company;
  company.ann_is_a_customer();
  Saying promise = company.said("sales", -1);
  promise.entry(Kind::promise, "p-1").state(StateType::open).due(on_day(10));
  company.tell(promise.subject("Bring the missing shelf"));
  struct Row {
    double day;
    bool keep, apologise;
  };
  for (const Row& row : {Row{0, false, false}, Row{4, true, false}, Row{11, false, true}}) {
    SCOPED_TRACE(row.day);
    const Advice advice = company.advise(row.day);
    EXPECT_EQ(advice.does("service/promise/keep"), row.keep);
    EXPECT_EQ(advice.does("service/promise/apologise_broken_promise"), row.apologise);
    if (row.apologise) {
      EXPECT_EQ(advice.place("service/promise/apologise_broken_promise"), 0U);
    }
  }
  Saying kept = company.said("operations", 12);
  kept.entry(Kind::promise, "p-1").state(StateType::solved).closed(on_day(12));
  kept.draft.source = "crm";  // another department, the same record
  company.tell(kept);
  EXPECT_FALSE(company.advise(13).does("service/promise/apologise_broken_promise"));
}

TEST(Owed, ACallBackGoesFirst) {
  Company company;
  company.ann_is_a_customer();
  Saying task = company.said("service", 0);
  task.entry(Kind::task, "t-1").state(StateType::open).topic("call_back");
  company.tell(task);
  EXPECT_EQ(company.advise(0.1).place("service/promise/call_back"), 0U);
}

// Over HTTP, as an employee does it in a call: the promise is due, changes its owner with the
// customer, is overdue, is kept.
class OwedAtTheDesk : public Desk {};

TEST_F(OwedAtTheDesk, APromiseMadeInACallSurvivesTheHandOff) {
  ASSERT_EQ(post("handoffs", R"({"department":"service","to":"mia"})").status, 201);
  const Answer made = post("promises", R"({"department":"service","key":"p-1",
      "text":"Bring the missing shelf","due_at":"2026-12-05T12:00:00Z"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_FALSE(does("service/promise/keep"));
  day(4);
  EXPECT_TRUE(does("service/promise/keep")) << "due within a week";
  ASSERT_EQ(post("handoffs", R"({"department":"service","key":"h-2","to":"lea"})").status, 201);
  const Json then = context(kLea);
  EXPECT_EQ(then.text({"owner_of_record"}), "lea");
  EXPECT_EQ(then.text({"promises", "0", "assignee"}), "lea") << "it has an owner still";
  day(11);
  EXPECT_EQ(place("service/promise/apologise_broken_promise"), 0U);
  const Json overdue = context(kLea);
  EXPECT_EQ(overdue.text({"attention", "0", "entry"}), "concord/promise/p-1");
  const auto is_overdue = overdue.at({"attention", "0", "overdue"});
  EXPECT_TRUE(is_overdue && *is_overdue->as_bool());
  ASSERT_EQ(
      post("promises", R"({"department":"operations","key":"p-1","state_type":"solved"})", kLea)
          .status,
      201);
  EXPECT_FALSE(does("service/promise/apologise_broken_promise"));
  EXPECT_FALSE(does("service/promise/keep"));
}

TEST_F(OwedAtTheDesk, ACallBackTakenDownInACallGoesFirst) {
  ASSERT_EQ(
      post("tasks", R"({"department":"service","topic":"call_back","text":"after six"})").status,
      201);
  EXPECT_EQ(place("service/promise/call_back"), 0U);
}

}  // namespace
}  // namespace concord::test
