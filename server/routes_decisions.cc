// POST /v1/customers/{key}/decisions: the next-best-action answer, kept, and its topic reserved
// when that is asked for.
#include "server/routes_decisions.h"

#include <algorithm>
#include <array>

#include "index/base/hash.h"
#include "index/sources.h"
#include "scoring/capture.h"
#include "scoring/clearance.h"
#include "server/body_members.h"
#include "server/decision_desk.h"
#include "server/intake_rights.h"
#include "server/routes_intake.h"

namespace concord::server {
namespace {

constexpr std::array<std::string_view, 6> kOwnMembers{"claim", "topic",      "claim_until",
                                                      "by",    "department", "id"};
constexpr std::array kQuestionMembers{Option::channel,    Option::direction, Option::intent,
                                      Option::limit,      Option::as_of,     Option::min_revision,
                                      Option::timeout_ms, Option::explain,   Option::purpose};

/// The same request again has the same hash.
index::Hash128 hash_of(index::JsonValue body, index::CustomerId customer) {
  index::Buffer text;
  index::JsonWriter out(text);
  out.begin_array().id(customer);
  append_json(out, body);
  out.end_array();
  return index::blake2b_128(text.view());
}

std::string claim_event_id(const DecisionDraft& draft) {
  return draft.kept.id + ".claim." + std::to_string(draft.attempt);
}

index::EventDraft claim_event(const DecisionDraft& draft, const index::RecordView& record,
                              index::UnixMillis now, index::EventSeq seen) {
  const KeptDecision& kept = draft.kept;
  index::EventDraft event = own_event(record, claim_event_id(draft), kept.department, now);
  event.type = static_cast<std::uint8_t>(index::EventType::entry);
  event.unless_changed = seen;
  event.entry = std::make_unique<index::wire::EntryT>();
  index::wire::EntryT& entry = *event.entry;
  entry.kind = static_cast<std::uint8_t>(index::Kind::decision);
  entry.key = kept.id;
  entry.status = "claimed";
  entry.state_type = static_cast<std::uint8_t>(index::StateType::open);
  entry.due_at = kept.claim->until_ms;
  entry.topic = kept.claim->topic;
  entry.actor = kept.claim->holder;
  return event;
}

index::EventDraft decision_event(const KeptDecision& kept, const index::RecordView& record) {
  index::EventDraft event = own_event(record, kept.id, kept.department, kept.at);
  event.type = static_cast<std::uint8_t>(index::EventType::decision);
  event.decision = std::make_unique<index::wire::DecisionT>();
  event.decision->payload = encode_decision(kept);
  return event;
}

void refuse_claim(Response& response, const index::EntryView& holder, std::string_view topic) {
  const std::string who(holder.actor());
  fill_problem(response, {409, "claimed",
                          std::string(topic) + " is reserved by " + who +
                              " until its outcome is told or its time is over; see `holder`."});
  index::Buffer& body = response.body;
  body.truncate(body.size() - 1);  // the closing brace
  body.append(",\"holder\":");
  index::JsonWriter out(body);
  out.begin_object();
  out.key("decision_id").string(claiming_decision(holder));
  out.key("holder").string(who);
  if (!holder.department().empty()) out.key("department").string(holder.department());
  out.key("topic").string(topic);
  out.key("since").time(index::UnixMillis{holder.at_ms()});
  out.key("until").time(index::UnixMillis{holder.due_at_ms()});
  out.end_object();
  body.push('}');
}

void not_acknowledged(Response& response) {
  response.field("Retry-After", std::to_string(kRetryAfterSeconds));
  fill_problem(response,
               {503, "not_acknowledged",
                "Not known to be durable in time; send it again with the same Idempotency-Key."});
}

}  // namespace

struct DecisionAsk {
  std::string key;  // of repeats; empty: none
  bool claim = false;
  std::string_view topic;
  std::int64_t until_ms = index::kNoTime;
  std::string_view by;
  std::string_view department;
  index::JsonValue body;
};

// Our own events: a token that is limited to other sources may not write them.
bool Routes::may_decide(Call& call) {
  const std::vector<std::string> sources = sender_of(*who_).sources;
  if (sources.empty() ||
      std::find(sources.begin(), sources.end(), index::kOwnSource) != sources.end())
    return keeps_decisions(call);
  fill_problem(call.response,
               {403, "forbidden",
                "This token may write for its own sources only (POST /v1/events); decisions need "
                "the scope write without source:…."});
  return false;
}

bool Routes::keeps_decisions(Call& call) {
  if (service_.live != nullptr && service_.live->log() != nullptr && service_.decisions != nullptr)
    return true;
  refuse_intake(call.response, index::Taken::read_only);
  return false;
}

bool Routes::read_decision(Call& call, DecisionAsk& ask) {
  if (!read_body(call, ask.body)) return false;
  Faults faults(Faults::Where::pointer);
  read_members(ask.body, kQuestionMembers, body_text_, call.ask, faults, kOwnMembers);
  BodyMembers members(ask.body, faults);
  ask.claim = members.flag("claim");
  ask.topic = members.text("topic");
  ask.until_ms = members.time_ms("claim_until");
  ask.by = members.text("by");
  ask.department = members.text("department");
  ask.key = members.text("id");
  if (ask.key.empty()) ask.key = call.request.idempotency_key;
  if (!ask.claim)
    for (const char* name : {"topic", "claim_until"})
      if (members.has(name)) members.wrong(name, "goes with \"claim\": true");
  if (!ask.topic.empty()) members.word("topic", scoring::subjects_of(*service_.policy));
  const std::int64_t now = service_.base_now().ms;
  if (ask.until_ms != index::kNoTime && (ask.until_ms <= now || ask.until_ms > now + kClaimMsMax))
    members.wrong("claim_until", "is not within the next " +
                                     std::to_string(kClaimMsMax / index::kDayMs) + " days");
  if (!faults.empty()) faults.answer(call.response, "bad_body");
  return faults.empty();
}

void Routes::decisions(Call& call) {
  DecisionAsk ask;
  scoring::DecisionQuestion question;
  if (!may_decide(call) || !read_decision(call, ask) || !read_question(call, question)) return;
  purpose_ = call.ask.purpose;
  Found found;
  if (!ready_for(call) || !find(call, call.request.segments[2], found)) return;
  question.as_of = call.as_of;
  auto* const wait = dynamic_cast<DecisionWait*>(call.request.later);
  if (wait == nullptr) return begin_decision(call, ask, question, found);
  if (call.request.later_expired) return not_acknowledged(call.response);
  go_on_with_decision(call, question, found, *wait);
}

void Routes::begin_decision(Call& call, const DecisionAsk& ask,
                            const scoring::DecisionQuestion& question, const Found& found) {
  DecisionDraft draft;
  KeptDecision& kept = draft.kept;
  kept.customer = found.customer.record.id();
  kept.id = ask.key.empty() ? random_decision_id() : decision_id(client_, kept.customer, ask.key);
  kept.request = hash_of(ask.body, kept.customer);
  if (!ask.key.empty()) {
    const auto before = kept_decision(*service_.live->log(), kept.id);
    if (before) return answer_repeat(call, *before, kept.request, found);
    if (before.error().code != index::Code::not_found)
      return fill_error(call.response, before.error());
  }
  if (auto done = service_.decisions->policies.keep_active(); !done)
    return fill_error(call.response, done.error());
  kept.at = service_.base_now();
  kept.client = client_;
  kept.by = ask.by;
  kept.department = ask.department;
  draft.claim_wanted = ask.claim;
  if (ask.claim)
    kept.claim =
        ClaimTerms{std::string(ask.topic), std::string(ask.by),
                   ask.until_ms == index::kNoTime ? kept.at.ms + kClaimMsDefault : ask.until_ms};
  decide_and_write(call, question, found, std::move(draft));
}

// Fills what is kept of the answer; the topic is the first action's, unless one was named.
void Routes::make_decision(const scoring::DecisionQuestion& question, const Found& found,
                           std::uint32_t explain, KeptDecision& kept) {
  const scoring::Policy& policy = *service_.policy;
  scoring::decide(policy, found.customer, question, scratch_.decide, scratch_.decision);
  scratch_.spare.clear();
  index::JsonWriter out(scratch_.spare);
  scoring::write_decision(out, policy, scratch_.decision, question, explain);
  kept.answer = scratch_.spare.view();
  kept.policy_version = policy.version();
  kept.as_of = question.as_of;
  kept.direction = question.direction;
  kept.intent = question.intent;
  kept.channel = question.channel;
  kept.limit = question.limit;
  kept.explain = explain;
  kept.whole = scoring::decision_hash(policy, scratch_.decision, question);
  scoring::DecideScratch spare;
  scoring::Capture inputs =
      scoring::capture(policy, found.customer, question, scratch_.decision, spare);
  kept.inputs = std::move(inputs.bytes);
  if (inputs.is_whole) ++service_.decisions->kept_whole;
  if (kept.claim && kept.claim->topic.empty() && !scratch_.decision.ranked.empty())
    kept.claim->topic = scoring::topic_of(policy, scratch_.decision.ranked.front().action);
  if (kept.claim && kept.claim->holder.empty())
    kept.claim->holder = kept.department.empty() ? kept.client : kept.department;
}

void Routes::decide_and_write(Call& call, const scoring::DecisionQuestion& question,
                              const Found& found, DecisionDraft draft) {
  KeptDecision& kept = draft.kept;
  make_decision(question, found, call.ask.explain, kept);
  if (!draft.claim_wanted) return write_decision(call, found, std::move(draft), false);
  if (kept.claim->topic.empty())
    return fill_problem(call.response,
                        {409, "nothing_to_claim",
                         "There is no action now whose topic could be reserved; name a `topic`."});
  const std::int64_t now = service_.base_now().ms;
  if (const auto holder = claim_on(found.customer.record, kept.claim->topic, now, kept.id)) {
    ++service_.decisions->claims_refused;
    return refuse_claim(call.response, *holder, kept.claim->topic);
  }
  const bool held = claim_on(found.customer.record, kept.claim->topic, now, {}).has_value();
  write_decision(call, found, std::move(draft), !held);
}

void Routes::write_decision(Call& call, const Found& found, DecisionDraft draft, bool claiming) {
  const index::RecordView& record = found.customer.record;
  const index::UnixMillis now = service_.base_now();
  auto event = index::make_incoming(claiming ? claim_event(draft, record, now, call.pin.revision())
                                             : decision_event(draft.kept, record),
                                    service_.engine->normaliser(), {now, service_.skew_ms_max});
  if (!event && event.error().code == index::Code::over_limit)
    return fill_problem(call.response,
                        {422, "decision_too_large",
                         "What this decision was made of is too much to be kept: " +
                             event.error().text() + ". Ask next-best-action instead."});
  if (!event) return fill_error(call.response, event.error());
  if (!claiming) event->content = draft.kept.request;  // a repeat is told by what was asked
  std::vector<index::Incoming> events;
  events.push_back(std::move(*event));
  auto wait = std::make_shared<DecisionWait>();
  wait->claiming = claiming;
  wait->draft = std::move(draft);
  const index::Taken taken = wait->begin(*service_.live, std::move(events), waker_);
  if (taken != index::Taken::taken) return refuse_intake(call.response, taken);
  call.response.later = std::move(wait);
  call.response.later_ms_max = kWriteMsMax;
}

void Routes::go_on_with_decision(Call& call, const scoring::DecisionQuestion& question,
                                 const Found& found, DecisionWait& wait) {
  using Status = index::EventOutcome::Status;
  const index::EventOutcome& outcome = wait.outcomes().front();
  const bool is_in = outcome.status == Status::accepted || outcome.status == Status::duplicate;
  if (outcome.status == Status::unknown) return not_acknowledged(call.response);
  if (outcome.status == Status::rejected) return fill_error(call.response, outcome.error);
  DecisionDraft draft = std::move(wait.draft);
  if (!is_in) {  // the customer has changed meanwhile: the answer may be another, too
    if (++draft.attempt < kClaimAttemptsMax)
      return decide_and_write(call, question, found, std::move(draft));
    return fill_problem(call.response,
                        {409, "conflict", "The customer is changing all the time; try it again."});
  }
  if (wait.claiming) {
    ++service_.decisions->claims;
    return write_decision(call, found, std::move(draft), false);
  }
  if (outcome.status == Status::duplicate) {
    const auto first = kept_decision(*service_.live->log(), draft.kept.id);
    if (!first) return fill_error(call.response, first.error());
    return answer_repeat(call, *first, draft.kept.request, found);
  }
  ++service_.decisions->stored;
  answer_decision(call, draft.kept, found, 201);
}

void Routes::answer_repeat(Call& call, const KeptDecision& before, index::Hash128 request,
                           const Found& found) {
  if (before.request != request)
    return fill_problem(
        call.response,
        {409, "id_reused", "This Idempotency-Key belongs to another request; take a new one."});
  ++service_.decisions->repeated;
  answer_decision(call, before, found, 200);
}

void Routes::answer_decision(Call& call, const KeptDecision& kept, const Found& found, int status) {
  call.response.status = status;
  call.response.field("Cache-Control", "no-store");
  call.response.field("Location", "/v1/decisions/" + kept.id);
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  const std::size_t begin = call.response.body.size();
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("decision");
  write_kept_decision(out, kept, found.customer.record, service_.base_now().ms);
  out.end_object();
  hide_entries(call.response.body, begin, hidden_of(kept, found.customer, call.view));
}

}  // namespace concord::server
