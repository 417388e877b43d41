// The verbs of the Segment specification, for client packages that are there already. The path
// decides what a body is, never its Content-Type. What is refused is listed (GET /v1/rejections);
// these clients take any 4xx but 429 for "drop it", so overload is 429 and a full disk 503.
#include "server/routes.h"
#include "server/routes_intake.h"

namespace concord::server {
namespace {

constexpr std::string_view kDefaultSource = "segment";

void say_later(Response& response, int status, std::string_view code, std::string_view detail) {
  response.field("Retry-After", std::to_string(kRetryAfterSeconds));
  fill_problem(response, {status, code, detail});
}

}  // namespace

// The client's name in the token file; without one the write key, when it names a source.
std::string Routes::segment_source(const Call& call) const {
  if (who_->all_scopes) {
    std::string key = basic_user(call.request.authorization);
    return service_.desk->sources().find(key) != nullptr ? key : std::string(kDefaultSource);
  }
  std::string name = who_->name;
  for (char& c : name)
    if (c == ':') c = '.';
  return name;
}

void Routes::segment(Call& call) {
  if (service_.desk == nullptr) return refuse_intake(call.response, index::Taken::read_only);
  if (call.request.later != nullptr) {
    if (IntakeJob* const job = finished_job(call)) answer_segment(call, *job);
    return;
  }
  IntakeBody body;
  if (!read_coding(call, body)) return;
  body.form = IntakeForm::segment;
  body.verb = call.request.segments[1];
  body.bytes = take_body(call.request);
  IntakeAsk ask = intake_ask(call);
  ask.source = segment_source(call);
  begin_intake(call, std::move(body), std::move(ask));
}

void Routes::answer_segment(Call& call, IntakeJob& job) {
  const IntakeResult& result = job.result();
  if (result.unreadable)
    return fill_problem(
        call.response,
        {400, "bad_body", "The body could not be read: " + result.unreadable->text()});
  if (result.unknown > 0 && result.taken == index::Taken::overloaded)
    return say_later(call.response, 429, "overloaded",
                     "More comes in than is written; send it again after Retry-After.");
  if (result.unknown > 0)
    return say_later(call.response, 503, "not_acknowledged",
                     "Not all of it is known to be durable; send it again with the same ids.");
  if (result.unlisted)
    return say_later(call.response, 503, "not_acknowledged",
                     "Something was refused and could not be listed; send it again.");
  call.response.field("Cache-Control", "no-store");
  call.response.body.append(R"({"success":true})");
}

}  // namespace concord::server
