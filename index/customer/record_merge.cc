// Two records that turn out to be one person become one: by the same stamps as the fold.
#include <algorithm>
#include <utility>

#include "index/customer/record.h"

namespace concord::index {
namespace {

void drop_attribute(wire::EntryT& now, std::string_view name) {
  std::erase_if(now.attributes, [&](const auto& one) { return one->name == name; });
}

void merge_entry_attributes(EntryState& into, EntryState& from) {
  for (auto& [name, stamp] : from.attribute_stamps) {
    Stamp& known = into.attribute_stamps[name];
    if (known >= stamp) continue;
    known = stamp;
    drop_attribute(into.now, name);
    const auto has_name = [&wanted = name](const auto& one) { return one && one->name == wanted; };
    auto& attributes = from.now.attributes;
    const auto at = std::find_if(attributes.begin(), attributes.end(), has_name);
    if (at != attributes.end()) into.now.attributes.push_back(std::move(*at));
  }
}

void merge_entry(EntryState& into, EntryState&& from) {
  // The winner of a field is the greater stamp; take `from`'s value where it wins.
  using F = wire::EntryField;
  wire::EntryT& a = into.now;
  wire::EntryT& b = from.now;
  const auto take = [&](F field, auto& to, auto& value) {
    const auto at = static_cast<std::size_t>(field);
    if (from.stamps[at] > into.stamps[at]) {
      to = std::move(value);
      into.stamps[at] = from.stamps[at];
    }
  };
  if (from.stamps[static_cast<std::size_t>(F::amount)] >
      into.stamps[static_cast<std::size_t>(F::amount)])
    a.currency = std::move(b.currency);
  take(F::amount, a.amount_minor, b.amount_minor);
  take(F::department, into.department, from.department);
  take(F::at, a.at, b.at);
  take(F::due_at, a.due_at, b.due_at);
  take(F::closed_at, a.closed_at, b.closed_at);
  take(F::status, a.status, b.status);
  take(F::state_type, a.state_type, b.state_type);
  take(F::priority, a.priority, b.priority);
  take(F::trouble, a.trouble, b.trouble);
  take(F::channel, a.channel, b.channel);
  take(F::direction, a.direction, b.direction);
  take(F::purpose, a.purpose, b.purpose);
  take(F::topic, a.topic, b.topic);
  take(F::reason, a.reason, b.reason);
  take(F::requested, a.requested, b.requested);
  take(F::subject, a.subject, b.subject);
  take(F::text, a.text, b.text);
  take(F::language, a.language, b.language);
  take(F::actor, a.actor, b.actor);
  take(F::assignee, a.assignee, b.assignee);
  take(F::queue, a.queue, b.queue);
  take(F::participants, a.participants, b.participants);
  take(F::brand, a.brand, b.brand);
  take(F::account, a.account, b.account);
  take(F::url, a.url, b.url);
  take(F::is_public, a.is_public, b.is_public);
  take(F::visibility, a.visibility, b.visibility);
  take(F::links, a.links, b.links);
  take(F::attachments, a.attachments, b.attachments);
  merge_entry_attributes(into, from);
  into.newest = std::max(into.newest, from.newest);
  into.last_seq = std::max(into.last_seq, from.last_seq);
  if (from.first_at_ms != kNoTime &&
      (into.first_at_ms == kNoTime || from.first_at_ms < into.first_at_ms))
    into.first_at_ms = from.first_at_ms;
  if (from.retracted > into.retracted) {
    into.retracted = from.retracted;
    a.retract_reason = std::move(b.retract_reason);
  }
}

}  // namespace

void merge_records(CustomerRecord& into, CustomerRecord&& from, EventSeq seq) {
  into.seq = std::max({into.seq, from.seq, seq});
  if (into.created_seq == 0 || (from.created_seq != 0 && from.created_seq < into.created_seq))
    into.created_seq = from.created_seq;
  for (auto& [id, entry] : from.entries) {
    const auto at = into.entries.find(id);
    if (at == into.entries.end())
      into.entries.emplace(id, std::move(entry));
    else
      merge_entry(at->second, std::move(entry));
  }
  for (auto& [key, claim_state] : from.claims) {
    ClaimState& known = into.claims[key];
    if (claim_state.stamp > known.stamp) known = std::move(claim_state);
  }
  for (auto& [text, identity] : from.identities) {
    auto [at, fresh] = into.identities.try_emplace(text, identity);
    if (!fresh && identity.first < at->second.first) at->second = identity;
  }
  for (auto& [key, member] : from.members) {
    MemberState& known = into.members[key];
    if (member.name_stamp > known.name_stamp) {
      known.name = member.name;
      known.name_stamp = member.name_stamp;
    }
    if (member.stamp <= known.stamp) continue;
    member.name = std::move(known.name);
    member.name_stamp = known.name_stamp;
    known = std::move(member);
  }
  for (auto& [key, consent] : from.consents) {
    ConsentValue& known = into.consents[key];
    if (known.stamp.seq == 0 || strictness(consent.state) > strictness(known.state) ||
        (consent.state == known.state && consent.stamp > known.stamp))
      known = std::move(consent);
  }
  into.merged_from.push_back(from.id);
  into.merged_from.insert(into.merged_from.end(), from.merged_from.begin(), from.merged_from.end());
  std::sort(into.merged_from.begin(), into.merged_from.end());
}

}  // namespace concord::index
