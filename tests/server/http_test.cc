// Well-formed requests are read as sent, and how the bytes were cut changes nothing.
#include "server/http.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/server/malformed.h"

namespace concord::server {
namespace {

using Outcome = RequestParser::Outcome;

// A request as text, so that two can be compared.
std::string describe(const Request& request) {
  std::string text(request.method_text);
  text += " " + std::string(request.target);
  for (const std::string_view segment : request.segments) text += "|" + std::string(segment);
  for (const Parameter& parameter : request.parameters)
    text += "?" + std::string(parameter.name) + "=" + std::string(parameter.value);
  for (const std::string_view field :
       {request.host, request.origin, request.authorization, request.content_type, request.accept,
        request.if_match, request.if_none_match, request.user_agent, request.request_id,
        request.traceparent})
    text += "\n" + std::string(field);
  text += "\n" + std::string(request.body);
  text += request.http10 ? " 1.0" : " 1.1";
  text += request.keep_alive ? " keep" : " close";
  return text;
}

// Feeds `bytes` cut at `cuts` (each a number of bytes) and describes what comes out.
std::string feed(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  RequestParser parser;
  RequestProgress progress;
  Request request;
  std::size_t sent = 0;
  std::size_t next = 0;
  for (;;) {
    const std::size_t piece = next < cuts.size() ? cuts[next++] : bytes.size();
    sent = std::min(sent + piece, bytes.size());
    const std::string copy(bytes.substr(0, sent));  // elsewhere each time, as a growing buffer is
    const Outcome outcome = parser.parse(copy, progress, request);
    if (outcome == Outcome::complete)
      return describe(request) + " " + std::to_string(progress.consumed);
    if (outcome == Outcome::refused)
      return "refused " + std::to_string(parser.refusal().status) +
             std::string(parser.refusal().detail);
    if (sent == bytes.size()) return "need more";
  }
}

std::string read(std::string_view bytes) { return feed(bytes, {}); }

std::vector<std::string> good_requests() {
  return {
      "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
      "\r\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "GET /v1/customers/email:a%40b.test?limit=3&as_of=data HTTP/1.1\r\nHost: a.test:8080\r\n"
      "Authorization: Bearer x\r\nAccept: */*\r\nUser-Agent: curl/7.88\r\n\r\n",
      "GET http://a.test/v1?x=1 HTTP/1.1\r\nHost: a.test\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Type: application/json\r\n\r\n"
      "hello",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n "
      "world"
      "\r\n0\r\n\r\n",
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-None-Match: \"x\"\r\n"
      "X-Request-Id: r1\r\nTraceparent: 00-1-2-03\r\nOrigin: http://a\r\nIf-Match: \"y\"\r\n\r\n",
  };
}

TEST(Http, ReadsARequest) {
  RequestParser parser;
  RequestProgress progress;
  Request request;
  const std::string bytes =
      "POST /v1/customers/email:a%2Fb%40c.test/next?limit=3&q=late+order&p=%2B49&x HTTP/1.1\r\n"
      "Host: a.test\r\nAUTHORIZATION:  Bearer t \r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\nX-Other: \t,;\r\n\r\n{}GET ";
  ASSERT_EQ(parser.parse(bytes, progress, request), Outcome::complete);
  EXPECT_EQ(progress.consumed, bytes.size() - 4);
  EXPECT_EQ(request.method, Method::post);
  ASSERT_EQ(request.segments.size(), 4U);
  EXPECT_EQ(request.segments[2], "email:a/b@c.test");
  ASSERT_EQ(request.parameters.size(), 4U);
  EXPECT_EQ(request.parameters[0].name, "limit");
  EXPECT_EQ(request.parameters[1].value, "late order");
  EXPECT_EQ(request.parameters[2].value, "+49");
  EXPECT_EQ(request.parameters[3].name, "x");
  EXPECT_EQ(request.parameters[3].value, "");
  EXPECT_EQ(request.authorization, "Bearer t");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.host, "a.test");
  EXPECT_EQ(request.body, "{}");
  EXPECT_TRUE(request.keep_alive);
}

TEST(Http, GoodRequestsAreComplete) {
  for (const std::string& bytes : good_requests()) {
    const std::string got = read(bytes);
    EXPECT_TRUE(got.ends_with(" " + std::to_string(bytes.size()))) << bytes << " gave " << got;
  }
}

TEST(Http, KeepAliveFollowsVersionAndConnection) {
  const auto keeps = [](std::string_view bytes) {
    return read(bytes).find(" keep ") != std::string::npos;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(Http, ARepeatedListFieldCountsAsAbsent) {
  RequestParser parser;
  RequestProgress progress;
  Request request;
  ASSERT_EQ(parser.parse("GET / HTTP/1.1\r\nHost: a\r\nAccept: a/b\r\nAccept: c/d\r\n"
                         "If-None-Match: \"a\"\r\n\r\n",
                         progress, request),
            Outcome::complete);
  EXPECT_EQ(request.accept, "");
  EXPECT_EQ(request.if_none_match, "\"a\"");
}

TEST(Http, ChunksAreJoined) {
  const std::string got = read(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n00006\r\n world\r\n0;last\r\n\r\n");
  EXPECT_NE(got.find("hello world"), std::string::npos) << got;
}

TEST(Http, BodyLimitIsASetting) {
  HttpLimits limits;
  limits.body_bytes_max = 10;
  RequestParser parser(limits);
  Request request;
  const auto outcome_of = [&](const std::string& bytes) {
    RequestProgress progress;
    return parser.parse(bytes, progress, request);
  };
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(outcome_of(head + "Content-Length: 10\r\n\r\n0123456789"), Outcome::complete);
  EXPECT_EQ(outcome_of(head + "Content-Length: 11\r\n\r\n"), Outcome::refused);
  EXPECT_EQ(parser.refusal().status, 413);
  const std::string coded = head + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(outcome_of(coded + "a\r\n0123456789\r\n0\r\n\r\n"), Outcome::complete);
  EXPECT_EQ(outcome_of(coded + "a\r\n0123456789\r\n1\r\n"), Outcome::refused);
  EXPECT_EQ(parser.refusal().status, 413);
}

TEST(Http, LimitsAreExact) {
  const auto with_uri = [](std::size_t bytes) {
    return read("GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n");
  };
  EXPECT_TRUE(with_uri(2048).starts_with("GET"));
  EXPECT_TRUE(with_uri(2049).starts_with("refused 414"));
  const auto with_header = [](std::size_t bytes) {
    const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX-A: ";
    return read(head + std::string(bytes - head.size() - 4, 'a') + "\r\n\r\n");
  };
  EXPECT_TRUE(with_header(8192).starts_with("GET"));
  EXPECT_TRUE(with_header(8193).starts_with("refused 431"));
  const auto with_fields = [](int count) {
    std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 1; i < count; ++i) bytes += "X: a\r\n";
    return read(bytes + "\r\n");
  };
  EXPECT_TRUE(with_fields(64).starts_with("GET"));
  EXPECT_TRUE(with_fields(65).starts_with("refused 431"));
}

TEST(Http, ByteByByteEqualsAtOnce) {
  for (const std::string& bytes : good_requests())
    EXPECT_EQ(feed(bytes, std::vector<std::size_t>(bytes.size(), 1)), read(bytes)) << bytes;
}

TEST(Http, RandomCutsAndRandomDamageGiveOneResult) {
  std::vector<std::string> seeds = good_requests();
  for (const MalformedRow& row : malformed_rows())
    if (row.bytes.size() < 2000) seeds.push_back(row.bytes);
  std::mt19937_64 random(20'261'122);
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  constexpr std::string_view kDamage("\r\n :\0a0\t", 8);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seeds[below(seeds.size())];
    for (std::size_t i = below(4); i > 0; --i) bytes[below(bytes.size())] = kDamage[below(8)];
    std::vector<std::size_t> cuts(below(40));
    for (std::size_t& cut : cuts) cut = 1 + below(12);
    ASSERT_EQ(feed(bytes, cuts), read(bytes)) << bytes;
  }
}

}  // namespace
}  // namespace concord::server
