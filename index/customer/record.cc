#include "index/customer/record.h"

#include <algorithm>

#include "index/base/assert.h"

namespace concord::index {
namespace {

std::string text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : text->str();
}

// One event's words on one entry: each setter takes the value when its stamp is the greater.
class EntryMerge {
 public:
  EntryMerge(EntryState& state, Stamp stamp) : state_(state), stamp_(stamp) {}

  void text(wire::EntryField field, const flatbuffers::String* value, std::string& into) {
    if (value == nullptr || value->size() == 0) return;
    if (wins(field)) into.assign(value->data(), value->size());
  }
  template <typename T>
  void scalar(wire::EntryField field, const flatbuffers::Optional<T>& value,
              flatbuffers::Optional<T>& into) {
    if (value.has_value() && wins(field)) into = value;
  }
  /// Claims the field for this event; false when a newer one has it.
  bool wins(wire::EntryField field) {
    Stamp& at = state_.stamps[static_cast<std::size_t>(field)];
    if (at >= stamp_) return false;
    at = stamp_;
    return true;
  }
  bool wins_attribute(const std::string& name) {
    Stamp& at = state_.attribute_stamps[name];
    if (at >= stamp_) return false;
    at = stamp_;
    return true;
  }

 private:
  EntryState& state_;
  Stamp stamp_;
};

void clear_field(wire::EntryT& now, std::string& department, wire::EntryField field) {
  using F = wire::EntryField;
  switch (field) {
    case F::department: department.clear(); break;
    case F::at: now.at = flatbuffers::nullopt; break;
    case F::due_at: now.due_at = flatbuffers::nullopt; break;
    case F::closed_at: now.closed_at = flatbuffers::nullopt; break;
    case F::status: now.status.clear(); break;
    case F::state_type: now.state_type = flatbuffers::nullopt; break;
    case F::priority: now.priority = flatbuffers::nullopt; break;
    case F::trouble: now.trouble = flatbuffers::nullopt; break;
    case F::channel: now.channel.clear(); break;
    case F::direction: now.direction = flatbuffers::nullopt; break;
    case F::purpose: now.purpose = flatbuffers::nullopt; break;
    case F::topic: now.topic.clear(); break;
    case F::reason: now.reason.clear(); break;
    case F::requested: now.requested = flatbuffers::nullopt; break;
    case F::subject: now.subject.clear(); break;
    case F::text: now.text.clear(); break;
    case F::language: now.language.clear(); break;
    case F::amount:
      now.amount_minor = flatbuffers::nullopt;
      now.currency.clear();
      break;
    case F::actor: now.actor.clear(); break;
    case F::assignee: now.assignee.clear(); break;
    case F::queue: now.queue.clear(); break;
    case F::participants: now.participants.clear(); break;
    case F::brand: now.brand.clear(); break;
    case F::account: now.account.clear(); break;
    case F::url: now.url.clear(); break;
    case F::is_public: now.is_public = flatbuffers::nullopt; break;
    case F::visibility: now.visibility = flatbuffers::nullopt; break;
    case F::links: now.links.clear(); break;
    case F::attachments: now.attachments.clear(); break;
  }
}

void merge_scalars(EntryMerge& merge, const wire::Entry& said, wire::EntryT& now) {
  using F = wire::EntryField;
  merge.scalar(F::at, said.at(), now.at);
  merge.scalar(F::due_at, said.due_at(), now.due_at);
  merge.scalar(F::closed_at, said.closed_at(), now.closed_at);
  merge.scalar(F::state_type, said.state_type(), now.state_type);
  merge.scalar(F::priority, said.priority(), now.priority);
  merge.scalar(F::trouble, said.trouble(), now.trouble);
  merge.scalar(F::direction, said.direction(), now.direction);
  merge.scalar(F::purpose, said.purpose(), now.purpose);
  merge.scalar(F::requested, said.requested(), now.requested);
  merge.scalar(F::is_public, said.is_public(), now.is_public);
  merge.scalar(F::visibility, said.visibility(), now.visibility);
  if (said.amount_minor().has_value() && merge.wins(F::amount)) {
    now.amount_minor = said.amount_minor();
    now.currency = text_of(said.currency());
  }
}

void merge_texts(EntryMerge& merge, const wire::Entry& said, wire::EntryT& now) {
  using F = wire::EntryField;
  merge.text(F::status, said.status(), now.status);
  merge.text(F::channel, said.channel(), now.channel);
  merge.text(F::topic, said.topic(), now.topic);
  merge.text(F::reason, said.reason(), now.reason);
  merge.text(F::subject, said.subject(), now.subject);
  merge.text(F::text, said.text(), now.text);
  merge.text(F::language, said.language(), now.language);
  merge.text(F::actor, said.actor(), now.actor);
  merge.text(F::assignee, said.assignee(), now.assignee);
  merge.text(F::queue, said.queue(), now.queue);
  merge.text(F::brand, said.brand(), now.brand);
  merge.text(F::account, said.account(), now.account);
  merge.text(F::url, said.url(), now.url);
}

void copy_texts(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>& from,
                std::vector<std::string>& into) {
  into.clear();
  for (const flatbuffers::String* one : from) into.push_back(one->str());
}

void merge_lists(EntryMerge& merge, const wire::Entry& said, wire::EntryT& now) {
  using F = wire::EntryField;
  if (said.participants() != nullptr && said.participants()->size() > 0 &&
      merge.wins(F::participants))
    copy_texts(*said.participants(), now.participants);
  if (said.links() != nullptr && said.links()->size() > 0 && merge.wins(F::links))
    copy_texts(*said.links(), now.links);
  if (said.attachments() == nullptr || said.attachments()->size() == 0 ||
      !merge.wins(F::attachments))
    return;
  now.attachments.clear();
  for (const wire::Attachment* one : *said.attachments())
    now.attachments.emplace_back(one->UnPack());
}

void drop_attribute(wire::EntryT& now, std::string_view name) {
  std::erase_if(now.attributes, [&](const auto& one) { return one->name == name; });
}

void merge_attributes(EntryMerge& merge, const wire::Entry& said, wire::EntryT& now) {
  if (said.attributes() != nullptr)
    for (const wire::Attribute* one : *said.attributes()) {
      const std::string name = text_of(one->name());
      if (!merge.wins_attribute(name)) continue;
      drop_attribute(now, name);
      now.attributes.emplace_back(one->UnPack());
    }
  if (said.cleared_attributes() != nullptr)
    for (const flatbuffers::String* one : *said.cleared_attributes()) {
      const std::string name = one->str();
      if (merge.wins_attribute(name)) drop_attribute(now, name);
    }
}

// The entry an event is about. Requires: it is about one.
struct Subject {
  Kind kind;
  std::string_view key;
};
std::string_view chars_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
}
Subject subject_of(const wire::Event& event) {
  switch (type_of(event)) {
    case EventType::fact: return {Kind::fact, chars_of(event.fact()->name())};
    case EventType::outcome: return {Kind::outcome, chars_of(event.id())};
    default: return {static_cast<Kind>(event.entry()->kind()), chars_of(event.entry()->key())};
  }
}

