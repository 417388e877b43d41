// What the routes of decisions share.
#include <limits>

#include "index/base/assert.h"
#include "index/sources.h"
#include "scoring/capture.h"
#include "server/routes_decisions.h"

namespace concord::server {
namespace {

constexpr std::string_view kClaimBegin = "concord/decision/";

/// The entry of that id, however old; empty: there is none.
std::optional<index::EntryView> find_entry(const index::RecordView& record, std::string_view id) {
  std::optional<index::EntryView> found;
  if (!record) return found;
  record.each_entry([&](const index::EntryView& entry) {
    if (entry.kind() == index::Kind::decision && entry.id_json() == id) found = entry;
    return !found;
  });
  return found;
}

void write_claim(index::JsonWriter& out, const KeptDecision& decision,
                 const index::RecordView& record, std::int64_t now_ms) {
  out.key("claim");
  if (!decision.claim) {
    out.null();
    return;
  }
  const auto entry = find_entry(record, claim_entry(decision.id));
  const bool ended = !entry || entry->closed_at_ms() != index::kNoTime;
  out.begin_object();
  out.key("topic").string(decision.claim->topic);
  out.key("holder").string(decision.claim->holder);
  out.key("until").time(index::UnixMillis{decision.claim->until_ms});
  out.key("state").string(ended                                ? "ended"
                          : decision.claim->until_ms <= now_ms ? "expired"
                                                               : "held");
  if (entry && ended) out.key("ended_at").time(index::UnixMillis{entry->closed_at_ms()});
  out.end_object();
}

}  // namespace

std::string claim_entry(std::string_view decision_id) {
  return std::string(kClaimBegin).append(decision_id);
}

std::string_view claiming_decision(const index::EntryView& entry) {
  const std::string_view id = entry.id_json();
  if (entry.kind() != index::Kind::decision || !id.starts_with(kClaimBegin)) return {};
  return id.substr(kClaimBegin.size());
}

std::optional<index::EntryView> claim_on(const index::RecordView& record, std::string_view topic,
                                         std::int64_t now_ms, std::string_view own) {
  std::optional<index::EntryView> found;
  // What is open in the end: a claim is not in the future because a clock was set back.
  record.each_open({std::numeric_limits<std::int64_t>::max()}, [&](const index::EntryView& entry) {
    const std::string_view decision = claiming_decision(entry);
    if (!decision.empty() && decision != own && entry.topic() == topic &&
        entry.due_at_ms() > now_ms)
      found = entry;
  });
  return found;
}

index::EventDraft own_event(const index::RecordView& record, std::string id,
                            std::string_view department, index::UnixMillis at) {
  const auto& identities = *record.portrait().identities();
  const index::wire::Identity* named = nullptr;
  for (const index::wire::Identity* one : identities)
    if (named == nullptr || (one->joins() && !named->joins())) named = one;
  CONCORD_ASSERT(named != nullptr);  // a record begins with one
  index::EventDraft event;
  event.id = std::move(id);
  event.source = index::kOwnSource;
  event.department = department;
  event.at = at.ms;
  event.customer = {std::string(index::view_of(named->type())) + ":" +
                    std::string(index::view_of(named->value()))};
  return event;
}

index::Result<std::string_view> payload_of(std::string_view event_bytes) {
  const auto event = index::decode_event(event_bytes);
  if (!event) return index::fail(event.error());
  if ((*event)->decision() == nullptr)
    return index::fail(index::Code::damaged, "the kept event is no decision");
  return index::view_of((*event)->decision()->payload());
}

index::Result<KeptDecision> kept_decision(index::EventLog& log, std::string_view id) {
  const auto missing = [&] {
    return index::fail(index::Code::not_found, "no decision " + std::string(id) + " is kept");
  };
  if (!is_decision_id(id)) return missing();
  const auto kept = log.kept(index::decision_key(id));
  if (!kept) return index::fail(kept.error());
  if (!*kept) return missing();
  const auto payload = payload_of((*kept)->bytes);
  if (!payload) return index::fail(payload.error());
  return decode_decision(*payload);
}

HiddenEntries hidden_of(const KeptDecision& decision, const index::Customer& now, View view) {
  HiddenEntries hidden;
  if (view.visibility_max == index::Visibility::secret) return hidden;
  if (now.record) hidden = hidden_entries(now, view.visibility_max);
  if (const auto then = scoring::Captured::open(decision.inputs))
    hidden.merge(hidden_entries(then->customer(), view.visibility_max));
  return hidden;
}

void write_kept_decision(index::JsonWriter& out, const KeptDecision& decision,
                         const index::RecordView& record, std::int64_t now_ms) {
  out.begin_object();
  out.key("decision_id").string(decision.id);
  out.key("customer_id").id(decision.customer);
  out.key("at").time(decision.at);
  optional_member(out, "client", decision.client);
  optional_member(out, "by", decision.by);
  optional_member(out, "department", decision.department);
  out.key("question").begin_object();
  out.key("as_of").time(decision.as_of);
  out.key("direction").string(word(decision.direction));
  optional_member(out, "intent", decision.intent);
  optional_member(out, "channel", decision.channel);
  out.key("limit").unsigned_integer(decision.limit);
  optional_member(out, "explain", explain_words(decision.explain));
  out.end_object();
  out.key("policy_version").string(decision.policy_version);
  out.key("answer_hash").string(decision.answer_hash());
  write_claim(out, decision, record, now_ms);
  out.key("answer").raw(decision.answer);
  out.end_object();
}

}  // namespace concord::server
