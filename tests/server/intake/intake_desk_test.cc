// Bodies to rows over a live base: order, repeats, pieces, overload, a write that fails.
#include "server/intake_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "index/customer/identity_types.h"
#include "index/log/event_log.h"
#include "tests/index/live/feeding.h"

namespace concord::test {
namespace {

using index::Taken;
using server::IntakeBody;
using server::IntakeForm;
using server::IntakeJob;
using server::RowStatus;
using testing::HasSubstr;
using testing::StartsWith;

class IntakeDeskTest : public testing::Test {
 protected:
  void open(index::LiveOptions live, server::DeskOptions desk = {}) {
    auto log = std::make_unique<MoodyLog>();
    log_ = log.get();
    live_ = index::Live::over(index::Engine::empty(index::default_identity_types()), std::move(log),
                              std::move(live));
    if (!desk.clock) desk.clock = [] { return index::UnixMillis{1'795'608'000'000}; };
    desk_ = std::make_unique<server::IntakeDesk>(*live_, server::SourceRegistry(), nullptr,
                                                 std::move(desk));
  }
  void TearDown() override { desk_.reset(); }

  std::shared_ptr<IntakeJob> begin(IntakeForm form, const std::string& text,
                                   const std::string& verb = {}) {
    IntakeBody body;
    body.form = form;
    body.text = text;
    body.verb = verb;
    server::IntakeAsk ask = desk_->ask();
    ask.source = "web";
    return desk_->begin(std::move(body), std::move(ask), {});
  }
  std::shared_ptr<IntakeJob> finish(IntakeForm form, const std::string& text,
                                    const std::string& verb = {}) {
    auto job = begin(form, text, verb);
    while (job != nullptr && !job->ready())
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    return job;
  }
  static std::string line(int number, const std::string& more = {}) {
    return R"({"id":"e)" + std::to_string(number) +
           R"(","source":"shop","at":"2026-11-22T09:00:00Z","customer":["email:c)" +
           std::to_string(number) + R"(@example.test"],"entry":{"kind":"order","key":")" +
           std::to_string(number) + "\"" + more + "}}\n";
  }

  MoodyLog* log_ = nullptr;
  std::unique_ptr<index::Live> live_;
  std::unique_ptr<server::IntakeDesk> desk_;
};

TEST_F(IntakeDeskTest, EveryLineHasItsRow) {
  open({});
  const auto job = finish(IntakeForm::lines,
                          line(1) + "oops\n" + line(2) + line(1) + line(1, R"(,"topic":"x")"));
  struct Row {
    const char* id;
    RowStatus status;
    index::EventSeq revision;
    const char* code;
  };
  const Row rows[] = {{"e1", RowStatus::accepted, 1, ""},
                      {"", RowStatus::rejected, 0, "bad_json"},
                      {"e2", RowStatus::accepted, 2, ""},
                      {"e1", RowStatus::duplicate, 1, ""},
                      {"e1", RowStatus::rejected, 0, "id_reused"}};
  ASSERT_EQ(job->rows().size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(job->rows()[i].line, i + 1);
    EXPECT_EQ(job->rows()[i].id, rows[i].id);
    EXPECT_EQ(job->rows()[i].status, rows[i].status);
    EXPECT_EQ(job->rows()[i].revision, rows[i].revision);
    EXPECT_EQ(job->rows()[i].fault ? job->rows()[i].fault->code : "", rows[i].code);
  }
  EXPECT_THAT(std::string(job->lines()),
              StartsWith(R"({"line":1,"id":"e1","status":"accepted","revision":1})"
                         "\n"
                         R"({"line":2,"status":"rejected","error":{"code":"bad_json","detail":")"));
  EXPECT_EQ(job->result().done, 5U);
  EXPECT_EQ(live_->engine().snapshot().revision(), 2U);
}

TEST_F(IntakeDeskTest, LargeBodiesGoInPiecesAndInOrder) {
  open({});
  std::string body;
  for (int i = 0; i < 3'000; ++i) body += line(i);
  const auto job = finish(IntakeForm::lines, body);
  ASSERT_EQ(job->rows().size(), 3'000U);
  for (std::size_t i = 0; i < job->rows().size(); ++i) {
    EXPECT_EQ(job->rows()[i].line, i + 1);
    EXPECT_EQ(job->rows()[i].revision, i + 1);
  }
}

TEST_F(IntakeDeskTest, ARepeatedBatchIsKnownWhateverItsSendingAdds) {
  open({});
  const auto batch = [](const std::string& sent) {
    return R"({"sentAt":")" + sent + R"(","batch":[{"type":"track","messageId":"m1","userId":"u",
        "event":"x","timestamp":"2026-11-25T11:00:00Z"},{"type":"group","messageId":"m2",
        "userId":"u","groupId":"g","traits":{"plan":"gold"}}]})";
  };
  const auto first = finish(IntakeForm::segment, batch("2026-11-25T11:00:01Z"), "batch");
  EXPECT_EQ(first->rows()[0].status, RowStatus::accepted);
  EXPECT_EQ(first->rows()[1].status, RowStatus::accepted);
  EXPECT_EQ(live_->engine().snapshot().revision(), 3U) << "the group is two events";
  const auto again = finish(IntakeForm::segment, batch("2026-11-25T11:09:01Z"), "batch");
  EXPECT_EQ(again->rows()[0].status, RowStatus::duplicate);
  EXPECT_EQ(again->rows()[1].status, RowStatus::duplicate);
  EXPECT_EQ(live_->engine().snapshot().revision(), 3U);
}

TEST_F(IntakeDeskTest, ASharedBrowserIsAskedOfTheBase) {
  open({});
  const auto say = [&](const std::string& id, const std::string& user) {
    return finish(IntakeForm::segment,
                  R"({"messageId":")" + id + R"(","userId":")" + user +
                      R"(","anonymousId":"shared","event":"x"})",
                  "track");
  };
  say("1", "u1");
  desk_.reset();  // forgets its own claims: only the base remembers
  desk_ = std::make_unique<server::IntakeDesk>(*live_, server::SourceRegistry(), nullptr,
                                               server::DeskOptions{});
  say("2", "u2");
  const index::Snapshot& snapshot = live_->engine().snapshot();
  const index::ReadPin pin = snapshot.pin();
  EXPECT_NE(snapshot.resolve(pin, "user_id:u1").customer,
            snapshot.resolve(pin, "user_id:u2").customer);
  EXPECT_EQ(snapshot.resolve(pin, "anonymous_id:shared").customer,
            snapshot.resolve(pin, "user_id:u1").customer);
}

