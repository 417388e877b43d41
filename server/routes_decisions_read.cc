// GET /v1/decisions, GET /v1/decisions/{id}: what was answered, what came of it, and whether it
// comes out the same today.
#include <algorithm>
#include <charconv>

#include "server/decision_desk.h"
#include "server/replay.h"
#include "server/routes_decisions.h"

namespace concord::server {
namespace {

constexpr std::uint32_t kListDefault = 50;
constexpr std::uint32_t kReplaysMax = 100;       // in one answer: the loop serves others too
constexpr std::size_t kReadBytes = 16UL * 1024;  // for each that is listed: more than most have

void count(DecisionDesk& desk, const Replay& replay) {
  ++desk.replayed;
  if (!replay.equal) ++desk.replayed_different;
}

// Oldest first: the order in which they came.
void write_outcomes(index::JsonWriter& out, const index::RecordView& record,
                    std::string_view decision) {
  std::vector<index::EntryView> found;
  if (record)
    record.each_entry([&](const index::EntryView& entry) {
      if (entry.kind() == index::Kind::outcome && entry.reason() == decision)
        found.push_back(entry);
      return true;
    });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.at_ms() != b.at_ms() ? a.at_ms() < b.at_ms() : a.row().seq() < b.row().seq();
  });
  out.begin_array();
  for (const index::EntryView& entry : found) {
    out.begin_object();
    out.key("entry").raw("\"" + std::string(entry.id_json()) + "\"");
    out.key("at").time(index::UnixMillis{entry.at_ms()});
    out.key("outcome").string(entry.status());
    optional_member(out, "action", entry.topic());
    optional_member(out, "channel", entry.channel());
    optional_member(out, "by", entry.actor());
    optional_member(out, "department", entry.department());
    out.end_object();
  }
  out.end_array();
}

bool read_after(std::string_view text, index::EventSeq& after) {
  if (text.empty()) return true;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), after);
  return error == std::errc() && stop == text.data() + text.size();
}

void write_listed(index::JsonWriter& out, index::EventSeq seq, const KeptDecision& decision) {
  out.key("revision").unsigned_integer(seq);
  out.key("decision_id").string(decision.id);
  out.key("customer_id").id(decision.customer);
  out.key("at").time(decision.at);
  optional_member(out, "client", decision.client);
  optional_member(out, "by", decision.by);
  optional_member(out, "department", decision.department);
  optional_member(out, "claimed", decision.claim ? decision.claim->topic : std::string());
  out.key("policy_version").string(decision.policy_version);
}

}  // namespace

bool Routes::find_decision(Call& call, KeptDecision& kept) {
  if (!keeps_decisions(call)) return false;
  auto found = kept_decision(*service_.live->log(), call.request.segments[2]);
  if (found) {
    kept = std::move(*found);
    return true;
  }
  if (found.error().code == index::Code::not_found)
    fill_problem(call.response, {404, "decision_not_found",
                                 "No decision of this id is kept; GET /v1/decisions lists them."});
  else
    fill_error(call.response, found.error());
  return false;
}

void Routes::decision(Call& call) {
  KeptDecision kept;
  if (!find_decision(call, kept)) return;
  const index::UnixMillis now = service_.base_now();
  const index::Customer customer =
      service_.engine->snapshot().customer(call.pin, kept.customer, now);
  const Replay replay = Replayer(service_.decisions->policies).replay(kept);
  count(*service_.decisions, replay);
  call.response.field("Cache-Control", "no-store");
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("decision");
  write_kept_decision(out, kept, customer.record, now.ms);
  out.key("outcomes");
  write_outcomes(out, customer.record, kept.id);
  out.key("replay");
  write_replay(out, replay);
  out.end_object();
  hide_entries(call.response.body, 0, hidden_of(kept, customer, call.view));
}

// In the order of the log. With `replay` each is made again.
void Routes::decision_list(Call& call) {
  if (!keeps_decisions(call)) return;
  index::EventSeq after = 0;
  if (!read_after(call.ask.cursor, after)) {
    Faults faults;
    faults.add("cursor", "is not of this list");
    return faults.answer(call.response, "bad_cursor");
  }
  std::uint32_t limit = call.ask.limit == kNoLimit ? kListDefault : call.ask.limit;
  if (call.ask.replay) limit = std::min(limit, kReplaysMax);
  const auto events = service_.live->log()->read_kept(after, limit * kReadBytes);
  if (!events) return fill_error(call.response, events.error());
  Replayer replayer(service_.decisions->policies);
  call.response.field("Cache-Control", "no-store");
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("revision").unsigned_integer(call.pin.revision());
  out.key("decisions").begin_array();
  std::uint32_t listed = 0;
  for (const index::KeptEvent& event : *events) {
    if (listed == limit) break;
    const auto payload = payload_of(event.bytes);
    const auto decision = !payload          ? index::fail(payload.error())
                          : call.ask.replay ? decode_decision(*payload)
                                            : decode_decision_head(*payload);
    if (!decision) return fill_error(call.response, decision.error());
    out.begin_object();
    write_listed(out, event.seq, *decision);
    if (call.ask.replay) {
      const Replay replay = replayer.replay(*decision);
      count(*service_.decisions, replay);
      out.key("replay");
      write_replay(out, replay);
    }
    out.end_object();
    after = event.seq;
    ++listed;
  }
  out.end_array();
  if (listed > 0) out.key("next_cursor").string(std::to_string(after));
  out.end_object();
}

}  // namespace concord::server
