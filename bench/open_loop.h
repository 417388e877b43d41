// Open-loop HTTP load on one thread: requests are due on a fixed schedule whatever the server does,
// over many connections, so that overload stays overload. Latency is counted from the intended time
// of sending: a server that stalls cannot hide its queue.
// Thread class: any-thread (pure functions; each call has its own connections).
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"

namespace concord::bench {

/// So many requests a second for so long.
struct Phase {
  double seconds = 1;
  double requests_per_second = 1000;
};

struct OpenLoop {
  std::string host = "127.0.0.1";  // IPv4 literal
  std::uint16_t port = 0;
  unsigned connections = 64;
  std::vector<Phase> phases;            // one after the other
  std::int64_t give_up_ms = 1'000;      // a request that found no free connection for so long
  std::int64_t answer_ms_max = 10'000;  // from sending to the whole answer
  /// Appends the whole request of this number (0, 1, 2, …).
  std::function<void(std::size_t number, std::string& out)> write_request;
  /// Each answer; may be empty. `body` lives until it returns.
  std::function<void(std::size_t number, int status, std::string_view body)> on_answer;
};

/// What became of a request that got no HTTP status.
inline constexpr int kNotSent = 0;    // every connection was busy until give_up_ms
inline constexpr int kBroken = -1;    // the connection ended before the answer
inline constexpr int kTimedOut = -2;  // answer_ms_max

/// Times in nanoseconds since the beginning of the run.
struct Sample {
  std::int64_t due_ns = 0;
  std::int64_t sent_ns = 0;  // not sent: when given up
  std::int64_t done_ns = 0;
  int status = kNotSent;
};

struct OpenLoopReport {
  std::vector<Sample> samples;  // by number
  std::size_t reconnects = 0;   // connections made beside the first ones
};

/// The requests that were due in a span of the run, by what became of them.
struct Window {
  struct Group {
    std::size_t count = 0;
    std::int64_t p50_ns = 0;  // from the intended time
    std::int64_t p99_ns = 0;
    std::int64_t worst_ns = 0;
    std::int64_t sent_p99_ns = 0;  // from the real sending: what the server alone took
  };
  std::map<int, Group> by_status;
  std::size_t due = 0;
  double seconds = 0;

  [[nodiscard]] std::size_t count(int status) const;
  /// Answers of 2xx a second.
  [[nodiscard]] double goodput() const;
};
/// Requires: from_s < to_s.
Window window_of(const OpenLoopReport& report, double from_s, double to_s);
/// Answers of 2xx that came in each second of the run.
std::vector<std::size_t> goodput_by_second(const OpenLoopReport& report);

/// Runs until each request is answered, broken, timed out or given up. Errors: io_error when the
/// first connections cannot be made or a descriptor is missing, bad_input for an answer that is no
/// HTTP with a length. Requires: phases, connections and write_request.
index::Result<OpenLoopReport> run_open_loop(const OpenLoop& load);

}  // namespace concord::bench
