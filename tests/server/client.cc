#include "tests/server/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <utility>

namespace concord::server {
namespace {

constexpr int kHangMs = 60'000;  // no answer at all; not a bound of how fast it is

}  // namespace

TestClient::TestClient(std::uint16_t port, bool ipv6, int receive_bytes)
    : fd_(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_bytes > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_loopback;
  const int failed = ipv6 ? ::connect(fd_, reinterpret_cast<sockaddr*>(&v6), sizeof v6)
                          : ::connect(fd_, reinterpret_cast<sockaddr*>(&v4), sizeof v4);
  if (failed == 0) return;
  ::close(fd_);
  fd_ = -1;
}

TestClient::~TestClient() {
  if (fd_ >= 0) ::close(fd_);
}
TestClient::TestClient(TestClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

bool TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void TestClient::send_end() { ::shutdown(fd_, SHUT_WR); }

bool TestClient::readable(int milliseconds) const {
  pollfd waits{fd_, POLLIN, 0};
  return ::poll(&waits, 1, milliseconds) > 0;
}

bool TestClient::read_more(int milliseconds) {
  if (!readable(milliseconds)) return false;
  char bytes[65536];
  const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
  if (n <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

std::string TestClient::read_answer() {
  for (;;) {
    const std::size_t head_end = buffer_.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      std::size_t length = 0;
      const std::size_t field = buffer_.find("Content-Length: ");
      if (field < head_end)
        length = static_cast<std::size_t>(std::strtoul(buffer_.c_str() + field + 16, nullptr, 10));
      const std::size_t size = head_end + 4 + length;
      if (buffer_.size() >= size) {
        std::string answer = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return answer;
      }
    }
    if (!read_more(kHangMs)) return std::exchange(buffer_, {});
  }
}

std::string TestClient::read_some() {
  read_more(100);
  return std::exchange(buffer_, {});
}

std::string TestClient::read_all(int seconds_max) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::seconds(seconds_max);
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0 || !readable(static_cast<int>(left)))
      return std::exchange(buffer_, {}) + "<timeout";
    if (!read_more(0)) return std::exchange(buffer_, {});
  }
}

}  // namespace concord::server
