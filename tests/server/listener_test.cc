// The listener with real sockets: deadlines, back pressure, many peers, and a stop that loses
// nothing that has begun.
#include "server/listener.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/client.h"
#include "tests/server/malformed.h"

namespace concord::server {
namespace {

using namespace std::chrono_literals;

struct Counts {
  std::atomic<int> handled{0};
  std::atomic<int> big{0};
  std::atomic<int> refused{0};
};

// "/big/N": N bytes; "/slow": 300 ms; else the path and the body.
class TestHandler final : public Handler {
 public:
  explicit TestHandler(Counts& counts) : counts_(counts) {}
  void handle(const Request& request, Response& response) override {
    ++counts_.handled;
    if (request.segments[0] == "slow") std::this_thread::sleep_for(300ms);
    if (request.segments[0] == "big") {
      ++counts_.big;
      const std::size_t size = std::stoul(std::string(request.segments[1]));
      std::fill_n(response.body.reserve_more(size), size, 'x');
      response.body.advance(size);
      return;
    }
    response.body.append(request.path);
    response.body.append(request.body);
  }
  void refused(const Refusal&) override { ++counts_.refused; }

 private:
  Counts& counts_;
};

class Service {
 public:
  explicit Service(const ListenerSettings& settings = {}) {
    auto opened = Listener::open(
        settings, [this](unsigned, const Waker&) { return std::make_unique<TestHandler>(counts); });
    EXPECT_TRUE(opened.has_value());
    listener = std::move(*opened);
    thread_ = std::thread([this] { EXPECT_TRUE(listener->run().has_value()); });
  }
  ~Service() { stop(); }
  void stop() {
    listener->stop();
    if (thread_.joinable()) thread_.join();
  }
  TestClient connect() const { return TestClient(listener->port()); }

  Counts counts;
  std::unique_ptr<Listener> listener;

