#include "server/listener_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "index/base/assert.h"

namespace concord::server {
namespace {

constexpr std::size_t kBatchBytes = 64 * 1024;  // answers of pipelined requests sent at once
constexpr std::size_t kKeepBytes = 16 * 1024;   // memory an idle connection may keep
constexpr int kEventsMax = 256;
constexpr int kAcceptsMax = 64;
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
  wake_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  spare_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
  if (epoll_.get() < 0 || wake_.get() < 0 || spare_.get() < 0)
    return index::fail(os_error("cannot make an event loop", ""));
  if (!watch(EPOLL_CTL_ADD, wake_.get(), EPOLLIN, &wake_) ||
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
  std::array<epoll_event, kEventsMax> events;
  now_ms_ = clock_ms(CLOCK_MONOTONIC_COARSE);
  while (!finished()) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsMax, next_timeout_ms());
    CONCORD_ASSERT(count >= 0 || errno == EINTR);
    now_ms_ = clock_ms(CLOCK_MONOTONIC_COARSE);
    exchange_.set_clock(clock_ms(CLOCK_REALTIME_COARSE) / 1000);
    for (int i = 0; i < count; ++i) dispatch(events[static_cast<std::size_t>(i)].data.ptr);
    expire();
  }
}

void EventLoop::dispatch(void* what) {
  if (what == &shared_.listening) return accept_some();
  if (what == &shared_.stop) return begin_stop();
  if (what == &wake_) return take_handed_over();
  auto& c = *static_cast<Connection*>(what);
  if (c.fd < 0) return;  // closed earlier in this round
  if (c.wait == kAnswer)
    on_writable(c);
  else
    on_readable(c);
}

// The earliest deadline; -1 (wait for ever) when there is none.
int EventLoop::next_timeout_ms() const {
  std::int64_t earliest = -1;
  for (std::size_t wait = 0; wait < kWaits; ++wait) {
    const Connection* const first = waits_[wait].first();
    if (first == nullptr) continue;
    // The coarse clock may be one tick behind: never wake up just before the deadline.
    const std::int64_t left =
        std::max<std::int64_t>(first->since_ms + wait_ms_[wait] - now_ms_ + 5, 0);
    if (earliest < 0 || left < earliest) earliest = left;
  }
  return static_cast<int>(std::min<std::int64_t>(earliest, 1'000'000));
}

void EventLoop::expire() {
  for (std::size_t wait = 0; wait < kWaits; ++wait) {
    while (Connection* const c = waits_[wait].first()) {
      if (c->since_ms + wait_ms_[wait] > now_ms_) break;
      if (wait == kRequest) {
        exchange_.refuse(kTooSlow);
        send(*c, {exchange_.head(), exchange_.body()});
      }
      close(*c);
    }
  }
}

