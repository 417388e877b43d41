#include "bench/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "index/base/assert.h"

namespace concord::bench {
namespace {

using index::Code;
using index::Error;
using index::fail;
using index::Result;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Answer {
  std::size_t bytes = 0;  // head and body
  std::size_t body_bytes = 0;
  bool ok = false;
};

// The answer at the front of `bytes`; zero bytes: not whole yet; empty: no HTTP we understand.
std::optional<Answer> read_answer(std::string_view bytes) {
  constexpr std::string_view kField = "\r\nContent-Length: ";
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return Answer{};
  const std::string_view head = bytes.substr(0, head_end + 2);
  const std::size_t field = head.find(kField);
  if (!head.starts_with("HTTP/1.1 ") || field == std::string_view::npos) return std::nullopt;
  Answer answer;
  const char* const digits = head.data() + field + kField.size();
  if (std::from_chars(digits, head.data() + head.size(), answer.body_bytes).ec != std::errc())
    return std::nullopt;
  const std::size_t size = head_end + 4 + answer.body_bytes;
  if (bytes.size() < size) return Answer{};
  answer.bytes = size;
  answer.ok = head.substr(9, 3) == "200";
  return answer;
}

struct Connection {
  int fd = -1;
  std::string received;
  std::string unsent;
  std::deque<std::int64_t> started_ns;  // of the requests in flight, oldest first
  Connection() = default;
  ~Connection() {
    if (fd >= 0) ::close(fd);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
};

class Client {
 public:
  explicit Client(const Load& load)
      : load_(load), total_(load.warm_up + load.count), chunk_(1 << 16, '\0') {
    report_.latencies_ns.reserve(load.count);
  }
  ~Client() {
    if (epoll_ >= 0) ::close(epoll_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<Report> run() {
    if (auto connected = connect_all(); !connected) return fail(connected.error());
    begin_ns_ = now_ns();
    measured_from_ns_ = begin_ns_;
    while (answered_ < total_) {
      start_what_is_due();
      if (auto moved = move_bytes(); !moved) return fail(moved.error());
    }
    report_.seconds = static_cast<double>(now_ns() - measured_from_ns_) / 1e9;
    std::sort(report_.latencies_ns.begin(), report_.latencies_ns.end());
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool open_loop() const { return load_.requests_per_second > 0; }
  [[nodiscard]] std::int64_t due_ns(std::size_t request) const {
    return begin_ns_ + static_cast<std::int64_t>(static_cast<double>(request) * 1e9 /
                                                 load_.requests_per_second);
  }
  static tl::unexpected<Error> os_error(const char* what) {
    return fail(Code::io_error, std::string(what) + ": " + std::strerror(errno));
  }

  Result<void> connect_all() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) return os_error("epoll_create1");
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(load_.port);
    if (::inet_pton(AF_INET, load_.host.c_str(), &to.sin_addr) != 1)
      return fail(Code::bad_input, "not an IPv4 address", load_.host);
    for (unsigned i = 0; i < load_.connections; ++i) {
      connections_.push_back(std::make_unique<Connection>());
      Connection& c = *connections_.back();
      c.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (c.fd < 0) return os_error("socket");
      if (::connect(c.fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
        return os_error("connect");
      const int on = 1;
      ::setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &c;
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event) != 0) return os_error("epoll_ctl");
    }
    return {};
  }

  void start_what_is_due() {
    for (const auto& c : connections_) {
      const unsigned in_flight_max = open_loop() ? 1 : load_.pipeline;
      while (c->started_ns.size() < in_flight_max && started_ < total_) {
        const std::int64_t now = now_ns();
        if (open_loop() && due_ns(started_) > now) break;
        c->started_ns.push_back(open_loop() ? due_ns(started_) : now);
        c->unsent += load_.requests[started_ % load_.requests.size()];
        ++started_;
      }
      send_unsent(*c);
    }
  }

  // What the kernel does not take now is tried again in the next round.
  static void send_unsent(Connection& c) {
    if (c.unsent.empty()) return;
    const ssize_t n = ::send(c.fd, c.unsent.data(), c.unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) c.unsent.erase(0, static_cast<std::size_t>(n));
  }

  [[nodiscard]] int timeout_ms() const {
    const bool unsent = std::any_of(connections_.begin(), connections_.end(),
                                    [](const auto& c) { return !c->unsent.empty(); });
    if (load_.spin || unsent) return 0;
    if (!open_loop() || started_ == total_) return 5'000;
    return static_cast<int>(
        std::clamp<std::int64_t>((due_ns(started_) - now_ns()) / 1'000'000, 0, 5'000));
  }

  Result<void> move_bytes() {
    std::array<epoll_event, 64> events;
    const int timeout = timeout_ms();
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout);
    if (count < 0 && errno != EINTR) return os_error("epoll_wait");
    if (count == 0 && timeout == 5'000) return fail(Code::io_error, "no answer in 5 s");
    for (int i = 0; i < count; ++i) {
      auto& c = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (auto read = on_readable(c); !read) return read;
    }
    return {};
  }

  Result<void> on_readable(Connection& c) {
    const ssize_t n = ::recv(c.fd, chunk_.data(), chunk_.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (n <= 0) return fail(Code::io_error, "the server closed a connection");
    c.received.append(chunk_.data(), static_cast<std::size_t>(n));
    const std::int64_t now = now_ns();
    std::size_t used = 0;
    for (;;) {
      const auto answer = read_answer(std::string_view(c.received).substr(used));
      if (!answer || (answer->bytes > 0 && c.started_ns.empty()))
        return fail(Code::bad_input, "an answer that was not asked for, or no HTTP");
      if (answer->bytes == 0) break;
      used += answer->bytes;
      count_answer(*answer, now - c.started_ns.front(), now);
      c.started_ns.pop_front();
    }
    c.received.erase(0, used);
    return {};
  }

  void count_answer(const Answer& answer, std::int64_t latency_ns, std::int64_t now) {
    if (++answered_ <= load_.warm_up) {
      measured_from_ns_ = now;
      return;
    }
    report_.latencies_ns.push_back(latency_ns);
    report_.not_ok += answer.ok ? 0 : 1;
    report_.body_bytes += answer.body_bytes;
  }

  const Load& load_;
  const std::size_t total_;
  std::string chunk_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t started_ = 0;
  std::size_t answered_ = 0;
  std::int64_t begin_ns_ = 0;
  std::int64_t measured_from_ns_ = 0;
  Report report_;
};

}  // namespace

std::int64_t Report::percentile_ns(double share) const {
  CONCORD_ASSERT(!latencies_ns.empty() && share >= 0 && share <= 1);
  const auto last = static_cast<double>(latencies_ns.size() - 1);
  return latencies_ns[static_cast<std::size_t>(share * last)];
}

Result<Report> run_load(const Load& load) {
  CONCORD_ASSERT(!load.requests.empty() && load.count > 0);
  CONCORD_ASSERT(load.connections > 0 && load.pipeline > 0);
  return Client(load).run();
}

}  // namespace concord::bench
