#include "tests/oracle/judge_send.h"

#include <algorithm>

#include "index/base/time.h"

namespace concord::oracle {
namespace {

using index::ConsentState;
using index::Purpose;
using scoring::Action;
using scoring::Cap;
using scoring::Channel;
using scoring::PolicyData;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;

template <typename List, typename Word>
bool contains(const List& list, const Word& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// An entry that states no purpose counts for every one.
bool of_purpose(const Entry& entry, std::uint32_t purposes) {
  return entry.purpose() == Purpose::none ||
         has_bit(purposes, static_cast<std::size_t>(entry.purpose()));
}

/// The `n`-th newest of `entries` that `counts`, when it is younger than `window`.
template <typename Counts>
const Entry* nth(const std::vector<const Entry*>& entries, std::size_t n, std::int64_t after,
                 Counts&& counts) {
  std::vector<const Entry*> counted;
  for (const Entry* entry : entries)
    if (entry->at > after && counts(*entry)) counted.push_back(entry);
  return counted.size() < n ? nullptr : counted[n - 1];
}

// ---- the wall clock

std::int64_t day_number(int year, unsigned month, unsigned day) {
  return index::days_from_civil({year, month, day});
}
bool is_sunday(std::int64_t days) { return ((days % 7) + 7) % 7 == 3; }  // 1970-01-04

std::int64_t last_sunday(int year, unsigned month) {  // of a month with 31 days
  std::int64_t day = day_number(year, month, 31);
  while (!is_sunday(day)) --day;
  return day;
}
std::int64_t nth_sunday(int year, unsigned month, int n) {
  std::int64_t day = day_number(year, month, 1);
  while (!is_sunday(day)) ++day;
  return day + 7 * (n - 1);
}

std::int64_t local_minutes(const scoring::Zone& zone, std::int64_t at) {
  const int year = index::civil_from_days(at >= 0 ? at / index::kDayMs : -1).year;
  const std::int64_t winter = zone.offset_minutes * kMinuteMs;
  bool summer = false;
  if (zone.daylight == scoring::Daylight::eu)
    summer = at >= last_sunday(year, 3) * index::kDayMs + kHourMs &&
             at < last_sunday(year, 10) * index::kDayMs + kHourMs;
  if (zone.daylight == scoring::Daylight::us)
    summer = at + winter >= nth_sunday(year, 3, 2) * index::kDayMs + 2 * kHourMs &&
             at + winter < nth_sunday(year, 11, 1) * index::kDayMs + kHourMs;
  return (at + winter + (summer ? kHourMs : 0)) / kMinuteMs % 1440;
}

bool quiet_at(const scoring::Zone& zone, const scoring::Quiet& quiet, std::int64_t at) {
  const std::int64_t minute = local_minutes(zone, at);
  return quiet.from <= quiet.to ? minute >= quiet.from && minute < quiet.to
                                : minute >= quiet.from || minute < quiet.to;
}

std::optional<Why> against_quiet(const PolicyData& policy, const Situation& now,
                                 const Channel& channel, Purpose purpose) {
  const scoring::Quiet& quiet = channel.quiet;
  if (quiet.from == quiet.to || !has_bit(quiet.purposes, static_cast<std::size_t>(purpose)))
    return std::nullopt;
  const scoring::Zone* zone = policy.zones.find(now.time_zone);
  if (zone == nullptr) zone = policy.zones.find(policy.time_zone);
  if (!quiet_at(*zone, quiet, now.as_of)) return std::nullopt;
  std::int64_t until = now.as_of / kMinuteMs * kMinuteMs;
  while (quiet_at(*zone, quiet, until)) until += kMinuteMs;
  return Why{"deliverability",
             "quiet_hours",
             "it is a time of rest where the customer lives",
             "",
             until,
             {}};
}

// ---- consent

struct Said {
  bool granted = false;
  bool refused = false;
};

/// What was said about this purpose, channel and brand by the customer (`identity` empty) or for
/// one of his addresses.
Said what_was_said(const Person& person, const Situation& now, const scoring::ConsentNeed& need,
                   const std::string& channel, const std::string& brand, const std::string& whose,
                   bool of_channel_only = false) {
  Said said;
  for (const auto& [key, word] : person.consents) {
    const auto& [purpose, its_channel, identity, its_brand] = key;
    if (word.event->at > now.as_of || identity != whose) continue;
    if (of_channel_only && its_channel.empty()) continue;
    if (!its_channel.empty() && its_channel != channel) continue;
    if (!its_brand.empty() && its_brand != brand) continue;
    if (!purpose.empty() && !contains(need.consents, purpose)) continue;
    const auto& expires = word.event->consent->expires_at;
    const bool expired = expires.has_value() && *expires <= now.as_of;
    if (word.state == ConsentState::denied || word.state == ConsentState::withdrawn)
      said.refused = true;
    if (word.state == ConsentState::granted && !expired) said.granted = true;
  }
  return said;
}

/// Somebody else who holds this address wants nothing there: he said so of the address, or of the
/// whole channel.
bool refused_by_another(const Situation& now, const scoring::ConsentNeed& need,
                        const std::string& channel, const std::string& brand,
                        const NamedIdentity& address) {
  if (address.joins) return false;
  return std::any_of(now.sharers.begin(), now.sharers.end(), [&](const Situation::Sharer& other) {
    const bool holds =
        std::any_of(other.identities.begin(), other.identities.end(),
                    [&](const HeldIdentity& his) { return his.identity.text == address.text; });
    if (!holds) return false;
    return what_was_said(*other.person, now, need, channel, brand, address.text).refused ||
           what_was_said(*other.person, now, need, channel, brand, "", true).refused;
  });
}

std::optional<Why> against_consent(const PolicyData& policy, const Situation& now,
                                   const Channel& channel, Purpose purpose,
                                   const std::string& brand) {
  const scoring::ConsentNeed& need = policy.consent[static_cast<std::size_t>(purpose)];
  const Said all = what_was_said(*now.person, now, need, channel.id, brand, "");
  bool refused = all.refused;
  bool silenced = false;
  std::size_t addresses = 0;
  for (const HeldIdentity& held : now.identities) {
    if (all.refused || !contains(channel.identities, held.identity.type)) continue;
    ++addresses;
    const Said one = what_was_said(*now.person, now, need, channel.id, brand, held.identity.text);
    const bool other = refused_by_another(now, need, channel.id, brand, held.identity);
    if (!one.refused && !other && (one.granted || all.granted || !need.required))
      return std::nullopt;
    refused = refused || one.refused;
    silenced = silenced || other;
  }
  if (addresses == 0 && !all.refused && (all.granted || !need.required)) return std::nullopt;
  const auto why = [](const char* because, const char* ends_when) {
    return Why{"deliverability", "consent", because, ends_when, {}, {}};
  };
  if (refused) return why("the customer refused this", "the customer consents");
  if (silenced)
    return why("somebody who shares this address refused this",
               "that person consents, or the customer has an address of his own");
  return why("unknown:consent", "the customer consents");
}

std::optional<Why> against_channel_caps(const PolicyData& policy, const Situation& now,
                                        const Channel& channel, Purpose purpose) {
  for (const Cap& cap : policy.caps) {
    if (cap.scope != Cap::Scope::channel) continue;
    if (!has_bit(cap.purposes, static_cast<std::size_t>(purpose))) continue;
    if (!cap.channels.empty() && !contains(cap.channels, channel.id)) continue;
    const Entry* full = nth(
        now.contacts, cap.limit, now.as_of - cap.window_ms,
        [&](const Entry& e) { return of_purpose(e, cap.purposes) && e.now.channel == channel.id; });
    if (full != nullptr)
      return Why{
          "deliverability",         cap.name, "the most contacts on this channel are made", "",
          full->at + cap.window_ms, {full}};
  }
  return std::nullopt;
}

std::vector<std::string> topics_of(const PolicyData& policy, const Action& action) {
  std::vector<std::string> out;
  for (const std::uint32_t one : action.topics) out.push_back(policy.topics[one]);
  return out;
}
std::vector<std::string> topics_of_issue(const PolicyData& policy, std::uint32_t issue) {
  std::vector<std::string> out;
  for (const Action& action : policy.actions)
    if (action.issue == issue)
      for (const std::string& topic : topics_of(policy, action)) out.push_back(topic);
  return out;
}
std::vector<std::string> topics_of_group(const PolicyData& policy, std::uint32_t group) {
  std::vector<std::string> out;
  for (const Action& action : policy.actions)
    if (action.group == group)
      for (const std::string& topic : topics_of(policy, action)) out.push_back(topic);
  return out;
}

bool counts(const PolicyData& policy, const Cap& cap, const Action& action, const Entry& contact) {
  if (!of_purpose(contact, cap.purposes)) return false;
  if (cap.scope == Cap::Scope::all) return true;
  if (cap.scope == Cap::Scope::issue)
    return contains(topics_of_issue(policy, action.issue), contact.now.topic);
  if (cap.scope == Cap::Scope::group)
    return contains(topics_of_group(policy, action.group), contact.now.topic);
  return contains(topics_of(policy, action), contact.now.topic);
}

Why held_back(const std::string& component, const char* because, std::int64_t until,
              const Entry* evidence) {
  return Why{"contact_policy", component, because, "", until, {evidence}};
}

std::optional<Why> against_pauses(const PolicyData& policy, const Situation& now,
                                  const Action& action) {
  for (const scoring::Pause& pause : policy.pauses) {
    if (!has_bit(pause.purposes, static_cast<std::size_t>(action.purpose))) continue;
    const std::vector<std::string> topics =
        pause.by_group ? topics_of_group(policy, action.group) : topics_of(policy, action);
    const auto his = [&](const Entry& e) {
      return contains(topics, e.now.topic) && contains(pause.outcomes, e.now.status);
    };
    const Entry* newest = nth(now.outcomes, 1, INT64_MIN, his);
    if (newest == nullptr || newest->at + pause.pause_ms <= now.as_of) continue;
    if (nth(now.outcomes, pause.after, newest->at - pause.window_ms, his) == nullptr) continue;
    return held_back(pause.name, pause.because.c_str(), newest->at + pause.pause_ms, newest);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Why> against_contact_policy(const PolicyData& policy, const Situation& now,
                                          const Action& action, bool asked, bool outbound) {
  const auto purpose = static_cast<std::size_t>(action.purpose);
  if (!asked && outbound)
    for (const Cap& cap : policy.caps) {
      if (cap.scope == Cap::Scope::channel || !has_bit(cap.purposes, purpose)) continue;
      const Entry* full = nth(now.contacts, cap.limit, now.as_of - cap.window_ms,
                              [&](const Entry& e) { return counts(policy, cap, action, e); });
      if (full != nullptr)
        return held_back(cap.name, "the most contacts in this time are made",
                         full->at + cap.window_ms, full);
    }
  if (!asked)
    if (auto why = against_pauses(policy, now, action)) return why;
  const scoring::DuplicateTopic& guard = policy.duplicate_topic;
  if (!asked && outbound && guard.window_ms != 0 && has_bit(guard.purposes, purpose)) {
    const std::vector<std::string> topics = topics_of(policy, action);
    const Entry* told = nth(now.contacts, 1, now.as_of - guard.window_ms,
                            [&](const Entry& e) { return contains(topics, e.now.topic); });
    if (told != nullptr)
      return held_back("duplicate_topic", "the customer was told this already",
                       told->at + guard.window_ms, told);
  }
  if (!action.care) return std::nullopt;
  if (!now.silent_since)
    return Why{"contact_policy",
               "care_floor",
               "nothing is known of this customer yet",
               "the first contact is known",
               {},
               {}};
  if (now.as_of - *now.silent_since >= policy.care_floor.silence_ms) return std::nullopt;
  return Why{"contact_policy",
             "care_floor",
             "the customer has heard from us lately",
             "",
             *now.silent_since + policy.care_floor.silence_ms,
             {}};
}

std::optional<Why> not_on_channel(const PolicyData& policy, const Situation& now,
                                  const Action& action, bool asked, bool outbound,
                                  const Channel& channel, std::size_t number) {
  if (channel.internal) return std::nullopt;
  const Purpose purpose = asked ? Purpose::service : action.purpose;
  const bool has_address = std::any_of(
      now.identities.begin(), now.identities.end(),
      [&](const HeldIdentity& held) { return contains(channel.identities, held.identity.type); });
  if (outbound && !channel.identities.empty() && !has_address)
    return Why{"deliverability",
               "address",
               "we have no address of the customer for this channel",
               "an address for this channel is known",
               {},
               {}};
  for (const std::string& said : now.needs)
    for (const scoring::Need& need : policy.needs)
      if (need.name == said && has_bit(need.channels, number) &&
          has_bit(need.purposes, static_cast<std::size_t>(purpose)))
        return Why{"deliverability",
                   "need",
                   "the customer's special needs close this channel",
                   "the need is taken out of the profile",
                   {},
                   {}};
  const std::string brand = contains(policy.brands, action.brand) ? action.brand : "";
  if (auto why = against_consent(policy, now, channel, purpose, brand)) return why;
  if (!outbound) return std::nullopt;
  if (!asked)
    if (auto why = against_channel_caps(policy, now, channel, purpose)) return why;
  return against_quiet(policy, now, channel, purpose);
}

}  // namespace concord::oracle