EntryState& entry_of(CustomerRecord& record, const wire::Event& event) {
  std::string id = touched_entry(event);
  auto [at, fresh] = record.entries.try_emplace(id);
  if (fresh) {
    const Subject subject = subject_of(event);
    at->second.id = std::move(id);
    at->second.source = text_of(event.source());
    at->second.now.kind = static_cast<std::uint8_t>(subject.kind);
    at->second.now.key = std::string(subject.key);
  }
  return at->second;
}

void touch(EntryState& state, Stamp stamp) {
  state.newest = std::max(state.newest, stamp);
  state.last_seq = std::max(state.last_seq, stamp.seq);
  if (state.first_at_ms == kNoTime || stamp.at_ms < state.first_at_ms)
    state.first_at_ms = stamp.at_ms;
}

void fold_entry(CustomerRecord& record, const wire::Event& event, Stamp stamp) {
  const wire::Entry& said = *event.entry();
  EntryState& state = entry_of(record, event);
  touch(state, stamp);
  EntryMerge merge(state, stamp);
  merge.text(wire::EntryField::department, event.department(), state.department);
  merge_scalars(merge, said, state.now);
  merge_texts(merge, said, state.now);
  merge_lists(merge, said, state.now);
  merge_attributes(merge, said, state.now);
  if (said.cleared() == nullptr) return;
  for (const auto raw : *said.cleared()) {
    const auto field = static_cast<wire::EntryField>(raw);
    if (static_cast<std::size_t>(field) < kEntryFieldCount && merge.wins(field))
      clear_field(state.now, state.department, field);
  }
}

