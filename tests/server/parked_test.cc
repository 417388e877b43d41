// Promise: a request that must wait costs its loop nothing, keeps its place, and ends: by its
// answer, by its deadline, by its client, or by the stop.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/waiting_service.h"

namespace concord::server {
namespace {

using namespace std::chrono_literals;

TEST(Parked, OthersAreServedMeanwhile) {
  WaitingService service;
  TestClient waiting = service.connect();
  ASSERT_TRUE(waiting.send(get_request("/wait")));
  ASSERT_EQ(service.parked_become(1), 1);
  TestClient other = service.connect();
  ASSERT_TRUE(other.send(get_request("/a")));
  EXPECT_EQ(body_of(other.read_answer()), "/a");
  EXPECT_FALSE(waiting.readable(20));
  service.gate.open();
  service.ring();
  EXPECT_EQ(body_of(waiting.read_answer()), "/wait");
  EXPECT_EQ(service.parked_become(0), 0);
}

TEST(Parked, PipelinedRequestsKeepTheirOrder) {
  WaitingService service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get_request("/a") + post_head("/wait", 4) + "body" + get_request("/b")));
  EXPECT_EQ(body_of(client.read_answer()), "/a");
  ASSERT_EQ(service.parked_become(1), 1);
  ASSERT_TRUE(client.send(get_request("/c")));  // stays in the kernel
  std::this_thread::sleep_for(20ms);
  ASSERT_TRUE(client.send(get_request("/d")));
  EXPECT_FALSE(client.readable(20));
  service.gate.open();
  service.ring();
  for (const char* body : {"/waitbody", "/b", "/c", "/d"})
    EXPECT_EQ(body_of(client.read_answer()), body);
}

TEST(Parked, TwoOfOneConnectionParkOneAfterTheOther) {
  WaitingService service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get_request("/wait/30") + get_request("/wait/30") + get_request("/c")));
  EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 503"));
  EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 503"));
  EXPECT_EQ(body_of(client.read_answer()), "/c");
  EXPECT_EQ(service.handled, 5);
}

TEST(Parked, DeadlinesEndInTheirOwnOrder) {
  WaitingService service;
  TestClient late = service.connect();
  TestClient soon = service.connect();
  ASSERT_TRUE(late.send(get_request("/wait/400")));
  ASSERT_EQ(service.parked_become(1), 1);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(soon.send(get_request("/wait/100")));
  EXPECT_NE(soon.read_answer().find("\"code\":\"late\""), std::string::npos);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 90ms);
  EXPECT_EQ(service.parked, 1);
  EXPECT_NE(late.read_answer().find("\"code\":\"late\""), std::string::npos);
  ASSERT_TRUE(soon.send(get_request("/a")));
  EXPECT_EQ(body_of(soon.read_answer()), "/a");
}

TEST(Parked, AClientThatHangsUpIsLetGo) {
  WaitingService service;
  {
    TestClient plain = service.connect();
    TestClient pipelining = service.connect();
    ASSERT_TRUE(plain.send(get_request("/wait")));
    ASSERT_TRUE(pipelining.send(get_request("/wait") + get_request("/b")));
    ASSERT_EQ(service.parked_become(2), 2);
    ASSERT_TRUE(pipelining.send(get_request("/c")));  // unread bytes before the end
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(service.connections_become(0), 0U);
  EXPECT_EQ(service.parked_become(0), 0);
  EXPECT_EQ(service.handled, 2);
}

TEST(Parked, AThousandWaitAndAreAnsweredByOneRing) {
  ListenerSettings settings;
  settings.threads = 2;
  WaitingService service(settings);
  std::vector<TestClient> clients;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(service.connect());
    ASSERT_TRUE(clients.back().send(get_request("/wait")));
  }
  ASSERT_EQ(service.parked_become(1000), 1000);
  EXPECT_EQ(service.listener->parked(), 1000U);
  const int looks = service.looks;
  TestClient other = service.connect();
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(other.send(get_request("/a")));
    ASSERT_EQ(body_of(other.read_answer()), "/a");
  }
  EXPECT_EQ(service.looks, looks);  // requests of others never look at the parked ones
  service.gate.open();
  service.ring();
  for (TestClient& client : clients) ASSERT_EQ(body_of(client.read_answer()), "/wait");
  EXPECT_EQ(service.parked_become(0), 0);
  EXPECT_EQ(service.listener->parked(), 0U);
}

