#include "bench/open_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>

#include "index/base/assert.h"
#include "index/base/scheduling.h"

namespace concord::bench {
namespace {

using index::Code;
using index::fail;
using index::Result;

constexpr std::int64_t kRetryNs = 20'000'000;  // after a connection that could not be made
constexpr std::int64_t kMs = 1'000'000;

std::int64_t clock_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Answer {
  std::size_t bytes = 0;  // 0: not whole yet
  int status = 0;
  bool close = false;
  std::string_view body;
};

// None: no HTTP we understand.
std::optional<Answer> read_answer(std::string_view bytes) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return Answer{};
  const std::string_view head = bytes.substr(0, head_end + 2);
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 14) return std::nullopt;
  Answer answer;
  if (std::from_chars(head.data() + 9, head.data() + 12, answer.status).ec != std::errc())
    return std::nullopt;
  std::size_t length = 0;
  if (const std::size_t at = head.find(kLength); at != std::string_view::npos) {
    const char* const digits = head.data() + at + kLength.size();
    if (std::from_chars(digits, head.data() + head.size(), length).ec != std::errc())
      return std::nullopt;
  } else if (answer.status != 204 && answer.status != 304) {
    return std::nullopt;
  }
  if (bytes.size() < head_end + 4 + length) return Answer{};
  answer.bytes = head_end + 4 + length;
  answer.body = bytes.substr(head_end + 4, length);
  answer.close = head.find("\r\nConnection: close\r\n") != std::string_view::npos;
  return answer;
}

struct Connection {
  // flushing: answered before the request was out, and alive.
  enum class State : std::uint8_t { none, connecting, free, busy, flushing };
  int fd = -1;
  State state = State::none;
  std::size_t number = 0;    // of the request in flight
  std::uint64_t serial = 0;  // of requests on this object, so that an old deadline is known
  std::uint32_t events = 0;  // what epoll watches for
  std::string unsent;
  std::string received;
};

