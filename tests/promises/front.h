// The whole service in front of an engine, but for the socket. Thread class: one-owner.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "server/routes.h"
#include "tests/promises/company.h"

namespace concord::test {

inline constexpr const char* kClerkToken = "clerk-token";  // sees what is normal
inline constexpr const char* kChiefToken = "chief-token";  // sees everything

struct Front {
  explicit Front(const index::Engine& engine, bool with_tokens = false)
      : gate(with_tokens ? std::optional(tokens()) : std::nullopt), watch(nullptr) {
    service.engine = &engine;
    service.policy = &default_set();
    service.gate = &gate;
    service.watch = &watch;
    routes = std::make_unique<server::Routes>(service);
  }
  static server::Tokens tokens() {
    const std::string text = std::string("clerk read ") + server::hash_of_token(kClerkToken) +
                             "\nchief read,write,restricted,secret " +
                             server::hash_of_token(kChiefToken) + "\n";
    auto read = server::Tokens::parse(text, "tokens");
    EXPECT_TRUE(read.has_value()) << read.error().text();
    return std::move(*read);
  }
  server::Gate gate;
  server::Watch watch;
  server::Service service;
  std::unique_ptr<server::Routes> routes;
};

/// The body of the answer to GET `target`, asked with these header lines.
inline std::string ask(server::Handler& handler, const std::string& target,
                       const std::string& headers) {
  server::Exchange exchange(handler, server::HttpLimits{}, 1'000'000);
  server::ExchangeState state;
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
  const auto step = exchange.step(request, state);
  EXPECT_EQ(step.kind, server::Exchange::Kind::answered);
  EXPECT_TRUE(exchange.head().starts_with("HTTP/1.1 200")) << exchange.head() << exchange.body();
  return std::string(exchange.body());
}

inline std::string bearer(const char* token) {
  return std::string("Authorization: Bearer ") + token + "\r\n";
}

}  // namespace concord::test
