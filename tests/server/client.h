// A blocking TCP client for tests: sends what it is told, reads until it has seen enough.
// Thread class: one-owner.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace concord::server {

class TestClient {
 public:
  /// Connects to the loopback (IPv4, or IPv6). `receive_bytes`: size of the receive buffer, 0: the
  /// system's choice.
  explicit TestClient(std::uint16_t port, bool ipv6 = false, int receive_bytes = 0);
  ~TestClient();
  TestClient(TestClient&& other) noexcept;
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  [[nodiscard]] bool connected() const { return fd_ >= 0; }
  /// False when the peer is gone.
  bool send(std::string_view bytes);
  /// Ends our direction only.
  void send_end();
  /// One answer with a Content-Length (head and body), or what came before the end or 5 s.
  std::string read_answer();
  /// What is there, after waiting 100 ms for it at most; it may be nothing.
  std::string read_some();
  /// Everything until the peer closes; "…<timeout" after `seconds_max`.
  std::string read_all(int seconds_max = 5);
  /// Whether bytes or an end are there within the time.
  bool readable(int milliseconds) const;

 private:
  bool read_more(int milliseconds);
  int fd_ = -1;
  std::string buffer_;
};

}  // namespace concord::server