class Run {
 public:
  explicit Run(const OpenLoop& load) : load_(load), chunk_(1 << 16, '\0') {
    std::size_t count = 0;
    for (const Phase& phase : load.phases)
      count += static_cast<std::size_t>(std::llround(phase.seconds * phase.requests_per_second));
    report_.samples.resize(count);
    std::size_t number = 0;
    double phase_begin_s = 0;
    for (const Phase& phase : load.phases) {
      const auto in_phase =
          static_cast<std::size_t>(std::llround(phase.seconds * phase.requests_per_second));
      for (std::size_t i = 0; i < in_phase; ++i)
        report_.samples[number++].due_ns = static_cast<std::int64_t>(
            (phase_begin_s + static_cast<double>(i) / phase.requests_per_second) * 1e9);
      phase_begin_s += phase.seconds;
    }
  }
  ~Run() {
    for (const auto& c : connections_)
      if (c->fd >= 0) ::close(c->fd);
    if (timer_ >= 0) ::close(timer_);
    if (epoll_ >= 0) ::close(epoll_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<OpenLoopReport> run() {
    if (auto opened = open(); !opened) return fail(opened.error());
    begin_ns_ = clock_now_ns();
    while (done_ < report_.samples.size()) {
      start_what_is_due();
      expire();
      if (done_ == report_.samples.size()) break;
      if (auto moved = wait(); !moved) return fail(moved.error());
    }
    return std::move(report_);
  }

 private:
  [[nodiscard]] std::int64_t now_ns() const { return clock_now_ns() - begin_ns_; }
  static tl::unexpected<index::Error> os_error(const char* what) {
    return fail(Code::io_error, std::string(what) + ": " + std::strerror(errno));
  }

  Result<void> open() {
    to_.sin_family = AF_INET;
    to_.sin_port = htons(load_.port);
    if (::inet_pton(AF_INET, load_.host.c_str(), &to_.sin_addr) != 1)
      return fail(Code::bad_input, "not an IPv4 address", load_.host);
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (epoll_ < 0 || timer_ < 0) return os_error("cannot make a descriptor");
    watch(EPOLL_CTL_ADD, timer_, EPOLLIN, nullptr);
    for (unsigned i = 0; i < load_.connections; ++i) {
      connections_.push_back(std::make_unique<Connection>());
      Connection& c = *connections_.back();
      c.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (c.fd < 0 || ::connect(c.fd, reinterpret_cast<sockaddr*>(&to_), sizeof to_) != 0)
        return os_error("cannot connect");
      connected(c, EPOLL_CTL_ADD);
    }
    return {};
  }

  void watch(int operation, int fd, std::uint32_t events, Connection* c) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = c;
    CONCORD_ASSERT(::epoll_ctl(epoll_, operation, fd, &event) == 0);
  }

  void connected(Connection& c, int operation) {
    const int on = 1;
    ::setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(operation, c.fd, EPOLLIN, &c);
    c.events = EPOLLIN;
    become_free(c);
  }

  void become_free(Connection& c) {
    ++c.serial;
    c.state = Connection::State::free;
    free_.push_back(&c);
  }

  // The sending of whatever is due, as far as connections are free; what waits too long is given
  // up.
  void start_what_is_due() {
    std::vector<Sample>& samples = report_.samples;
    for (std::int64_t now = now_ns(); next_ < samples.size() && samples[next_].due_ns <= now;
         now = now_ns()) {
      Sample& sample = samples[next_];
      while (!free_.empty() && free_.back()->state != Connection::State::free) free_.pop_back();
      blocked_ = free_.empty() && now - sample.due_ns <= load_.give_up_ms * kMs;
      if (blocked_) return;
      const std::size_t number = next_++;
      if (free_.empty()) {
        sample.sent_ns = now;
        finish(number, kNotSent);
        continue;
      }
      Connection& c = *free_.back();
      free_.pop_back();
      c.state = Connection::State::busy;
      c.number = number;
      ++c.serial;
      sample.sent_ns = now;
      load_.write_request(number, c.unsent);
      deadlines_.push_back({now + load_.answer_ms_max * kMs, &c, c.serial});
      send_unsent(c);
    }
  }

  void finish(std::size_t number, int status) {
    Sample& sample = report_.samples[number];
    sample.done_ns = now_ns();
    sample.status = status;
    ++done_;
  }

  void send_unsent(Connection& c) {
    const ssize_t n = ::send(c.fd, c.unsent.data(), c.unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) c.unsent.erase(0, static_cast<std::size_t>(n));
    // A refusal may come while the rest is still to be sent, so read as well. A send that fails is
    // heard of by reading.
    const bool more = !c.unsent.empty() && (n >= 0 || errno == EAGAIN);
    const std::uint32_t events = more ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (events != c.events) watch(EPOLL_CTL_MOD, c.fd, events, &c);
    c.events = events;
  }

  // Gives the request in flight up and begins anew.
  void drop(Connection& c, int status) {
    if (c.state == Connection::State::busy) finish(c.number, status);
    reconnect(c);
  }

  void reconnect(Connection& c) {
    if (c.fd >= 0) ::close(c.fd);
    c.unsent.clear();
    c.received.clear();
    ++c.serial;
    ++report_.reconnects;
    c.state = Connection::State::connecting;
    c.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool begun =
        c.fd >= 0 && (::connect(c.fd, reinterpret_cast<sockaddr*>(&to_), sizeof to_) == 0 ||
                      errno == EINPROGRESS);
    if (begun) return watch(EPOLL_CTL_ADD, c.fd, EPOLLOUT, &c);
    try_later(c);
  }

  void try_later(Connection& c) {
    if (c.fd >= 0) ::close(c.fd);
    c.fd = -1;
    c.state = Connection::State::none;
    retries_.push_back({now_ns() + kRetryNs, &c, c.serial});
  }

  void expire() {
    const std::int64_t now = now_ns();
    while (!deadlines_.empty() && deadlines_.front().at_ns <= now) {
      const Due due = deadlines_.front();
      deadlines_.pop_front();
      if (due.connection->serial == due.serial) drop(*due.connection, kTimedOut);
    }
    while (!retries_.empty() && retries_.front().at_ns <= now) {
      Connection& c = *retries_.front().connection;
      retries_.pop_front();
      reconnect(c);
    }
  }

  // When the next thing is to be done without a byte coming in; -1: nothing is known.
  [[nodiscard]] std::int64_t next_ns() const {
    std::int64_t next = -1;
    const auto consider = [&next](std::int64_t at_ns) {
      if (next < 0 || at_ns < next) next = at_ns;
    };
    if (next_ < report_.samples.size()) {
      const std::int64_t due_ns = report_.samples[next_].due_ns;
      consider(blocked_ ? due_ns + load_.give_up_ms * kMs + 1 : due_ns);
    }
    if (!deadlines_.empty()) consider(deadlines_.front().at_ns);
    if (!retries_.empty()) consider(retries_.front().at_ns);
    return next;
  }

  Result<void> wait() {
    itimerspec timer{};
    if (const std::int64_t at = next_ns(); at >= 0) {
      const std::int64_t absolute = begin_ns_ + at;
      timer.it_value.tv_sec = absolute / 1'000'000'000;
      timer.it_value.tv_nsec = absolute % 1'000'000'000;
    }
    if (::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &timer, nullptr) != 0)
      return os_error("timerfd_settime");
    std::array<epoll_event, 128> events;
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), -1);
    if (count < 0 && errno != EINTR) return os_error("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) continue;  // the timer; setting it anew makes it quiet
      auto& c = *static_cast<Connection*>(event.data.ptr);
      if (auto done = on_event(c, event.events); !done) return done;
    }
    return {};
  }

  Result<void> on_event(Connection& c, std::uint32_t events) {
    using State = Connection::State;
    if (c.state == State::none) return {};
    if (c.state == State::connecting) {
      int error = 0;
      socklen_t size = sizeof error;
      ::getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) {
        try_later(c);
        return {};
      }
      connected(c, EPOLL_CTL_MOD);
      return {};
    }
    if ((events & EPOLLOUT) != 0 && !c.unsent.empty()) send_unsent(c);
    if (c.state == State::flushing && c.unsent.empty()) become_free(c);
    if ((events & ~std::uint32_t{EPOLLOUT}) == 0) return {};
    const ssize_t n = ::recv(c.fd, chunk_.data(), chunk_.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (n <= 0) {
      drop(c, kBroken);
      return {};
    }
    c.received.append(chunk_.data(), static_cast<std::size_t>(n));
    return on_bytes(c);
  }

  Result<void> on_bytes(Connection& c) {
    const auto answer = read_answer(c.received);
    if (!answer || c.state != Connection::State::busy)
      return fail(Code::bad_input, "an answer that was not asked for, or no HTTP with a length");
    if (answer->bytes == 0) return {};
    finish(c.number, answer->status);
    if (load_.on_answer) load_.on_answer(c.number, answer->status, answer->body);
    c.state = Connection::State::flushing;
    if (answer->close) {  // what was not sent yet need not be
      reconnect(c);
      return {};
    }
    c.received.erase(0, answer->bytes);
    if (c.unsent.empty()) become_free(c);
    return {};
  }

  struct Due {
    std::int64_t at_ns;
    Connection* connection;
    std::uint64_t serial;
  };

  const OpenLoop& load_;
  OpenLoopReport report_;
  std::string chunk_;
  sockaddr_in to_{};
  int epoll_ = -1;
  int timer_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> free_;  // may name some that are no longer free
  std::deque<Due> deadlines_;      // all waits are equally long: in order of time
  std::deque<Due> retries_;
  std::size_t next_ = 0;
  bool blocked_ = false;  // the next request is due and no connection is free
  std::size_t done_ = 0;
  std::int64_t begin_ns_ = 0;
};

