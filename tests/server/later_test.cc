// Answers that are not ready, streams and admission, without sockets.
#include "server/later.h"

#include <gtest/gtest.h>

#include <poll.h>

#include <string>
#include <thread>
#include <vector>

#include "server/exchange.h"

namespace concord::server {
namespace {

class Switch final : public Later {
 public:
  [[nodiscard]] bool ready() const override { return on; }
  bool on = false;
};

class Pieces final : public Stream {
 public:
  explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  bool pull(index::Buffer& out) override {
    if (at_ < pieces_.size()) out.append(pieces_[at_++]);
    return at_ < pieces_.size();
  }
  void quiet(index::Buffer& out) override { out.append(":\n"); }

 private:
  std::vector<std::string> pieces_;
  std::size_t at_ = 0;
};

// "/wait": parks until `gate` is on; "/take": the same, and takes the body; "/flow": a stream;
// "/full": turned away at the head. Else: the path and the body.
class WaitingHandler final : public Handler {
 public:
  Admission admit(const Request& head) override {
    Admission admission;
    if (head.path == "/full") {
      admission.refusal = {429, "overloaded", "too much at once"};
      admission.retry_after_s = 7;
    }
    if (head.path == "/large") admission.body_bytes_max = 1'000'000;
    return admission;
  }
  void handle(const Request& request, Response& response) override {
    ++calls;
    const bool waits = request.path == "/wait" || request.path == "/take";
    if (waits && request.later == nullptr) {
      if (request.path == "/take") taken = take_body(request);
      response.later = gate;
      response.later_ms_max = 50;
      return;
    }
    if (request.path == "/flow") response.stream = std::make_shared<Pieces>(pieces);
    if (request.path == "/flow") return;
    response.body.append(request.path);
    response.body.append(request.body);
    if (request.later_expired) response.body.append(" expired");
  }
  void refused(const Refusal& refusal) override { refusals.push_back(refusal.status); }

  int calls = 0;
  std::shared_ptr<Switch> gate = std::make_shared<Switch>();
  std::vector<std::string> pieces{"a", "bc", ""};
  Body taken;
  std::vector<int> refusals;
};

class LaterTest : public testing::Test {
 protected:
  std::string talk(std::string_view bytes) {
    input_ += bytes;
    std::string out;
    for (;;) {
      const Exchange::Step step = exchange_.step(std::string(input_), state_);
      input_.erase(0, step.consumed);
      if (step.kind == Exchange::Kind::need_more) return out + "<more";
      if (step.kind == Exchange::Kind::parked) return out + "<parked";
      std::string answer(exchange_.head());
      answer.append(exchange_.body());
      out += answer.substr(9, 3) + " " + answer.substr(answer.find("\r\n\r\n") + 4) + ";";
      last_head_ = exchange_.head();
      if (step.kind == Exchange::Kind::stream) return out + "<stream";
      if (step.close) return out + "<closed";
    }
  }
  static std::string get(std::string_view path, std::string_view version = "1.1") {
    return "GET " + std::string(path) + " HTTP/" + std::string(version) + "\r\nHost: a\r\n\r\n";
  }
  static std::string post(std::string_view path, std::size_t length, std::string_view fields = "") {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n" +
           std::string(fields) + "\r\n";
  }
  std::string pull(Exchange::Pull why) {
    const Exchange::Step step = exchange_.pull(state_, why);
    if (step.kind == Exchange::Kind::need_more) return "<nothing";
    return std::string(exchange_.head()).append(exchange_.body()) + (step.close ? "<end" : "");
  }

