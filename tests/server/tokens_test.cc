#include "server/tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace concord::server {
namespace {

const std::string kToken = "0123456789abcdef0123456789abcdef";
// printf %s 0123456789abcdef0123456789abcdef | b2sum -l 256
const std::string kHash = "2788636be25cace0bd9e45bdde650b4fc0e979575d7f3d58c6248b18ab237609";

Request request_with(std::string_view host, std::string_view authorization = "",
                     std::string_view origin = "") {
  Request request;
  request.host = host;
  request.authorization = authorization;
  request.origin = origin;
  return request;
}

TEST(Tokens, FindsTheClientOfAToken) {
  EXPECT_EQ(hash_of_token(kToken), kHash);
  const auto tokens = Tokens::parse("# clients\n\n  helpdesk\tread,write  " + kHash +
                                        "\r\ncrm read " + hash_of_token("other") + "\n",
                                    "tokens.txt");
  ASSERT_TRUE(tokens.has_value()) << tokens.error().text();
  const Client* const client = tokens->find(kToken);
  ASSERT_NE(client, nullptr);
  EXPECT_EQ(client->name, "helpdesk");
  EXPECT_TRUE(client->has("write"));
  EXPECT_FALSE(client->has("admin"));
  EXPECT_EQ(tokens->find("other")->name, "crm");
  for (const std::string& wrong : {std::string(), std::string("x"), kToken + "0", kHash,
                                   kToken.substr(1), std::string(600, 'a')})
    EXPECT_EQ(tokens->find(wrong), nullptr) << wrong;
}

TEST(Tokens, AWrongFileSaysWhere) {
  const auto place_of = [](const std::string& text) {
    const auto tokens = Tokens::parse(text, "t");
    return tokens ? "accepted" : tokens.error().place;
  };
  const std::string line = "a read " + kHash + "\n";
  EXPECT_EQ(place_of(line), "accepted");
  EXPECT_EQ(place_of(""), "t");
  EXPECT_EQ(place_of("# nothing\n"), "t");
  EXPECT_EQ(place_of("\na read\n"), "t:2");
  EXPECT_EQ(place_of("a\n"), "t:1");
  EXPECT_EQ(place_of("a read " + kToken), "t:1");  // the token itself, not its hash
  EXPECT_EQ(place_of("a ,read " + kHash), "t:1");
  EXPECT_EQ(place_of("a read, " + kHash), "t:1");
  EXPECT_EQ(place_of("a! read " + kHash), "t:1");
  EXPECT_EQ(place_of(line + "b read " + kHash), "t:2");               // one token, two names
  EXPECT_EQ(place_of(line + "a read " + hash_of_token("x")), "t:2");  // one name, two tokens
  EXPECT_EQ(place_of("a read " + kHash + " more"), "t:1");
  EXPECT_EQ(Tokens::read("/nonexistent/tokens").error().code, index::Code::not_found);
}

TEST(Tokens, OthersMayOnlyReachUsWithATokenFile) {
  EXPECT_TRUE(check_exposure(*parse_listen_address("127.0.0.1:1"), false).has_value());
  EXPECT_TRUE(check_exposure(*parse_listen_address("[::1]:1"), false).has_value());
  EXPECT_TRUE(check_exposure(*parse_listen_address("0.0.0.0:1"), true).has_value());
  for (const char* open : {"0.0.0.0:1", "[::]:1", "192.168.1.2:1"})
    EXPECT_FALSE(check_exposure(*parse_listen_address(open), false).has_value()) << open;
}

TEST(Tokens, LoopbackNames) {
  for (const char* good :
       {"localhost", "localhost:80", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:80"})
    EXPECT_TRUE(is_loopback_name(good)) << good;
  for (const char* bad : {"", "evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "10.0.0.1",
                          "[::2]", "[::1]x"})
    EXPECT_FALSE(is_loopback_name(bad)) << bad;
}

TEST(Gate, WithoutTokensOnlyLocalNamesAreAnswered) {
  const Gate gate(std::nullopt);
  Response response;
  const Client* const local = gate.admit(request_with("localhost:8080"), response);
  ASSERT_NE(local, nullptr);
  EXPECT_TRUE(local->has("anything"));
  EXPECT_NE(gate.admit(request_with("localhost:80", "", "http://localhost:80"), response), nullptr);
  EXPECT_EQ(gate.admit(request_with("evil.test"), response), nullptr);
  EXPECT_EQ(response.status, 421);
  for (const char* origin : {"http://evil.test", "null", "http://localhost:81"}) {
    EXPECT_EQ(gate.admit(request_with("localhost:80", "", origin), response), nullptr) << origin;
    EXPECT_EQ(response.status, 403);
  }
}

TEST(Gate, WithTokensOnlyTheirBearersAreAnswered) {
  const Gate gate(*Tokens::parse("a read " + kHash, "t"));
  Response response;
  ASSERT_NE(gate.admit(request_with("any.test", "Bearer " + kToken), response), nullptr);
  EXPECT_EQ(gate.admit(request_with("any.test", "bearer " + kToken), response)->name, "a");
  for (const std::string& wrong :
       std::vector<std::string>{"", "Bearer", "Bearer ", "Basic " + kToken, kToken,
                                "Bearer " + kToken + " ", "Bearer " + kHash}) {
    response.reset();
    EXPECT_EQ(gate.admit(request_with("localhost", wrong), response), nullptr) << wrong;
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.fields(), "WWW-Authenticate: Bearer\r\n");
  }
}

}  // namespace
}  // namespace concord::server