void EventLoop::begin_stop() {
  stopping_ = true;
  exchange_.close_all();
  accept_some();  // whoever has come before the stop is still served
  watch(EPOLL_CTL_DEL, shared_.stop.get(), 0, nullptr);
  watch(EPOLL_CTL_DEL, shared_.listening.get(), 0, nullptr);
  ::shutdown(shared_.listening.get(), SHUT_RD);  // from now on connecting is refused
  // Requests that already lie in the kernel are in flight too: read each idle connection once.
  Connection* next = waits_[kIdle].first();
  while (Connection* const c = next) {
    next = c->after;
    on_readable(*c);
    if (c->fd < 0 || c->wait != kIdle) continue;
    if (c->exchange.answered_count > 0)
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
  const std::uint64_t one = 1;
  const ssize_t written = ::write(wake_.get(), &one, sizeof one);
  CONCORD_ASSERT(written == sizeof one || errno == EAGAIN);  // EAGAIN: it is awake already
  return true;
}

void EventLoop::take_handed_over() {
  std::uint64_t count = 0;
  while (::read(wake_.get(), &count, sizeof count) < 0 && errno == EINTR) {
  }
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
  c.exchange = {};
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

void EventLoop::on_readable(Connection& c) {
  const ssize_t got = ::recv(c.fd, read_bytes_.get(), kReadBytes, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return close(c);
  if (c.close_after) return;  // lingering: what still comes is of no interest
  const std::string_view fresh(read_bytes_.get(), static_cast<std::size_t>(got));
  if (c.pending.size() == 0) return serve(c, fresh);
  c.pending.append(fresh);
  serve(c, c.pending.view());
}

void EventLoop::on_writable(Connection& c) {
  const std::string_view rest = c.unsent.view().substr(c.sent);
  const ssize_t sent = ::send(c.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (sent < 0) return close(c);
  c.sent += static_cast<std::size_t>(sent);
  if (c.sent < c.unsent.size()) return;
  c.unsent.clear();
  if (c.unsent.capacity() > kKeepBytes) c.unsent = index::Buffer();
  c.sent = 0;
  watch(EPOLL_CTL_MOD, c.fd, EPOLLIN, &c);
  if (c.close_after) return finish(c);
  if (stopping_ && c.pending.size() == 0) return close(c);
  set_wait(c, kIdle);
  if (c.pending.size() > 0) serve(c, c.pending.view());
}

// Answers what has come whole. Answers to pipelined requests are gathered into one write; the last
// one goes out from where it lies.
void EventLoop::serve(Connection& c, std::string_view input) {
  std::size_t consumed = 0;
  std::uint32_t answered = 0;
  batch_.clear();
  for (;;) {
    const Exchange::Step step = exchange_.step(input.substr(consumed), c.exchange);
    consumed += step.consumed;
    if (step.kind == Exchange::Kind::need_more) break;
    answered += step.kind == Exchange::Kind::answered ? 1 : 0;
    c.close_after = step.close;
    c.linger_after = step.kind == Exchange::Kind::refused;
    const bool more = !step.close && consumed < input.size();
    const std::size_t bytes = exchange_.head().size() + exchange_.body().size();
    if (more && batch_.size() + bytes <= kBatchBytes) {
      batch_.append(exchange_.head());
      batch_.append(exchange_.body());
      continue;
    }
    if (!send(c, {batch_.view(), exchange_.head(), exchange_.body()})) return close(c);
    batch_.clear();
    if (!more || c.unsent.size() > 0) break;
  }
  if (batch_.size() > 0 && !send(c, {batch_.view()})) return close(c);
  keep_rest(c, input, consumed);
  if (c.unsent.size() > 0) return set_wait(c, kAnswer);
  if (c.close_after) return finish(c);
  if (c.pending.size() == 0)
    set_wait(c, kIdle);
  else if (answered > 0 || c.wait != kRequest)
    set_wait(c, kRequest);
}

// In one write, from where the parts lie. What the kernel does not take is kept; false: the peer is
// gone.
bool EventLoop::send(Connection& c, std::initializer_list<std::string_view> parts) {
  std::array<iovec, 3> vectors;
  std::size_t used = 0;
  for (const std::string_view part : parts)
    if (!part.empty()) vectors[used++] = {const_cast<char*>(part.data()), part.size()};
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = used;
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(c.fd, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && errno != EAGAIN) return false;
  auto skip = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  for (const std::string_view part : parts) {
    const std::size_t gone = std::min(skip, part.size());
    skip -= gone;
    c.unsent.append(part.substr(gone));
  }
  return c.unsent.size() == 0 || watch(EPOLL_CTL_MOD, c.fd, EPOLLOUT, &c);
}

void EventLoop::keep_rest(Connection& c, std::string_view input, std::size_t consumed) {
  const std::string_view rest = input.substr(consumed);
  if (input.data() != c.pending.data()) return c.pending.append(rest);
  if (rest.empty() && c.pending.capacity() > kKeepBytes) {
    c.pending = index::Buffer();
    return;
  }
  if (consumed > 0) std::memmove(c.pending.data(), rest.data(), rest.size());
  c.pending.truncate(rest.size());
}

// All is sent and the connection shall end. After a refusal unread bytes may still come in; closing
// on them would make the kernel throw our answer away, so say "no more" and wait a little.
void EventLoop::finish(Connection& c) {
  if (!c.linger_after || ::shutdown(c.fd, SHUT_WR) != 0) return close(c);
  set_wait(c, kLinger);
}

void EventLoop::set_wait(Connection& c, Wait wait) {
  waits_[c.wait].remove(c);
  c.wait = wait;
  c.since_ms = now_ms_;
  waits_[wait].push_back(c);
}

void EventLoop::close(Connection& c) {
  waits_[c.wait].remove(c);
  ::close(c.fd);  // also takes it out of epoll
  c.fd = -1;
  c.pending = index::Buffer();
  c.unsent = index::Buffer();
  c.sent = 0;
  free_.push_back(&c);
  load_.fetch_sub(1, std::memory_order_relaxed);
  shared_.connections.fetch_sub(1);
}

}  // namespace concord::server
