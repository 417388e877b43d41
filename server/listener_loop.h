// One epoll loop: its connections, their deadlines, and the moving of their bytes. Inside of the
// listener: only listener.cc includes this.
// Thread class: one-owner (the loop's thread), but for hand_over, which another loop may call.
#pragma once
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "index/base/buffer.h"
#include "index/base/result.h"
#include "server/exchange.h"
#include "server/listener.h"

namespace concord::server {

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// What a connection waits for. Each wait but kParked has one fixed length, so a list in order of
// beginning is also in order of deadline; parked requests have deadlines of their own.
enum Wait : std::uint8_t {
  kIdle,
  kRequest,
  kAnswer,
  kLinger,
  kStream,
  kTimedWaits,
  kParked = kTimedWaits,
  kWaits
};

inline constexpr std::size_t kReadBytes = 64 * 1024;

struct Connection;
// Deadlines of parked requests, milliseconds.
using Deadlines = std::multimap<std::int64_t, Connection*>;

struct Connection {
  int fd = -1;
  std::uint32_t events = 0;  // what epoll watches for
  Wait wait = kIdle;
  std::int64_t since_ms = 0;
  Connection* before = nullptr;
  Connection* after = nullptr;
  index::Buffer pending;     // bytes of requests not yet answered
  index::Buffer unsent;      // bytes of answers the peer has not taken
  std::size_t sent = 0;      // of unsent
  std::size_t ignored = 0;   // bytes that came while a stream goes out
  bool close_after = false;  // when unsent is out: close (or linger)
  bool linger_after = false;
  bool has_deadline = false;
  bool sends = false;  // its last request brought events: questions come first
  Deadlines::iterator deadline;
  ExchangeState exchange;
};

class WaitList {
 public:
  void push_back(Connection& c) {
    c.before = last_;
    c.after = nullptr;
    (last_ != nullptr ? last_->after : first_) = &c;
    last_ = &c;
  }
  void remove(Connection& c) {
    (c.before != nullptr ? c.before->after : first_) = c.after;
    (c.after != nullptr ? c.after->before : last_) = c.before;
  }
  [[nodiscard]] Connection* first() const { return first_; }
  [[nodiscard]] Connection* last() const { return last_; }

 private:
  Connection* first_ = nullptr;
  Connection* last_ = nullptr;
};

// What the loops share.
struct Shared {
  ListenerSettings settings;
  Descriptor listening;
  Descriptor stop;  // readable for ever after stop()
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> parked{0};
  Budgets budgets;
};

class EventLoop {
 public:
  EventLoop(Shared& shared, Waker waker, std::unique_ptr<Handler> handler)
      : shared_(shared),
        waker_(std::move(waker)),
        handler_(std::move(handler)),
        exchange_(*handler_, shared.settings.limits, shared.settings.requests_per_connection_max,
                  shared.budgets),
        wait_ms_{shared.settings.idle_ms_max, shared.settings.request_ms_max,
                 shared.settings.answer_ms_max, shared.settings.linger_ms_max,
                 shared.settings.stream_quiet_ms},
        read_bytes_(std::make_unique<char[]>(kReadBytes)) {}
  ~EventLoop();

  index::Result<void> open();
  void set_peers(std::vector<EventLoop*> peers) { peers_ = std::move(peers); }
  void run();

 private:
  // listener_loop.cc: rounds, deadlines, accepting, stopping
  bool watch(int operation, int fd, std::uint32_t events, void* what) const;
  void dispatch(void* what);
  void dispatch_large();
  int next_timeout_ms() const;
  void expire();
  void expire(Connection& c);
  void begin_stop();
  bool finished();
  void look_at_waiting();
  void look_at_answers();
  void accept_some();
  void give_away(int fd);
  bool hand_over(int fd);
  void take_handed_over();
  void add(int fd);
  void refuse_connection(int fd);

  // listener_connection.cc: the bytes of one connection
  void on_event(Connection& c);
  void on_readable(Connection& c);
  void on_event_while_parked(Connection& c);
  void on_event_while_streaming(Connection& c);
  void on_writable(Connection& c);
  void serve(Connection& c, std::string_view input);
  void prepare_for_stream(const Connection& c) const;
  void settle(Connection& c, bool answered);
  void pump(Connection& c, Exchange::Pull why);
  bool send(Connection& c, std::initializer_list<std::string_view> parts);
  static void keep_rest(Connection& c, std::string_view input, std::size_t consumed);
  void finish(Connection& c);
  void set_deadline(Connection& c, std::int64_t ms_max);
  void drop_deadline(Connection& c);
  void want(Connection& c, std::uint32_t events);
  void set_wait(Connection& c, Wait wait);
  void close(Connection& c);

  Shared& shared_;
  Waker waker_;
  std::unique_ptr<Handler> handler_;
  Exchange exchange_;
  std::array<std::int64_t, kTimedWaits> wait_ms_;
  std::array<WaitList, kWaits> waits_;
  Deadlines deadlines_;
  std::unique_ptr<char[]> read_bytes_;
  index::Buffer batch_;
  Descriptor epoll_;
  Descriptor spare_;  // given up for a moment to turn a client away when descriptors run out
  std::vector<EventLoop*> peers_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::vector<Connection*> free_;
  std::vector<Connection*> large_;  // of this round: in the middle of a body, or senders
  std::size_t large_turn_ = 0;
  bool rung_ = false;          // of this round
  bool answers_left_ = false;  // ready ones that had no turn yet
  std::atomic<std::size_t> load_{0};
  std::mutex inbox_mutex_;
  std::vector<int> inbox_;
  bool inbox_closed_ = false;
  std::int64_t now_ms_ = 0;
  bool stopping_ = false;
};

/// An io_error with the system's words for errno.
index::Error os_error(std::string_view what, const std::string& place);

}  // namespace concord::server
