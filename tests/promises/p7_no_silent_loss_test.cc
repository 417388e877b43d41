// Promise P7: an acknowledged event survives the end of the process; a bad event is refused with
// the reason, and nothing else is lost with it. What a power cut, a kill or a broken disk does is
// told in tests/faults.
#include <gtest/gtest.h>

#include "index/reindex.h"
#include "tests/index/live/feeding.h"

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

// A data folder of nobody, opened live.
std::unique_ptr<index::Live> opened(const std::string& folder) {
  index::LiveOptions options;
  options.threads = 1;
  options.ballast_bytes = 1 << 16;
  auto live = index::Live::open(folder, options);
  EXPECT_TRUE(live.has_value()) << live.error().text();
  return std::move(*live);
}

TEST(NoSilentLoss, WhatWasAcknowledgedIsThereAfterARestart) {
  const TemporaryFolder folder;
  index::ReindexOptions options;
  options.threads = 1;
  options.identity_types = index::default_identity_types();
  ASSERT_TRUE((*index::Reindex::start(folder.path(), options))->finish().has_value());
  const auto ticket = [](int day) {
    Saying saying("helpdesk", "evt-" + std::to_string(day), day * 1'000);
    saying.of({"email:ann@example.test"}).department("service");
    saying.entry(index::Kind::case_, "T-" + std::to_string(day)).state(index::StateType::open);
    return saying;
  };
  std::string before;
  for (int day = 1; day <= 3; ++day) {
    const auto live = opened(folder.path());
    ASSERT_EQ(live->write_state().mode, index::WriteState::Mode::writable);
    EXPECT_EQ(all_answers(live->engine(), kReceived), before);
    EXPECT_EQ(send(*live, ticket(day)).status, index::EventOutcome::Status::accepted);
    before = all_answers(live->engine(), kReceived);
  }
  const auto live = opened(folder.path());
  EXPECT_EQ(all_answers(live->engine(), kReceived), before);
  EXPECT_NE(before.find("helpdesk/case/T-3"), std::string::npos);
  // Told again it changes nothing; another word under the same id is refused.
  const auto again = send(*live, ticket(2));
  EXPECT_EQ(again.status, index::EventOutcome::Status::duplicate);
  EXPECT_EQ(again.revision, 2U);
  const auto reused = send(*live, ticket(2).subject("Something else"));
  EXPECT_EQ(reused.status, index::EventOutcome::Status::rejected);
  EXPECT_EQ(reused.error.code, index::Code::id_reused);
  EXPECT_EQ(all_answers(live->engine(), kReceived), before);
}

}  // namespace
}  // namespace concord::test
