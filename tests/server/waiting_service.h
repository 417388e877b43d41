// A listener whose requests wait, stream and are turned away as their paths say; for tests that
// ring its bells. Thread class: any-thread, but for construction and stop.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/listener.h"
#include "tests/server/client.h"

namespace concord::server {

/// Opens once; what waits for it is ready then.
class TestGate {
 public:
  void open() { open_.store(true, std::memory_order_release); }
  void shut() { open_.store(false, std::memory_order_release); }
  [[nodiscard]] bool is_open() const { return open_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> open_{false};
};

/// What the streams say: each sends what was fed since it last looked.
class TestFeed {
 public:
  void add(std::string_view text);
  void end();
  /// What was fed behind `from`, at most 64 KiB; false: that was the end.
  bool read(std::size_t& from, index::Buffer& out);

 private:
  std::mutex mutex_;
  std::string text_;
  bool ended_ = false;
};

/// "/wait[/MS]": parked until the gate opens, for MS (60,000) at most; answers the body, or 503
/// "late" at the deadline. "/stream": the feed, after "hello". "/full": 429 at the head,
/// Retry-After
/// 3. "/large": bodies up to 16 MiB. "/work/MS": keeps its loop busy. Else: path and body.
class WaitingService {
 public:
  explicit WaitingService(const ListenerSettings& settings = {});
  ~WaitingService() { stop(); }
  WaitingService(const WaitingService&) = delete;
  WaitingService& operator=(const WaitingService&) = delete;
  void stop();
  /// Rings the bells of all loops.
  void ring() const;
  [[nodiscard]] TestClient connect(int receive_bytes = 0) const {
    return TestClient(listener->port(), false, receive_bytes);
  }
  /// Waits until there are so many, ten seconds at most; the last count seen.
  [[nodiscard]] std::size_t connections_become(std::size_t count) const;
  [[nodiscard]] int parked_become(int count) const;

  TestGate gate;
  TestFeed feed;
  std::atomic<int> parked{0};   // Laters that live
  std::atomic<int> streams{0};  // Streams that live
  std::atomic<int> looks{0};    // ready() asked
  std::atomic<int> handled{0};
  std::atomic<int> refused{0};
  std::unique_ptr<Listener> listener;

 private:
  std::vector<Waker> wakers_;
  std::thread thread_;
};

/// Whether it holds within ten seconds.
bool soon(const std::function<bool()>& holds);
/// A GET with no fields but Host.
std::string get_request(std::string_view path);
/// The head of a POST; the body comes after it.
std::string post_head(std::string_view path, std::size_t length);
std::string body_of(const std::string& answer);

}  // namespace concord::server
