// Promise P10: fresh, and says so. An acknowledged event is in the next answer; every answer tells
// how fresh each source is; a silent source is never shown as "nothing open".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "server/change_feed.h"
#include "server/routes.h"
#include "server/source_watch.h"
#include "tests/promises/company.h"

namespace concord::test {
namespace {

using index::UnixMillis;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kHour = 3'600'000;

// A running service with a clock of its own; the help desk promised to be heard every hour.
class RunningService {
 public:
  RunningService() {
    index::SourceInfo helpdesk;
    helpdesk.name = "helpdesk";
    helpdesk.department = "service";
    helpdesk.expect_every_ms = kHour;
    live_->engine().sources().configure(helpdesk);
    live_->on_publish([this](index::EventSeq) { bell_.published(); });
    service_.engine = &live_->engine();
    service_.policy = &default_set();
    service_.gate = &gate_;
    service_.watch = &watch_;
    service_.live = live_.get();
    service_.bell = &bell_;
    routes_ = std::make_unique<server::Routes>(service_);
  }
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;

  /// At the time of the clock; its revision.
  index::EventSeq hear(const Saying& saying) {
    auto event = index::make_incoming(saying.draft, live_->engine().normaliser(), {now()});
    EXPECT_TRUE(event.has_value());
    auto submission = std::make_shared<index::Submission>();
    submission->events.push_back(std::move(*event));
    std::promise<void> done;
    submission->on_done = [&done] { done.set_value(); };
    EXPECT_EQ(live_->submit(submission), index::Taken::taken);
    done.get_future().wait();
    const auto& outcome = submission->outcomes.front();
    EXPECT_EQ(outcome.status, index::EventOutcome::Status::accepted) << outcome.error.text();
    return outcome.revision;
  }
  Saying ticket(const std::string& key) {
    Saying saying("helpdesk", key, now().ms);
    saying.of({"email:ann@example.test"}).department("service").entry(index::Kind::case_, key);
    saying.state(index::StateType::open).subject("Lamp " + key);
    return saying;
  }
  void clock(std::int64_t at_ms) {
    now_ms_ = at_ms;
    service_.clock = {server::BaseClock::Mode::fixed, now()};
  }
  [[nodiscard]] UnixMillis now() const { return {now_ms_}; }
  std::size_t look() { return sources_.look(); }

  std::string ask(const std::string& target) {
    server::Exchange exchange(*routes_, server::HttpLimits{}, 1'000'000);
    server::ExchangeState state;
    const auto step =
        exchange.step("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n", state);
    EXPECT_EQ(step.kind, server::Exchange::Kind::answered);
    head_ = exchange.head();
    return std::string(exchange.body());
  }
  [[nodiscard]] const std::string& head() const { return head_; }
  /// What a reader of the feed gets who has read up to `after`.
  std::string changes(index::EventSeq after) {
    server::ChangeFeed feed(service_, {}, after);
    index::Buffer out;
    EXPECT_TRUE(feed.pull(out));
    return std::string(out.view());
  }

