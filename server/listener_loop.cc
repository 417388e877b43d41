#include "server/listener_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "index/base/assert.h"
#include "index/base/scheduling.h"

namespace concord::server {
namespace {

constexpr int kEventsMax = 256;
constexpr int kAcceptsMax = 64;
constexpr std::size_t kLargeTurnsMax = 4;   // bodies read in one round, after all else
constexpr std::size_t kAnswerTurnsMax = 2;  // answers to writes made in one round
constexpr Refusal kTooSlow{408, "request_timeout", "the request did not come whole in time"};
constexpr Refusal kTooMany{503, "too_many_connections", "too many connections: try again later"};

std::int64_t clock_ms(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

index::Error os_error(std::string_view what, const std::string& place) {
  return {index::Code::io_error, std::string(what) + ": " + std::strerror(errno), place};
}

EventLoop::~EventLoop() {
  for (const auto& c : all_)
    if (c->fd >= 0) ::close(c->fd);
  for (const int fd : inbox_) ::close(fd);
}

index::Result<void> EventLoop::open() {
  epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  spare_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
  if (epoll_.get() < 0 || spare_.get() < 0)
    return index::fail(os_error("cannot make an event loop", ""));
  if (!watch(EPOLL_CTL_ADD, waker_.descriptor(), EPOLLIN, &waker_) ||
      !watch(EPOLL_CTL_ADD, shared_.stop.get(), EPOLLIN, &shared_.stop) ||
      !watch(EPOLL_CTL_ADD, shared_.listening.get(), EPOLLIN | EPOLLEXCLUSIVE, &shared_.listening))
    return index::fail(os_error("cannot watch a descriptor", ""));
  return {};
}

bool EventLoop::watch(int operation, int fd, std::uint32_t events, void* what) const {
  epoll_event event{};
  event.events = events;
  event.data.ptr = what;
  return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

void EventLoop::run() {
  index::answer_soon();
  std::array<epoll_event, kEventsMax> events;
  now_ms_ = clock_ms(CLOCK_MONOTONIC_COARSE);
  while (!finished()) {
    const int timeout_ms = answers_left_ ? 0 : next_timeout_ms();
    const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsMax, timeout_ms);
    CONCORD_ASSERT(count >= 0 || errno == EINTR);
    now_ms_ = clock_ms(CLOCK_MONOTONIC_COARSE);
    exchange_.set_clock(clock_ms(CLOCK_REALTIME_COARSE) / 1000);
    for (int i = 0; i < count; ++i) dispatch(events[static_cast<std::size_t>(i)].data.ptr);
    look_at_waiting();
    dispatch_large();
    expire();
  }
}

void EventLoop::dispatch(void* what) {
  if (what == &shared_.listening) return accept_some();
  if (what == &shared_.stop) return begin_stop();
  if (what == &waker_) {
    waker_.answer();
    take_handed_over();
    rung_ = true;
    return;
  }
  auto& c = *static_cast<Connection*>(what);
  if (c.fd < 0) return;  // closed earlier in this round
  if (c.wait != kAnswer && (c.exchange.receiving() || c.sends))
    large_.push_back(&c);
  else
    on_event(c);
}

// Bodies that come in many pieces, and senders of events, wait until everything small is answered,
// and only some of them have their turn in one round: the others are reported again.
void EventLoop::dispatch_large() {
  if (large_.empty()) return;
  const std::size_t turns = std::min(large_.size(), kLargeTurnsMax);
  for (std::size_t i = 0; i < turns; ++i) {
    Connection& c = *large_[(large_turn_ + i) % large_.size()];
    if (c.fd >= 0) on_event(c);
  }
  large_turn_ += turns;
  large_.clear();
}

// Somebody rang: whose answer is ready, which stream has more? Each stream is looked at once,
// though some go to the end of their list again.
void EventLoop::look_at_waiting() {
  if (rung_ || answers_left_) look_at_answers();
  if (!rung_) return;
  rung_ = false;
  Connection* const last = waits_[kStream].last();
  Connection* next = waits_[kStream].first();
  while (Connection* const c = next) {
    next = c == last ? nullptr : c->after;
    pump(*c, Exchange::Pull::ask);
  }
}

// One write makes many answers ready at once; questions that came meanwhile do not wait for all.
void EventLoop::look_at_answers() {
  answers_left_ = false;
  std::size_t turns = 0;
  Connection* const last = waits_[kParked].last();
  Connection* next = waits_[kParked].first();
  while (Connection* const c = next) {
    next = c == last ? nullptr : c->after;
    if (!c->exchange.ready()) continue;
    if (c->exchange.is_intake() && turns++ == kAnswerTurnsMax) {
      answers_left_ = true;
      return;
    }
    serve(*c, c->pending.view());
  }
}

// The earliest deadline; -1 (wait for ever) when there is none.
int EventLoop::next_timeout_ms() const {
  std::int64_t earliest = -1;
  const auto consider = [&](std::int64_t deadline_ms) {
    // The coarse clock may be one tick behind: never wake up just before the deadline.
    const std::int64_t left = std::max<std::int64_t>(deadline_ms - now_ms_ + 5, 0);
    if (earliest < 0 || left < earliest) earliest = left;
  };
  for (std::size_t wait = 0; wait < kTimedWaits; ++wait)
    if (const Connection* const first = waits_[wait].first())
      consider(first->since_ms + wait_ms_[wait]);
  if (!deadlines_.empty()) consider(deadlines_.begin()->first);
  return static_cast<int>(std::min<std::int64_t>(earliest, 1'000'000));
}

void EventLoop::expire() {
  for (std::size_t wait = 0; wait < kTimedWaits; ++wait) {
    while (Connection* const c = waits_[wait].first()) {
      if (c->since_ms + wait_ms_[wait] > now_ms_) break;
      expire(*c);
    }
  }
  while (!deadlines_.empty() && deadlines_.begin()->first <= now_ms_) {
    Connection& c = *deadlines_.begin()->second;
    drop_deadline(c);
    Exchange::expire(c.exchange);
    if (c.wait == kParked) serve(c, c.pending.view());  // else: when earlier answers are out
  }
}

// Leaves the list it is in, or goes to the end of it with a new beginning.
void EventLoop::expire(Connection& c) {
  if (c.wait == kStream) return pump(c, Exchange::Pull::quiet);
  if (c.wait == kRequest && c.exchange.phase() != ExchangeState::Phase::drain) {
    exchange_.refuse(kTooSlow);
    send(c, {exchange_.head(), exchange_.body()});
  }
  close(c);
}

void EventLoop::begin_stop() {
  stopping_ = true;
  exchange_.close_all();
  accept_some();  // whoever has come before the stop is still served
  watch(EPOLL_CTL_DEL, shared_.stop.get(), 0, nullptr);
  watch(EPOLL_CTL_DEL, shared_.listening.get(), 0, nullptr);
  ::shutdown(shared_.listening.get(), SHUT_RD);  // from now on connecting is refused
  while (Connection* const c = waits_[kStream].first()) pump(*c, Exchange::Pull::end);
  // Requests that already lie in the kernel are in flight too: read each idle connection once.
  Connection* next = waits_[kIdle].first();
  while (Connection* const c = next) {
    next = c->after;
    on_readable(*c);
    if (c->fd < 0 || c->wait != kIdle) continue;
    if (c->exchange.answered_count() > 0)
      close(*c);
    else
      set_wait(*c, kLinger);  // just connected: its first request may be on the way
  }
}

bool EventLoop::finished() {
  if (!stopping_ || load_.load(std::memory_order_relaxed) > 0) return false;
  const std::lock_guard lock(inbox_mutex_);
  inbox_closed_ = inbox_.empty();
  return inbox_closed_;
}

void EventLoop::accept_some() {
  for (int i = 0; i < kAcceptsMax || stopping_; ++i) {
    const int fd =
        ::accept4(shared_.listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      give_away(fd);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno != EMFILE && errno != ENFILE) return;
    spare_.reset();
    const int refused =
        ::accept4(shared_.listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (refused >= 0) refuse_connection(refused);
    spare_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
    if (refused < 0) return;
  }
}

// To the loop with the fewest connections.
void EventLoop::give_away(int fd) {
  if (shared_.connections.fetch_add(1) >= shared_.settings.connections_max) {
    shared_.connections.fetch_sub(1);
    return refuse_connection(fd);
  }
  EventLoop* best = this;
  for (EventLoop* const peer : peers_)
    if (peer->load_.load(std::memory_order_relaxed) < best->load_.load(std::memory_order_relaxed))
      best = peer;
  if (best != this && !stopping_ && best->hand_over(fd)) return;
  load_.fetch_add(1, std::memory_order_relaxed);
  add(fd);
}

// False when this loop has ended.
bool EventLoop::hand_over(int fd) {
  const std::lock_guard lock(inbox_mutex_);
  if (inbox_closed_) return false;
  inbox_.push_back(fd);
  load_.fetch_add(1, std::memory_order_relaxed);
  waker_.wake();
  return true;
}

void EventLoop::take_handed_over() {
  std::vector<int> taken;
  {
    const std::lock_guard lock(inbox_mutex_);
    taken.swap(inbox_);
  }
  for (const int fd : taken) add(fd);
}

void EventLoop::add(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (free_.empty()) {
    all_.push_back(std::make_unique<Connection>());
    free_.push_back(all_.back().get());
  }
  Connection& c = *free_.back();
  if (!watch(EPOLL_CTL_ADD, fd, EPOLLIN, &c)) {
    load_.fetch_sub(1, std::memory_order_relaxed);
    shared_.connections.fetch_sub(1);
    ::close(fd);
    return;
  }
  free_.pop_back();
  c.fd = fd;
  c.events = EPOLLIN;
  c.close_after = c.linger_after = false;
  c.wait = stopping_ ? kLinger : kIdle;
  c.since_ms = now_ms_;
  waits_[c.wait].push_back(c);
}

void EventLoop::refuse_connection(int fd) {
  exchange_.refuse(kTooMany);
  for (const std::string_view part : {exchange_.head(), exchange_.body()})
    if (::send(fd, part.data(), part.size(), MSG_NOSIGNAL) < 0) break;  // as far as it goes
  ::close(fd);
}

}  // namespace concord::server