  WaitingHandler handler_;
  std::shared_ptr<Budget> bytes_ = std::make_shared<Budget>(100'000);
  std::shared_ptr<Budget> streams_ = std::make_shared<Budget>(1);
  Exchange exchange_{handler_, {}, 1000, {bytes_, streams_}};
  ExchangeState state_;
  std::string input_;
  std::string last_head_;
};

TEST_F(LaterTest, AParkedRequestIsHandledAgainWithItsBytes) {
  EXPECT_EQ(talk(post("/wait", 5) + "hello"), "<parked");
  EXPECT_EQ(talk(""), "<parked");
  EXPECT_EQ(handler_.calls, 1);
  EXPECT_EQ(bytes_->used(), 5U);
  handler_.gate->on = true;
  EXPECT_EQ(talk(""), "200 /waithello;<more");
  EXPECT_EQ(handler_.calls, 2);
  EXPECT_EQ(bytes_->used(), 0U);
}

TEST_F(LaterTest, RequestsBehindAParkedOneWaitInOrder) {
  EXPECT_EQ(talk(get("/a") + get("/wait") + get("/b")), "200 /a;<parked");
  EXPECT_EQ(talk(get("/c")), "<parked");
  handler_.gate->on = true;
  EXPECT_EQ(talk(""), "200 /wait;200 /b;200 /c;<more");
}

TEST_F(LaterTest, WhatIsReadyAtOnceIsNotParked) {
  handler_.gate->on = true;
  EXPECT_EQ(talk(get("/wait")), "200 /wait;<more");
  EXPECT_EQ(handler_.calls, 2);
}

TEST_F(LaterTest, TheDeadlineIsHeard) {
  EXPECT_EQ(talk(get("/wait")), "<parked");
  Exchange::expire(state_);
  EXPECT_EQ(talk(""), "200 /wait expired;<more");
  EXPECT_EQ(talk(get("/wait")), "<parked");
  Exchange::expire(state_);
  handler_.gate->on = true;  // both at once: ready wins
  EXPECT_EQ(talk(""), "200 /wait;<more");
}

TEST_F(LaterTest, ATakenBodyBelongsToTheTaker) {
  EXPECT_EQ(talk(post("/take", 5) + "hello"), "<parked");
  EXPECT_EQ(handler_.taken.view(), "hello");
  handler_.gate->on = true;
  EXPECT_EQ(talk(""), "200 /take;<more");
  handler_.gate->on = false;
  EXPECT_EQ(talk(post("/take", 5) + "he"), "<more");  // in two pieces: moved, not copied
  EXPECT_EQ(talk("llo"), "<parked");
  EXPECT_EQ(handler_.taken.view(), "hello");
  EXPECT_EQ(bytes_->used(), 5U);  // counted as long as the taker has it
  handler_.taken = {};
  EXPECT_EQ(bytes_->used(), 0U);
  handler_.gate->on = true;
  EXPECT_EQ(talk(get("/a")), "200 /take;200 /a;<more");
}

TEST_F(LaterTest, BodiesInFlightAreBoundedTogether) {
  ExchangeState other;
  EXPECT_EQ(exchange_.step(post("/large", 60'000) + "x", other).kind, Exchange::Kind::need_more);
  EXPECT_EQ(bytes_->used(), 60'000U);
  EXPECT_EQ(talk(post("/large", 50'000)).substr(0, 4), "503 ");
  EXPECT_NE(last_head_.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(talk(std::string(50'000, 'x') + get("/a")), "200 /a;<more");  // dropped, and alive
  EXPECT_EQ(talk(post("/large", 40'000)), "<more");
  other = {};
  EXPECT_EQ(bytes_->used(), 40'000U);
  EXPECT_EQ(talk(std::string(40'000, 'x')).size(), 40'000 + std::string("200 /large;<more").size());
  EXPECT_EQ(bytes_->used(), 0U);
}

TEST_F(LaterTest, ChunkedBodiesAreCountedAsTheyGrow) {
  const std::string head = "POST /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(talk(head + "ea60\r\n" + std::string(60'000, 'x') + "\r\n"), "<more");
  EXPECT_GE(bytes_->used(), 60'000U);  // with the room to grow
  const std::string got = talk("ea60\r\n" + std::string(60'000, 'x'));
  EXPECT_TRUE(got.starts_with("503 ") && got.ends_with("<closed")) << got;
  EXPECT_EQ(bytes_->used(), 0U);
}

TEST_F(LaterTest, TheRouteSaysHowLargeABodyMayBe) {
  EXPECT_TRUE(talk(post("/other", 70'000)).starts_with("413 "));
  input_.clear();
  state_ = {};
  EXPECT_EQ(talk(post("/large", 70'000)), "<more");
}

TEST_F(LaterTest, TurnedAwayAtTheHeadWithASmallBodyTheConnectionLives) {
  const std::string got = talk(post("/full", 5));
  EXPECT_TRUE(got.starts_with("429 ") && got.ends_with(";<more")) << got;
  EXPECT_NE(last_head_.find("Retry-After: 7\r\n"), std::string::npos);
  EXPECT_EQ(talk("he"), "<more");
  EXPECT_EQ(talk("llo" + get("/a")), "200 /a;<more");
  EXPECT_TRUE(talk(post("/full", 5) + "hello" + get("/b")).ends_with(";200 /b;<more"));
  EXPECT_EQ(handler_.refusals, (std::vector<int>{429, 429}));
  EXPECT_EQ(handler_.calls, 2);
}

TEST_F(LaterTest, TurnedAwayWithAnUncertainOrLargeBodyTheConnectionEnds) {
  for (const std::string& request :
       {post("/full", 70'000), post("/full", 5, "Expect: 100-continue\r\n"),
        std::string("POST /full HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
        std::string(
            "POST /full HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n")}) {
    state_ = {};
    const std::string got = talk(request + get("/never"));
    EXPECT_TRUE(got.starts_with("429 ") && got.ends_with("<closed")) << got;
    EXPECT_NE(last_head_.find("Connection: close\r\n"), std::string::npos);
  }
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(LaterTest, StreamsGoOutInChunksAndEnd) {
  EXPECT_EQ(talk(get("/flow")), "200 ;<stream");
  EXPECT_NE(last_head_.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(last_head_.find("Content-Length"), std::string::npos);
  EXPECT_EQ(pull(Exchange::Pull::ask), "1\r\na\r\n");
  EXPECT_EQ(pull(Exchange::Pull::quiet), "2\r\n:\n\r\n");
  EXPECT_EQ(pull(Exchange::Pull::ask), "2\r\nbc\r\n");
  EXPECT_EQ(pull(Exchange::Pull::ask), "0\r\n\r\n<end");
}

TEST_F(LaterTest, AStreamThatHasNothingWaitsAndCanBeEnded) {
  handler_.pieces = {"", "", ""};
  EXPECT_EQ(talk(get("/flow")), "200 ;<stream");
  EXPECT_EQ(pull(Exchange::Pull::ask), "<nothing");
  EXPECT_EQ(pull(Exchange::Pull::end), "0\r\n\r\n<end");
}

TEST_F(LaterTest, OldClientsGetAStreamWithoutChunks) {
  EXPECT_EQ(talk(get("/flow", "1.0")), "200 ;<stream");
  EXPECT_EQ(last_head_.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(pull(Exchange::Pull::ask), "a");
  EXPECT_EQ(pull(Exchange::Pull::end), "<end");
}

TEST_F(LaterTest, HeadOfAStreamIsItsHead) {
  EXPECT_EQ(talk("HEAD /flow HTTP/1.1\r\nHost: a\r\n\r\n"), "200 ;<more");
  EXPECT_NE(last_head_.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(talk(get("/a")), "200 /a;<more");
  EXPECT_EQ(talk("HEAD /flow HTTP/1.0\r\n\r\n"), "200 ;<closed");
  EXPECT_EQ(last_head_.find("Transfer-Encoding"), std::string::npos);
}

TEST_F(LaterTest, StreamsAreBounded) {
  EXPECT_EQ(talk(get("/flow")), "200 ;<stream");
  ExchangeState other;
  EXPECT_EQ(exchange_.step(get("/flow"), other).kind, Exchange::Kind::refused);
  EXPECT_TRUE(exchange_.head().starts_with("HTTP/1.1 503"));
  pull(Exchange::Pull::end);
  EXPECT_EQ(exchange_.step(get("/flow"), other).kind, Exchange::Kind::stream);
}

TEST(Waker, RingsOnceUntilAnswered) {
  const Waker waker;
  ASSERT_TRUE(waker.valid());
  const auto rung = [&waker] {
    pollfd waits{waker.descriptor(), POLLIN, 0};
    return ::poll(&waits, 1, 0) == 1;
  };
  EXPECT_FALSE(rung());
  std::thread([waker] {
    for (int i = 0; i < 1000; ++i) waker.wake();
  }).join();
  EXPECT_TRUE(rung());
  waker.answer();
  EXPECT_FALSE(rung());
  waker.wake();
  EXPECT_TRUE(rung());
}

}  // namespace
}  // namespace concord::server
