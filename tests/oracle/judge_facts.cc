#include "tests/oracle/judge_facts.h"

#include <algorithm>

namespace concord::oracle {
namespace {

using index::Direction;
using index::Kind;
using index::StateType;
using scoring::Aggregation;
using scoring::BlockRule;
using scoring::Feature;
using scoring::Filter;
using scoring::PolicyData;
__extension__ using Wide = __int128;

bool one_of(const std::vector<std::string>& words, const std::string& word) {
  return words.empty() || std::find(words.begin(), words.end(), word) != words.end();
}
bool bit_or_any(std::uint32_t bits, std::uint8_t bit) { return bits == 0 || has_bit(bits, bit); }
bool wanted(int tri, bool is) { return tri < 0 || (tri == 1) == is; }

bool words_fit(const Filter& f, const Entry& e) {
  return one_of(f.departments, e.department) && one_of(f.sources, e.source) &&
         one_of(f.channels, e.now.channel) && one_of(f.topics, e.now.topic) &&
         one_of(f.reasons, e.now.reason) && one_of(f.statuses, e.now.status) &&
         one_of(f.brands, e.now.brand);
}

bool times_fit(const Filter& f, const Entry& e, std::int64_t as_of) {
  if (f.younger_than_ms != 0 && e.at <= as_of - f.younger_than_ms) return false;
  if (f.due_within_ms != 0) {
    if (!e.now.due_at.has_value()) return false;
    if (*e.now.due_at <= as_of || *e.now.due_at > as_of + f.due_within_ms) return false;
  }
  if (f.closed_within_ms != 0) {
    if (!e.closed_at.has_value()) return false;
    if (*e.closed_at > as_of || *e.closed_at <= as_of - f.closed_within_ms) return false;
  }
  return true;
}

std::vector<Entry> existing(const Book& book, const Person& person, std::int64_t as_of) {
  std::vector<Entry> out;
  for (Entry& entry : entries_of(book, person))
    if (entry.exists(as_of)) out.push_back(std::move(entry));
  return out;
}

Number number_of(const PolicyData& policy, const Feature& feature, const Situation& now) {
  std::vector<const Entry*> counted;
  if (feature.over != scoring::Over::accounts)
    for (const Entry& e : now.own) counted.push_back(&e);
  if (feature.over != scoring::Over::customer)
    for (const Entry& e : now.accounts) counted.push_back(&e);
  std::erase_if(counted, [&](const Entry* e) {
    return (feature.window_ms != 0 && e->at <= now.as_of - feature.window_ms) ||
           !fits(feature.filter, *e, now.as_of).yes;
  });
  Number out;
  for (const Entry* e : counted)
    if (out.newest == nullptr || e->at > out.newest->at) out.newest = e;
  const bool some = !counted.empty();
  const auto days = [&](std::int64_t at) { return (now.as_of - at) / index::kDayMs; };
  if (feature.aggregation == Aggregation::count) {
    out.value = static_cast<std::int64_t>(counted.size());
    out.known = true;
  } else if (feature.aggregation == Aggregation::days_since) {
    out.known = some;
    if (some) out.value = days(out.newest->at);
  } else if (feature.aggregation == Aggregation::days_since_first) {
    out.known = some;
    for (const Entry* e : counted) out.value = std::max(out.value, days(e->at));
  } else if (feature.aggregation == Aggregation::share) {
    const auto part = std::count_if(counted.begin(), counted.end(), [&](const Entry* e) {
      return fits(feature.part, *e, now.as_of).yes;
    });
    out.known = some;
    if (some) out.value = part * 1'000'000 / static_cast<std::int64_t>(counted.size());
  } else {
    out.known = some || feature.aggregation == Aggregation::sum;
    for (std::size_t i = 0; i < counted.size(); ++i) {
      const auto amount = amount_of(policy, *counted[i]);
      if (!amount) out.known = false;
      const std::int64_t one = amount.value_or(0);
      if (feature.aggregation == Aggregation::sum)
        out.value += one;
      else if (i == 0)
        out.value = one;
      else
        out.value = feature.aggregation == Aggregation::min ? std::min(out.value, one)
                                                            : std::max(out.value, one);
    }
  }
  return out;
}

bool is_contact(const PolicyData& policy, const Entry& entry) {
  return has_bit(policy.contact_kinds, static_cast<std::size_t>(entry.kind()));
}

/// Still to be answered: open; or, without a state, recent and not spoken about since.
bool is_asked(const PolicyData& policy, const Situation& now, const Entry& entry) {
  if (!entry.now.requested.value_or(false)) return false;
  if (entry.open(now.as_of)) return true;
  if (entry.state() != StateType::unknown || entry.closed_at.has_value()) return false;
  if (entry.at <= now.as_of - policy.asked_window_ms) return false;
  return std::none_of(now.contacts.begin(), now.contacts.end(), [&](const Entry* contact) {
    return contact->at > entry.at && contact->now.topic == entry.now.topic;
  });
}

void find_contacts(const PolicyData& policy, Situation& now) {
  for (const Entry& entry : now.own) {
    const bool outbound = entry.direction() == Direction::outbound;
    if (is_contact(policy, entry) && outbound) now.contacts.push_back(&entry);
    if (entry.kind() == Kind::outcome) now.outcomes.push_back(&entry);
    const bool care =
        !outbound || entry.purpose() == index::Purpose::none ||
        has_bit(policy.care_floor.purposes, static_cast<std::size_t>(entry.purpose()));
    if (is_contact(policy, entry) && care && !now.silent_since) now.silent_since = entry.at;
  }
  for (const Entry& entry : now.own)
    if (is_asked(policy, now, entry)) now.asked.push_back(&entry);
  if (now.silent_since) return;
  if (now.since && *now.since <= now.as_of)
    now.silent_since = now.since;
  else if (!now.own.empty())
    now.silent_since = now.own.back().at;
}

void find_profile(const Book& book, const Person& person, Situation& now) {
  now.identities = held_identities(book, person);
  now.language = current_text(person, "language");
  now.time_zone = current_text(person, "time_zone");
  now.owner = current_text(person, "attributes.owner_of_record");
  const auto claims = claims_of(person);
  if (const Claim* since = current(claims, "since")) now.since = since->value.integer;
  const std::string needs = current_text(person, "needs");
  for (std::size_t at = 0; at < needs.size();) {
    const std::size_t end = std::min(needs.find('\n', at), needs.size());
    now.needs.push_back(needs.substr(at, end - at));
    at = end + 1;
  }
}

bool older(const Entry* a, const Entry* b) {
  return a->at != b->at ? a->at < b->at : a->id < b->id;
}

/// Long untouched: it blocks no more and becomes somebody's task.
bool forgotten(const BlockRule& rule, const Entry& entry, std::int64_t as_of) {
  const std::int64_t touched = entry.set_at <= as_of ? std::max(entry.set_at, entry.at) : entry.at;
  return rule.stale_after_ms != 0 && as_of - touched >= rule.stale_after_ms;
}

/// Fills `live` with what causes the rule; forgotten causes go to `now.stale`.
void find_causes(const BlockRule& rule, Situation& now, LiveBlock& live) {
  const auto look = [&](const Entry& entry) {
    const Fit fit = fits(rule.match, entry, now.as_of);
    if (!fit.perhaps()) return;
    if (forgotten(rule, entry, now.as_of)) {
      if (std::find(now.stale.begin(), now.stale.end(), &entry) == now.stale.end())
        now.stale.push_back(&entry);
      return;
    }
    if (rule.strength == scoring::Strength::postpone) {
      const std::int64_t until = entry.at + rule.postpone_ms;
      if (until <= now.as_of) return;
      live.until = std::max(live.until.value_or(until), until);
    }
    live.causes.push_back(&entry);
    if (live.unknown.empty()) live.unknown = fit.unknown;
  };
  for (const Entry& entry : now.own) look(entry);
  if (rule.scope == scoring::RuleScope::account)
    for (const Entry& entry : now.accounts) look(entry);
  std::sort(live.causes.begin(), live.causes.end(), older);
}

}  // namespace

std::optional<std::string> attribute_text(const Entry& entry, const std::string& name) {
  using index::wire::AttributeType;
  for (const auto& one : entry.now.attributes) {
    if (one->name != name) continue;
    index::Buffer out;
    index::JsonWriter json(out);
    if (one->type == AttributeType::boolean) json.boolean(one->integer != 0);
    if (one->type == AttributeType::integer) json.integer(one->integer);
    if (one->type == AttributeType::real) json.number(one->real);
    if (one->type == AttributeType::text) json.string(one->text);
    if (one->type == AttributeType::timestamp) json.time(index::UnixMillis{one->integer});
    std::string text(out.view());
    if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
    return text;
  }
  return std::nullopt;
}

Fit fits(const Filter& f, const Entry& e, std::int64_t as_of) {
  const auto kind = static_cast<std::size_t>(e.kind());
  if (f.kinds == 0 ? e.kind() == Kind::decision : !has_bit(f.kinds, kind)) return {};
  if (!bit_or_any(f.troubles, e.now.trouble.value_or(0)) ||
      !bit_or_any(f.directions, e.now.direction.value_or(0)) ||
      !bit_or_any(f.purposes, e.now.purpose.value_or(0)) || !times_fit(f, e, as_of) ||
      !wanted(f.overdue, e.overdue(as_of)) ||
      !wanted(f.requested, e.now.requested.value_or(false)) ||
      !wanted(f.is_public, e.now.is_public.value_or(false)) || !words_fit(f, e))
    return {};
  Fit out{true, {}};
  const bool state_absent = e.state() == StateType::unknown && !e.closed_at.has_value();
  if (f.open >= 0 || f.states != 0) {
    if (state_absent && !has_bit(f.states, 0))
      out = {false, "state_type"};
    else if (!wanted(f.open, e.open(as_of)) || !bit_or_any(f.states, e.now.state_type.value_or(0)))
      return {};
  }
  if (f.priority_max != 0) {
    const int priority = e.now.priority.value_or(0);
    if (priority == 0)
      out = {false, "priority"};
    else if (priority > f.priority_max)
      return {};
  }
  if (!f.attribute.empty()) {
    const auto value = attribute_text(e, f.attribute);
    if (!value)
      out = {false, f.attribute};
    else if (!one_of(f.attribute_values, *value))
      return {};
  }
  if (f.sure && !out.yes) return {};
  return out;
}

std::optional<std::int64_t> amount_of(const PolicyData& policy, const Entry& entry) {
  if (!entry.now.amount_minor.has_value()) return std::nullopt;
  const std::int64_t amount = *entry.now.amount_minor;
  if (entry.now.currency == policy.currency) return amount;
  const auto rates = policy.rates.find(entry.now.currency);
  std::optional<std::int64_t> micro;
  if (rates != policy.rates.end())
    for (const scoring::Rate& rate : rates->second)
      if (rate.from_ms <= entry.at) micro = rate.micro;
  if (!micro) return std::nullopt;
  Wide product = Wide{amount} * *micro;
  if (product < 0) product -= 999'999;  // towards minus infinity
  return static_cast<std::int64_t>(product / 1'000'000);
}

Situation situation_of(const PolicyData& policy, const Book& book, const Person& person,
                       std::int64_t as_of) {
  Situation now;
  now.as_of = as_of;
  now.person = &person;
  now.own = existing(book, person, as_of);
  std::erase_if(now.own, [](const Entry& e) { return e.kind() == Kind::decision; });
  for (const Person* account : accounts_of(book, person, as_of)) {
    if (now.account == nullptr) now.account = account;
    for (Entry& entry : existing(book, *account, as_of)) now.accounts.push_back(std::move(entry));
  }
  find_profile(book, person, now);
  for (const Person* sharer : sharers_of(book, person))
    now.sharers.push_back({sharer, held_identities(book, *sharer)});
  find_contacts(policy, now);
  for (const Feature& feature : policy.features)
    now.features.push_back(number_of(policy, feature, now));
  return now;
}

void find_blocks(const PolicyData& policy, const Ask& ask, Situation& now) {
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const BlockRule& rule = policy.rules[i];
    LiveBlock live;
    live.rule = i;
    if (rule.when != scoring::kNone) {
      const std::optional<bool> holds = ask(now, rule.when, live.unknown);
      if (holds.has_value() && !*holds) continue;  // unknown is true: it blocks
    }
    if (rule.has_match) {
      find_causes(rule, now, live);
      if (live.causes.empty()) continue;
    }
    now.blocks.push_back(live);
  }
  std::stable_sort(now.blocks.begin(), now.blocks.end(),
                   [&](const LiveBlock& a, const LiveBlock& b) {
                     const BlockRule& x = policy.rules[a.rule];
                     const BlockRule& y = policy.rules[b.rule];
                     return std::pair(x.strength, x.severity) < std::pair(y.strength, y.severity);
                   });
  std::sort(now.stale.begin(), now.stale.end(), older);
}

}  // namespace concord::oracle