TEST(Parked, AStormOfRingsIsHeardAFewTimes) {
  WaitingService service;
  TestClient waiting = service.connect();
  TestClient busy = service.connect();
  ASSERT_TRUE(waiting.send(get_request("/wait")));
  ASSERT_EQ(service.parked_become(1), 1);
  const int looks = service.looks;
  ASSERT_TRUE(busy.send(get_request("/work/300")));
  std::this_thread::sleep_for(100ms);  // the loop is in the handler now
  std::vector<std::thread> ringers;
  ringers.reserve(4);
  for (int i = 0; i < 4; ++i)
    ringers.emplace_back([&] {
      for (int n = 0; n < 25'000; ++n) service.ring();
    });
  for (std::thread& ringer : ringers) ringer.join();
  EXPECT_EQ(body_of(busy.read_answer()), "/work/300");
  std::this_thread::sleep_for(50ms);
  EXPECT_LT(service.looks - looks, 25'000);
  EXPECT_GT(service.looks - looks, 0);
  service.gate.open();
  service.ring();
  EXPECT_EQ(body_of(waiting.read_answer()), "/wait");
}

// Whoever makes it ready and then rings is never overheard, however the two race with parking.
TEST(Parked, NoRingIsLost) {
  ListenerSettings settings;
  settings.threads = 2;
  WaitingService service(settings);
  TestClient client = service.connect();
  for (int round = 0; round < 300; ++round) {
    service.gate.shut();
    std::thread opener([&] {
      for (int spin = 0; spin < round * 20; ++spin)
        std::atomic_signal_fence(std::memory_order_seq_cst);
      service.gate.open();
      service.ring();
    });
    ASSERT_TRUE(client.send(get_request("/wait")));
    const std::string got = client.read_answer();
    opener.join();
    ASSERT_EQ(body_of(got), "/wait") << round;
  }
}

TEST(Parked, BehindAnAnswerThatIsNotTakenItStillWaitsItsTurn) {
  WaitingService service;
  TestClient client = service.connect(4096);
  const std::string body(60'000, 'x');
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += post_head("/p", body.size()) + body;
  requests += get_request("/wait") + get_request("/end");
  std::thread sender([&] { EXPECT_TRUE(client.send(requests)); });
  for (int i = 0; i < 100; ++i) ASSERT_EQ(body_of(client.read_answer()).size(), body.size() + 2);
  sender.join();
  ASSERT_EQ(service.parked_become(1), 1);
  service.gate.open();
  service.ring();
  EXPECT_EQ(body_of(client.read_answer()), "/wait");
  EXPECT_EQ(body_of(client.read_answer()), "/end");
}

TEST(Parked, UnreadRequestsBehindTheLastAnswerDoNotDestroyIt) {
  for (int round = 0; round < 20; ++round) {
    WaitingService service;
    TestClient client = service.connect(4096);
    const std::string body(60'000, 'x');
    ASSERT_TRUE(client.send(post_head("/wait", body.size()) + body));
    ASSERT_EQ(service.parked_become(1), 1);
    ASSERT_TRUE(client.send(get_request("/never")));
    std::this_thread::sleep_for(5ms);
    service.listener->stop();
    service.gate.open();
    service.ring();
    std::this_thread::sleep_for(5ms);
    ASSERT_EQ(body_of(client.read_all()).size(), body.size() + 5) << round;
  }
}

TEST(Parked, StopWaitsForTheAnswerButNotPastTheDeadline) {
  WaitingService service;
  TestClient answered = service.connect();
  TestClient expired = service.connect();
  ASSERT_TRUE(answered.send(get_request("/wait") + get_request("/never")));
  ASSERT_EQ(service.parked_become(1), 1);
  service.listener->stop();
  std::this_thread::sleep_for(30ms);
  EXPECT_FALSE(answered.readable(0));
  service.gate.open();
  service.ring();
  const std::string got = answered.read_all();
  EXPECT_EQ(body_of(got), "/wait");
  EXPECT_NE(got.find("Connection: close\r\n"), std::string::npos);
  service.stop();

  WaitingService second;
  TestClient waiting = second.connect();
  ASSERT_TRUE(waiting.send(get_request("/wait/150")));
  ASSERT_EQ(second.parked_become(1), 1);
  second.stop();  // returns, although nobody rings
  EXPECT_TRUE(waiting.read_all().starts_with("HTTP/1.1 503"));
}

}  // namespace
}  // namespace concord::server
