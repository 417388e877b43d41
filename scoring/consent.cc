#include "scoring/consent.h"

#include <algorithm>

namespace concord::scoring {
namespace {

using index::kNoTime;
using index::view_of;
using State = index::ConsentState;
using index::wire::Identity;

/// What is asked.
struct Sending {
  const ConsentNeed& need;
  const Channel& channel;
  std::string_view brand;
  index::UnixMillis as_of;
};

/// Does this statement of consent speak about it, at that time?
bool speaks_about(const index::wire::ConsentState& consent, const Sending& sending) {
  if (consent.at() > sending.as_of.ms) return false;
  const std::string_view purpose = view_of(consent.purpose());
  const std::string_view its_channel = view_of(consent.channel());
  const std::string_view its_brand = view_of(consent.brand());
  if (!its_channel.empty() && its_channel != sending.channel.id) return false;
  if (!its_brand.empty() && its_brand != sending.brand) return false;
  const std::vector<std::string>& named = sending.need.consents;
  return purpose.empty() || std::find(named.begin(), named.end(), purpose) != named.end();
}

bool is_refusal(const index::wire::ConsentState& consent) {
  const auto state = static_cast<State>(consent.state());
  return state == State::denied || state == State::withdrawn;
}

bool names(std::string_view text, const Identity& identity) {
  const std::string_view type = view_of(identity.type());
  return text.size() > type.size() && text.starts_with(type) && text[type.size()] == ':' &&
         text.substr(type.size() + 1) == view_of(identity.value());
}

bool holds(const index::wire::Portrait& portrait, const Identity& identity) {
  if (portrait.identities() == nullptr) return false;
  return std::any_of(portrait.identities()->begin(), portrait.identities()->end(),
                     [&](const Identity* one) {
                       return view_of(one->type()) == view_of(identity.type()) &&
                              view_of(one->value()) == view_of(identity.value());
                     });
}

/// Another holder's refusal counts when it names the address, or the channel: his own are then all
/// those he can be reached at there, this one too.
bool is_refused_by(const index::wire::Portrait& other, const Sending& sending,
                   const Identity& identity) {
  if (other.consents() == nullptr || !holds(other, identity)) return false;
  return std::any_of(other.consents()->begin(), other.consents()->end(), [&](const auto* consent) {
    const std::string_view whose = view_of(consent->identity());
    const bool about =
        whose.empty() ? !view_of(consent->channel()).empty() : names(whose, identity);
    return about && is_refusal(*consent) && speaks_about(*consent, sending);
  });
}

Consented word_of_sharers(const index::Customer& customer, const Sending& sending,
                          std::uint32_t place) {
  if (customer.is_crowded(place))
    return sending.need.required ? Consented::crowded : Consented::yes;
  const Identity& identity = *customer.record.portrait().identities()->Get(place);
  for (const index::wire::Record* other : customer.sharing())
    if (is_refused_by(*other->portrait_nested_root(), sending, identity))
      return Consented::refused_by_sharer;
  return Consented::yes;
}

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

void Consents::reset(const PolicyData& policy, const index::Customer& customer,
                     index::UnixMillis as_of) {
  policy_ = &policy;
  customer_ = &customer;
  as_of_ = as_of;
  is_read_ = false;
}

Consents::Statement Consents::read(const index::wire::ConsentState& consent) const {
  Statement out;
  if (consent.at() > as_of_.ms) return out;
  out.refuses = is_refusal(consent);
  const bool expired = consent.expires_at() != kNoTime && consent.expires_at() <= as_of_.ms;
  out.grants = static_cast<State>(consent.state()) == State::granted && !expired;
  const std::string_view channel = view_of(consent.channel());
  for (std::size_t i = 0; i < policy_->channels.size(); ++i)
    if (channel.empty() || channel == policy_->channels[i].id) out.channels |= 1ULL << i;
  const std::string_view purpose = view_of(consent.purpose());
  for (std::size_t i = 0; i < policy_->consent.size(); ++i)
    if (purpose.empty() || has_word(policy_->consent[i].consents, purpose)) out.purposes |= 1U << i;
  out.brand = view_of(consent.brand());
  out.identity = view_of(consent.identity());
  return out;
}

void Consents::read() {
  is_read_ = true;
  refused_ = 0;
  statements_.clear();
  addresses_.clear();
  const index::wire::Portrait& portrait = customer_->record.portrait();
  if (portrait.consents() != nullptr)
    for (const index::wire::ConsentState* consent : *portrait.consents()) {
      const Statement statement = read(*consent);
      if (statement.refuses) refused_ |= statement.purposes;
      if (statement.refuses || statement.grants) statements_.push_back(statement);
    }
  if (portrait.identities() == nullptr) return;
  for (const Identity* identity : *portrait.identities()) {
    const std::string_view type = view_of(identity->type());
    std::uint64_t channels = 0;
    for (std::size_t i = 0; i < policy_->channels.size(); ++i)
      if (has_word(policy_->channels[i].identities, type)) channels |= 1ULL << i;
    addresses_.push_back(channels);
  }
}

std::uint64_t Consents::addresses() {
  if (!is_read_) read();
  std::uint64_t all = 0;
  for (const std::uint64_t channels : addresses_) all |= channels;
  return all;
}

/// The customer's own word on all his addresses (`identity` null), or on one.
Consents::Said Consents::own_word(index::Purpose purpose, std::uint32_t channel,
                                  std::string_view brand, const Identity* identity,
                                  Said said) const {
  for (const Statement& one : statements_) {
    if ((one.channels >> channel & 1U) == 0) continue;
    if ((one.purposes >> static_cast<unsigned>(purpose) & 1U) == 0) continue;
    if (!one.brand.empty() && one.brand != brand) continue;
    if (identity == nullptr ? !one.identity.empty() : !names(one.identity, *identity)) continue;
    said.refused = said.refused || one.refuses;
    said.granted = said.granted || one.grants;
  }
  return said;
}

Consented Consents::to(index::Purpose purpose, std::uint32_t channel, std::string_view brand) {
  if (!is_read_) read();
  const ConsentNeed& need = policy_->consent[static_cast<std::size_t>(purpose)];
  const auto verdict = [&](const Said& said) {  // a refusal beats a grant
    if (said.refused) return Consented::refused;
    return said.granted || !need.required ? Consented::yes : Consented::unknown;
  };
  const bool refused = (refused_ >> static_cast<unsigned>(purpose) & 1U) != 0;
  if (!need.required && !refused && customer_->sharing().empty()) return Consented::yes;
  const Said all = own_word(purpose, channel, brand, nullptr, {});
  if (all.refused) return Consented::refused;
  const Sending sending{need, policy_->channels[channel], brand, as_of_};
  Consented worst = Consented::yes;
  bool any_address = false;
  for (std::uint32_t place = 0; place < addresses_.size(); ++place) {
    if ((addresses_[place] >> channel & 1U) == 0) continue;
    any_address = true;
    const Identity& identity = *customer_->record.portrait().identities()->Get(place);
    Consented here = verdict(own_word(purpose, channel, brand, &identity, all));
    if (here != Consented::refused && !identity.joins())
      here = std::max(here, word_of_sharers(*customer_, sending, place));
    if (here == Consented::yes) return Consented::yes;
    worst = std::max(worst, here);
  }
  return any_address ? worst : verdict(all);
}

}  // namespace concord::scoring
