// One HTTP conversation without its socket: bytes of requests in, bytes of answers out.
// The listener moves the bytes; tests and the fuzzer do without it. Thread class: one-owner (an
// event loop's).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "server/chunked.h"
#include "server/http.h"
#include "server/later.h"
#include "server/response.h"

namespace concord::server {

/// What was answered, for log and metrics.
struct Answered {
  std::int64_t nanoseconds = 0;  // from the whole request to the whole answer, waiting included
  std::size_t body_bytes = 0;    // of a stream: 0
};

/// Whether a body may come, decided when the head is whole and before the body is read.
struct Admission {
  std::size_t body_bytes_max = 0;   // 0: HttpLimits::body_bytes_max
  Refusal refusal{0, {}, {}};       // a status other than 0: refused
  std::uint32_t retry_after_s = 0;  // said with the refusal; 0: not said
};

/// The service behind a listener: one object for each event loop, so it needs no locks.
/// Thread class: one-owner.
class Handler {
 public:
  Handler() = default;
  virtual ~Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  /// Asked once for each request that has a body; `head.body` is empty. It must be quick: this is
  /// where overload is turned away.
  virtual Admission admit(const Request& head);
  /// Answers in line: it must not wait. What must wait sets response.later and is handled again.
  /// `response` comes reset. Requires: no `later` from a request with later_expired.
  virtual void handle(const Request& request, Response& response) = 0;
  /// After each `handle` that answered. A client that hung up while it waited is answered nothing.
  virtual void answered(const Request&, const Response&, const Answered&) {}
  /// A request was refused before it could be handled (malformed, too large, too slow, overload).
  virtual void refused(const Refusal&) {}
};

/// What an exchange remembers between calls for one connection.
class ExchangeState {
 public:
  enum class Phase : std::uint8_t { head, body, parked, drain, stream };
  [[nodiscard]] Phase phase() const { return phase_; }
  /// A request has begun and is not answered, or its refused body is still coming.
  [[nodiscard]] bool receiving() const { return phase_ == Phase::body || phase_ == Phase::drain; }
  [[nodiscard]] bool ready() const { return later_->ready(); }  // requires: parked
  /// Parked for events.
  [[nodiscard]] bool is_intake() const { return phase_ == Phase::parked && later_->is_intake(); }
  [[nodiscard]] std::uint32_t answered_count() const { return answered_count_; }

 private:
  friend class Exchange;
  Phase phase_ = Phase::head;
  bool stream_chunked_ = false;
  bool expired_ = false;
  std::uint32_t answered_count_ = 0;
  HeadProgress progress_;
  // A request that did not come in one piece, or is parked.
  index::Buffer head_;
  Body body_;
  BodyFraming framing_;
  ChunkProgress chunks_;
  std::size_t body_bytes_max_ = 0;
  std::size_t left_ = 0;       // to be dropped (drain)
  std::int64_t whole_ns_ = 0;  // when the request had come whole
  std::shared_ptr<Later> later_;
  std::shared_ptr<Stream> stream_;
  Share stream_share_;
};

/// What all exchanges of a listener share. Null: without limit.
struct Budgets {
  std::shared_ptr<Budget> body_bytes;
  std::shared_ptr<Budget> streams;
};

/// Thread class: one-owner; one serves all connections of an event loop, one call at a time.
class Exchange {
 public:
  enum class Kind {
    need_more,  // nothing to send; call again with more bytes
    interim,    // send head(), then call again
    answered,   // send head() and body(); then close if `close`
    refused,    // the same; without `close` the refused body is still read and dropped
    parked,     // nothing to send; call again when ready() or after `park_ms_max` (see expire)
    stream,     // send head() and body(), then pull()
  };
  struct Step {
    Kind kind = Kind::need_more;
    std::size_t consumed = 0;  // bytes at the front of `input` that are done with, also: need_more
    bool close = false;
    std::int64_t park_ms_max = -1;  // this call parked a request; -1: it was parked before
  };

  Exchange(Handler& handler, HttpLimits limits, std::uint32_t requests_per_connection_max,
           Budgets budgets = {});

  /// At most one request. `input`: everything unconsumed of this connection.
  Step step(std::string_view input, ExchangeState& state);
  /// The time of the parked request is over: the next step answers it. Requires: parked.
  static void expire(ExchangeState& state) { state.expired_ = true; }

  enum class Pull { ask, quiet, end };
  /// The next bytes of a stream (Kind::stream; `close`: the last ones), or need_more: nothing to
  /// send now. `quiet`: nothing was sent for long; `end`: end it now.
  Step pull(ExchangeState& state, Pull why);

  /// Makes head() and body() a refusal of our own (408, 503).
  void refuse(const Refusal& refusal);
  /// Valid until the next call.
  [[nodiscard]] std::string_view head() const { return head_.view(); }
  [[nodiscard]] std::string_view body() const { return body_; }

  void set_clock(std::int64_t unix_seconds) { unix_seconds_ = unix_seconds; }
  /// From now on each answer says `Connection: close`.
  void close_all() { closing_ = true; }

 private:
  Step read_head(std::string_view input, ExchangeState& state);
  Step begin_body(std::string_view input, ExchangeState& state, Request& head);
  Step read_body(std::string_view input, ExchangeState& state);
  void read_stored(ExchangeState& state, Request& request);
  Step resume(ExchangeState& state);
  Step answer(Request& request, ExchangeState& state);
  static void begin_next(ExchangeState& state);
  [[nodiscard]] bool is_last(const Request& request, const ExchangeState& state) const;
  Step park(const Request& request, ExchangeState& state);
  Step begin_stream(const Request& request, ExchangeState& state);
  Step turn_away(std::string_view input, ExchangeState& state, const Request& head,
                 const Admission& admission);
  Step refuse_and_close(const Refusal& refusal, ExchangeState& state, std::string_view input);
  void write_refusal(const Refusal& refusal, std::uint32_t retry_after_s, bool close);

  Handler& handler_;
  HttpLimits limits_;
  RequestParser parser_;
  Budgets budgets_;
  std::string_view head_bytes_;  // of the request in hand
  Response response_;
  index::Buffer head_;
  index::Buffer chunk_;
  std::string_view body_;
  DateText date_;
  std::int64_t unix_seconds_ = 0;
  std::uint32_t requests_per_connection_max_;
  bool closing_ = false;
};

}  // namespace concord::server
