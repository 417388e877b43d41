// Promise: a stream sends what there is when there is something, holds no more than its reader
// takes, and ends clean.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/waiting_service.h"

namespace concord::server {
namespace {

using namespace std::chrono_literals;

// Until `text` has come, five seconds at most; what came.
std::string read_until(TestClient& client, std::string_view text) {
  std::string got;
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (got.find(text) == std::string::npos && std::chrono::steady_clock::now() < end)
    got += client.read_some();
  return got;
}

TEST(Streams, SendWhatComesAndEnd) {
  WaitingService service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get_request("/stream")));
  const std::string head = read_until(client, "hello;");
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\n\r\n6\r\nhello;\r\n")) << head;
  service.feed.add("one;");
  service.ring();
  EXPECT_EQ(read_until(client, "one;\r\n"), "4\r\none;\r\n");
  service.feed.add("two;");
  service.feed.end();
  service.ring();
  EXPECT_EQ(client.read_all(), "4\r\ntwo;\r\n0\r\n\r\n");
  EXPECT_EQ(service.connections_become(0), 0U);
}

TEST(Streams, OldClientsReadToTheEnd) {
  WaitingService service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send("GET /stream HTTP/1.0\r\n\r\n"));
  service.feed.add("one;");
  service.feed.end();
  service.ring();
  EXPECT_EQ(body_of(client.read_all()), "hello;one;");
}

TEST(Streams, StopEndsThemClean) {
  WaitingService service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get_request("/stream")));
  read_until(client, "hello;\r\n");
  service.stop();
  EXPECT_EQ(client.read_all(), "0\r\n\r\n");
}

TEST(Streams, AQuietStreamSaysItIsStillThere) {
  ListenerSettings settings;
  settings.stream_quiet_ms = 60;
  WaitingService service(settings);
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get_request("/stream")));
  const std::string got = read_until(client, ":quiet;\r\n7\r\n:quiet;");
  EXPECT_NE(got.find("hello;\r\n7\r\n:quiet;\r\n"), std::string::npos) << got;
}

TEST(Streams, AClientThatHangsUpIsLetGo) {
  WaitingService service;
  {
    TestClient client = service.connect();
    ASSERT_TRUE(client.send(get_request("/stream")));
    read_until(client, "hello;");
  }
  EXPECT_EQ(service.connections_become(0), 0U);
  EXPECT_TRUE(soon([&] { return service.streams == 0; }));
}

TEST(Streams, AReaderThatTakesNothingIsDroppedAndHoldsLittle) {
  ListenerSettings settings;
  settings.answer_ms_max = 300;
  WaitingService service(settings);
  service.feed.add(std::string(64'000'000, 'x'));
  TestClient deaf = service.connect(4096);
  ASSERT_TRUE(deaf.send(get_request("/stream")));
  TestClient other = service.connect();
  ASSERT_TRUE(other.send(get_request("/fine")));
  EXPECT_EQ(body_of(other.read_answer()), "/fine");
  EXPECT_EQ(service.connections_become(1), 1U);
  EXPECT_TRUE(soon([&] { return service.streams == 0; }));
  const std::string got = deaf.read_all();
  EXPECT_LT(got.size(), 1'000'000U);  // what the kernel holds, not what there was
  EXPECT_FALSE(got.ends_with("0\r\n\r\n"));
}

TEST(Streams, ASlowReaderThatGoesOnReadingIsKept) {
  ListenerSettings settings;
  settings.answer_ms_max = 1000;
  WaitingService service(settings);
  service.feed.add(std::string(5'000'000, 'x'));
  service.feed.end();
  TestClient slow = service.connect(4096);
  ASSERT_TRUE(slow.send(get_request("/stream")));
  std::string got;
  for (int i = 0; i < 70; ++i) {  // longer than the deadline of one answer
    got += slow.read_some();
    std::this_thread::sleep_for(20ms);
  }
  got += slow.read_all(30);
  EXPECT_TRUE(got.ends_with("\r\n0\r\n\r\n"));
  EXPECT_GE(got.size(), 5'000'000U);
}

TEST(Streams, HaveALimitOfTheirOwn) {
  ListenerSettings settings;
  settings.streams_max = 2;
  WaitingService service(settings);
  TestClient first = service.connect();
  TestClient second = service.connect();
  TestClient third = service.connect();
  for (TestClient* client : {&first, &second}) {
    ASSERT_TRUE(client->send(get_request("/stream")));
    read_until(*client, "hello;");
  }
  EXPECT_EQ(service.listener->streams(), 2U);
  ASSERT_TRUE(third.send(get_request("/stream")));
  const std::string refusal = third.read_answer();
  EXPECT_TRUE(refusal.starts_with("HTTP/1.1 503")) << refusal;
  EXPECT_NE(refusal.find("too_many_streams"), std::string::npos);
  EXPECT_NE(refusal.find("Retry-After: 5\r\n"), std::string::npos);
  ASSERT_TRUE(third.send(get_request("/a")));  // it lives on
  EXPECT_EQ(body_of(third.read_answer()), "/a");
  service.feed.end();
  service.ring();
  EXPECT_EQ(service.connections_become(1), 1U);
  EXPECT_EQ(service.listener->streams(), 0U);
}

TEST(Streams, AClientThatSendsIntoItsStreamIsClosed) {
  WaitingService service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get_request("/stream") + get_request("/never")));
  read_until(client, "hello;");
  const std::string noise(16 * 1024, 'n');
  for (int i = 0; i < 100 && client.send(noise); ++i) std::this_thread::sleep_for(2ms);
  EXPECT_EQ(service.connections_become(0), 0U);
  EXPECT_EQ(service.handled, 1);
}

}  // namespace
}  // namespace concord::server
