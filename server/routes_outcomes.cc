// POST /v1/decisions/{id}/outcomes: what came of a decision. It becomes an entry of the customer,
// linked to the decision, and ends a claim.
#include <algorithm>
#include <array>

#include "index/base/hash.h"
#include "server/body_members.h"
#include "server/decision_desk.h"
#include "server/routes_decisions.h"
#include "server/routes_intake.h"

namespace concord::server {
namespace {

constexpr std::array<std::string_view, 9> kOutcomes{"impression", "opened",      "clicked",
                                                    "accepted",   "rejected",    "conversion",
                                                    "pending",    "no_response", "no_action"};
constexpr std::array<std::string_view, 7> kMembers{"outcome",    "action", "channel", "by",
                                                   "department", "at",     "id"};
constexpr std::string_view kEntryBegin = "concord/outcome/";

struct OutcomeAsk {
  std::string_view outcome;
  std::string_view action;
  std::string_view channel;
  std::string_view by;
  std::string_view department;
  std::int64_t at_ms = index::kNoTime;
  std::string key;  // of repeats; empty: none
};

std::vector<std::string> actions_in(const std::string& answer) {
  std::vector<std::string> out;
  index::JsonReader reader;
  const auto parsed = reader.parse(answer);
  if (!parsed) return out;
  const auto actions = parsed->find("actions");
  if (!actions) return out;
  for (const index::JsonValue one : actions->elements())
    if (const auto id = one.find("action"); id && id->as_string())
      out.emplace_back(*id->as_string());
  return out;
}

// The action an outcome is of: named, or the only one that was answered.
void check_action(BodyMembers& members, const std::string& answer, OutcomeAsk& ask,
                  std::string& only) {
  const std::vector<std::string> answered = actions_in(answer);
  const std::vector<std::string_view> known(answered.begin(), answered.end());
  if (ask.outcome == "no_action") {
    if (!ask.action.empty()) members.wrong("action", "does not go with the outcome no_action");
    return;
  }
  if (!ask.action.empty()) {
    members.word("action", known);
    return;
  }
  if (answered.size() == 1) {
    only = answered.front();
    ask.action = only;
    return;
  }
  if (!ask.outcome.empty())
    members.wrong("action", "is missing: say which of the answered actions it is of");
}

index::EventDraft outcome_event(const KeptDecision& kept, const OutcomeAsk& ask,
                                const index::RecordView& record, const std::string& id,
                                index::UnixMillis at) {
  const std::string department(ask.department.empty() ? std::string_view(kept.department)
                                                      : ask.department);
  index::EventDraft event = own_event(record, id, department, at);
  event.type = static_cast<std::uint8_t>(index::EventType::outcome);
  event.outcome = std::make_unique<index::wire::OutcomeT>();
  event.outcome->decision = kept.id;
  event.outcome->action = ask.action;
  event.outcome->outcome = ask.outcome;
  event.outcome->channel = ask.channel;
  event.outcome->actor = ask.by;
  return event;
}

index::EventDraft end_of_claim(const KeptDecision& kept, std::string_view outcome,
                               const index::RecordView& record, const std::string& id,
                               index::UnixMillis now) {
  index::EventDraft event = own_event(record, id + ".end", {}, now);
  event.type = static_cast<std::uint8_t>(index::EventType::entry);
  event.entry = std::make_unique<index::wire::EntryT>();
  event.entry->kind = static_cast<std::uint8_t>(index::Kind::decision);
  event.entry->key = kept.id;
  event.entry->status = outcome;
  event.entry->state_type = static_cast<std::uint8_t>(index::StateType::closed);
  event.entry->closed_at = now.ms;
  return event;
}

}  // namespace

void Routes::decision_outcome(Call& call) {
  if (auto* const wait = dynamic_cast<OutcomeWait*>(call.request.later)) {
    if (!call.request.later_expired) return answer_outcome(call, *wait);
    call.response.field("Retry-After", std::to_string(kRetryAfterSeconds));
    return fill_problem(call.response, {503, "not_acknowledged",
                                        "Not known to be durable in time; send it again with the "
                                        "same Idempotency-Key."});
  }
  KeptDecision kept;
  if (may_decide(call) && find_decision(call, kept)) begin_outcome(call, kept);
}

void Routes::begin_outcome(Call& call, const KeptDecision& kept) {
  index::JsonValue body;
  if (!read_body(call, body)) return;
  Faults faults(Faults::Where::pointer);
  BodyMembers members(body, faults);
  OutcomeAsk ask;
  std::string only;
  if (!members.has("outcome")) members.wrong("outcome", "is missing");
  ask.outcome = members.word("outcome", kOutcomes);
  ask.action = members.text("action");
  ask.channel = members.text("channel");
  ask.by = members.text("by");
  ask.department = members.text("department");
  ask.at_ms = members.time_ms("at");
  ask.key = members.has("id") ? members.text("id") : call.request.idempotency_key;
  check_action(members, kept.answer, ask, only);
  members.refuse_others(kMembers);
  if (!faults.empty()) return faults.answer(call.response, "bad_body");

  const index::UnixMillis now = service_.base_now();
  const index::Customer customer =
      service_.engine->snapshot().customer(call.pin, kept.customer, now);
  if (!customer.record)
    return fill_problem(call.response,
                        {404, "customer_not_found", "The customer of this decision is gone."});
  const std::string id =
      kept.id + "." +
      to_hex(ask.key.empty() ? index::random_128()
                             : index::blake2b_128(std::string(client_) + "\n" + ask.key));
  std::vector<index::EventDraft> drafts;
  drafts.push_back(outcome_event(kept, ask, customer.record, id,
                                 ask.at_ms == index::kNoTime ? now : index::UnixMillis{ask.at_ms}));
  if (kept.claim && ask.outcome != "pending")
    drafts.push_back(end_of_claim(kept, ask.outcome, customer.record, id, now));
  std::vector<index::Incoming> events;
  for (index::EventDraft& draft : drafts) {
    const bool first = events.empty();
    auto event = index::make_incoming(std::move(draft), service_.engine->normaliser(),
                                      {now, service_.skew_ms_max});
    if (!event) return fill_error(call.response, event.error());
    // A repeat is told by what was asked, whatever the time is by then.
    index::Buffer said;
    index::JsonWriter out(said);
    append_json(out, body);
    event->content = index::blake2b_128(std::string(said.view()) + (first ? "" : ".end"));
    events.push_back(std::move(*event));
  }
  auto wait = std::make_shared<OutcomeWait>();
  wait->entry = std::string(kEntryBegin) + id;
  const index::Taken taken = wait->begin(*service_.live, std::move(events), waker_);
  if (taken != index::Taken::taken) return refuse_intake(call.response, taken);
  call.response.later = std::move(wait);
  call.response.later_ms_max = kWriteMsMax;
}

void Routes::answer_outcome(Call& call, const OutcomeWait& wait) {
  using Status = index::EventOutcome::Status;
  index::EventSeq revision = 0;
  bool repeated = false;
  for (const index::EventOutcome& outcome : wait.outcomes()) {
    if (outcome.status == Status::rejected) return fill_error(call.response, outcome.error);
    if (outcome.status == Status::unknown) {
      call.response.field("Retry-After", std::to_string(kRetryAfterSeconds));
      return fill_problem(call.response,
                          {503, "not_acknowledged",
                           "A write failed: it may be in or not; send it again with the same "
                           "Idempotency-Key."});
    }
    revision = std::max(revision, outcome.revision);
    repeated = repeated || outcome.status == Status::duplicate;
  }
  if (!repeated) ++service_.decisions->outcomes;
  call.response.status = repeated ? 200 : 201;
  call.response.field("Cache-Control", "no-store");
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("decision_id").string(call.request.segments[2]);
  out.key("entry").string(wait.entry);
  out.key("status").string(repeated ? "duplicate" : "accepted");
  out.key("revision").unsigned_integer(revision);
  out.end_object();
}

}  // namespace concord::server
