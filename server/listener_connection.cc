#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "index/base/assert.h"
#include "server/listener_loop.h"

namespace concord::server {
namespace {

constexpr std::size_t kBatchBytes = 64 * 1024;        // answers of pipelined requests sent at once
constexpr std::size_t kKeepBytes = 16 * 1024;         // memory an idle connection may keep
constexpr std::size_t kStreamTurnBytes = 256 * 1024;  // of one stream, before others have a turn
constexpr int kStreamSocketBytes = 64 * 1024;
constexpr std::size_t kIgnoredBytesMax = 64 * 1024;  // that a client may send into a stream

}  // namespace

void EventLoop::on_event(Connection& c) {
  if (c.wait == kAnswer) return on_writable(c);
  if (c.wait == kParked) return on_event_while_parked(c);
  if (c.wait == kStream) return on_event_while_streaming(c);
  on_readable(c);
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

// More requests, which stay in the kernel until their turn, or a client that hangs up.
void EventLoop::on_event_while_parked(Connection& c) {
  if (c.events != EPOLLIN) return close(c);
  char first = 0;
  const ssize_t got = ::recv(c.fd, &first, 1, MSG_PEEK);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return close(c);
  want(c, EPOLLRDHUP);
}

void EventLoop::on_event_while_streaming(Connection& c) {
  const ssize_t got = ::recv(c.fd, read_bytes_.get(), kReadBytes, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return close(c);
  c.ignored += static_cast<std::size_t>(got);
  if (c.ignored > kIgnoredBytesMax) close(c);
}

void EventLoop::on_writable(Connection& c) {
  const bool streams = c.exchange.phase() == ExchangeState::Phase::stream;
  const std::string_view rest = c.unsent.view().substr(c.sent);
  const ssize_t sent = rest.empty() ? 0 : ::send(c.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (sent < 0) return close(c);
  c.sent += static_cast<std::size_t>(sent);
  if (c.sent < c.unsent.size()) {
    if (streams && sent > 0) set_wait(c, kAnswer);  // a stream has no end to be in time for
    return;
  }
  c.unsent.clear();
  if (c.unsent.capacity() > kKeepBytes) c.unsent = index::Buffer();
  c.sent = 0;
  if (c.close_after) return finish(c);
  if (streams) return pump(c, Exchange::Pull::ask);
  const bool begun = c.pending.size() > 0 || c.exchange.phase() != ExchangeState::Phase::head;
  if (stopping_ && !begun) return close(c);
  serve(c, c.pending.view());
}

// Answers what has come whole. Answers to pipelined requests are gathered into one write; the last
// one goes out from where it lies.
void EventLoop::serve(Connection& c, std::string_view input) {
  using Kind = Exchange::Kind;
  std::size_t consumed = 0;
  bool answered = false;
  batch_.clear();
  for (;;) {
    const bool intake = c.exchange.is_intake();
    const Exchange::Step step = exchange_.step(input.substr(consumed), c.exchange);
    consumed += step.consumed;
    if (step.kind == Kind::parked && step.park_ms_max >= 0) set_deadline(c, step.park_ms_max);
    if (step.kind == Kind::need_more || step.kind == Kind::parked) break;
    answered = answered || step.kind != Kind::interim;
    if (step.kind == Kind::answered) c.sends = intake;
    c.close_after = step.close;
    c.linger_after = step.kind == Kind::refused;
    if (step.kind == Kind::stream) prepare_for_stream(c);
    const bool more = !step.close && step.kind != Kind::stream && consumed < input.size();
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
  settle(c, answered);
}

// A small buffer in the kernel: a slow reader holds little and is seen to read. And a peer that has
// vanished without a word (no power, no network) is found out by the bytes it never takes.
void EventLoop::prepare_for_stream(const Connection& c) const {
  ::setsockopt(c.fd, SOL_SOCKET, SO_SNDBUF, &kStreamSocketBytes, sizeof kStreamSocketBytes);
  const auto untaken_ms_max = static_cast<unsigned>(
      std::min<std::int64_t>(2 * shared_.settings.stream_quiet_ms, 3'600'000));
  ::setsockopt(c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &untaken_ms_max, sizeof untaken_ms_max);
}

// What the connection waits for now.
void EventLoop::settle(Connection& c, bool answered) {
  using Phase = ExchangeState::Phase;
  const Phase phase = c.exchange.phase();
  if (phase != Phase::parked) drop_deadline(c);
  if (c.unsent.size() > 0) return set_wait(c, kAnswer);
  if (c.close_after) return finish(c);
  if (phase == Phase::stream) return pump(c, Exchange::Pull::ask);
  if (phase == Phase::parked) {
    if (c.wait != kParked || answered) set_wait(c, kParked);
  } else if (c.pending.size() == 0 && phase == Phase::head) {
    set_wait(c, kIdle);
  } else if (answered || c.wait != kRequest) {
    set_wait(c, kRequest);
  }
}

// Sends what the stream has, while the client takes it.
void EventLoop::pump(Connection& c, Exchange::Pull why) {
  if (stopping_) why = Exchange::Pull::end;
  std::size_t bytes = 0;
  while (c.unsent.size() == 0 && bytes < kStreamTurnBytes) {
    const Exchange::Step step = exchange_.pull(c.exchange, why);
    if (step.kind == Exchange::Kind::need_more) {
      // Quiet time runs from the last byte sent, not from the last question.
      if (c.wait != kStream || bytes > 0 || why == Exchange::Pull::quiet) set_wait(c, kStream);
      return;
    }
    bytes += exchange_.body().size();
    if (!send(c, {exchange_.head(), exchange_.body()})) return close(c);
    c.close_after = step.close;
    if (step.close) break;
    why = Exchange::Pull::ask;
  }
  if (c.close_after && c.unsent.size() == 0) return finish(c);
  set_wait(c, kAnswer);  // also with nothing unsent: its next turn comes when the socket takes more
}

// In one write, from where the parts lie. What the kernel does not take is kept; false: the peer is
// gone.
bool EventLoop::send(Connection& c, std::initializer_list<std::string_view> parts) {
  std::array<iovec, 3> vectors;
  std::size_t used = 0;
  for (const std::string_view part : parts)
    if (!part.empty()) vectors[used++] = {const_cast<char*>(part.data()), part.size()};
  if (used == 0) return true;
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
  return true;
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

// All is sent and the connection shall end. After a refusal unread bytes may still come in, and
// behind a parked request they lie in the kernel; closing on them would make it throw our answer
// away, so say "no more" and wait a little.
void EventLoop::finish(Connection& c) {
  const bool unread = c.linger_after || c.events == EPOLLRDHUP;
  if (!unread || ::shutdown(c.fd, SHUT_WR) != 0) return close(c);
  set_wait(c, kLinger);
}

void EventLoop::set_deadline(Connection& c, std::int64_t ms_max) {
  drop_deadline(c);
  c.deadline = deadlines_.emplace(now_ms_ + ms_max, &c);
  c.has_deadline = true;
  shared_.parked.fetch_add(1, std::memory_order_relaxed);
}

void EventLoop::drop_deadline(Connection& c) {
  if (!c.has_deadline) return;
  deadlines_.erase(c.deadline);
  c.has_deadline = false;
  shared_.parked.fetch_sub(1, std::memory_order_relaxed);
}

void EventLoop::want(Connection& c, std::uint32_t events) {
  if (c.events == events) return;
  const bool changed = watch(EPOLL_CTL_MOD, c.fd, events, &c);
  CONCORD_ASSERT(changed);
  c.events = events;
}

void EventLoop::set_wait(Connection& c, Wait wait) {
  waits_[c.wait].remove(c);
  c.wait = wait;
  c.since_ms = now_ms_;
  waits_[wait].push_back(c);
  want(c, wait == kAnswer ? EPOLLOUT : EPOLLIN);
}

void EventLoop::close(Connection& c) {
  waits_[c.wait].remove(c);
  drop_deadline(c);
  ::close(c.fd);  // also takes it out of epoll
  c.fd = -1;
  c.pending = index::Buffer();
  c.unsent = index::Buffer();
  c.sent = c.ignored = 0;
  c.sends = false;
  c.exchange = {};
  free_.push_back(&c);
  load_.fetch_sub(1, std::memory_order_relaxed);
  shared_.connections.fetch_sub(1);
}

}  // namespace concord::server
