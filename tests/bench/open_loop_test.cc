// The open-loop load keeps its schedule whatever the server does, and accounts for each request.
#include "bench/open_loop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/listener.h"

namespace concord::bench {
namespace {

// "/shed": 503 at the head; "/stall": 200 ms, once; "/bye": closes. A body comes back.
class Handler final : public server::Handler {
 public:
  server::Admission admit(const server::Request& head) override {
    server::Admission admission;
    if (head.path == "/shed") admission.refusal = {503, "overloaded", "come again"};
    return admission;
  }
  void handle(const server::Request& request, server::Response& response) override {
    if (request.path == "/stall" && !stalled_) {
      stalled_ = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    response.close = request.path == "/bye";
    response.body.append(request.body);
  }

 private:
  bool stalled_ = false;
};

class OpenLoopTest : public testing::Test {
 protected:
  OpenLoopTest()
      : listener_(std::move(*server::Listener::open(
            {}, [](unsigned, const server::Waker&) { return std::make_unique<Handler>(); }))),
        thread_([this] { EXPECT_TRUE(listener_->run().has_value()); }) {
    load_.port = listener_->port();
    load_.connections = 8;
    load_.phases = {{0.2, 1000}};
    load_.write_request = [](std::size_t number, std::string& out) {
      out += post("/a", std::to_string(number));
    };
  }
  ~OpenLoopTest() override {
    listener_->stop();
    thread_.join();
  }
  static std::string post(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

  OpenLoop load_;
  std::unique_ptr<server::Listener> listener_;
  std::thread thread_;
};

TEST_F(OpenLoopTest, EachRequestIsSentOnceAndAnsweredByItsOwnBody) {
  std::vector<int> answers(200);
  load_.on_answer = [&](std::size_t number, int status, std::string_view body) {
    EXPECT_EQ(status, 200);
    EXPECT_EQ(body, std::to_string(number));
    ++answers[number];
  };
  const auto report = run_open_loop(load_);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(answers, std::vector<int>(200, 1));
  const Window window = window_of(*report, 0, 0.2);
  EXPECT_EQ(window.due, 200U);
  EXPECT_EQ(window.count(200), 200U);
  EXPECT_DOUBLE_EQ(window.goodput(), 1000.0);
  EXPECT_EQ(report->reconnects, 0U);
  for (const Sample& sample : report->samples) {
    EXPECT_LE(sample.due_ns, sample.sent_ns);
    EXPECT_LE(sample.sent_ns, sample.done_ns);
  }
}

TEST_F(OpenLoopTest, PhasesFollowEachOther) {
  load_.phases = {{0.1, 100}, {0.1, 1000}, {0.1, 100}};
  const auto report = run_open_loop(load_);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->samples.size(), 120U);
  EXPECT_EQ(window_of(*report, 0, 0.1).due, 10U);
  EXPECT_EQ(window_of(*report, 0.1, 0.2).due, 100U);
  EXPECT_EQ(window_of(*report, 0.2, 0.3).due, 10U);
  std::size_t good = 0;
  for (const std::size_t second : goodput_by_second(*report)) good += second;
  EXPECT_EQ(good, 120U);
}

TEST_F(OpenLoopTest, AStallIsChargedToAllThatWereDue) {
  load_.write_request = [](std::size_t number, std::string& out) {
    out += post(number == 50 ? "/stall" : "/a", "x");
  };
  const auto report = run_open_loop(load_);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  std::size_t late = 0;
  for (const Sample& sample : report->samples)
    late += sample.done_ns - sample.due_ns > 40'000'000 ? 1 : 0;
  EXPECT_GE(late, 90U);  // one stalled; those due in its first 160 ms waited for it, sent or not
}

TEST_F(OpenLoopTest, WhatFindsNoConnectionIsGivenUp) {
  load_.connections = 1;
  load_.give_up_ms = 20;
  load_.write_request = [](std::size_t number, std::string& out) {
    out += post(number == 0 ? "/stall" : "/a", "x");
  };
  const auto report = run_open_loop(load_);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  const Window window = window_of(*report, 0, 0.2);
  EXPECT_GE(window.count(kNotSent), 100U);
  EXPECT_EQ(window.count(kNotSent) + window.count(200), 200U);
}

TEST_F(OpenLoopTest, RefusalsAndTheirConnectionsAreCounted) {
  load_.write_request = [](std::size_t number, std::string& out) {
    const std::string body(number % 4 == 1 ? 500'000 : 10, 'b');
    out += post(number % 2 == 0 ? "/a" : "/shed", body);
  };
  load_.phases = {{0.2, 200}};
  const auto report = run_open_loop(load_);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  const Window window = window_of(*report, 0, 0.2);
  EXPECT_EQ(window.count(200), 20U);
  EXPECT_EQ(window.count(503) + window.count(kBroken), 20U);
  EXPECT_GE(window.count(503), 10U);  // the small ones at least, on connections that live on
  EXPECT_LE(report->reconnects, 10U);
}

TEST_F(OpenLoopTest, SlowAnswersTimeOutAndClosedConnectionsAreMadeAgain) {
  load_.answer_ms_max = 100;
  load_.write_request = [](std::size_t number, std::string& out) {
    out += post(number == 0 ? "/stall" : number % 10 == 5 ? "/bye" : "/a", "x");
  };
  load_.phases = {{0.1, 100}, {0.4, 100}};
  const auto report = run_open_loop(load_);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->samples[0].status, kTimedOut);
  EXPECT_GE(report->reconnects, 3U);
  const Window window = window_of(*report, 0, 0.5);
  EXPECT_EQ(window.count(kTimedOut) + window.count(200), 50U);
  EXPECT_GE(window.count(200), 1U);
}

TEST(OpenLoop, NobodyThereIsAnError) {
  OpenLoop load;
  load.port = 1;
  load.phases = {{1, 1}};
  load.write_request = [](std::size_t, std::string&) {};
  EXPECT_FALSE(run_open_loop(load).has_value());
}

}  // namespace
}  // namespace concord::bench
