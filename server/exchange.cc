#include "server/exchange.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include "index/base/assert.h"

namespace concord::server {
namespace {

// A refused body up to this size is read and dropped, so that overload costs no reconnect.
constexpr std::size_t kDropBytesMax = 64 * 1024;
constexpr std::size_t kKeepChunkBytes = 256 * 1024;
constexpr Refusal kBodyTooLarge{413, "body_too_large", "the request body is too large"};
constexpr Refusal kBadChunk{400, "bad_request", "malformed chunked body"};
constexpr Refusal kTooManyBodies{503, "too_many_bodies",
                                 "too many request bodies are coming in: try again later"};
constexpr Refusal kTooManyStreams{503, "too_many_streams",
                                  "too many streams are open: try again later"};

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Admission Handler::admit(const Request&) { return {}; }

Exchange::Exchange(Handler& handler, HttpLimits limits, std::uint32_t requests_per_connection_max,
                   Budgets budgets)
    : handler_(handler),
      limits_(limits),
      parser_(limits),
      budgets_(std::move(budgets)),
      requests_per_connection_max_(requests_per_connection_max) {}

Exchange::Step Exchange::step(std::string_view input, ExchangeState& state) {
  using Phase = ExchangeState::Phase;
  std::size_t dropped = 0;
  if (state.phase_ == Phase::drain) {
    dropped = std::min(state.left_, input.size());
    state.left_ -= dropped;
    if (state.left_ > 0) return {Kind::need_more, dropped};
    state.phase_ = Phase::head;
    input.remove_prefix(dropped);
  }
  Step step;
  if (state.phase_ == Phase::parked)
    step = resume(state);
  else if (!input.empty())
    step = state.phase_ == Phase::body ? read_body(input, state) : read_head(input, state);
  step.consumed += dropped;
  return step;
}

Exchange::Step Exchange::read_head(std::string_view input, ExchangeState& state) {
  Request request;
  switch (parser_.read_head(input, state.progress_, request)) {
    case RequestParser::Outcome::need_more: return {};
    case RequestParser::Outcome::refused: return refuse_and_close(parser_.refusal(), state, input);
    case RequestParser::Outcome::complete: break;
  }
  head_bytes_ = input.substr(0, parser_.head_size());
  if (!parser_.framing().none()) return begin_body(input, state, request);
  state.body_.taken = false;  // an empty body can be taken too
  request.stored_body = &state.body_;
  Step step = answer(request, state);
  step.consumed = head_bytes_.size();
  return step;
}

// The head of a request with a body is whole: may the body come, and is it here already?
Exchange::Step Exchange::begin_body(std::string_view input, ExchangeState& state, Request& head) {
  const BodyFraming framing = parser_.framing();
  const Admission admission = handler_.admit(head);
  if (admission.refusal.status != 0) return turn_away(input, state, head, admission);
  const std::size_t most =
      admission.body_bytes_max == 0 ? limits_.body_bytes_max : admission.body_bytes_max;
  if (framing.content_length > most) return refuse_and_close(kBodyTooLarge, state, input);
  const std::size_t head_size = head_bytes_.size();
  const std::string_view rest = input.substr(head_size);
  state.body_.taken = false;
  if (!framing.chunked && rest.size() >= framing.content_length) {
    head.body = rest.substr(0, framing.content_length);
    head.stored_body = &state.body_;
    Step step = answer(head, state);
    step.consumed = head_size + framing.content_length;
    return step;
  }
  state.body_.share = Share(budgets_.body_bytes);
  if (!state.body_.share.raise_to(framing.content_length))
    return turn_away(input, state, head, {0, kTooManyBodies, 1});
  state.head_.append(head_bytes_);
  state.framing_ = framing;
  state.chunks_ = {};
  state.body_bytes_max_ = most;
  state.body_.bytes.reserve_more(framing.content_length + 1);  // append keeps a byte to spare
  state.phase_ = ExchangeState::Phase::body;
  Step step = rest.empty() ? Step{} : read_body(rest, state);
  step.consumed += head_size;
  if (step.kind != Kind::need_more || !framing.wants_continue) return step;
  head_.clear();
  head_.append("HTTP/1.1 100 Continue\r\n\r\n");
  body_ = {};
  step.kind = Kind::interim;
  return step;
}

Exchange::Step Exchange::read_body(std::string_view input, ExchangeState& state) {
  Step step;
  index::Buffer& bytes = state.body_.bytes;
  if (!state.framing_.chunked) {
    step.consumed = std::min(input.size(), state.framing_.content_length - bytes.size());
    bytes.append(input.substr(0, step.consumed));
    if (bytes.size() < state.framing_.content_length) return step;
  } else {
    const ChunkOutcome outcome =
        read_chunks(input, state.body_bytes_max_, state.chunks_, bytes, step.consumed);
    if (outcome == ChunkOutcome::malformed) return refuse_and_close(kBadChunk, state, input);
    if (outcome == ChunkOutcome::over_limit) return refuse_and_close(kBodyTooLarge, state, input);
    if (!state.body_.share.raise_to(bytes.capacity()))
      return refuse_and_close(kTooManyBodies, state, input);
    if (outcome == ChunkOutcome::need_more) return step;
  }
  Request request;
  read_stored(state, request);
  const std::size_t consumed = step.consumed;
  step = answer(request, state);
  step.consumed = consumed;
  return step;
}

// The bytes may have moved since the head was read: point into them again.
void Exchange::read_stored(ExchangeState& state, Request& request) {
  parser_.read_again(state.head_.view(), request);
  head_bytes_ = state.head_.view();
  request.body = state.body_.view();
  request.stored_body = &state.body_;
}

Exchange::Step Exchange::resume(ExchangeState& state) {
  const bool ready = state.later_->ready();
  if (!ready && !state.expired_) return {Kind::parked};
  const std::shared_ptr<Later> later = std::move(state.later_);
  Request request;
  read_stored(state, request);
  request.later = later.get();
  request.later_expired = !ready;
  state.phase_ = ExchangeState::Phase::head;
  return answer(request, state);
}

Exchange::Step Exchange::answer(Request& request, ExchangeState& state) {
  if (request.later == nullptr) state.whole_ns_ = now_ns();
  std::shared_ptr<Later> later;
  for (;;) {
    response_.reset();
    handler_.handle(request, response_);
    if (response_.later == nullptr) break;
    CONCORD_ASSERT(!request.later_expired);
    if (!response_.later->ready()) return park(request, state);
    later = std::move(response_.later);
    request.later = later.get();
    if (state.body_.taken) request.body = {};
  }
  ++state.answered_count_;
  if (response_.stream && request.method != Method::head) return begin_stream(request, state);
  Step step;
  step.kind = Kind::answered;
  step.close = response_.close || is_last(request, state);
  const ConnectionField connection = step.close       ? ConnectionField::close
                                     : request.http10 ? ConnectionField::keep_alive
                                                      : ConnectionField::none;
  const BodyEnd end = !response_.stream ? BodyEnd::length
                      : request.http10  ? BodyEnd::connection
                                        : BodyEnd::chunk;
  head_.clear();
  append_head(head_, response_, date_.at(unix_seconds_), connection, end);
  const bool with_body = request.method != Method::head && may_have_body(response_.status);
  body_ = with_body ? response_.body.view() : std::string_view();
  handler_.answered(request, response_, {now_ns() - state.whole_ns_, body_.size()});
  begin_next(state);
  return step;
}

bool Exchange::is_last(const Request& request, const ExchangeState& state) const {
  return closing_ || !request.keep_alive || state.answered_count_ >= requests_per_connection_max_;
}

void Exchange::begin_next(ExchangeState& state) {
  state.progress_ = {};
  state.phase_ = ExchangeState::Phase::head;
  if (state.head_.size() == 0) return;  // it came in one piece and never waited
  state.head_ = index::Buffer();
  state.body_ = Body();
}

Exchange::Step Exchange::park(const Request& request, ExchangeState& state) {
  if (state.head_.size() == 0) {
    state.head_.append(head_bytes_);
    if (!state.body_.taken) state.body_.bytes.append(request.body);
    state.body_.share = Share(budgets_.body_bytes);
    state.body_.share.force_to(state.body_.bytes.size());
  }
  state.later_ = std::move(response_.later);
  state.expired_ = false;
  state.phase_ = ExchangeState::Phase::parked;
  Step step{Kind::parked};
  step.park_ms_max = std::max<std::int64_t>(response_.later_ms_max, 0);
  return step;
}

Exchange::Step Exchange::begin_stream(const Request& request, ExchangeState& state) {
  CONCORD_ASSERT(response_.body.size() == 0 && may_have_body(response_.status));
  Step step;
  Share share(budgets_.streams);
  if (!share.raise_to(1)) {
    step.kind = Kind::refused;
    step.close = is_last(request, state) || request.http10;
    write_refusal(kTooManyStreams, 5, step.close);
    begin_next(state);
    return step;
  }
  step.kind = Kind::stream;
  head_.clear();
  append_head(head_, response_, date_.at(unix_seconds_), ConnectionField::close,
              request.http10 ? BodyEnd::connection : BodyEnd::chunk);
  body_ = {};
  handler_.answered(request, response_, {now_ns() - state.whole_ns_, 0});
  state.stream_ = std::move(response_.stream);
  state.stream_share_ = std::move(share);
  state.stream_chunked_ = !request.http10;
  begin_next(state);
  state.phase_ = ExchangeState::Phase::stream;
  return step;
}

Exchange::Step Exchange::pull(ExchangeState& state, Pull why) {
  if (chunk_.capacity() > kKeepChunkBytes) chunk_ = index::Buffer();
  chunk_.clear();
  head_.clear();
  Step step;
  step.close = why == Pull::end;
  if (why == Pull::ask) step.close = !state.stream_->pull(chunk_);
  if (why == Pull::quiet) state.stream_->quiet(chunk_);
  if (state.stream_chunked_ && chunk_.size() > 0) {
    char* const to = head_.reserve_more(18);
    head_.advance(static_cast<std::size_t>(std::to_chars(to, to + 16, chunk_.size(), 16).ptr - to));
    head_.append("\r\n");
    chunk_.append("\r\n");
  }
  if (state.stream_chunked_ && step.close) chunk_.append("0\r\n\r\n");
  body_ = chunk_.view();
  if (!body_.empty() || step.close) step.kind = Kind::stream;
  if (step.close) {
    state.stream_.reset();
    state.stream_share_.release();
    state.phase_ = ExchangeState::Phase::head;
  }
  return step;
}

// Refused before the body is here. The answer goes out at once; a small body that is announced by
// its length is dropped as it comes and the connection lives on, before a larger one it ends.
Exchange::Step Exchange::turn_away(std::string_view input, ExchangeState& state,
                                   const Request& head, const Admission& admission) {
  ++state.answered_count_;
  const BodyFraming framing = parser_.framing();
  const std::size_t head_size = head_bytes_.size();
  Step step;
  step.kind = Kind::refused;
  // After "Expect: 100-continue" nobody knows whether the body still comes.
  step.close = framing.chunked || framing.wants_continue || head.http10 ||
               framing.content_length > kDropBytesMax || is_last(head, state);
  write_refusal(admission.refusal, admission.retry_after_s, step.close);
  begin_next(state);
  if (step.close) {
    step.consumed = input.size();
    return step;
  }
  step.consumed = std::min(input.size(), head_size + framing.content_length);
  state.left_ = head_size + framing.content_length - step.consumed;
  if (state.left_ > 0) state.phase_ = ExchangeState::Phase::drain;
  return step;
}

Exchange::Step Exchange::refuse_and_close(const Refusal& refusal, ExchangeState& state,
                                          std::string_view input) {
  refuse(refusal);
  begin_next(state);
  return {Kind::refused, input.size(), true};
}

void Exchange::refuse(const Refusal& refusal) {
  write_refusal(refusal, refusal.status == 503 ? 1 : 0, true);
}

void Exchange::write_refusal(const Refusal& refusal, std::uint32_t retry_after_s, bool close) {
  response_.reset();
  fill_problem(response_, {refusal.status, refusal.code, refusal.detail});
  if (retry_after_s > 0) response_.field("Retry-After", std::to_string(retry_after_s));
  head_.clear();
  append_head(head_, response_, date_.at(unix_seconds_),
              close ? ConnectionField::close : ConnectionField::none);
  body_ = response_.body.view();
  handler_.refused(refusal);
}

}  // namespace concord::server
