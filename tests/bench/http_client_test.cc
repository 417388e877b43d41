// The load client counts each answer once, and an open loop charges a stalled server for its queue.
#include "bench/http_client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "server/listener.h"

namespace concord::bench {
namespace {

class Handler final : public server::Handler {
 public:
  void handle(const server::Request& request, server::Response& response) override {
    if (request.path == "/missing") response.status = 404;
    if (request.path == "/stall" && !stalled_) {
      stalled_ = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    response.body.append("12345");
  }

 private:
  bool stalled_ = false;
};

class LoadTest : public testing::Test {
 protected:
  LoadTest()
      : listener_(std::move(*server::Listener::open(
            {}, [](unsigned, const server::Waker&) { return std::make_unique<Handler>(); }))),
        thread_([this] { EXPECT_TRUE(listener_->run().has_value()); }) {
    load_.port = listener_->port();
    load_.requests = {request("/a")};
    load_.count = 1000;
    load_.warm_up = 10;
  }
  ~LoadTest() override {
    listener_->stop();
    thread_.join();
  }
  static std::string request(std::string_view path) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }

  Load load_;
  std::unique_ptr<server::Listener> listener_;
  std::thread thread_;
};

TEST_F(LoadTest, ClosedLoopCountsEachAnswer) {
  for (const unsigned connections : {1U, 7U})
    for (const unsigned pipeline : {1U, 5U}) {
      load_.connections = connections;
      load_.pipeline = pipeline;
      const auto report = run_load(load_);
      ASSERT_TRUE(report.has_value()) << report.error().text();
      EXPECT_EQ(report->latencies_ns.size(), 1000U);
      EXPECT_EQ(report->body_bytes, 5000U);
      EXPECT_EQ(report->not_ok, 0U);
      EXPECT_LE(report->percentile_ns(0.5), report->percentile_ns(0.99));
      EXPECT_GT(report->percentile_ns(0), 0);
      EXPECT_GT(report->per_second(), 0);
    }
}

TEST_F(LoadTest, AnswersOtherThan200AreCounted) {
  load_.requests = {request("/a"), request("/missing")};
  const auto report = run_load(load_);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->not_ok, 500U);
}

TEST_F(LoadTest, OpenLoopKeepsItsSchedule) {
  load_.requests_per_second = 5000;
  load_.connections = 4;
  const auto report = run_load(load_);
  ASSERT_TRUE(report.has_value());
  EXPECT_GT(report->seconds, 0.18);
  EXPECT_EQ(report->latencies_ns.size(), 1000U);
}

// One stall of 100 ms at 1,000 requests a second: about 100 requests wait, on average 50 ms. A
// closed loop sees one slow answer and calls the rest fast.
TEST_F(LoadTest, OpenLoopChargesTheQueueBehindAStall) {
  load_.requests = {request("/stall")};
  load_.warm_up = 0;
  load_.count = 400;
  load_.requests_per_second = 1000;
  const auto open = run_load(load_);
  ASSERT_TRUE(open.has_value());
  EXPECT_GT(open->percentile_ns(0.9), 20'000'000);
}

TEST_F(LoadTest, NobodyListeningIsAnError) {
  load_.port = 1;
  const auto report = run_load(load_);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, index::Code::io_error);
}

}  // namespace
}  // namespace concord::bench
