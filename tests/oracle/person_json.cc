// Profile, consents, identities, memberships: what is not an entry.
#include <algorithm>

#include "tests/oracle/answer.h"

namespace concord::oracle {
namespace {

using index::EventType;
using index::JsonWriter;
using index::UnixMillis;
using index::wire::AttributeT;
using index::wire::AttributeType;

AttributeT text_value(const std::string& text) {
  AttributeT value;
  value.type = AttributeType::text;
  value.text = text;
  return value;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

/// What one profile event says, field by field.
std::map<std::string, Claim> claims_in(const Said& said) {
  std::map<std::string, Claim> out;
  const auto claim = [&](const std::string& field, AttributeT value, bool cleared) {
    Claim one;
    one.at = said.event->at;
    one.seq = said.seq;
    one.source = said.event->source;
    one.cleared = cleared;
    one.value = std::move(value);
    one.value.name.clear();
    out.emplace(field, one);  // what is said first counts
  };
  const auto text = [&](const std::string& field, const std::string& value) {
    if (!value.empty()) claim(field, text_value(value), false);
  };
  if (said.introduces) {
    text("name", said.event->membership->account_name);
    return out;
  }
  if (static_cast<EventType>(said.event->type) != EventType::profile) return out;
  const index::wire::ProfileT& profile = *said.event->profile;
  text("name", profile.name);
  text("language", profile.language);
  text("time_zone", profile.time_zone);
  text("needs", joined(profile.needs));
  if (profile.since.has_value()) {
    AttributeT value;
    value.type = AttributeType::timestamp;
    value.integer = *profile.since;
    claim("since", value, false);
  }
  for (const auto& one : profile.attributes) claim("attributes." + one->name, *one, false);
  for (const auto field : profile.cleared)
    claim(index::wire::EnumNameProfileField(field), AttributeT{}, true);
  for (const std::string& name : profile.cleared_attributes)
    claim("attributes." + name, AttributeT{}, true);
  return out;
}

void write_value(JsonWriter& out, const AttributeT& value) {
  switch (value.type) {
    case AttributeType::text: out.string(value.text); return;
    case AttributeType::boolean: out.boolean(value.integer != 0); return;
    case AttributeType::integer: out.integer(value.integer); return;
    case AttributeType::real: out.number(value.real); return;
    case AttributeType::timestamp: out.time(UnixMillis{value.integer}); return;
  }
}

void write_text(JsonWriter& out, const char* name, const std::string& text) {
  if (!text.empty()) out.key(name).string(text);
}

struct Membership {
  std::int64_t at = 0;
  EventSeq seq = 0;
  std::string account, name, role;
  CustomerId account_id;
  std::optional<std::int64_t> from, to;
};

/// By account and role: the newest statement; a name once told is kept.
std::vector<Membership> memberships_of(const Book& book, const Person& person, std::int64_t as_of) {
  std::map<std::pair<std::string, std::string>, Membership> newest;
  std::vector<Said> ordered = person.said;
  std::sort(ordered.begin(), ordered.end(), [](const Said& a, const Said& b) {
    return std::pair(a.event->at, a.seq) < std::pair(b.event->at, b.seq);
  });
  for (const Said& said : ordered) {
    if (said.introduces || static_cast<EventType>(said.event->type) != EventType::membership)
      continue;
    const index::wire::MembershipT& told = *said.event->membership;
    const std::string account = book.normalised("account:" + told.account).text;
    Membership& known = newest[{account, told.role}];
    std::string name = told.account_name.empty() ? known.name : told.account_name;
    const Person* record = book.find_identity(account);
    known = Membership{said.event->at, said.seq,   account, std::move(name),
                       told.role,      record->id, {},      {}};
    if (told.from.has_value()) known.from = *told.from;
    if (told.to.has_value()) known.to = *told.to;
  }
  std::vector<Membership> out;
  for (const auto& [key, one] : newest)
    if ((!one.from || *one.from <= as_of) && (!one.to || *one.to > as_of)) out.push_back(one);
  return out;
}

}  // namespace

std::map<std::string, std::vector<Claim>> claims_of(const Person& person) {
  std::map<std::string, std::map<std::string, Claim>> by_source;
  for (const Said& said : person.said)
    for (auto& [field, claim] : claims_in(said)) {
      const auto known = by_source[field].find(claim.source);
      if (known == by_source[field].end() ||
          std::pair(claim.at, claim.seq) > std::pair(known->second.at, known->second.seq))
        by_source[field][claim.source] = claim;
    }
  std::map<std::string, std::vector<Claim>> out;
  for (const auto& [field, sources] : by_source) {
    for (const auto& [source, claim] : sources) out[field].push_back(claim);
    std::sort(out[field].begin(), out[field].end(), [](const Claim& a, const Claim& b) {
      return std::pair(a.at, a.seq) > std::pair(b.at, b.seq);
    });
  }
  return out;
}

const Claim* current(const std::map<std::string, std::vector<Claim>>& claims,
                     const std::string& field) {
  const auto at = claims.find(field);
  return at == claims.end() || at->second.front().cleared ? nullptr : &at->second.front();
}

std::string current_text(const Person& person, const std::string& field) {
  const auto claims = claims_of(person);
  const Claim* claim = current(claims, field);
  return claim == nullptr ? "" : claim->value.text;
}

void write_profile(JsonWriter& out, const Person& person) {
  const auto claims = claims_of(person);
  out.begin_object();
  for (const char* name : {"name", "language", "time_zone"})
    write_text(out, name, current_text(person, name));
  out.key("needs").begin_array();
  const std::string needs = current_text(person, "needs");
  for (std::size_t at = 0; at < needs.size();) {
    const std::size_t end = std::min(needs.find('\n', at), needs.size());
    out.string(needs.substr(at, end - at));
    at = end + 1;
  }
  out.end_array();
  if (const Claim* since = current(claims, "since"))
    out.key("since").time(UnixMillis{since->value.integer});
  out.key("attributes").begin_object();
  for (const auto& [field, all] : claims) {
    if (!field.starts_with("attributes.") || all.front().cleared) continue;
    out.key_escaped(field.substr(11)).begin_object();
    write_value(out.key("value"), all.front().value);
    out.key("source").string(all.front().source);
    out.key("at").time(UnixMillis{all.front().at});
    out.end_object();
  }
  out.end_object().end_object();
}

void write_conflicts(JsonWriter& out, const Person& person) {
  out.begin_array();
  for (const auto& [field, all] : claims_of(person)) {
    std::vector<Claim> live;
    for (const Claim& one : all)
      if (!one.cleared) live.push_back(one);
    const bool agree = std::all_of(live.begin(), live.end(), [&](const Claim& one) {
      const AttributeT& a = one.value;
      const AttributeT& b = live.front().value;
      return a.type == b.type && a.integer == b.integer && a.real == b.real && a.text == b.text;
    });
    if (agree) continue;
    out.begin_object().key("field").string(field).key("values").begin_array();
    for (const Claim& one : live) {
      write_value(out.begin_object().key("value"), one.value);
      out.key("source").string(one.source);
      out.key("at").time(UnixMillis{one.at}).end_object();
    }
    out.end_array().end_object();
  }
  out.end_array();
}

void write_preferences(JsonWriter& out, const Person& person) {
  out.begin_object();
  write_text(out, "language", current_text(person, "language"));
  write_text(out, "time_zone", current_text(person, "time_zone"));
  write_text(out, "channel", current_text(person, "attributes.preferred_channel"));
  out.end_object();
}

void write_consents(JsonWriter& out, const Person& person, std::int64_t as_of) {
  out.begin_array();
  for (const auto& [key, word] : person.consents) {
    const auto& [purpose, channel, identity, brand] = key;
    const index::wire::ConsentT& said = *word.event->consent;
    if (word.event->at > as_of) continue;
    const bool expired = said.expires_at.has_value() && *said.expires_at <= as_of;
    out.begin_object();
    write_text(out, "purpose", purpose);
    write_text(out, "channel", channel);
    write_text(out, "identity", identity);
    write_text(out, "brand", brand);
    if (expired) {
      out.key("state").string("unknown").key("expired").boolean(true);
      out.key("was").string(index::word(word.state));
    } else {
      out.key("state").string(index::word(word.state));
      write_text(out, "basis", said.basis);
      write_text(out, "wording", said.wording);
      write_text(out, "evidence", said.evidence);
    }
    write_text(out, "source", word.event->source);
    out.key("at").time(UnixMillis{word.event->at});
    if (said.expires_at.has_value()) out.key("expires_at").time(UnixMillis{*said.expires_at});
    out.end_object();
  }
  out.end_array();
}

std::vector<HeldIdentity> held_identities(const Book& book, const Person& person) {
  std::map<std::string, HeldIdentity> first;
  for (const Said& said : person.said) {
    auto named = book.identities_of(*said.event);
    if (said.introduces) named = {book.normalised("account:" + said.event->membership->account)};
    for (const NamedIdentity& identity : named) {
      const HeldIdentity held{identity, said.event->source, said.event->at, said.seq};
      const auto [known, fresh] = first.emplace(identity.text, held);
      if (!fresh &&
          std::pair(held.since, held.seq) < std::pair(known->second.since, known->second.seq))
        known->second = held;
    }
  }
  std::vector<HeldIdentity> out;
  for (auto& [text, held] : first) out.push_back(held);
  return out;
}

void write_identities(JsonWriter& out, const Book& book, const Person& person) {
  out.begin_array();
  for (const HeldIdentity& held : held_identities(book, person)) {
    out.begin_object().key("identity").string(held.identity.text);
    out.key("strength").string(held.identity.joins ? "joins" : "looks_up");
    out.key("source").string(held.source);
    out.key("since").time(UnixMillis{held.since}).end_object();
  }
  out.end_array();
}

std::vector<const Person*> sharers_of(const Book& book, const Person& person) {
  const std::vector<HeldIdentity> own = held_identities(book, person);
  const auto is_shared = [&](const HeldIdentity& his) {
    return std::any_of(own.begin(), own.end(), [&](const HeldIdentity& mine) {
      return !mine.identity.joins && mine.identity.text == his.identity.text;
    });
  };
  std::vector<const Person*> out;
  for (const Person* other : book.people()) {
    if (other == &person) continue;
    const std::vector<HeldIdentity> his = held_identities(book, *other);
    if (std::any_of(his.begin(), his.end(), is_shared)) out.push_back(other);
  }
  return out;
}

std::vector<const Person*> accounts_of(const Book& book, const Person& person, std::int64_t as_of) {
  std::vector<const Person*> out;
  for (const Membership& one : memberships_of(book, person, as_of)) {
    const Person* account = book.find(one.account_id);
    if (account != &person && std::find(out.begin(), out.end(), account) == out.end())
      out.push_back(account);
  }
  return out;
}

void write_accounts(JsonWriter& out, const Book& book, const Person& person, std::int64_t as_of) {
  out.begin_array();
  for (const Membership& one : memberships_of(book, person, as_of)) {
    const Person* account = book.find(one.account_id);
    std::int64_t open = 0;
    for (const Entry& entry : entries_of(book, *account))
      if (entry.open(as_of)) ++open;
    const std::string name = current_text(*account, "name");
    out.begin_object();
    out.key("account").string(one.account);
    out.key("customer_id").id(one.account_id);
    write_text(out, "name", name.empty() ? one.name : name);
    write_text(out, "role", one.role);
    if (one.from) out.key("from").time(UnixMillis{*one.from});
    if (one.to) out.key("to").time(UnixMillis{*one.to});
    out.key("open").integer(open);
    out.end_object();
  }
  out.end_array();
}

}  // namespace concord::oracle
