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

/// What was said so far: a refusal beats a grant.
struct Said {
  bool granted = false;
  bool refused = false;
};

void take_consent(const index::wire::ConsentState& consent, index::UnixMillis as_of, Said& said) {
  if (is_refusal(consent)) said.refused = true;
  const bool expired = consent.expires_at() != kNoTime && consent.expires_at() <= as_of.ms;
  if (static_cast<State>(consent.state()) == State::granted && !expired) said.granted = true;
}

bool names(std::string_view text, const Identity& identity) {
  const std::string_view type = view_of(identity.type());
  return text.size() > type.size() && text.starts_with(type) && text[type.size()] == ':' &&
         text.substr(type.size() + 1) == view_of(identity.value());
}

/// The customer's own word on all his addresses (`identity` null), or on one.
Said own_word(const index::wire::Portrait& portrait, const Sending& sending,
              const Identity* identity, Said said) {
  if (portrait.consents() == nullptr) return said;
  for (const index::wire::ConsentState* consent : *portrait.consents()) {
    const std::string_view whose = view_of(consent->identity());
    if (identity == nullptr ? !whose.empty() : !names(whose, *identity)) continue;
    if (speaks_about(*consent, sending)) take_consent(*consent, sending.as_of, said);
  }
  return said;
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

Consented verdict(const Said& said, const ConsentNeed& need) {
  if (said.refused) return Consented::refused;
  return said.granted || !need.required ? Consented::yes : Consented::unknown;
}

}  // namespace

Consented consent_to(const PolicyData& policy, const index::Customer& customer,
                     index::UnixMillis as_of, index::Purpose purpose, const Channel& channel,
                     std::string_view brand) {
  const Sending sending{policy.consent[static_cast<std::size_t>(purpose)], channel, brand, as_of};
  const index::wire::Portrait& portrait = customer.record.portrait();
  const Said all = own_word(portrait, sending, nullptr, {});
  if (all.refused || portrait.identities() == nullptr || channel.identities.empty())
    return verdict(all, sending.need);
  Consented worst = Consented::yes;
  bool any_address = false;
  for (std::uint32_t place = 0; place < portrait.identities()->size(); ++place) {
    const Identity& identity = *portrait.identities()->Get(place);
    if (std::find(channel.identities.begin(), channel.identities.end(), view_of(identity.type())) ==
        channel.identities.end())
      continue;
    any_address = true;
    Consented here = verdict(own_word(portrait, sending, &identity, all), sending.need);
    if (here != Consented::refused && !identity.joins())
      here = std::max(here, word_of_sharers(customer, sending, place));
    if (here == Consented::yes) return Consented::yes;
    worst = std::max(worst, here);
  }
  return any_address ? worst : verdict(all, sending.need);
}

}  // namespace concord::scoring
