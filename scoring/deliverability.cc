#include "scoring/deliverability.h"

#include <algorithm>

namespace concord::scoring {
namespace {

using index::kNoTime;
using State = index::ConsentState;

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

/// Does this statement of consent speak about sending `purpose` on `channel` for `brand`?
bool speaks_about(const index::wire::ConsentState& consent, const ConsentNeed& need,
                  std::string_view channel, std::string_view brand) {
  const std::string_view purpose = index::view_of(consent.purpose());
  const std::string_view its_channel = index::view_of(consent.channel());
  const std::string_view its_brand = index::view_of(consent.brand());
  if (!its_channel.empty() && its_channel != channel) return false;
  if (!its_brand.empty() && its_brand != brand) return false;
  return purpose.empty() ||
         std::find(need.consents.begin(), need.consents.end(), purpose) != need.consents.end();
}

/// What was said so far: a refusal beats a grant.
struct Said {
  bool granted = false;
  bool refused = false;
};

void take_consent(const index::wire::ConsentState& consent, index::UnixMillis as_of, Said& said) {
  if (consent.at() > as_of.ms) return;
  const auto state = static_cast<State>(consent.state());
  if (state == State::denied || state == State::withdrawn) said.refused = true;
  const bool expired = consent.expires_at() != kNoTime && consent.expires_at() <= as_of.ms;
  if (state == State::granted && !expired) said.granted = true;
}

bool is_identity(std::string_view text, const index::wire::Identity& identity) {
  const std::string_view type = index::view_of(identity.type());
  return text.size() > type.size() && text.starts_with(type) && text[type.size()] == ':' &&
         text.substr(type.size() + 1) == index::view_of(identity.value());
}

}  // namespace

Sending sending_of(const PolicyData& policy, const Action& action, bool asked) {
  Sending sending{asked ? index::Purpose::service : action.purpose, asked, 0};
  for (std::size_t i = 0; i < policy.brands.size(); ++i)
    if (policy.brands[i] == action.brand) sending.brand = static_cast<std::uint32_t>(i + 1);
  return sending;
}

void Deliverability::reset(const ConditionState& state, const DecisionQuestion& question) {
  state_ = &state;
  outbound_ = question.direction == index::Direction::outbound;
  rows_.resize((state.policy->brands.size() + 1) * 12);
  for (Row& row : rows_) row.ready = false;
}

Deliverability::Row& Deliverability::row_of(const Sending& sending) {
  Row& row = rows_[sending.brand * 12 + static_cast<std::size_t>(sending.purpose) * 2 +
                   (sending.asked ? 1 : 0)];
  if (row.ready) return row;
  const std::size_t n = state_->policy->channels.size();
  row.ready = true;
  row.passing = 0;
  row.reasons.assign(n, Reason{});
  for (std::uint32_t i = 0; i < n; ++i)
    if (passes(sending, i, row.reasons[i])) row.passing |= 1ULL << i;
  return row;
}

std::uint64_t Deliverability::channels(const Sending& sending) { return row_of(sending).passing; }

const Reason& Deliverability::reason(const Sending& sending, std::uint32_t channel) {
  return row_of(sending).reasons[channel];
}

bool Deliverability::passes(const Sending& sending, std::uint32_t number, Reason& reason) const {
  const Channel& channel = state_->policy->channels[number];
  if (channel.internal) return true;
  if (outbound_ && !has_address(channel)) {
    reason = reason_of("address", "we have no address of the customer for this channel",
                       "an address for this channel is known");
    return false;
  }
  if (!passes_needs(sending, number)) {
    reason = reason_of("need", "the customer's special needs close this channel",
                       "the need is taken out of the profile");
    return false;
  }
  if (!passes_consent(sending, channel, reason)) return false;
  if (!outbound_) return true;
  return passes_caps(sending, channel, reason) && passes_quiet(sending, channel, reason);
}

bool Deliverability::has_address(const Channel& channel) const {
  if (channel.identities.empty()) return true;
  const auto* identities = state_->customer->record.portrait().identities();
  if (identities == nullptr) return false;
  for (const index::wire::Identity* identity : *identities)
    for (const std::string& type : channel.identities)
      if (index::view_of(identity->type()) == type) return true;
  return false;
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

/// The whole customer's statements hold for every address; one address' statements for itself. The
/// channel passes when one address (or, without addresses, the customer) passes.
bool Deliverability::passes_consent(const Sending& sending, const Channel& channel,
                                    Reason& reason) const {
  const PolicyData& policy = *state_->policy;
  const ConsentNeed& need = policy.consent[static_cast<std::size_t>(sending.purpose)];
  const std::string_view brand =
      sending.brand == 0 ? std::string_view{} : std::string_view(policy.brands[sending.brand - 1]);
  const index::wire::Portrait& portrait = state_->customer->record.portrait();
  const auto collect = [&](Said& said, const index::wire::Identity* identity) {
    if (portrait.consents() == nullptr) return;
    for (const index::wire::ConsentState* consent : *portrait.consents()) {
      const std::string_view whose = index::view_of(consent->identity());
      const bool mine = identity == nullptr ? whose.empty() : is_identity(whose, *identity);
      if (mine && speaks_about(*consent, need, channel.id, brand))
        take_consent(*consent, state_->as_of, said);
    }
  };
  Said all;
  collect(all, nullptr);
  bool refused = all.refused;
  bool passes = false;
  bool any_address = false;
  if (!all.refused && portrait.identities() != nullptr && !channel.identities.empty())
    for (const index::wire::Identity* identity : *portrait.identities()) {
      if (std::find(channel.identities.begin(), channel.identities.end(),
                    index::view_of(identity->type())) == channel.identities.end())
        continue;
      Said said = all;
      collect(said, identity);
      any_address = true;
      refused = refused || said.refused;
      passes = passes || (!said.refused && (said.granted || !need.required));
    }
  if (!any_address) passes = !all.refused && (all.granted || !need.required);
  if (passes) return true;
  reason = refused ? reason_of("consent", "the customer refused this", "the customer consents")
                   : reason_of("consent", "there is no consent to this", "the customer consents");
  if (!refused) reason.unknown_field = "consent";
  return false;
}

bool Deliverability::passes_caps(const Sending& sending, const Channel& channel,
                                 Reason& reason) const {
  if (sending.asked) return true;
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
    return false;
  }
  return true;
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