 private:
  std::thread thread_;
};

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "<none>" : answer.substr(end + 4);
}
ListenerSettings quick() {
  ListenerSettings settings;
  settings.request_ms_max = 200;
  settings.answer_ms_max = 200;
  settings.idle_ms_max = 200;
  settings.linger_ms_max = 200;
  return settings;
}

TEST(Listener, KeepsAliveAndPipelines) {
  Service service;
  TestClient client = service.connect();
  for (const char* path : {"/a", "/b", "/c"}) {
    ASSERT_TRUE(client.send(get(path)));
    EXPECT_EQ(body_of(client.read_answer()), path);
  }
  ASSERT_TRUE(client.send(get("/1") + get("/2") + get("/3")));
  for (const char* path : {"/1", "/2", "/3"}) EXPECT_EQ(body_of(client.read_answer()), path);
  EXPECT_EQ(service.listener->connections(), 1U);
}

TEST(Listener, ManyPipelinedRequestsOverflowTheBatchAndComeInOrder) {
  Service service;
  TestClient client = service.connect();
  std::string requests;
  for (int i = 0; i < 2000; ++i)
    requests += get(i % 10 == 0 ? "/big/30000" : "/" + std::to_string(i));
  std::thread sender([&] { EXPECT_TRUE(client.send(requests)); });
  for (int i = 0; i < 2000; ++i) {
    const std::string body = body_of(client.read_answer());
    if (i % 10 == 0)
      ASSERT_EQ(body.size(), 30000U) << i;
    else
      ASSERT_EQ(body, "/" + std::to_string(i));
  }
  sender.join();
}

TEST(Listener, BodiesInPiecesAndInChunks) {
  Service service;
  TestClient client = service.connect();
  const std::string body(60'000, 'b');
  ASSERT_TRUE(client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"));
  for (std::size_t at = 0; at < body.size(); at += 10'000) {
    std::this_thread::sleep_for(2ms);
    ASSERT_TRUE(client.send(body.substr(at, 10'000)));
  }
  EXPECT_EQ(body_of(client.read_answer()), "/p" + body);
  ASSERT_TRUE(
      client.send("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "5\r\nhello\r\n"));
  std::this_thread::sleep_for(5ms);
  ASSERT_TRUE(client.send("0\r\n\r\n"));
  EXPECT_EQ(body_of(client.read_answer()), "/chello");
}

TEST(Listener, ExpectContinueIsHeardBeforeTheBody) {
  Service service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client.send("ab"));
  EXPECT_EQ(body_of(client.read_answer()), "/xab");
}

TEST(Listener, MalformedRowsGetOneRefusalAndTheEnd) {
  Service service;
  const auto rows = malformed_rows();
  for (const MalformedRow& row : rows) {
    SCOPED_TRACE(row.name);
    TestClient client = service.connect();
    client.send(row.bytes + std::string(kFollower));
    const std::string got = client.read_all();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 4") || got.starts_with("HTTP/1.1 505")) << got;
    EXPECT_EQ(got.find("\r\n\r\n"), got.rfind("\r\n\r\n")) << got;  // one answer
    EXPECT_TRUE(got.ends_with("}")) << got;                         // whole, not torn by a reset
  }
  EXPECT_EQ(service.counts.handled, 0);
  EXPECT_EQ(service.counts.refused, static_cast<int>(rows.size()));
}

TEST(Listener, SlowHeadersAreClosedThoughBytesKeepComing) {
  Service service(quick());
  TestClient client = service.connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\n"));
  const auto begin = std::chrono::steady_clock::now();
  int lines = 0;
  while (lines < 500 && !client.readable(10) && client.send("X: a\r\n")) ++lines;
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 408"));
  EXPECT_GE(took, 150ms);
  EXPECT_LT(took, 1500ms);
  EXPECT_EQ(service.counts.refused, 1);
}

TEST(Listener, SlowBodiesAreClosedToo) {
  Service service(quick());
  TestClient client = service.connect();
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1"));
  EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 408"));
  EXPECT_EQ(service.counts.handled, 0);
}

TEST(Listener, IdleConnectionsAreClosedInSilence) {
  Service service(quick());
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get("/a")));
  EXPECT_EQ(body_of(client.read_answer()), "/a");
  EXPECT_EQ(client.read_all(), "");
}

TEST(Listener, AClientThatNeverReadsIsDroppedAndHarmsNobody) {
  Service service(quick());
  TestClient deaf(service.listener->port(), false, 4096);
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += get("/big/200000");
  ASSERT_TRUE(deaf.send(requests));
  TestClient other = service.connect();
  ASSERT_TRUE(other.send(get("/fine")));
  EXPECT_EQ(body_of(other.read_answer()), "/fine");
  for (int i = 0; i < 200 && service.listener->connections() > 1; ++i) {
    std::this_thread::sleep_for(10ms);
    ASSERT_TRUE(other.send(get("/fine")));  // stays alive by being used
    other.read_answer();
  }
  EXPECT_EQ(service.listener->connections(), 1U);
  EXPECT_LT(service.counts.big, 100);  // back pressure: not all 200 were computed and stored
}

TEST(Listener, SlowReadersGetEverythingInOrder) {
  Service service;
  TestClient client(service.listener->port(), false, 4096);
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += get("/big/100000") + get("/" + std::to_string(i));
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(body_of(client.read_answer()), std::string(100'000, 'x'));
    EXPECT_EQ(body_of(client.read_answer()), "/" + std::to_string(i));
  }
}

TEST(Listener, ThousandConnectionsAtOnceOnTwoLoops) {
  ListenerSettings settings;
  settings.threads = 2;
  Service service(settings);
  std::vector<TestClient> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(service.connect());
  for (std::size_t i = 0; i < clients.size(); ++i)
    ASSERT_TRUE(clients[i].send(get("/" + std::to_string(i)))) << i;
  for (std::size_t i = 0; i < clients.size(); ++i)
    ASSERT_EQ(body_of(clients[i].read_answer()), "/" + std::to_string(i));
  EXPECT_EQ(service.listener->connections(), 1000U);
}

TEST(Listener, ThousandSlowPeersLeaveTheServiceAvailable) {
  ListenerSettings settings = quick();
  settings.request_ms_max = 1000;
  Service service(settings);
  std::vector<TestClient> slow;
  for (int i = 0; i < 1000; ++i) {
    slow.push_back(service.connect());
    ASSERT_TRUE(slow.back().send("GET / HTTP/1.1\r\nHost:"));
  }
  TestClient good = service.connect();
  ASSERT_TRUE(good.send(get("/good")));
  EXPECT_EQ(body_of(good.read_answer()), "/good");
  for (TestClient& peer : slow) ASSERT_TRUE(peer.read_all().starts_with("HTTP/1.1 408"));
  EXPECT_EQ(service.counts.refused, 1000);
}

TEST(Listener, OverTheConnectionLimitIsTurnedAwayPolitely) {
  ListenerSettings settings;
  settings.connections_max = 2;
  Service service(settings);
  TestClient first = service.connect();
  TestClient second = service.connect();
  ASSERT_TRUE(first.send(get("/1")) && second.send(get("/2")));
  first.read_answer();
  second.read_answer();
  TestClient third = service.connect();
  const std::string got = third.read_all();
  EXPECT_TRUE(got.starts_with("HTTP/1.1 503")) << got;
  EXPECT_NE(got.find("Retry-After: 1\r\n"), std::string::npos);
  ASSERT_TRUE(first.send(get("/still")));
  EXPECT_EQ(body_of(first.read_answer()), "/still");
}

TEST(Listener, RequestsPerConnectionAreLimited) {
  ListenerSettings settings;
  settings.requests_per_connection_max = 2;
  Service service(settings);
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get("/1") + get("/2") + get("/3")));
  const std::string got = client.read_all();
  EXPECT_NE(got.find("/2"), std::string::npos);
  EXPECT_EQ(got.find("/3"), std::string::npos);
}

TEST(Listener, HalfClosedClientsStillGetTheirAnswer) {
  Service service;
  TestClient client = service.connect();
  ASSERT_TRUE(client.send(get("/a")));
  client.send_end();
  EXPECT_EQ(body_of(client.read_all()), "/a");
}

TEST(Listener, StopFinishesWhatIsInFlight) {
  Service service;
  TestClient busy = service.connect();
  TestClient idle = service.connect();
  TestClient half = service.connect();
  ASSERT_TRUE(idle.send(get("/idle")));
  idle.read_answer();
  ASSERT_TRUE(half.send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"));
  std::this_thread::sleep_for(20ms);
  ASSERT_TRUE(busy.send(get("/slow") + get("/second")));
  std::this_thread::sleep_for(50ms);  // the handler is at work now
  service.listener->stop();
  EXPECT_EQ(idle.read_all(), "");
  ASSERT_TRUE(half.send("ab"));
  const std::string busy_got = busy.read_all();
  EXPECT_NE(busy_got.find("/slow"), std::string::npos) << busy_got;
  const std::string half_got = half.read_all();
  EXPECT_EQ(body_of(half_got), "/halfab");
  EXPECT_NE(half_got.find("Connection: close"), std::string::npos);
  service.stop();
  EXPECT_FALSE(service.connect().connected());
  EXPECT_EQ(service.listener->connections(), 0U);
}

TEST(Listener, StopWaitsForASlowReaderButNotLonger) {
  Service service;
  TestClient client(service.listener->port(), false, 4096);
  ASSERT_TRUE(client.send(get("/big/9000000")));
  std::this_thread::sleep_for(50ms);  // computed, and most of it not yet taken by the kernel
  service.listener->stop();
  EXPECT_EQ(body_of(client.read_all()).size(), 9'000'000U);  // the end comes with the last byte
  const auto begin = std::chrono::steady_clock::now();
  service.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST(Listener, StopServesWhoCameBeforeIt) {
  Service service;
  TestClient busy = service.connect();
  ASSERT_TRUE(busy.send(get("/slow")));
  std::this_thread::sleep_for(50ms);
  TestClient queued = service.connect();  // still in the kernel's queue
  ASSERT_TRUE(queued.send(get("/queued")));
  service.listener->stop();
  EXPECT_EQ(body_of(queued.read_all()), "/queued");
}

TEST(Listener, StopWithNothingToDoReturnsAtOnce) {
  const auto begin = std::chrono::steady_clock::now();
  {
    ListenerSettings settings;
    settings.threads = 3;
    Service service(settings);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Listener, ListensOnIpv6AndNamesItsUrl) {
  ListenerSettings settings;
  settings.address = *parse_listen_address("[::1]:0");
  auto opened = Listener::open(settings, [](unsigned, const Waker&) -> std::unique_ptr<Handler> {
    static Counts counts;
    return std::make_unique<TestHandler>(counts);
  });
  if (!opened) GTEST_SKIP() << "no IPv6 here: listening on [::1] was not checked";
  EXPECT_EQ((*opened)->url(), "http://[::1]:" + std::to_string((*opened)->port()));
  std::thread loop([&] { EXPECT_TRUE((*opened)->run().has_value()); });
  TestClient client((*opened)->port(), true);
  ASSERT_TRUE(client.send(get("/six")));
  EXPECT_EQ(body_of(client.read_answer()), "/six");
  (*opened)->stop();
  loop.join();
}

TEST(Listener, APortInUseIsAnErrorThatNamesIt) {
  Service service;
  ListenerSettings settings;
  settings.address.port = service.listener->port();
  const auto again = Listener::open(settings, [&](unsigned, const Waker&) {
    return std::make_unique<TestHandler>(service.counts);
  });
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, index::Code::io_error);
  EXPECT_EQ(again.error().place, "127.0.0.1:" + std::to_string(service.listener->port()));
}

TEST(ListenAddress, LiteralsOnly) {
  EXPECT_TRUE(parse_listen_address("127.0.0.1:8080")->loopback);
  EXPECT_TRUE(parse_listen_address("127.9.9.9:0")->loopback);
  EXPECT_TRUE(parse_listen_address("[::1]:8080")->loopback);
  EXPECT_FALSE(parse_listen_address("0.0.0.0:80")->loopback);
  EXPECT_FALSE(parse_listen_address("[::]:80")->loopback);
  EXPECT_FALSE(parse_listen_address("[::ffff:127.0.0.1]:80")->loopback);
  EXPECT_EQ(parse_listen_address("[::1]:8080")->port, 8080);
  for (const char* bad : {"", "8080", "localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999",
                          "127.0.0.1:8x", "::1:80", "[127.0.0.1]:80", "127.1:80", ":80"}) {
    const auto got = parse_listen_address(bad);
    ASSERT_FALSE(got.has_value()) << bad;
    EXPECT_EQ(got.error().place, "listen address " + std::string(bad));
  }
}

}  // namespace
}  // namespace concord::server
