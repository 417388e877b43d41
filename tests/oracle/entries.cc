#include "tests/oracle/entries.h"

#include <algorithm>
#include <map>
#include <set>

namespace concord::oracle {
namespace {

using index::EventType;
using index::Kind;
using index::wire::EntryT;
using F = index::wire::EntryField;

/// One event's words about one entry, facts and outcomes brought to the same form.
struct Statement {
  std::int64_t at = 0;
  EventSeq seq = 0;
  std::string id, source, department;
  EntryT entry;
  bool withdraws = false;
};

std::optional<Statement> statement_of(const Said& said) {
  const EventDraft& event = *said.event;
  if (said.introduces) return std::nullopt;
  Statement out;
  out.at = event.at;
  out.seq = said.seq;
  out.source = event.source;
  out.department = event.department;
  switch (static_cast<EventType>(event.type)) {
    case EventType::retract: out.withdraws = true; [[fallthrough]];
    case EventType::entry: out.entry = *event.entry; break;
    case EventType::fact:
      out.entry.kind = static_cast<std::uint8_t>(Kind::fact);
      out.entry.key = out.entry.subject = event.fact->name;
      out.entry.text = event.fact->value;
      out.entry.channel = event.fact->channel;
      out.entry.actor = event.fact->actor;
      out.entry.at = event.at;
      break;
    case EventType::outcome:
      out.entry.kind = static_cast<std::uint8_t>(Kind::outcome);
      out.entry.key = event.id;
      out.entry.status = event.outcome->outcome;
      out.entry.topic = event.outcome->action;
      out.entry.reason = event.outcome->decision;
      out.entry.channel = event.outcome->channel;
      out.entry.actor = event.outcome->actor;
      break;
    default: return std::nullopt;
  }
  out.id = out.source + "/" + std::string(index::word(static_cast<Kind>(out.entry.kind))) + "/" +
           out.entry.key;
  return out;
}

/// Says the statement anything about a field? What it says takes the place of what was there; null
/// clears. Absent keeps.
class Words {
 public:
  explicit Words(const Statement& statement) : said_(statement) {}

  void text(F field, const std::string& said, std::string& now) {
    if (!said.empty())
      now = said;
    else if (clears(field))
      now.clear();
  }
  template <typename T>
  void value(F field, const T& said, T& now) {
    if (said.has_value())
      now = said;
    else if (clears(field))
      now = T{};
  }
  template <typename T>
  void list(F field, const std::vector<T>& said, std::vector<T>& now) {
    if (!said.empty())
      now = said;
    else if (clears(field))
      now.clear();
  }
  [[nodiscard]] bool clears(F field) const {
    const auto& cleared = said_.entry.cleared;
    return std::find(cleared.begin(), cleared.end(), field) != cleared.end();
  }

