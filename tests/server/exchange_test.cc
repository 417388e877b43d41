#include "server/exchange.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace concord::server {
namespace {

class EchoHandler final : public Handler {
 public:
  void handle(const Request& request, Response& response) override {
    response.content_type = "text/plain";
    response.body.append(request.path);
    response.body.append(request.body);
    if (request.path == "/bye") response.close = true;
    if (request.path == "/take") response.body.append(take_body(request).bytes.view());
    if (request.path == "/same") response.status = 304;
  }
  void answered(const Request&, const Response&, const Answered& what) override {
    bytes.push_back(what.body_bytes);
  }
  void refused(const Refusal& refusal) override { refusals.push_back(refusal.status); }
  std::vector<std::size_t> bytes;
  std::vector<int> refusals;
};

class ExchangeTest : public testing::Test {
 protected:
  // All that is sent for `input`, and whether the connection ends.
  std::string talk(std::string input) {
    std::string out;
    for (;;) {
      const Exchange::Step step = exchange_.step(input, state_);
      input.erase(0, step.consumed);
      if (step.kind == Exchange::Kind::need_more) return out + "<" + std::to_string(input.size());
      out.append(exchange_.head()).append(exchange_.body());
      if (step.close) return out + "<closed";
    }
  }
  static std::string get(std::string_view path, std::string_view fields = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
  }
  static std::string ok(std::string_view body, std::string_view more = "") {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n" +
           std::string(more) + "\r\n" + std::string(body);
  }

  EchoHandler handler_;
  Exchange exchange_{handler_, {}, 3};
  ExchangeState state_;
};

TEST_F(ExchangeTest, AnswersPipelinedRequestsInOrder) {
  EXPECT_EQ(talk(get("/a") + get("/b") + "GET /c"), ok("/a") + ok("/b") + "<6");
  EXPECT_EQ(handler_.bytes, (std::vector<std::size_t>{2, 2}));
}

// A body that never came is as empty as one of no bytes: who takes it gets nothing, also behind a
// request whose body was taken.
TEST_F(ExchangeTest, ABodyThatIsNotThereCanBeTaken) {
  const std::string post = "POST /take HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(talk(post + "Content-Length: 2\r\n\r\nhi" + post + "\r\n"),
            ok("/takehihi") + ok("/take") + "<0");
  EXPECT_EQ(talk(post + "Content-Length: 0\r\n\r\n"),
            ok("/take", "Connection: close\r\n") + "<closed");
}

TEST_F(ExchangeTest, ClosesWhenAskedAndAnswersNothingBehind) {
  EXPECT_EQ(talk(get("/a", "Connection: close\r\n") + get("/b")),
            ok("/a", "Connection: close\r\n") + "<closed");
  EXPECT_EQ(talk(get("/bye") + get("/b")), ok("/bye", "Connection: close\r\n") + "<closed");
}

TEST_F(ExchangeTest, ClosesAfterTheLastAllowedRequest) {
  EXPECT_EQ(talk(get("/1") + get("/2") + get("/3") + get("/4")),
            ok("/1") + ok("/2") + ok("/3", "Connection: close\r\n") + "<closed");
}

TEST_F(ExchangeTest, OldClientsHearKeepAlive) {
  EXPECT_EQ(talk("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            ok("/a", "Connection: keep-alive\r\n") + "<0");
  EXPECT_EQ(talk("GET /a HTTP/1.0\r\n\r\n"), ok("/a", "Connection: close\r\n") + "<closed");
}

TEST_F(ExchangeTest, HeadHasTheLengthButNotTheBody) {
  const std::string got = talk("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(got.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_TRUE(got.ends_with("\r\n\r\n<0")) << got;
}

TEST_F(ExchangeTest, NotModifiedHasNoBody) {
  EXPECT_TRUE(talk(get("/same")).ends_with("\r\n\r\n<0"));
  EXPECT_EQ(handler_.bytes, std::vector<std::size_t>{0});
}

TEST_F(ExchangeTest, SaysContinueOnceAndOnlyWhileTheBodyIsMissing) {
  const std::string head =
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  const std::string go = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(talk(head), go + "<0");
  EXPECT_EQ(talk("a"), "<0");
  EXPECT_EQ(talk("bc"), ok("/xabc") + "<0");
  EXPECT_EQ(talk(head + "abc"), ok("/xabc") + "<0");  // the body was there at once
}

TEST_F(ExchangeTest, RefusesWithAProblemAndCloses) {
  const std::string got = talk("nonsense\r\n\r\n" + get("/a"));
  EXPECT_TRUE(
      got.starts_with("HTTP/1.1 400 Bad Request\r\n"
                      "Content-Type: application/problem+json\r\n"));
  EXPECT_NE(got.find("\"code\":\"bad_request\""), std::string::npos);
  EXPECT_TRUE(got.ends_with("}<closed"));
  EXPECT_EQ(handler_.refusals, std::vector<int>{400});
  EXPECT_TRUE(handler_.bytes.empty());
}

TEST_F(ExchangeTest, CloseAllEndsEachConnectionWithItsAnswer) {
  exchange_.close_all();
  EXPECT_EQ(talk(get("/a") + get("/b")), ok("/a", "Connection: close\r\n") + "<closed");
}

}  // namespace
}  // namespace concord::server
