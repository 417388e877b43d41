// Well-formed requests are read as sent, and how the bytes were cut changes nothing.
#include "server/http.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "server/exchange.h"
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
       {request.host, request.origin, request.authorization, request.content_type,
        request.content_encoding, request.accept, request.if_match, request.if_none_match,
        request.user_agent, request.request_id, request.traceparent, request.idempotency_key,
        request.last_event_id})
    text += "\n" + std::string(field);
  for (const Field& field : request.ce_fields)
    text += "\n" + std::string(field.name) + ":" + std::string(field.value);
  text += "\n" + std::string(request.body);
  text += request.http10 ? " 1.0" : " 1.1";
  text += request.keep_alive ? " keep" : " close";
  return text;
}

class DescribingHandler final : public Handler {
 public:
  void handle(const Request& request, Response&) override { seen = describe(request); }
  void refused(const Refusal& refusal) override {
    seen = "refused " + std::to_string(refusal.status) + std::string(refusal.detail);
  }
  std::string seen;
};

// Feeds `bytes` cut at `cuts` (each a number of bytes) and describes the request that comes out,
// with the bytes it took.
std::string feed(std::string_view bytes, const std::vector<std::size_t>& cuts,
                 HttpLimits limits = {}) {
  DescribingHandler handler;
  Exchange exchange(handler, limits, 1000);
  ExchangeState state;
  std::size_t sent = 0;
  std::size_t consumed = 0;
  std::size_t next = 0;
  while (sent < bytes.size()) {
    const std::size_t piece = next < cuts.size() ? cuts[next++] : bytes.size();
    sent = std::min(sent + piece, bytes.size());
    // Elsewhere each time, as a growing buffer is.
    const std::string copy(bytes.substr(consumed, sent - consumed));
    const Exchange::Step step = exchange.step(copy, state);
    consumed += step.consumed;
    if (step.kind == Exchange::Kind::answered) return handler.seen + " " + std::to_string(consumed);
    if (step.kind == Exchange::Kind::refused) return handler.seen;
  }
  return "need more";
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
      "POST / HTTP/1.1\r\nHost: a\r\nCE-Id: 1\r\nce-Source: /s\r\nContent-Encoding: gzip\r\n"
      "Idempotency-Key: k\r\nLast-Event-ID: 81\r\nContent-Length: 3\r\n\r\nabc",
  };
}

TEST(Http, ReadsARequest) {
  RequestParser parser;
  HeadProgress progress;
  Request request;
  const std::string bytes =
      "POST /v1/customers/email:a%2Fb%40c.test/next?limit=3&q=late+order&p=%2B49&x HTTP/1.1\r\n"
      "Host: a.test\r\nAUTHORIZATION:  Bearer t \r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\nX-Other: \t,;\r\n\r\n{}GET ";
  ASSERT_EQ(parser.read_head(bytes, progress, request), Outcome::complete);
  EXPECT_EQ(parser.head_size(), bytes.size() - 6);
  EXPECT_EQ(parser.framing().content_length, 2U);
  EXPECT_FALSE(parser.framing().chunked);
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
  HeadProgress progress;
  Request request;
  ASSERT_EQ(parser.read_head("GET / HTTP/1.1\r\nHost: a\r\nAccept: a/b\r\nAccept: c/d\r\n"
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
  const auto read_limited = [&](const std::string& bytes) { return feed(bytes, {}, limits); };
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string sized = head + "Content-Length: 1";
  EXPECT_TRUE(read_limited(sized + "0\r\n\r\n0123456789").starts_with("POST"));
  EXPECT_TRUE(read_limited(sized + "1\r\n\r\n").starts_with("refused 413"));
  const std::string coded = head + "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n";
  EXPECT_TRUE(read_limited(coded + "0\r\n\r\n").starts_with("POST"));
  EXPECT_TRUE(read_limited(coded + "1\r\n").starts_with("refused 413"));
}

TEST(Http, CloudEventFieldsAreFoundInAnyCase) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nce-id: 1\r\nCE-Type: A b\r\nCe-: x\r\n";
  const std::string got = read(head + "\r\n");
  EXPECT_NE(got.find("\nce-id:1\nce-type:A b\n"), std::string::npos) << got;
  EXPECT_TRUE(read(head + "cE-iD: 2\r\n\r\n").starts_with("refused 400"));
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
