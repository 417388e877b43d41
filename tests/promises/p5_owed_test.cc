// Promise P5: what was promised is owed. A promise becomes a due action before its day, and the
// first thing to do once it is broken; a call-back is kept; both come before anything that is sold.
#include <gtest/gtest.h>

#include "tests/promises/company.h"

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

}  // namespace
}  // namespace concord::test
