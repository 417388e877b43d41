// An HTTP load client on one thread: closed loop (each connection sends when it has its answer) or
// open loop (requests leave on a fixed schedule, and waiting for a free connection counts: latency
// runs from the intended time of sending, so a stalled server cannot hide its queue).
// Thread class: any-thread (pure functions; each call has its own connections).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "index/base/result.h"

namespace concord::bench {

struct Load {
  std::string host = "127.0.0.1";  // IPv4 literal
  std::uint16_t port = 0;
  std::vector<std::string> requests;  // whole requests, sent in turn
  std::size_t count = 100'000;        // requests measured
  std::size_t warm_up = 1'000;        // requests before them, not measured
  unsigned connections = 1;
  unsigned pipeline = 1;           // closed loop: requests in flight on one connection
  double requests_per_second = 0;  // 0: closed loop; else open loop, one request a connection
  bool spin = false;               // look for bytes all the time instead of sleeping for them
};

struct Report {
  std::vector<std::int64_t> latencies_ns;  // sorted
  std::size_t not_ok = 0;                  // answers other than 200
  std::size_t body_bytes = 0;
  double seconds = 0;

  /// 0.5: the median. Requires at least one answer.
  [[nodiscard]] std::int64_t percentile_ns(double share) const;
  [[nodiscard]] double per_second() const {
    return static_cast<double>(latencies_ns.size()) / seconds;
  }
};

/// Errors: io_error when a connection cannot be made or ends before its answer, bad_input when an
/// answer is no HTTP with a Content-Length. Requires requests, count, connections, pipeline > 0.
index::Result<Report> run_load(const Load& load);

}  // namespace concord::bench
