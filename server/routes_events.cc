// POST /v1/events: native events, CloudEvents and change records in, a status line for each out.
#include <algorithm>

#include "index/base/assert.h"
#include "server/intake_cloud.h"
#include "server/routes.h"
#include "server/routes_intake.h"

namespace concord::server {
namespace {

constexpr std::string_view kTypes =
    "Send application/x-ndjson (an event a line), application/json (one or a list), "
    "application/cloudevents+json, application/cloudevents-batch+json, or a CloudEvent in binary "
    "mode.";

bool is_binary_cloud(const Request& request) {
  return std::any_of(request.ce_fields.begin(), request.ce_fields.end(),
                     [](const Field& field) { return field.name == "ce-specversion"; });
}

std::optional<IntakeForm> form_of(std::string_view type) {
  if (type == kNdjson || type == "application/ndjson" || type == "application/jsonl")
    return IntakeForm::lines;
  if (type == kJson) return IntakeForm::document;
  if (type == "application/cloudevents+json") return IntakeForm::cloud_event;
  if (type == "application/cloudevents-batch+json") return IntakeForm::cloud_batch;
  return std::nullopt;
}

}  // namespace

Refusal refusal_of(index::Taken taken) {
  switch (taken) {
    case index::Taken::overloaded:
      return {429, "overloaded",
              "More comes in than is written; send it again after Retry-After, nothing was taken."};
    case index::Taken::disk_full:
      return {507, "disk_full",
              "There is no room to write; nothing was taken, reads go on. Send it again later."};
    case index::Taken::read_only:
    case index::Taken::taken: break;
  }
  return {503, "read_only",
          "Nothing is written now; nothing was taken, reads go on. GET /readyz says why."};
}

void refuse_intake(Response& response, index::Taken taken) {
  const Refusal refusal = refusal_of(taken);
  response.field("Retry-After", std::to_string(kRetryAfterSeconds));
  fill_problem(response, {refusal.status, refusal.code, refusal.detail});
}

std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ') || type.ends_with('\t')) type.pop_back();
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return type;
}

IntakeAsk Routes::intake_ask(const Call& call) const {
  IntakeAsk ask = service_.desk->ask();
  ask.sender = sender_of(*who_);
  ask.source = call.ask.source;
  ask.department = call.ask.department;
  ask.mapping = call.ask.mapping;
  return ask;
}

bool Routes::read_coding(Call& call, IntakeBody& body) {
  const auto coding = content_coding_of(call.request.content_encoding);
  if (coding) {
    body.coding = *coding;
    return true;
  }
  fill_problem(call.response,
               {415, "unsupported_media_type", "Content-Encoding may be gzip, deflate or absent."});
  return false;
}

bool Routes::begin_intake(Call& call, IntakeBody body, IntakeAsk ask) {
  if (const index::Taken door = service_.desk->door(); door != index::Taken::taken) {
    refuse_intake(call.response, door);
    return false;
  }
  auto job = service_.desk->begin(std::move(body), std::move(ask), waker_);
  if (job == nullptr) {
    refuse_intake(call.response, index::Taken::overloaded);
    return false;
  }
  call.response.later = std::move(job);
  call.response.later_ms_max = kIntakeMsMax;
  return true;
}

IntakeJob* Routes::finished_job(Call& call) {
  if (!call.request.later_expired) return static_cast<IntakeJob*>(call.request.later);
  call.response.field("Retry-After", std::to_string(kRetryAfterSeconds));
  fill_problem(call.response,
               {503, "not_acknowledged",
                "Not known to be durable in time; send it again with the same ids."});
  return nullptr;
}

void Routes::events(Call& call) {
  if (service_.desk == nullptr) return refuse_intake(call.response, index::Taken::read_only);
  if (call.request.later != nullptr) {
    if (IntakeJob* const job = finished_job(call)) answer_events(call, *job);
    return;
  }
  IntakeBody body;
  if (!read_coding(call, body)) return;
  const std::string type = media_type(call.request.content_type);
  if (is_binary_cloud(call.request)) {
    if (body.coding != ContentCoding::identity)
      return fill_problem(call.response, {415, "unsupported_media_type",
                                          "A CloudEvent in binary mode comes unpacked."});
    if (call.request.body.size() > kItemBytesMax)
      return fill_problem(call.response,
                          {413, "body_too_large", "A CloudEvent has at most 512 KiB."});
    body.form = IntakeForm::cloud_event;
    body.text =
        structured_form(call.request.ce_fields, call.request.content_type, call.request.body);
  } else if (const auto form = form_of(type)) {
    body.form = *form;
    body.bytes = take_body(call.request);
  } else {
    return fill_problem(call.response, {415, "unsupported_media_type", kTypes});
  }
  begin_intake(call, std::move(body), intake_ask(call));
}

// Some lines may be in and others not: 503 then, so that every client sends again what is unknown;
// what is in comes back as a duplicate.
void Routes::answer_events(Call& call, IntakeJob& job) {
  const IntakeResult& result = job.result();
  if (result.unreadable)
    return fill_problem(
        call.response,
        {400, "bad_body", "The body could not be read: " + result.unreadable->text()});
  if (result.unknown > 0 && result.done == 0 && result.taken != index::Taken::taken)
    return refuse_intake(call.response, result.taken);
  if (result.unknown > 0) {
    call.response.status = 503;
    call.response.field("Retry-After", std::to_string(kRetryAfterSeconds));
  }
  call.response.content_type = kNdjson;
  call.response.field("Cache-Control", "no-store");
  call.response.field("Concord-Revision", std::to_string(service_.engine->snapshot().revision()));
  call.response.body.append(job.lines());
}

}  // namespace concord::server
