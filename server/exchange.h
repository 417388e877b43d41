// One HTTP conversation without its socket: bytes of requests in, bytes of answers out.
// The listener moves the bytes; tests and the fuzzer do without it. Thread class: one-owner (an
// event loop's).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/http.h"
#include "server/response.h"

namespace concord::server {

/// What was answered, for log and metrics.
struct Answered {
  std::int64_t nanoseconds = 0;  // from the whole request to the whole answer
  std::size_t body_bytes = 0;
};

/// The service behind a listener: one object for each event loop, so it needs no locks.
/// Thread class: one-owner.
class Handler {
 public:
  Handler() = default;
  virtual ~Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  /// Answers in line: it must not wait. `response` comes reset.
  virtual void handle(const Request& request, Response& response) = 0;
  /// After each `handle`.
  virtual void answered(const Request&, const Response&, const Answered&) {}
  /// A request was refused before it could be handled (malformed, too large, too slow).
  virtual void refused(const Refusal&) {}
};

/// What an exchange remembers between calls for one connection.
struct ExchangeState {
  RequestProgress progress;
  std::uint32_t answered_count = 0;
  bool continue_said = false;
};

/// Thread class: one-owner; one serves all connections of an event loop, one call at a time.
class Exchange {
 public:
  enum class Kind {
    need_more,  // nothing to send; call again with more bytes
    interim,    // send head(), then call again
    answered,   // send head() and body(); then close if `close`
    refused,    // send head() and body(); then close
  };
  struct Step {
    Kind kind = Kind::need_more;
    std::size_t consumed = 0;  // bytes at the front of `input` that are done with
    bool close = false;
  };

  Exchange(Handler& handler, HttpLimits limits, std::uint32_t requests_per_connection_max);

  /// At most one request. `input`: everything unconsumed of this connection.
  Step step(std::string_view input, ExchangeState& state);
  /// Makes head() and body() a refusal of our own (408, 503).
  void refuse(const Refusal& refusal);
  /// Valid until the next call.
  [[nodiscard]] std::string_view head() const { return head_.view(); }
  [[nodiscard]] std::string_view body() const { return body_; }

  void set_clock(std::int64_t unix_seconds) { unix_seconds_ = unix_seconds; }
  /// From now on each answer says `Connection: close`.
  void close_all() { closing_ = true; }

 private:
  void answer(const Request& request, ExchangeState& state, Step& step);

  Handler& handler_;
  RequestParser parser_;
  Response response_;
  index::Buffer head_;
  std::string_view body_;
  DateText date_;
  std::int64_t unix_seconds_ = 0;
  std::uint32_t requests_per_connection_max_;
  bool closing_ = false;
};

}  // namespace concord::server
