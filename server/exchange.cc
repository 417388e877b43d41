#include "server/exchange.h"

#include <chrono>

namespace concord::server {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Exchange::Exchange(Handler& handler, HttpLimits limits, std::uint32_t requests_per_connection_max)
    : handler_(handler),
      parser_(limits),
      requests_per_connection_max_(requests_per_connection_max) {}

Exchange::Step Exchange::step(std::string_view input, ExchangeState& state) {
  Request request;
  Step step;
  if (input.empty()) return step;
  switch (parser_.parse(input, state.progress, request)) {
    case RequestParser::Outcome::need_more:
      if (state.progress.header_end > 0 && state.progress.wants_continue && !state.continue_said) {
        state.continue_said = true;
        head_.clear();
        head_.append("HTTP/1.1 100 Continue\r\n\r\n");
        body_ = {};
        step.kind = Kind::interim;
      }
      return step;
    case RequestParser::Outcome::refused:
      refuse(parser_.refusal());
      step.kind = Kind::refused;
      step.consumed = input.size();
      step.close = true;
      return step;
    case RequestParser::Outcome::complete: break;
  }
  step.kind = Kind::answered;
  step.consumed = state.progress.consumed;
  answer(request, state, step);
  return step;
}

void Exchange::answer(const Request& request, ExchangeState& state, Step& step) {
  const std::int64_t begin = now_ns();
  response_.reset();
  handler_.handle(request, response_);
  ++state.answered_count;
  step.close = response_.close || closing_ || !request.keep_alive ||
               state.answered_count >= requests_per_connection_max_;
  const ConnectionField connection = step.close       ? ConnectionField::close
                                     : request.http10 ? ConnectionField::keep_alive
                                                      : ConnectionField::none;
  head_.clear();
  append_head(head_, response_, date_.at(unix_seconds_), connection);
  const bool with_body = request.method != Method::head && may_have_body(response_.status);
  body_ = with_body ? response_.body.view() : std::string_view();
  handler_.answered(request, response_, {now_ns() - begin, body_.size()});
  state.progress = {};
  state.continue_said = false;
}

void Exchange::refuse(const Refusal& refusal) {
  response_.reset();
  fill_problem(response_, {refusal.status, refusal.code, refusal.detail});
  if (refusal.status == 503) response_.field("Retry-After", "1");
  head_.clear();
  append_head(head_, response_, date_.at(unix_seconds_), ConnectionField::close);
  body_ = response_.body.view();
  handler_.refused(refusal);
}

}  // namespace concord::server