 private:
  const Statement& said_;
};

using Attributes = std::map<std::string, index::wire::AttributeT>;

void apply_attributes(const EntryT& said, Attributes& now) {
  for (const std::string& name : said.cleared_attributes) now.erase(name);
  std::set<std::string> done;  // of two values in one event the first counts
  for (const auto& one : said.attributes)
    if (done.insert(one->name).second) now[one->name] = *one;
}

void apply_values(Words& words, const EntryT& said, EntryT& now) {
  words.value(F::at, said.at, now.at);
  words.value(F::due_at, said.due_at, now.due_at);
  words.value(F::closed_at, said.closed_at, now.closed_at);
  words.value(F::state_type, said.state_type, now.state_type);
  words.value(F::priority, said.priority, now.priority);
  words.value(F::trouble, said.trouble, now.trouble);
  words.value(F::direction, said.direction, now.direction);
  words.value(F::purpose, said.purpose, now.purpose);
  words.value(F::requested, said.requested, now.requested);
  words.value(F::is_public, said.is_public, now.is_public);
  words.value(F::visibility, said.visibility, now.visibility);
  if (said.amount_minor.has_value() || words.clears(F::amount)) {
    now.amount_minor = said.amount_minor;
    now.currency = said.amount_minor.has_value() ? said.currency : "";
  }
}

void apply_texts(Words& words, const EntryT& said, EntryT& now) {
  words.text(F::status, said.status, now.status);
  words.text(F::channel, said.channel, now.channel);
  words.text(F::topic, said.topic, now.topic);
  words.text(F::reason, said.reason, now.reason);
  words.text(F::subject, said.subject, now.subject);
  words.text(F::text, said.text, now.text);
  words.text(F::language, said.language, now.language);
  words.text(F::actor, said.actor, now.actor);
  words.text(F::assignee, said.assignee, now.assignee);
  words.text(F::queue, said.queue, now.queue);
  words.text(F::brand, said.brand, now.brand);
  words.text(F::account, said.account, now.account);
  words.text(F::url, said.url, now.url);
  words.list(F::participants, said.participants, now.participants);
  words.list(F::links, said.links, now.links);
  if (!said.attachments.empty() || words.clears(F::attachments)) {
    now.attachments.clear();
    for (const auto& one : said.attachments)
      now.attachments.push_back(std::make_unique<index::wire::AttachmentT>(*one));
  }
}

/// All statements about one entry, told in the order of their own times.
Entry entry_from(std::vector<Statement> statements) {
  std::sort(statements.begin(), statements.end(), [](const Statement& a, const Statement& b) {
    return std::pair(a.at, a.seq) < std::pair(b.at, b.seq);
  });
  Entry out;
  out.id = statements.front().id;
  out.source = statements.front().source;
  out.now.kind = statements.front().entry.kind;
  out.now.key = statements.front().entry.key;
  Attributes attributes;
  std::optional<std::int64_t> first_at;
  std::size_t state_said = 0;  // number of the statement, from 1
  std::size_t closed_said = 0;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const Statement& one = statements[i];
    out.withdrawn = one.withdraws;  // by the last word
    if (one.withdraws) continue;
    if (!first_at) first_at = one.at;
    out.set_at = one.at;
    Words words(one);
    words.text(F::department, one.department, out.department);
    apply_values(words, one.entry, out.now);
    apply_texts(words, one.entry, out.now);
    apply_attributes(one.entry, attributes);
    if (one.entry.state_type.has_value() || words.clears(F::state_type)) state_said = i + 1;
    if (one.entry.closed_at.has_value() || words.clears(F::closed_at)) closed_said = i + 1;
  }
  for (const auto& [name, value] : attributes)
    out.now.attributes.push_back(std::make_unique<index::wire::AttributeT>(value));
  out.at = out.now.at.has_value() ? *out.now.at : first_at.value_or(0);
  const bool reopened = index::is_open(out.state()) && state_said > closed_said;
  if (out.now.closed_at.has_value() && !reopened) out.closed_at = *out.now.closed_at;
  return out;
}

std::map<std::string, Entry> entries_by_id(const std::vector<Said>& said) {
  std::map<std::string, std::vector<Statement>> statements;
  for (const Said& one : said)
    if (auto statement = statement_of(one)) {
      const std::string id = statement->id;
      statements[id].push_back(std::move(*statement));
    }
  std::map<std::string, Entry> out;
  for (auto& [id, all] : statements) out.emplace(id, entry_from(std::move(all)));
  return out;
}

/// A fix concerns him when one of its links names a defect that he reported or that an entry of his
/// links to. A release he was told of by name is his own record.
std::vector<Said> awaited(const Book& book, const std::map<std::string, Entry>& own) {
  std::set<std::string> defects;
  for (const auto& [id, entry] : own) {
    if (entry.withdrawn) continue;
    if (entry.kind() == Kind::defect) defects.insert(id);
    if (entry.kind() == Kind::release) continue;
    for (const std::string& link : entry.now.links)
      if (link.find("/defect/") != std::string::npos) defects.insert(link);
  }
  std::vector<Said> out;
  for (const Said& release : book.releases()) {
    const auto& links = release.event->entry->links;
    if (std::any_of(links.begin(), links.end(), [&](const auto& l) { return defects.count(l); }) &&
        !own.count(release.event->source + "/release/" + release.event->entry->key))
      out.push_back(release);
  }
  return out;
}

}  // namespace

bool Entry::open(std::int64_t as_of) const {
  if (at > as_of) return false;
  if (closed_at.has_value()) return *closed_at > as_of;
  return index::is_open(state());
}

std::vector<Said> awaited_releases(const Book& book, const Person& person) {
  return awaited(book, entries_by_id(person.said));
}

std::vector<Entry> entries_of(const Book& book, const Person& person) {
  std::map<std::string, Entry> all = entries_by_id(person.said);
  for (auto& [id, entry] : entries_by_id(awaited(book, all))) all.emplace(id, std::move(entry));
  std::vector<Entry> out;
  for (auto& [id, entry] : all)
    if (!entry.withdrawn) out.push_back(std::move(entry));
  std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) {
    return a.at != b.at ? a.at > b.at : a.id < b.id;
  });
  return out;
}

EventSeq revision_of(const Book& book, const Person& person) {
  EventSeq revision = person.revision;
  for (const Said& release : awaited_releases(book, person))
    revision = std::max(revision, release.seq);
  return revision;
}

}  // namespace concord::oracle
