#include "tests/oracle/book.h"

#include <algorithm>
#include <set>

#include "index/base/assert.h"
#include "index/base/hash.h"

namespace concord::oracle {
namespace {

using index::ConsentState;
using index::EventType;

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text)
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  return out;
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ') out.push_back(c);
  return out;
}

/// German numbers as the stories write them: 030 123 → +4930123.
std::string phone_number(std::string_view text) {
  const std::string digits = without_blanks(text);
  return digits.starts_with("+") ? digits : "+49" + digits.substr(1);
}

/// The order of strictness: withdrawn, denied, unknown, granted.
int strict(ConsentState state) {
  if (state == ConsentState::withdrawn) return 3;
  if (state == ConsentState::denied) return 2;
  return state == ConsentState::granted ? 0 : 1;
}

}  // namespace

bool is_release(const EventDraft& event) {
  return static_cast<EventType>(event.type) == EventType::entry &&
         static_cast<index::Kind>(event.entry->kind) == index::Kind::release &&
         event.customer.empty();
}

Book::Book(const index::IdentityTypes& types, const std::vector<EventDraft>& events)
    : types_(types) {
  for (std::size_t i = 0; i < events.size(); ++i) take(i + 1, events[i]);
}

NamedIdentity Book::normalised(std::string_view identity) const {
  const std::size_t colon = identity.find(':');
  NamedIdentity out;
  out.type = std::string(identity.substr(0, colon));
  const index::IdentityType* type = types_.find(out.type);
  CONCORD_ASSERT(type != nullptr);  // the stories use declared types only
  out.joins = type->strength == index::IdentityClass::joins;
  std::string_view value = identity.substr(colon + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (value.ends_with(' ')) value.remove_suffix(1);
  std::string form(value);
  if (type->normalise == index::Normalise::phone) form = phone_number(value);
  if (type->normalise == index::Normalise::email || type->normalise == index::Normalise::lower)
    form = lower(value);
  out.text = out.type + ":" + form;
  return out;
}

std::vector<NamedIdentity> Book::identities_of(const EventDraft& event) const {
  std::vector<NamedIdentity> out;
  for (const std::string& one : event.customer) out.push_back(normalised(one));
  if (static_cast<EventType>(event.type) == EventType::merge) {
    out.push_back(normalised(event.merge->into));
    out.push_back(normalised(event.merge->from));
  }
  return out;
}

std::size_t Book::owner_of(const NamedIdentity& identity) const {
  const auto at = owner_.find(identity.text);
  return at == owner_.end() ? kNobody : survivor_[at->second];
}

std::size_t Book::new_person(const std::string& first_identity) {
  std::string name = first_identity;
  const auto taken = [&](CustomerId id) {
    return std::any_of(people_.begin(), people_.end(), [&](const Person& p) { return p.id == id; });
  };
  while (taken(CustomerId{index::hash64(name)})) name += '#';
  people_.push_back(Person{});
  people_.back().id = CustomerId{index::hash64(name)};
  survivor_.push_back(people_.size() - 1);
  return people_.size() - 1;
}

/// Two turned out to be one: what was said of either was said of both.
void Book::join(std::size_t into, std::size_t from, EventSeq seq) {
  Person& a = people_[into];
  Person& b = people_[from];
  a.said.insert(a.said.end(), b.said.begin(), b.said.end());
  std::sort(a.said.begin(), a.said.end(),
            [](const Said& x, const Said& y) { return x.seq < y.seq; });
  for (const auto& [key, word] : b.consents) {
    const auto known = a.consents.find(key);
    if (known == a.consents.end()) {
      a.consents.emplace(key, word);
      continue;
    }
    const auto rank = [](const ConsentWord& w) {
      return std::tuple(strict(w.state), w.event->at, w.seq);
    };
    if (rank(word) > rank(known->second)) known->second = word;
  }
  a.merged_from.push_back(b.id);
  a.merged_from.insert(a.merged_from.end(), b.merged_from.begin(), b.merged_from.end());
  std::sort(a.merged_from.begin(), a.merged_from.end());
  a.revision = std::max({a.revision, b.revision, seq});
  for (std::size_t& one : survivor_)
    if (one == from) one = into;
}

/// The later word counts; of two at the same time the stricter; of two equal ones the last heard.
void Book::take_consent(Person& person, EventSeq seq, const EventDraft& event) {
  const index::wire::ConsentT& said = *event.consent;
  const std::string identity = said.identity.empty() ? "" : normalised(said.identity).text;
  const ConsentWord fresh{static_cast<ConsentState>(said.state), seq, &event};
  const auto [known, is_new] =
      person.consents.emplace(ConsentKey{said.purpose, said.channel, identity, said.brand}, fresh);
  const auto rank = [](const ConsentWord& w) {
    return std::tuple(w.event->at, strict(w.state), w.seq);
  };
  if (!is_new && rank(fresh) > rank(known->second)) known->second = fresh;
}

void Book::take(EventSeq seq, const EventDraft& event) {
  const auto type = static_cast<EventType>(event.type);
  if (type == EventType::knowledge || type == EventType::heartbeat) return;  // about nobody
  if (is_release(event)) {
    releases_.push_back({seq, &event, false});
    return;
  }
  const std::vector<NamedIdentity> identities = identities_of(event);
  std::set<std::size_t> owners;
  std::string first;
  for (const NamedIdentity& identity : identities) {
    if (!identity.joins) continue;
    if (first.empty()) first = identity.text;
    if (owner_of(identity) != kNobody) owners.insert(owner_of(identity));
  }
  CONCORD_ASSERT(!first.empty());
  const std::size_t whose = owners.empty() ? new_person(first) : *owners.begin();
  if (type == EventType::membership) {
    const NamedIdentity account = normalised("account:" + event.membership->account);
    if (owner_of(account) == kNobody) {
      const std::size_t place = new_person(account.text);
      owner_[account.text] = place;
      people_[place].said.push_back({seq, &event, true});
      people_[place].revision = seq;
    }
  }
  for (const std::size_t other : owners)
    if (other != whose) join(whose, other, seq);
  for (const NamedIdentity& identity : identities)
    if (identity.joins) owner_[identity.text] = whose;
  people_[whose].said.push_back({seq, &event, false});
  people_[whose].revision = seq;
  if (static_cast<EventType>(event.type) == EventType::consent)
    take_consent(people_[whose], seq, event);
}

std::vector<const Person*> Book::people() const {
  std::vector<const Person*> out;
  for (std::size_t i = 0; i < people_.size(); ++i)
    if (survivor_[i] == i) out.push_back(&people_[i]);
  return out;
}

const Person* Book::find(CustomerId id) const {
  for (std::size_t i = 0; i < people_.size(); ++i)
    if (people_[i].id == id) return &people_[survivor_[i]];
  return nullptr;
}

const Person* Book::find_identity(std::string_view identity) const {
  const std::size_t place = owner_of(normalised(identity));
  return place == kNobody ? nullptr : &people_[place];
}

}  // namespace concord::oracle
