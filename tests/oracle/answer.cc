#include "tests/oracle/answer.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "index/base/time.h"

namespace concord::oracle {
namespace {

using index::Direction;
using index::JsonWriter;
using index::Kind;
using index::Trouble;
using index::UnixMillis;
using index::wire::AttributeType;

constexpr std::int64_t kNoPriority = 256;

void write_text(JsonWriter& out, const char* name, const std::string& text) {
  if (!text.empty()) out.key(name).string(text);
}
template <typename T>
void write_time(JsonWriter& out, const char* name, const T& at) {
  if (at.has_value()) out.key(name).time(UnixMillis{*at});
}

std::string escaped(const std::string& text) {
  index::Buffer out;
  index::append_json_string(out, text);
  return std::string(out.view().substr(1, out.size() - 2));
}

/// Subject, else text, as it reads: in JSON at most 160 bytes, cut between characters.
std::string plain_gist(const Entry& entry) {
  const std::string& whole = entry.now.subject.empty() ? entry.now.text : entry.now.subject;
  std::size_t bytes = 0;
  for (std::size_t at = 0, size = 1; at < whole.size(); at += size) {
    for (size = 1; at + size < whole.size() && (whole[at + size] & 0xC0) == 0x80;) ++size;
    bytes += escaped(whole.substr(at, size)).size();
    if (bytes > 160) return whole.substr(0, at);
  }
  return whole;
}
std::string gist(const Entry& entry) { return escaped(plain_gist(entry)); }
void write_escaped(JsonWriter& out, const char* name, const std::string& text) {
  if (!text.empty()) out.key(name).raw("\"" + text + "\"");
}

// ---- attention

struct Wrong {
  const Entry* entry;
  bool account;
  std::tuple<int, std::int64_t, std::int64_t, std::int64_t, std::string> order;
};

/// What lies open without anybody having to act.
bool stands(Kind kind) {
  for (const Kind one : {Kind::holding, Kind::contract, Kind::fact, Kind::note, Kind::outcome,
                         Kind::decision, Kind::release})
    if (kind == one) return true;
  return false;
}

/// hold, overdue promise, case, disputed or overdue invoice, late order, defect, rest.
int rank(const Entry& entry, std::int64_t as_of) {
  const Kind kind = entry.kind();
  const bool overdue = entry.overdue(as_of);
  const bool contested = entry.trouble() == Trouble::disputed || entry.trouble() == Trouble::wrong;
  if (kind == Kind::hold) return 0;
  if (kind == Kind::promise && overdue) return 1;
  if (kind == Kind::case_) return 2;
  if (kind == Kind::invoice && (overdue || contested)) return 3;
  if ((kind == Kind::order || kind == Kind::shipment) &&
      (overdue || entry.trouble() == Trouble::late))
    return 4;
  return kind == Kind::defect || kind == Kind::release ? 5 : 6;
}

std::string attention_text(const Entry& entry, std::int64_t as_of) {
  std::string text(index::word(entry.kind()));
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  text += " " + entry.now.key;
  const std::string named = text;
  const auto day = [](std::int64_t at) { return index::to_rfc3339(UnixMillis{at}).substr(0, 10); };
  if (entry.overdue(as_of)) {
    const bool delivery = entry.kind() == Kind::order || entry.kind() == Kind::shipment ||
                          entry.kind() == Kind::return_;
    text += (delivery ? " is late since " : " is overdue since ") + day(*entry.now.due_at);
  } else if (entry.trouble() != Trouble::none) {
    text += entry.trouble() == Trouble::defect ? " is defective"
                                               : " is " + std::string(index::word(entry.trouble()));
  } else {
    text += (entry.kind() == Kind::release ? " fixes what was reported, out since "
                                           : " is open since ") +
            day(entry.at);
  }
  if (!entry.now.status.empty()) text += " (" + entry.now.status + ")";
  const std::string about = plain_gist(entry);
  if (!about.empty() && about != named) text += ": " + about;
  return text;
}

/// Has somebody told the customer of this fix since it came out? Of 32 newest contacts.
bool told_of(const Entry& release, const std::vector<Entry>& own, std::int64_t as_of) {
  std::set<std::string> about(release.now.links.begin(), release.now.links.end());
  about.insert(release.id);
  int looked_at = 0;
  for (const Entry& one : own) {
    if (&one == &release || looked_at == 32) return false;
    const bool spoken = one.kind() == Kind::interaction || one.kind() == Kind::case_ ||
                        one.kind() == Kind::message || one.kind() == Kind::visit;
    if (!one.exists(as_of) || one.direction() != Direction::outbound || !spoken) continue;
    ++looked_at;
    if (!release.now.topic.empty() && one.now.topic == release.now.topic) return true;
    for (const std::string& link : one.now.links)
      if (about.contains(link)) return true;
  }
  return false;
}

/// Releases of the last thirty days that he was not told of, the newest ten.
std::set<std::string> fixes_to_tell(const std::vector<Entry>& own, std::int64_t as_of) {
  std::set<std::string> out;
  for (const Entry& entry : own)
    if (entry.kind() == Kind::release && entry.exists(as_of) &&
        entry.at > as_of - std::int64_t{30} * 86'400'000 && out.size() < 10 &&
        !told_of(entry, own, as_of))
      out.insert(entry.id);
  return out;
}

void write_attention(JsonWriter& out, const std::vector<Entry>& own,
                     const std::vector<Entry>& accounts, std::int64_t as_of) {
  std::vector<Wrong> all;
  const std::set<std::string> fixes = fixes_to_tell(own, as_of);
  for (const bool account : {false, true})
    for (const Entry& entry : account ? accounts : own) {
      const bool fix = !account && fixes.contains(entry.id);
      if (!fix && (!entry.open(as_of) || stands(entry.kind()))) continue;
      const std::int64_t priority = entry.now.priority.value_or(0);
      all.push_back({&entry,
                     account,
                     {rank(entry, as_of), entry.overdue(as_of) ? *entry.now.due_at : INT64_MAX,
                      priority == 0 ? kNoPriority : priority, entry.at, entry.id}});
    }
  std::stable_sort(all.begin(), all.end(),
                   [](const Wrong& a, const Wrong& b) { return a.order < b.order; });
  if (all.size() > 100) all.resize(100);
  out.begin_array();
  for (const Wrong& one : all) {
    const Entry& entry = *one.entry;
    out.begin_object().key("kind").string(index::word(entry.kind()));
    write_text(out, "department", entry.department);
    out.key("entry").string(entry.id);
    out.key("since").time(UnixMillis{entry.at});
    write_time(out, "due_at", entry.now.due_at);
    if (entry.overdue(as_of)) out.key("overdue").boolean(true);
    write_text(out, "status", entry.now.status);
    out.key("state_type").string(index::word(entry.state()));
    if (entry.now.priority.value_or(0) != 0) out.key("priority").integer(*entry.now.priority);
    if (entry.trouble() != Trouble::none) out.key("trouble").string(index::word(entry.trouble()));
    if (one.account) out.key("account").boolean(true);
    out.key("text").string(attention_text(entry, as_of)).end_object();
  }
  out.end_array();
}

// ---- lists of entries

void write_promises(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  std::vector<const Entry*> list;
  for (const bool open : {true, false})
    for (const Entry& entry : entries)
      if (entry.kind() == Kind::promise && entry.exists(as_of) && entry.open(as_of) == open)
        list.push_back(&entry);
  if (list.size() > 10) list.resize(10);
  out.begin_array();
  for (const Entry* entry : list) {
    out.begin_object().key("entry").string(entry->id);
    write_text(out, "department", entry->department);
    out.key("at").time(UnixMillis{entry->at});
    write_time(out, "due_at", entry->now.due_at);
    write_time(out, "closed_at", entry->closed_at);
    write_text(out, "status", entry->now.status);
    out.key("state_type").string(index::word(entry->state()));
    write_text(out, "assignee", entry->now.assignee);
    write_escaped(out, "text", gist(*entry));
    out.end_object();
  }
  out.end_array();
}

void write_now_with(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  int left = 10;
  out.begin_array();
  for (const Entry& entry : entries) {
    if (!entry.exists(as_of) || !entry.open(as_of)) continue;
    const bool over = entry.now.due_at.has_value() && *entry.now.due_at <= as_of;
    const bool claim = entry.kind() == Kind::decision && !over;
    if (!claim && (entry.kind() != Kind::task || entry.now.reason != "handoff")) continue;
    if (left-- == 0) break;
    out.begin_object().key("what").string(claim ? "claim" : "handoff");
    out.key("entry").string(entry.id);
    write_text(out, "department", entry.department);
    write_text(out, "topic", entry.now.topic);
    write_text(out, "with", claim ? entry.now.actor : entry.now.assignee);
    out.key("since").time(UnixMillis{entry.at});
    write_time(out, "until", entry.now.due_at);
    out.end_object();
  }
  out.end_array();
}

void write_last_contacts(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  int left = 5;
  out.begin_array();
  for (const Entry& entry : entries) {
    const Kind kind = entry.kind();
    const bool spoken = kind == Kind::interaction || kind == Kind::case_ || kind == Kind::message;
    const bool contact = kind == Kind::visit || (spoken && entry.direction() != Direction::none);
    if (!entry.exists(as_of) || !contact || left-- <= 0) continue;
    out.begin_object().key("entry").string(entry.id);
    write_text(out, "department", entry.department);
    write_text(out, "channel", entry.now.channel);
    if (entry.direction() != Direction::none)
      out.key("direction").string(index::word(entry.direction()));
    out.key("at").time(UnixMillis{entry.at});
    write_text(out, "actor", entry.now.actor);
    write_escaped(out, "text", gist(entry));
    out.end_object();
  }
  out.end_array();
}

void write_told_us(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  int left = 20;
  out.begin_array();
  for (const Entry& entry : entries) {
    if (entry.kind() != Kind::fact || !entry.exists(as_of) || left-- <= 0) continue;
    out.begin_object();
    write_text(out, "fact", entry.now.subject);
    write_text(out, "value", entry.now.text);
    out.key("at").time(UnixMillis{entry.at});
    write_text(out, "department", entry.department);
    write_text(out, "channel", entry.now.channel);
    write_text(out, "heard_by", entry.now.actor);
    out.key("entry").string(entry.id).end_object();
  }
  out.end_array();
}

void write_told_them(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  std::set<std::string> topics;
  out.begin_array();
  for (const Entry& entry : entries) {
    if (!entry.exists(as_of) || entry.direction() != Direction::outbound) continue;
    if (entry.now.topic.empty() || topics.size() == 10) continue;
    if (!topics.insert(entry.now.topic).second) continue;
    out.begin_object().key("topic").string(entry.now.topic);
    out.key("at").time(UnixMillis{entry.at});
    write_text(out, "department", entry.department);
    write_text(out, "channel", entry.now.channel);
    out.key("entry").string(entry.id);
    write_escaped(out, "text", gist(entry));
    out.end_object();
  }
  out.end_array();
}

void write_balances(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> owed;  // currency → sum, invoices
  for (const Entry& entry : entries)
    if (entry.kind() == Kind::invoice && entry.open(as_of) && entry.now.amount_minor.has_value()) {
      owed[entry.now.currency].first += *entry.now.amount_minor;
      ++owed[entry.now.currency].second;
    }
  out.begin_array();
  for (const auto& [currency, sum] : owed)
    out.begin_object()
        .key("currency")
        .string(currency)
        .key("open_minor")
        .integer(sum.first)
        .key("invoices")
        .integer(sum.second)
        .end_object();
  out.end_array();
}

void write_holdings(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  int left = 20;
  out.begin_array();
  for (const Entry& entry : entries) {
    const bool held = entry.kind() == Kind::holding || entry.kind() == Kind::contract;
    if (!held || !entry.open(as_of) || left-- <= 0) continue;
    out.begin_object().key("entry").string(entry.id);
    out.key("kind").string(index::word(entry.kind()));
    write_text(out, "department", entry.department);
    out.key("at").time(UnixMillis{entry.at});
    write_time(out, "due_at", entry.now.due_at);
    write_text(out, "status", entry.now.status);
    if (entry.now.amount_minor.has_value())
      out.key("amount_minor")
          .integer(*entry.now.amount_minor)
          .key("currency")
          .string(entry.now.currency);
    write_escaped(out, "text", gist(entry));
    out.end_object();
  }
  out.end_array();
}

void write_open(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  out.begin_object();
  for (int kind = 0; kind < index::kKindCount; ++kind) {
    const auto open = std::count_if(entries.begin(), entries.end(), [&](const Entry& entry) {
      return entry.now.kind == kind && entry.open(as_of);
    });
    if (open > 0) out.key(index::word(static_cast<Kind>(kind))).integer(open);
  }
  out.end_object();
}

void write_departments(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of) {
  std::map<std::string, std::array<std::int64_t, 3>> by_name;  // entries, open, last_at
  for (const Entry& entry : entries) {
    if (!entry.exists(as_of)) continue;
    const auto [one, fresh] =
        by_name.emplace(entry.department, std::array<std::int64_t, 3>{0, 0, entry.at});
    ++one->second[0];
    if (entry.open(as_of)) ++one->second[1];
    one->second[2] = std::max(one->second[2], entry.at);
  }
  out.begin_array();
  for (const auto& [name, one] : by_name)
    out.begin_object()
        .key("department")
        .string(name)
        .key("entries")
        .integer(one[0])
        .key("open")
        .integer(one[1])
        .key("last_at")
        .time(UnixMillis{one[2]})
        .end_object();
  out.end_array();
}

// ---- timeline

void write_list(JsonWriter& out, const char* name, const std::vector<std::string>& list) {
  out.key(name).begin_array();
  for (const std::string& one : list) out.string(one);
  out.end_array();
}

void write_attached(JsonWriter& out, const index::wire::EntryT& now) {
  out.key("attachments").begin_array();
  for (const auto& one : now.attachments) {
    out.begin_object();
    write_text(out, "name", one->name);
    write_text(out, "type", one->type);
    out.key("bytes").unsigned_integer(one->bytes);
    write_text(out, "url", one->url);
    out.end_object();
  }
  out.end_array().key("attributes").begin_object();
  for (const auto& one : now.attributes) {
    out.key_escaped(one->name);
    if (one->type == AttributeType::text) out.string(one->text);
    if (one->type == AttributeType::boolean) out.boolean(one->integer != 0);
    if (one->type == AttributeType::integer) out.integer(one->integer);
    if (one->type == AttributeType::real) out.number(one->real);
    if (one->type == AttributeType::timestamp) out.time(UnixMillis{one->integer});
  }
  out.end_object();
}

void write_entry(JsonWriter& out, const Entry& entry) {
  const index::wire::EntryT& now = entry.now;
  out.begin_object().key("entry").string(entry.id).key("source").string(entry.source);
  out.key("kind").string(index::word(entry.kind()));
  write_text(out, "department", entry.department);
  out.key("at").time(UnixMillis{entry.at});
  write_time(out, "due_at", now.due_at);
  write_time(out, "closed_at", entry.closed_at);
  write_text(out, "status", now.status);
  if (now.state_type.has_value()) out.key("state_type").string(index::word(entry.state()));
  if (now.priority.has_value()) out.key("priority").integer(*now.priority);
  if (entry.trouble() != Trouble::none) out.key("trouble").string(index::word(entry.trouble()));
  write_text(out, "channel", now.channel);
  if (entry.direction() != Direction::none)
    out.key("direction").string(index::word(entry.direction()));
  if (entry.purpose() != index::Purpose::none)
    out.key("purpose").string(index::word(entry.purpose()));
  write_text(out, "topic", now.topic);
  write_text(out, "reason", now.reason);
  if (now.requested.has_value()) out.key("requested").boolean(*now.requested);
  write_text(out, "subject", now.subject);
  write_text(out, "text", now.text);
  write_text(out, "language", now.language);
  if (now.amount_minor.has_value())
    out.key("amount_minor").integer(*now.amount_minor).key("currency").string(now.currency);
  write_text(out, "actor", now.actor);
  write_text(out, "assignee", now.assignee);
  write_text(out, "queue", now.queue);
  write_list(out, "participants", now.participants);
  write_text(out, "brand", now.brand);
  write_text(out, "account", now.account);
  write_text(out, "url", now.url);
  if (now.is_public.has_value()) out.key("public").boolean(*now.is_public);
  if (now.visibility.value_or(0) != 0)
    out.key("visibility").string(index::word(static_cast<index::Visibility>(*now.visibility)));
  write_list(out, "links", now.links);
  write_attached(out, now);
  out.end_object();
}

void write_timeline(JsonWriter& out, const std::vector<Entry>& entries, std::int64_t as_of,
                    std::uint32_t limit, EventSeq revision) {
  std::uint64_t total = 0;
  out.begin_object().key("entries").begin_array();
  for (const Entry& entry : entries) {
    if (!entry.exists(as_of) || entry.kind() == Kind::decision) continue;
    if (total++ < limit) write_entry(out, entry);
  }
  out.end_array().key("total").unsigned_integer(total);
  if (total > limit)
    out.key("next_cursor").string(std::to_string(revision) + "." + std::to_string(limit));
  out.end_object();
}

}  // namespace

EventSeq answer_revision(const Book& book, const Person& person, std::int64_t as_of) {
  EventSeq revision = revision_of(book, person);
  for (const Person* account : accounts_of(book, person, as_of))
    revision = std::max(revision, revision_of(book, *account));
  for (const Person* sharer : sharers_of(book, person))
    revision = std::max(revision, revision_of(book, *sharer));
  return revision;
}

std::string facts_json(const Book& book, const Person& person, std::int64_t as_of,
                       std::uint32_t limit) {
  const std::vector<Entry> entries = entries_of(book, person);
  std::vector<Entry> of_accounts;
  for (const Person* account : accounts_of(book, person, as_of))
    for (Entry& entry : entries_of(book, *account)) of_accounts.push_back(std::move(entry));
  const EventSeq revision = answer_revision(book, person, as_of);
  index::Buffer buffer;
  JsonWriter out(buffer);
  out.begin_object();
  out.key("customer_id").id(person.id);
  out.key("as_of").time(UnixMillis{as_of});
  out.key("revision").unsigned_integer(revision);
  out.key("matched").raw(R"({"strength":"id","shared_with":0})");
  write_profile(out.key("profile"), person);
  write_accounts(out.key("accounts"), book, person, as_of);
  write_attention(out.key("attention"), entries, of_accounts, as_of);
  write_now_with(out.key("now_with"), entries, as_of);
  write_promises(out.key("promises"), entries, as_of);
  write_last_contacts(out.key("last_contacts"), entries, as_of);
  write_told_us(out.key("told_us"), entries, as_of);
  write_told_them(out.key("told_them"), entries, as_of);
  write_balances(out.key("balances"), entries, as_of);
  write_holdings(out.key("holdings"), entries, as_of);
  write_preferences(out.key("preferences"), person);
  write_consents(out.key("consents"), person, as_of);
  const std::string owner = current_text(person, "attributes.owner_of_record");
  out.key("owner_of_record");
  if (owner.empty())
    out.null();
  else
    out.string(owner);
  write_open(out.key("open"), entries, as_of);
  write_departments(out.key("departments"), entries, as_of);
  write_conflicts(out.key("conflicts"), person);
  write_identities(out.key("identities"), book, person);
  out.key("merged_from").begin_array();
  for (const CustomerId id : person.merged_from) out.id(id);
  out.end_array();
  write_timeline(out.key("timeline"), entries, as_of, limit, revision);
  out.end_object();
  return std::string(buffer.view());
}

}  // namespace concord::oracle