TEST_F(IntakeDeskTest, AnUnreadableBodyIsOneFault) {
  open({});
  EXPECT_TRUE(finish(IntakeForm::segment, "{", "batch")->result().unreadable.has_value());
  IntakeBody body;
  body.form = IntakeForm::segment;
  body.verb = "batch";
  body.coding = server::ContentCoding::gzip;
  body.bytes.bytes.append("not gzip");
  const auto job = desk_->begin(std::move(body), desk_->ask(), {});
  while (!job->ready()) std::this_thread::yield();
  EXPECT_TRUE(job->result().unreadable.has_value());
}

TEST_F(IntakeDeskTest, WhatFindsNoRoomIsUnknownAndNothingElseOfItGoesIn) {
  Barrier barrier;
  index::LiveOptions tiny;
  tiny.queue_events_max = 1;
  open(std::move(tiny));
  log_->before_append = [&](std::size_t, MoodyLog::Frame) -> index::Result<void> {
    barrier.pass();
    return {};
  };
  const auto first = begin(IntakeForm::lines, line(1));
  // Taken or turned away at the door or at the queue: all three are overload, and nothing goes in.
  const auto second = begin(IntakeForm::lines, line(2) + line(3));
  if (second != nullptr) {
    EXPECT_TRUE(second->ready());
    EXPECT_EQ(second->result().unknown, 2U);
    EXPECT_EQ(second->result().taken, Taken::overloaded);
    EXPECT_THAT(second->rows()[0].fault->detail, HasSubstr("same id"));
  }
  EXPECT_EQ(desk_->door(), Taken::overloaded);
  barrier.open();
  while (!first->ready()) std::this_thread::sleep_for(std::chrono::microseconds(100));
  EXPECT_EQ(first->rows()[0].status, RowStatus::accepted);
  EXPECT_EQ(live_->engine().snapshot().revision(), 1U);
}

TEST_F(IntakeDeskTest, WhoWasTakenWaitsForRoomAndOthersAreTurnedAwayMeanwhile) {
  Barrier barrier;
  index::LiveOptions tiny;
  tiny.queue_events_max = 2;
  server::DeskOptions patient;
  patient.inline_bytes_max = 0;
  patient.wait_ms_max = 20;
  open(std::move(tiny), std::move(patient));
  log_->before_append = [&](std::size_t, MoodyLog::Frame) -> index::Result<void> {
    barrier.pass();
    return {};
  };
  const auto first = begin(IntakeForm::lines, line(1));
  const auto second = begin(IntakeForm::lines, line(2) + line(3));  // finds no room for both
  const auto third = begin(IntakeForm::lines, line(4));             // in line behind it
  ASSERT_TRUE(first != nullptr && second != nullptr && third != nullptr);
  while (desk_->door() == Taken::taken) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(live_->would_take(0), Taken::taken) << "the queue itself has room";
  EXPECT_EQ(begin(IntakeForm::lines, line(5)), nullptr);
  EXPECT_FALSE(second->ready());
  barrier.open();
  for (const auto& job : {first, second, third}) {
    while (!job->ready()) std::this_thread::sleep_for(std::chrono::microseconds(100));
    EXPECT_EQ(job->result().unknown, 0U);
    for (const server::IntakeRow& row : job->rows()) EXPECT_EQ(row.status, RowStatus::accepted);
  }
  EXPECT_EQ(desk_->door(), Taken::taken);
}

TEST_F(IntakeDeskTest, AFailedWriteIsUnknownNeverAccepted) {
  open({});
  log_->before_append = [](std::size_t, MoodyLog::Frame) {
    return index::fail(index::Code::io_error, "planted");
  };
  const auto job = finish(IntakeForm::lines, line(1) + line(2));
  for (const server::IntakeRow& row : job->rows()) {
    EXPECT_EQ(row.status, RowStatus::unknown);
    EXPECT_EQ(row.revision, 0U);
    EXPECT_EQ(row.fault->code, "not_written");
  }
  EXPECT_EQ(job->result().unknown, 2U);
  EXPECT_EQ(desk_->door(), Taken::read_only);
  EXPECT_EQ(begin(IntakeForm::lines, line(3)), nullptr);
}

TEST_F(IntakeDeskTest, CountsBySourceAndResult) {
  open({});
  finish(IntakeForm::lines, line(1) + line(1) + "oops\n");
  std::map<std::string, std::uint64_t> counts;
  for (const auto& one : desk_->counted())
    counts[one.source + "/" + std::string(word(one.status))] = one.items;
  EXPECT_EQ(counts, (std::map<std::string, std::uint64_t>{
                        {"shop/accepted", 1}, {"shop/duplicate", 1}, {"web/rejected", 1}}));
  ASSERT_EQ(desk_->refused().size(), 1U);
  EXPECT_EQ(desk_->refused()[0].code, "bad_json");
}

}  // namespace
}  // namespace concord::test
