// Promise: who writes can read what he wrote: a question that demands a revision waits for it, and
// only so long. `/readyz` says whether events can be taken. Method: routes over a live base whose
// log is in memory and fails when told to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/index/live/feeding.h"
#include "tests/server/routes/house_of_ann.h"

namespace concord::test {
namespace {

using testing::HasSubstr;

class LiveHouse {
 public:
  LiveHouse() {
    auto moody = std::make_unique<MoodyLog>();
    log_ = moody.get();
    live_ = index::Live::over(index::Engine::empty(story_identity_types()), std::move(moody), {});
    live_->on_publish([this](index::EventSeq) { bell_.published(); });
    service_.engine = &live_->engine();
    service_.live = live_.get();
    service_.bell = &bell_;
    service_.policy = policy_.get();
    service_.clock = {server::BaseClock::Mode::fixed, index::UnixMillis{kNoon}};
    service_.gate = &gate_;
    service_.watch = &watch_;
    routes_ = std::make_unique<server::Routes>(service_);
    EXPECT_EQ(write(1).status, index::EventOutcome::Status::accepted);
  }
  ~LiveHouse() {
    routes_.reset();
    live_.reset();  // before the bell it rings
  }

  index::EventOutcome write(int n) {
    Saying saying("crm", "e" + std::to_string(n), 1'000 + n);
    saying.of({"crm:1"}).entry(index::Kind::note, "n" + std::to_string(n));
    return send(*live_, saying);
  }
  /// Asks; `again`: what the question waited for before.
  server::Response& get(std::string_view target, server::Later* again = nullptr,
                        bool expired = false) {
    server::Target read;
    EXPECT_TRUE(read.read(target));
    server::Request request;
    request.method = server::Method::get;
    request.method_text = "GET";
    request.target = target;
    request.path = read.path();
    request.segments = read.segments();
    request.parameters = read.parameters();
    request.host = "localhost";
    request.later = again;
    request.later_expired = expired;
    response_.reset();
    routes_->handle(request, response_);
    return response_;
  }
  MoodyLog& log() { return *log_; }
  server::RevisionBell& bell() { return bell_; }

 private:
  MoodyLog* log_ = nullptr;
  std::unique_ptr<index::Live> live_;
  server::RevisionBell bell_;
  std::shared_ptr<const scoring::Policy> policy_ =
      scoring::load_policy(CONCORD_DEFAULT_POLICY).value();
  server::Gate gate_{std::nullopt};
  server::Watch watch_{nullptr};
  server::Service service_;
  std::unique_ptr<server::Routes> routes_;
  server::Response response_;
};

TEST(LiveRoutes, AQuestionWaitsForTheRevisionItDemands) {
  LiveHouse house;
  constexpr std::string_view kAsk = "/v1/customers/crm:1?min_revision=2&timeout_ms=5000";
  const auto later = house.get(kAsk).later;
  ASSERT_TRUE(later);
  EXPECT_EQ(house.get(kAsk).later_ms_max, 5000);
  EXPECT_FALSE(later->ready());
  EXPECT_GE(house.bell().waiting(), 1);
  house.write(2);
  EXPECT_TRUE(later->ready());
  const server::Response& answer = house.get(kAsk, later.get());
  EXPECT_FALSE(answer.later);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(std::string(answer.body.view()), HasSubstr("\"revision\":2"));
  EXPECT_THAT(std::string(answer.fields()), HasSubstr("Concord-Revision: 2"));
}

TEST(LiveRoutes, AWaitEndsWithItsTime) {
  LiveHouse house;
  constexpr std::string_view kAsk = "/v1/customers/crm:1?min_revision=9";
  auto later = house.get(kAsk).later;
  ASSERT_TRUE(later);
  EXPECT_EQ(house.get(kAsk).later_ms_max, server::kTimeoutMsDefault);
  const server::Response& answer = house.get(kAsk, later.get(), true);
  EXPECT_FALSE(answer.later);
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(std::string(answer.body.view()), HasSubstr("revision_not_published"));
  EXPECT_THAT(std::string(answer.fields()), HasSubstr("Concord-Revision: 1"));
  house.get("/livez");  // lets go of the last answer's wait
  later.reset();
  EXPECT_EQ(house.bell().waiting(), 0);
}

TEST(LiveRoutes, WhoDoesNotWantToWaitIsToldAtOnce) {
  LiveHouse house;
  const server::Response& now = house.get("/v1/customers/crm:1?min_revision=9&timeout_ms=0");
  EXPECT_FALSE(now.later);
  EXPECT_EQ(now.status, 503);
  EXPECT_EQ(house.get("/v1/customers/crm:1?min_revision=9&timeout_ms=10001").status, 400);
  EXPECT_EQ(house.get("/v1/customers/crm:1?min_revision=1").status, 200);
}

// No ring is lost between the look at the revision and the wait.
TEST(LiveRoutes, ManyWaitersAreAllReadyInTheEnd) {
  LiveHouse house;
  std::thread writer([&] {
    for (int n = 2; n <= 200; ++n) house.write(n);
  });
  for (int n = 2; n <= 200; ++n) {
    const std::string ask =
        "/v1/customers/crm:1?limit=0&timeout_ms=9000&min_revision=" + std::to_string(n);
    std::shared_ptr<server::Later> later = house.get(ask).later;
    while (later && !later->ready()) std::this_thread::yield();
    if (!later) continue;
    EXPECT_EQ(house.get(ask, later.get()).status, 200);
  }
  writer.join();
}

TEST(LiveRoutes, ReadyForWritesIsAskedApart) {
  LiveHouse house;
  EXPECT_EQ(house.get("/readyz?for=writes").status, 200);
  EXPECT_THAT(std::string(house.get("/readyz").body.view()),
              HasSubstr(R"("writes":{"state":"writable"},"stale":false,"log":{"seq":1)"));
  house.log().before_append = [](std::size_t, MoodyLog::Frame) -> index::Result<void> {
    return index::fail(index::Code::io_error, "the disk is gone");
  };
  EXPECT_EQ(house.write(2).status, index::EventOutcome::Status::unknown);
  EXPECT_EQ(house.get("/readyz").status, 200);
  EXPECT_EQ(house.get("/readyz?for=reads").status, 200);
  const server::Response& writes = house.get("/readyz?for=writes");
  EXPECT_EQ(writes.status, 503);
  EXPECT_THAT(std::string(writes.body.view()), HasSubstr(R"("status":"not_ready")"));
  EXPECT_THAT(std::string(writes.body.view()), HasSubstr("the disk is gone"));
  EXPECT_EQ(house.get("/v1/customers/crm:1").status, 200);  // reads go on
  EXPECT_EQ(house.get("/readyz?for=all").status, 400);
}

}  // namespace
}  // namespace concord::test
