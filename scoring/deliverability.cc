#include "scoring/deliverability.h"

#include <algorithm>

namespace concord::scoring {
namespace {

Reason reason_of(std::string_view component, std::string_view because, std::string_view ends_when) {
  Reason reason;
  reason.stage = Stage::deliverability;
  reason.component = component;
  reason.because = because;
  reason.ends_when = ends_when;
  return reason;
}

bool counts_for(const Contact& contact, std::uint32_t purposes) {
  return contact.purpose_bit == 0 || (contact.purpose_bit & purposes) != 0;
}

Reason reason_of(Consented word) {
  switch (word) {
    case Consented::refused:
      return reason_of("consent", "the customer refused this", "the customer consents");
    case Consented::refused_by_sharer:
      return reason_of("consent", "somebody who shares this address refused this",
                       "that person consents, or the customer has an address of his own");
    case Consented::crowded:
      return reason_of("consent", "too many customers share this address",
                       "the customer has an address of his own");
    default: break;
  }
  Reason reason = reason_of("consent", "there is no consent to this", "the customer consents");
  reason.unknown_field = "consent";
  return reason;
}

}  // namespace

void Deliverability::reset(const ConditionState& state, const DecisionQuestion& question) {
  state_ = &state;
  outbound_ = question.direction == index::Direction::outbound;
  consents_.reset(*state.policy, *state.customer, state.as_of);
  rows_.resize((state.policy->brands.size() + 1) * 12);
  for (Row& row : rows_) row.ready = false;
}

void Deliverability::find_channels(const Sending& sending, Row& row) {
  const auto channels = static_cast<std::uint32_t>(state_->policy->channels.size());
  row.ready = true;
  row.has_reasons = false;
  row.passing = 0;
  Reason reason;  // not told yet
  const Contact* last_contact = nullptr;
  for (std::uint32_t i = 0; i < channels; ++i)
    if (passes(sending, i, reason, last_contact)) row.passing |= 1ULL << i;
}

const Deliverability::Row& Deliverability::reasons_of(const Sending& sending) {
  Row& row = row_of(sending);
  if (!row.ready) find_channels(sending, row);
  if (row.has_reasons) return row;
  const std::size_t n = state_->policy->channels.size();
  row.has_reasons = true;
  row.reasons.assign(n, Reason{});
  row.last_contacts.assign(n, nullptr);
  for (std::uint32_t i = 0; i < n; ++i)
    if ((row.passing >> i & 1U) == 0) passes(sending, i, row.reasons[i], row.last_contacts[i]);
  return row;
}

const Reason& Deliverability::reason(const Sending& sending, std::uint32_t channel) {
  return reasons_of(sending).reasons[channel];
}

Reason Deliverability::reason(const Sending& sending, std::uint32_t channel,
                              std::vector<index::EntryView>& evidence) {
  const Row& row = reasons_of(sending);
  Reason reason = row.reasons[channel];
  if (const Contact* contact = row.last_contacts[channel]; contact != nullptr) {
    reason.evidence_begin = static_cast<std::uint32_t>(evidence.size());
    reason.evidence_count = 1;
    evidence.push_back(contact->entry);
  }
  return reason;
}

bool Deliverability::passes(const Sending& sending, std::uint32_t number, Reason& reason,
                            const Contact*& last_contact) {
  const Channel& channel = state_->policy->channels[number];
  if (channel.internal) return true;
  if (outbound_ && !channel.identities.empty() && (consents_.addresses() >> number & 1U) == 0) {
    reason = reason_of("address", "we have no address of the customer for this channel",
                       "an address for this channel is known");
    return false;
  }
  if (!passes_needs(sending, number)) {
    reason = reason_of("need", "the customer's special needs close this channel",
                       "the need is taken out of the profile");
    return false;
  }
  if (!passes_consent(sending, number, reason)) return false;
  if (!outbound_) return true;
  last_contact = full_cap(sending, channel, reason);
  return last_contact == nullptr && passes_quiet(sending, channel, reason);
}

bool Deliverability::passes_needs(const Sending& sending, std::uint32_t channel) const {
  const auto* needs = state_->customer->record.portrait().needs();
  if (needs == nullptr) return true;
  for (const flatbuffers::String* said : *needs)
    for (const Need& need : state_->policy->needs)
      if (need.name == index::view_of(said) && (need.channels >> channel & 1U) != 0 &&
          (need.purposes >> static_cast<unsigned>(sending.purpose) & 1U) != 0)
        return false;
  return true;
}

bool Deliverability::passes_consent(const Sending& sending, std::uint32_t channel, Reason& reason) {
  const PolicyData& policy = *state_->policy;
  const std::string_view brand =
      sending.brand == 0 ? std::string_view{} : std::string_view(policy.brands[sending.brand - 1]);
  const Consented word = consents_.to(sending.purpose, channel, brand);
  if (word == Consented::yes) return true;
  reason = reason_of(word);
  return false;
}

const Contact* Deliverability::full_cap(const Sending& sending, const Channel& channel,
                                        Reason& reason) const {
  if (sending.asked) return nullptr;
  for (const Cap& cap : state_->policy->caps) {
    if (cap.scope != Cap::Scope::channel) continue;
    if ((cap.purposes >> static_cast<unsigned>(sending.purpose) & 1U) == 0) continue;
    if (!cap.channels.empty() &&
        std::find(cap.channels.begin(), cap.channels.end(), channel.id) == cap.channels.end())
      continue;
    const Contact* full = nth_newest(state_->facts->contacts, cap.limit,
                                     state_->as_of.ms - cap.window_ms, [&](const Contact& contact) {
                                       return counts_for(contact, cap.purposes) &&
                                              contact.entry.channel() == channel.id;
                                     });
    if (full == nullptr) continue;
    reason = reason_of(cap.name, "the most contacts on this channel are made", {});
    reason.until_ms = full->at_ms + cap.window_ms;
    return full;
  }
  return nullptr;
}

bool Deliverability::passes_quiet(const Sending& sending, const Channel& channel,
                                  Reason& reason) const {
  const PolicyData& policy = *state_->policy;
  const Quiet& quiet = channel.quiet;
  if (quiet.from == quiet.to) return true;
  if ((quiet.purposes >> static_cast<unsigned>(sending.purpose) & 1U) == 0) return true;
  const Zone* zone = policy.zones.find(state_->customer->record.time_zone());
  if (zone == nullptr) zone = policy.zones.find(policy.time_zone);
  if (!is_quiet(*zone, quiet.from, quiet.to, state_->as_of)) return true;
  reason = reason_of("quiet_hours", "it is a time of rest where the customer lives", {});
  reason.until_ms = quiet_until(*zone, quiet.from, quiet.to, state_->as_of).ms;
  return false;
}

}  // namespace concord::scoring
