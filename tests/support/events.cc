#include "tests/support/events.h"

#include "index/base/assert.h"

namespace concord::test {

using index::EventType;

Saying::Saying(std::string source, std::string id, std::int64_t at_ms) {
  draft.source = std::move(source);
  draft.id = std::move(id);
  draft.at = at_ms;
}
Saying& Saying::of(std::initializer_list<const char*> identities) {
  draft.customer.assign(identities.begin(), identities.end());
  return *this;
}
Saying& Saying::department(std::string name) {
  draft.department = std::move(name);
  return *this;
}
Saying& Saying::entry(index::Kind kind, std::string key) {
  draft.type = static_cast<std::uint8_t>(EventType::entry);
  draft.entry = std::make_unique<index::wire::EntryT>();
  draft.entry->kind = static_cast<std::uint8_t>(kind);
  draft.entry->key = std::move(key);
  return *this;
}
Saying& Saying::retract(index::Kind kind, std::string key, std::string reason) {
  entry(kind, std::move(key));
  draft.type = static_cast<std::uint8_t>(EventType::retract);
  draft.entry->retract_reason = std::move(reason);
  return *this;
}
Saying& Saying::consent(std::string purpose, std::string channel, index::ConsentState state) {
  draft.type = static_cast<std::uint8_t>(EventType::consent);
  draft.consent = std::make_unique<index::wire::ConsentT>();
  draft.consent->purpose = std::move(purpose);
  draft.consent->channel = std::move(channel);
  draft.consent->state = static_cast<std::uint8_t>(state);
  return *this;
}
Saying& Saying::membership(std::string account, std::string role) {
  draft.type = static_cast<std::uint8_t>(EventType::membership);
  draft.membership = std::make_unique<index::wire::MembershipT>();
  draft.membership->account = std::move(account);
  draft.membership->role = std::move(role);
  return *this;
}
Saying& Saying::profile(std::string name) {
  draft.type = static_cast<std::uint8_t>(EventType::profile);
  draft.profile = std::make_unique<index::wire::ProfileT>();
  draft.profile->name = std::move(name);
  return *this;
}
Saying& Saying::fact(std::string name, std::string value) {
  draft.type = static_cast<std::uint8_t>(EventType::fact);
  draft.fact = std::make_unique<index::wire::FactT>();
  draft.fact->name = std::move(name);
  draft.fact->value = std::move(value);
  return *this;
}
Saying& Saying::merge(std::string into, std::string from) {
  draft.type = static_cast<std::uint8_t>(EventType::merge);
  draft.merge = std::make_unique<index::wire::MergeT>();
  draft.merge->into = std::move(into);
  draft.merge->from = std::move(from);
  return *this;
}
Saying& Saying::state(index::StateType state) {
  it().state_type = static_cast<std::uint8_t>(state);
  return *this;
}
Saying& Saying::due(std::int64_t at_ms) {
  it().due_at = at_ms;
  return *this;
}
Saying& Saying::closed(std::int64_t at_ms) {
  it().closed_at = at_ms;
  return *this;
}
Saying& Saying::subject(std::string text) {
  it().subject = std::move(text);
  return *this;
}
Saying& Saying::text(std::string text) {
  it().text = std::move(text);
  return *this;
}
Saying& Saying::topic(std::string text) {
  it().topic = std::move(text);
  return *this;
}
Saying& Saying::links(std::vector<std::string> all) {
  it().links = std::move(all);
  return *this;
}
Saying& Saying::clear(index::wire::EntryField field) {
  it().cleared.push_back(field);
  return *this;
}

std::string Saying::bytes() const {
  const auto checked = index::check_event(draft);
  CONCORD_ASSERT(checked.has_value());
  return index::encode_event(draft);
}

}  // namespace concord::test