void fold_retract(CustomerRecord& record, const wire::Event& event, Stamp stamp) {
  const wire::Entry& said = *event.entry();
  EntryState& state = entry_of(record, event);
  state.last_seq = std::max(state.last_seq, stamp.seq);
  if (state.retracted >= stamp) return;
  state.retracted = stamp;
  state.now.retract_reason = text_of(said.retract_reason());
}

void fold_fact(CustomerRecord& record, const wire::Event& event, Stamp stamp) {
  using F = wire::EntryField;
  const wire::Fact& said = *event.fact();
  EntryState& state = entry_of(record, event);
  touch(state, stamp);
  EntryMerge merge(state, stamp);
  merge.text(F::department, event.department(), state.department);
  merge.text(F::text, said.value(), state.now.text);
  merge.text(F::subject, said.name(), state.now.subject);
  merge.text(F::channel, said.channel(), state.now.channel);
  merge.text(F::actor, said.actor(), state.now.actor);
  merge.scalar(F::at, flatbuffers::Optional<std::int64_t>(stamp.at_ms), state.now.at);
}

void fold_outcome(CustomerRecord& record, const wire::Event& event, Stamp stamp) {
  using F = wire::EntryField;
  const wire::Outcome& said = *event.outcome();
  EntryState& state = entry_of(record, event);
  touch(state, stamp);
  EntryMerge merge(state, stamp);
  merge.text(F::department, event.department(), state.department);
  merge.text(F::status, said.outcome(), state.now.status);
  merge.text(F::topic, said.action(), state.now.topic);
  merge.text(F::reason, said.decision(), state.now.reason);
  merge.text(F::channel, said.channel(), state.now.channel);
  merge.text(F::actor, said.actor(), state.now.actor);
}

void claim(CustomerRecord& record, const wire::Event& event, Stamp stamp, std::string name,
           wire::AttributeT value, bool cleared = false) {
  value.name.clear();
  ClaimState& state = record.claims[{std::move(name), text_of(event.source())}];
  if (state.stamp >= stamp) return;
  state.stamp = stamp;
  state.cleared = cleared;
  state.value = std::move(value);
}

wire::AttributeT text_value(std::string text) {
  wire::AttributeT value;
  value.type = wire::AttributeType::text;
  value.text = std::move(text);
  return value;
}

void fold_profile(CustomerRecord& record, const wire::Event& event, Stamp stamp) {
  const wire::Profile& said = *event.profile();
  const auto text = [&](const char* name, const flatbuffers::String* value) {
    if (value != nullptr && value->size() > 0)
      claim(record, event, stamp, name, text_value(value->str()));
  };
  text("name", said.name());
  text("language", said.language());
  text("time_zone", said.time_zone());
  if (said.needs() != nullptr && said.needs()->size() > 0) {
    std::string joined;
    for (const flatbuffers::String* need : *said.needs())
      joined.append(joined.empty() ? "" : "\n").append(need->str());
    claim(record, event, stamp, "needs", text_value(std::move(joined)));
  }
  if (said.since().has_value()) {
    wire::AttributeT value;
    value.type = wire::AttributeType::timestamp;
    value.integer = *said.since();
    claim(record, event, stamp, "since", std::move(value));
  }
  if (said.attributes() != nullptr)
    for (const wire::Attribute* one : *said.attributes()) {
      wire::AttributeT value;
      one->UnPackTo(&value);
      claim(record, event, stamp, "attributes." + text_of(one->name()), std::move(value));
    }
  if (said.cleared() != nullptr)
    for (const auto field : *said.cleared())
      claim(record, event, stamp,
            wire::EnumNameProfileField(static_cast<wire::ProfileField>(field)), {}, true);
  if (said.cleared_attributes() != nullptr)
    for (const flatbuffers::String* one : *said.cleared_attributes())
      claim(record, event, stamp, "attributes." + one->str(), {}, true);
}

