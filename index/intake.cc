#include "index/intake.h"

#include <algorithm>

#include "index/customer/releases.h"

namespace concord::index {
namespace {

// A merge names two identities of one person: it joins what it names.
std::vector<std::string_view> named_identities(const wire::Event& event) {
  std::vector<std::string_view> named;
  if (event.customer() != nullptr)
    for (const flatbuffers::String* one : *event.customer())
      named.emplace_back(one->data(), one->size());
  if (type_of(event) == EventType::merge)
    for (const flatbuffers::String* one : {event.merge()->into(), event.merge()->from()})
      if (one != nullptr) named.emplace_back(one->data(), one->size());
  return named;
}

bool joins(std::string_view identity, const IdentityTypes& types) {
  const IdentityType* type = types.find(identity.substr(0, identity.find(':')));
  return type == nullptr || type->strength == IdentityClass::joins;
}

Result<void> prepare_identities(const IdentityNormaliser& normaliser, Prepared& out) {
  for (const std::string_view named : named_identities(*out.event)) {
    NormalisedIdentity identity;
    const char* problem = normaliser.normalise_into(named, identity);
    if (problem == nullptr) {
      out.identities.push_back(std::move(identity));
      continue;
    }
    if (joins(named, normaliser.types()))
      return fail(Code::bad_input, std::string(problem) + ": " + std::string(named), "/customer");
    ++out.dropped;
  }
  return {};
}

}  // namespace

bool changes_a_record(EventType type) {
  return type != EventType::knowledge && type != EventType::heartbeat &&
         type != EventType::source_state && type != EventType::decision;
}

Result<Prepared> prepare(std::string_view bytes, const IdentityNormaliser& normaliser) {
  const auto event = decode_event(bytes);
  if (!event) return tl::unexpected<Error>(event.error());
  Prepared out;
  out.event = *event;
  const EventType type = type_of(*out.event);
  if (type == EventType::split || type == EventType::erase)
    return fail(Code::unsupported,
                "events of type " + std::string(word(type)) + " are not taken yet",
                "/" + std::string(word(type)));
  if (!changes_a_record(type) || Releases::is_release(*out.event)) return out;
  if (auto done = prepare_identities(normaliser, out); !done)
    return tl::unexpected<Error>(done.error());
  if (type == EventType::membership) {
    auto account = normaliser.normalise("account:" + out.event->membership()->account()->str());
    if (!account) return fail(Code::bad_input, account.error().detail, "/membership/account");
    out.account = std::move(*account);
  }
  const flatbuffers::String* reach =
      type == EventType::consent ? out.event->consent()->identity() : nullptr;
  if (reach != nullptr && reach->size() > 0) {
    auto identity = normaliser.normalise({reach->data(), reach->size()});
    if (!identity) return fail(Code::bad_input, identity.error().detail, "/consent/identity");
    out.consent_identity = std::move(identity->text);
  }
  return out;
}

FoldInput fold_input(const Prepared& prepared, EventSeq seq, CustomerId membership_account) {
  FoldInput input;
  input.event = prepared.event;
  input.seq = seq;
  input.identities = prepared.identities;
  input.membership_account = membership_account;
  if (prepared.account) input.membership_key = prepared.account->text;
  input.consent_identity = prepared.consent_identity;
  return input;
}

void introduce_account(CustomerRecord& record, const Prepared& membership, EventSeq seq) {
  const wire::Event& event = *membership.event;
  const Stamp stamp{event.at(), seq};
  if (record.created_seq == 0) record.created_seq = seq;
  record.seq = std::max(record.seq, seq);
  IdentityState& identity = record.identities[membership.account->text];
  if (identity.first.seq == 0) identity = {true, event.source()->str(), stamp};
  const flatbuffers::String* name = event.membership()->account_name();
  if (name == nullptr || name->size() == 0) return;
  ClaimState& claim = record.claims[{"name", event.source()->str()}];
  if (claim.stamp >= stamp) return;
  claim.stamp = stamp;
  claim.value.type = wire::AttributeType::text;
  claim.value.text = name->str();
}

}  // namespace concord::index
