// Promise: overload is turned away before it costs anything, in a way the client can read, and what
// large bodies weigh is bounded and delays nobody.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/waiting_service.h"

namespace concord::server {
namespace {

using namespace std::chrono_literals;

TEST(AdmissionAtTheHead, ASmallBodyIsDroppedAndTheConnectionLives) {
  WaitingService service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(post_head("/full", 60'000)));
  const std::string got = client.read_answer();  // before a byte of the body was sent
  EXPECT_TRUE(got.starts_with("HTTP/1.1 429")) << got;
  EXPECT_NE(got.find("Retry-After: 3\r\n"), std::string::npos);
  EXPECT_EQ(got.find("Connection: close"), std::string::npos);
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(client.send(std::string(10'000, 'b')));
  ASSERT_TRUE(client.send(get_request("/next")));
  EXPECT_EQ(body_of(client.read_answer()), "/next");
  EXPECT_EQ(service.handled, 1);
  EXPECT_EQ(service.refused, 1);
}

TEST(AdmissionAtTheHead, AClientThatGoesOnSendingALargeBodyStillReadsTheRefusal) {
  WaitingService service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(post_head("/full", 8'000'000)));
  for (int i = 0; i < 800; ++i)
    if (!client.send(std::string(10'000, 'b'))) break;
  const std::string got = client.read_all();
  EXPECT_TRUE(got.starts_with("HTTP/1.1 429")) << got;
  EXPECT_TRUE(got.ends_with("}")) << got;
  EXPECT_NE(got.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(service.handled, 0);
}

TEST(AdmissionAtTheHead, ABodyThatIsDroppedAlsoHasADeadline) {
  ListenerSettings settings;
  settings.request_ms_max = 150;
  WaitingService service(settings);
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(post_head("/full", 100) + "x"));
  const std::string got = client.read_all();
  EXPECT_TRUE(got.starts_with("HTTP/1.1 429")) << got;
  EXPECT_EQ(got.find("HTTP/1.1", 1), std::string::npos);  // one answer, then the end
}

TEST(AdmissionAtTheHead, LargeBodiesComeInWhole) {
  WaitingService service;
  TestClient client = service.connect();
  std::string body(9'000'000, 'b');
  body += "end";
  std::thread sender([&] { EXPECT_TRUE(client.send(post_head("/large", body.size()) + body)); });
  EXPECT_EQ(body_of(client.read_answer()), "/large" + body);
  sender.join();
  std::string chunks = "POST /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 1000; ++i) chunks += "3e8\r\n" + std::string(1000, 'c') + "\r\n";
  std::thread second([&] { EXPECT_TRUE(client.send(chunks + "0\r\n\r\n")); });
  EXPECT_EQ(body_of(client.read_answer()), "/large" + std::string(1'000'000, 'c'));
  second.join();
}

TEST(AdmissionAtTheHead, BodiesInFlightAreBounded) {
  ListenerSettings settings;
  settings.bodies_bytes_max = 10'000'000;
  WaitingService service(settings);
  TestClient first = service.connect();
  ASSERT_TRUE(first.send(post_head("/large", 8'000'000) + "x"));
  EXPECT_TRUE(soon([&] { return service.listener->body_bytes() == 8'000'000U; }));
  TestClient second = service.connect();
  ASSERT_TRUE(second.send(post_head("/large", 8'000'000)));
  const std::string got = second.read_answer();
  EXPECT_TRUE(got.starts_with("HTTP/1.1 503")) << got;
  EXPECT_NE(got.find("too_many_bodies"), std::string::npos);
  EXPECT_NE(got.find("Retry-After: 1\r\n"), std::string::npos);
  TestClient small = service.connect();
  ASSERT_TRUE(small.send(post_head("/p", 4) + "body"));
  EXPECT_EQ(body_of(small.read_answer()), "/pbody");
  std::thread sender([&] { EXPECT_TRUE(first.send(std::string(7'999'999, 'x'))); });
  EXPECT_EQ(body_of(first.read_answer()).size(), 8'000'006U);
  sender.join();
  TestClient third = service.connect();
  std::thread again(
      [&] { third.send(post_head("/large", 8'000'000) + std::string(8'000'000, 'y')); });
  EXPECT_EQ(body_of(third.read_answer()).size(), 8'000'006U);
  again.join();
}

TEST(AdmissionAtTheHead, SmallQuestionsAreAnsweredWhileManyLargeBodiesComeIn) {
  WaitingService service;
  std::atomic<bool> stop{false};
  std::atomic<int> uploads{0};
  std::vector<std::thread> senders;
  for (int i = 0; i < 20; ++i)
    senders.emplace_back([&] {
      const std::string request = post_head("/large", 2'000'000) + std::string(2'000'000, 'x');
      TestClient client = service.connect();
      while (!stop && client.send(request) && !client.read_answer().empty()) ++uploads;
    });
  TestClient reader = service.connect();
  int answers = 0;
  const auto end = std::chrono::steady_clock::now() + 1s;
  while (std::chrono::steady_clock::now() < end || uploads < 20) {
    ASSERT_TRUE(reader.send(get_request("/a")));
    ASSERT_EQ(body_of(reader.read_answer()), "/a");
    ++answers;
  }
  stop = true;
  for (std::thread& sender : senders) sender.join();
  EXPECT_GT(answers, 20);
  EXPECT_GE(uploads, 20);
}

}  // namespace
}  // namespace concord::server