 private:
  std::int64_t now_ms_ = on_day(0);
  server::RevisionBell bell_;
  std::unique_ptr<index::Live> live_ =
      index::Live::over(index::Engine::empty(index::default_identity_types()),
                        index::make_memory_log(), index::LiveOptions{});
  server::Gate gate_{std::nullopt};
  server::Watch watch_{nullptr};
  server::Service service_;
  std::unique_ptr<server::Routes> routes_;
  server::SourceWatch sources_{*live_, [this] { return now(); }};
  std::string head_;
};

constexpr char kAnn[] = "/v1/customers/email:ann@example.test";

TEST(Fresh, AnAcknowledgedEventIsInTheNextAnswer) {
  RunningService service;
  service.clock(on_day(0));
  for (int i = 0; i < 50; ++i) {
    const std::string key = "T-" + std::to_string(i);
    const auto revision = service.hear(service.ticket(key));
    const std::string answer =
        service.ask(std::string(kAnn) + "?min_revision=" + std::to_string(revision));
    EXPECT_THAT(answer, HasSubstr("helpdesk/case/" + key));
    EXPECT_THAT(answer, HasSubstr("\"revision\":" + std::to_string(revision)));
  }
}

TEST(Fresh, EveryAnswerSaysHowFreshEachSourceIs) {
  RunningService service;
  struct Row {
    double hours;
    const char* state;
    std::size_t said;  // events that say so
  };
  service.clock(on_day(0));
  service.hear(service.ticket("T-1"));
  for (const Row& row : {Row{0, "ok", 1}, Row{0.9, "ok", 0}, Row{1.5, "late", 1},
                         Row{1.9, "late", 0}, Row{2.1, "silent", 1}, Row{30, "silent", 0}}) {
    SCOPED_TRACE(row.hours);
    service.clock(on_day(0) + static_cast<std::int64_t>(row.hours * kHour));
    EXPECT_EQ(service.look(), row.said);
    EXPECT_THAT(service.ask(kAnn), HasSubstr(std::string(R"("source":"helpdesk",)") +
                                             R"("department":"service","state":")" + row.state));
  }
  service.hear(service.ticket("T-2"));
  EXPECT_EQ(service.look(), 1U);
  EXPECT_THAT(service.ask(kAnn), HasSubstr(R"("state":"ok")"));
}

TEST(Fresh, ASilentSourceIsNeverShownAsNothingOpen) {
  RunningService service;
  service.clock(on_day(0));
  Saying solved = service.ticket("T-1");
  solved.state(index::StateType::closed);
  service.hear(solved);
  service.clock(on_day(3));
  service.look();
  const std::string answer = service.ask(kAnn);
  EXPECT_THAT(answer, HasSubstr(R"("attention":[])"));
  EXPECT_THAT(answer, HasSubstr(R"("state":"silent")"));
  EXPECT_THAT(service.ask("/v1/sources"), HasSubstr(R"("state":"silent")"));
}

// Equal inputs, equal bytes: what is said of a source has a revision, and the clock alone changes
// nothing in an answer.
TEST(Fresh, TheClockAloneChangesNoAnswer) {
  RunningService service;
  service.clock(on_day(0));
  service.hear(service.ticket("T-1"));
  service.look();
  const std::string asked = std::string(kAnn) + "?as_of=2025-06-02T09:00:00Z";
  const std::string before = service.ask(asked);
  service.clock(on_day(9));
  EXPECT_EQ(service.ask(asked), before);
  service.look();
  const std::string after = service.ask(asked);
  EXPECT_NE(after, before);
  EXPECT_THAT(after, Not(HasSubstr(before.substr(before.find("\"answer_id\""), 40))));
}

TEST(Fresh, ChangesTellWhoChangedAtLeastOnce) {
  RunningService service;
  service.clock(on_day(0));
  const auto first = service.hear(service.ticket("T-1"));
  service.hear(service.ticket("T-2"));
  Saying ben("helpdesk", "b", service.now().ms);
  ben.of({"email:ben@example.test"}).department("service").entry(index::Kind::note, "n");
  const auto last = service.hear(ben);
  const std::string told = service.changes(0);
  EXPECT_THAT(told, HasSubstr("event: customer\ndata: {\"customer_id\":\"c_"));
  EXPECT_THAT(told, HasSubstr("\"attention\":2,\"first\":{\"kind\":\"case\""));
  EXPECT_THAT(told, HasSubstr("\"revision\":" + std::to_string(last) + ",\"attention\":0}"));
  EXPECT_TRUE(told.ends_with("id: " + std::to_string(last) + "\n\n")) << told;
  EXPECT_THAT(service.changes(first), HasSubstr("\"revision\":2"));
  EXPECT_EQ(service.changes(last), "");
  service.clock(on_day(2));
  service.look();
  EXPECT_THAT(service.changes(last), HasSubstr("event: sources\ndata: {\"revision\":4"));
}

TEST(Fresh, ChangesRefuseARevisionNobodyPublished) {
  RunningService service;
  EXPECT_THAT(service.ask("/v1/changes?after=17"), HasSubstr("bad_parameter"));
  EXPECT_THAT(service.head(), HasSubstr("400"));
}

}  // namespace
}  // namespace concord::test