void fold_membership(CustomerRecord& record, const FoldInput& input, Stamp stamp) {
  const wire::Membership& said = *input.event->membership();
  MemberState& state = record.members[{input.membership_key, text_of(said.role())}];
  if (said.account_name() != nullptr && said.account_name()->size() > 0 &&
      stamp > state.name_stamp) {
    state.name = said.account_name()->str();
    state.name_stamp = stamp;
  }
  if (state.stamp >= stamp) return;
  state.stamp = stamp;
  state.source = text_of(input.event->source());
  state.account_id = input.membership_account;
  state.from_ms = said.from().value_or(kNoTime);
  state.to_ms = said.to().value_or(kNoTime);
}

// Of two words on one consent: later wins, at a tie the stricter.
bool supersedes(const ConsentValue& fresh, const ConsentValue& known) {
  if (known.stamp.seq == 0) return true;
  if (fresh.stamp.at_ms != known.stamp.at_ms) return fresh.stamp.at_ms > known.stamp.at_ms;
  if (strictness(fresh.state) != strictness(known.state))
    return strictness(fresh.state) > strictness(known.state);
  return fresh.stamp.seq > known.stamp.seq;
}

void fold_consent(CustomerRecord& record, const FoldInput& input, Stamp stamp) {
  const wire::Consent& said = *input.event->consent();
  ConsentValue fresh;
  fresh.state = static_cast<ConsentState>(said.state());
  fresh.basis = text_of(said.basis());
  fresh.wording = text_of(said.wording());
  fresh.evidence = text_of(said.evidence());
  fresh.source = text_of(input.event->source());
  fresh.expires_at_ms = said.expires_at().value_or(kNoTime);
  fresh.stamp = stamp;
  ConsentValue& known = record.consents[{text_of(said.purpose()), text_of(said.channel()),
                                         input.consent_identity, text_of(said.brand())}];
  if (supersedes(fresh, known)) known = std::move(fresh);
}

void fold_identities(CustomerRecord& record, const FoldInput& input, Stamp stamp) {
  for (const NormalisedIdentity& identity : input.identities) {
    auto [at, fresh] = record.identities.try_emplace(identity.text);
    IdentityState& state = at->second;
    if (!fresh && state.first <= stamp) continue;
    state.first = stamp;
    state.joins = identity.strength == IdentityClass::joins;
    state.source = text_of(input.event->source());
  }
}

}  // namespace

bool is_account(const CustomerRecord& record) {
  return std::any_of(record.identities.begin(), record.identities.end(),
                     [](const auto& one) { return one.first.starts_with("account:"); });
}

int strictness(ConsentState state) {
  switch (state) {
    case ConsentState::granted: return 0;
    case ConsentState::unknown: return 1;
    case ConsentState::denied: return 2;
    case ConsentState::withdrawn: return 3;
  }
  return 1;
}

std::string touched_entry(const wire::Event& event) {
  switch (type_of(event)) {
    case EventType::entry:
    case EventType::retract:
    case EventType::fact:
    case EventType::outcome: break;
    default: return {};
  }
  const Subject subject = subject_of(event);
  return entry_id(chars_of(event.source()), subject.kind, subject.key);
}

void fold(CustomerRecord& record, const FoldInput& input) {
  CONCORD_ASSERT(input.event != nullptr && input.seq > 0);
  const Stamp stamp{input.event->at(), input.seq};
  if (record.created_seq == 0 || input.seq < record.created_seq) record.created_seq = input.seq;
  record.seq = std::max(record.seq, input.seq);
  fold_identities(record, input, stamp);
  switch (type_of(*input.event)) {
    case EventType::entry: return fold_entry(record, *input.event, stamp);
    case EventType::retract: return fold_retract(record, *input.event, stamp);
    case EventType::profile: return fold_profile(record, *input.event, stamp);
    case EventType::membership: return fold_membership(record, input, stamp);
    case EventType::consent: return fold_consent(record, input, stamp);
    case EventType::fact: return fold_fact(record, *input.event, stamp);
    case EventType::outcome: return fold_outcome(record, *input.event, stamp);
    case EventType::identity:
    case EventType::merge: return;
    case EventType::knowledge:
    case EventType::split:
    case EventType::erase:
    case EventType::heartbeat:
    case EventType::source_state:
    case EventType::decision: CONCORD_ASSERT(false);
  }
}

}  // namespace concord::index
