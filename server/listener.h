// The door to the network: accepts connections, moves bytes, keeps deadlines. Serving sockets are
// known here and in listener_*, nowhere else. One event loop a thread (epoll), each answering in
// line through its own Handler. A connection goes to the loop that has the fewest; bodies go out by
// one gathering write from where they lie. A request that must wait is parked (later.h): its
// connection is not read meanwhile, and a client that ends its direction has hung up.
// Thread class: any-thread (Listener), immutable (settings).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "index/base/limits.h"
#include "index/base/result.h"
#include "server/exchange.h"

namespace concord::server {

/// Thread class: immutable.
struct ListenAddress {
  std::string host;  // IPv4 or IPv6 literal, without brackets
  std::uint16_t port = 0;
  bool ipv6 = false;
  bool loopback = false;  // 127.0.0.0/8 or ::1
};
/// "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0" (port 0: any free one). No names: nothing is
/// resolved.
index::Result<ListenAddress> parse_listen_address(std::string_view text);

/// Thread class: immutable. Milliseconds and counts; see index/base/limits.h for the reasons.
struct ListenerSettings {
  ListenAddress address{"127.0.0.1", 0, false, true};
  unsigned threads = 1;
  HttpLimits limits;
  std::int64_t request_ms_max = index::kHttpRequestMsMax;  // first byte to last byte of a request
  std::int64_t answer_ms_max = index::kHttpRequestMsMax;   // a client that does not read
  std::int64_t idle_ms_max = index::kHttpIdleMsMax;        // between requests
  std::int64_t stream_quiet_ms = 15'000;                   // then a stream says "still here"
  std::int64_t linger_ms_max = 1'000;  // after a refusal, so that the client can read it
  std::uint32_t requests_per_connection_max = index::kHttpRequestsPerConnectionMax;
  std::size_t connections_max = index::kHttpConnectionsMax;
  std::size_t streams_max = index::kHttpStreamsMax;                   // open at once, all loops
  std::size_t bodies_bytes_max = index::kHttpBodiesInFlightBytesMax;  // coming in or parked
};

/// Called once for each loop, in the thread that calls `open`, before any request. `waker`: the
/// bell of that loop, for what its requests wait for.
using HandlerFactory = std::function<std::unique_ptr<Handler>(unsigned loop, Waker waker)>;

/// Thread class: any-thread.
class Listener {
 public:
  /// Binds and listens; connections wait until `run`. Raises this process's soft limit of open
  /// files if connections_max needs it. Errors: io_error with the address and the system's words.
  static index::Result<std::unique_ptr<Listener>> open(const ListenerSettings& settings,
                                                       const HandlerFactory& make_handler);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:8080".
  [[nodiscard]] std::string url() const;
  /// Open connections, all loops.
  [[nodiscard]] std::size_t connections() const;
  /// Parked requests, open streams, bytes of bodies that are coming in or kept: all loops.
  [[nodiscard]] std::size_t parked() const;
  [[nodiscard]] std::size_t streams() const;
  [[nodiscard]] std::size_t body_bytes() const;

  /// Serves until `stop`; the caller's thread is the first loop. Call once. After `stop` it accepts
  /// nothing new, closes idle connections, ends streams, finishes what has begun and what is parked
  /// (deadlines still hold) and returns. Errors: io_error.
  index::Result<void> run();
  /// Any thread, also from a signal handler; any number of times.
  void stop() noexcept;

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace concord::server