bool is_good(int status) { return status >= 200 && status < 300; }

std::int64_t percentile(std::vector<std::int64_t>& values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

}  // namespace

std::size_t Window::count(int status) const {
  const auto found = by_status.find(status);
  return found == by_status.end() ? 0 : found->second.count;
}

double Window::goodput() const {
  std::size_t good = 0;
  for (const auto& [status, group] : by_status) good += is_good(status) ? group.count : 0;
  return static_cast<double>(good) / seconds;
}

Window window_of(const OpenLoopReport& report, double from_s, double to_s) {
  CONCORD_ASSERT(from_s < to_s);
  std::map<int, std::array<std::vector<std::int64_t>, 2>> times;
  Window window;
  window.seconds = to_s - from_s;
  for (const Sample& sample : report.samples) {
    const double due_s = static_cast<double>(sample.due_ns) / 1e9;
    if (due_s < from_s || due_s >= to_s) continue;
    ++window.due;
    times[sample.status][0].push_back(sample.done_ns - sample.due_ns);
    times[sample.status][1].push_back(sample.done_ns - sample.sent_ns);
  }
  for (auto& [status, of] : times) {
    Window::Group& group = window.by_status[status];
    group.count = of[0].size();
    group.p50_ns = percentile(of[0], 0.5);
    group.p99_ns = percentile(of[0], 0.99);
    group.worst_ns = *std::max_element(of[0].begin(), of[0].end());
    group.sent_p99_ns = percentile(of[1], 0.99);
  }
  return window;
}

std::vector<std::size_t> goodput_by_second(const OpenLoopReport& report) {
  std::vector<std::size_t> seconds;
  for (const Sample& sample : report.samples) {
    if (!is_good(sample.status)) continue;
    const auto second = static_cast<std::size_t>(sample.done_ns / 1'000'000'000);
    if (seconds.size() <= second) seconds.resize(second + 1);
    ++seconds[second];
  }
  return seconds;
}

Result<OpenLoopReport> run_open_loop(const OpenLoop& load) {
  CONCORD_ASSERT(!load.phases.empty() && load.connections > 0 && load.write_request);
  for (const Phase& phase : load.phases)
    CONCORD_ASSERT(phase.seconds > 0 && phase.requests_per_second > 0);
  index::answer_soon();  // it stands for other machines, who do not wait for our processors
  return Run(load).run();
}

}  // namespace concord::bench
