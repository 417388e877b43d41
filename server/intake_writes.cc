#include "server/intake_writes.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/base/limits.h"
#include "index/log/event_json.h"
#include "index/log/event_log.h"
#include "index/snapshot/attention.h"
#include "index/sources.h"

namespace concord::server {
namespace {

using index::JsonValue;
using index::Kind;
using index::StateType;
using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 6> kWords{"promises", "facts",    "notes",
                                                 "tasks",    "handoffs", "grants"};

// Members of an entry, in the words of a native event.
constexpr std::array<std::string_view, 22> kOpenMembers{
    "key",      "at",       "due_at",   "closed_at", "status",       "state_type",
    "priority", "channel",  "topic",    "reason",    "requested",    "subject",
    "text",     "language", "assignee", "queue",     "participants", "brand",
    "account",  "url",      "links",    "attributes"};
constexpr std::array<std::string_view, 17> kNoteMembers{
    "key",     "at",      "status",     "channel",  "direction",    "topic",
    "reason",  "subject", "text",       "language", "participants", "brand",
    "account", "url",     "visibility", "links",    "attributes"};
constexpr std::array<std::string_view, 10> kHandoffMembers{
    "key",     "due_at", "status", "state_type", "priority",
    "channel", "topic",  "text",   "links",      "attributes"};
constexpr std::array<std::string_view, 9> kGrantMembers{"amount_minor", "currency", "reason",
                                                        "subject",      "text",     "channel",
                                                        "brand",        "links",    "attributes"};
// Members of our own.
constexpr std::array<std::string_view, 3> kCommon{"id", "actor", "department"};
constexpr std::array<std::string_view, 6> kOfFact{"id",   "actor", "department",
                                                  "name", "value", "channel"};
constexpr std::array<std::string_view, 5> kOfHandoff{"id", "actor", "department", "to",
                                                     "to_department"};
constexpr std::array<std::string_view, 5> kOfGrant{"id", "actor", "department", "grade",
                                                   "expected_left"};

struct Form {
  Names entry;
  Names own;
};
Form form_of(WriteKind kind) {
  switch (kind) {
    case WriteKind::promises:
    case WriteKind::tasks: return {kOpenMembers, kCommon};
    case WriteKind::facts: return {{}, kOfFact};
    case WriteKind::notes: return {kNoteMembers, kCommon};
    case WriteKind::handoffs: return {kHandoffMembers, kOfHandoff};
    case WriteKind::grants: return {kGrantMembers, kOfGrant};
  }
  return {};
}

// A text of our own members; its bound is check_event's matter, but for those it never sees.
std::string text_of(JsonValue body, std::string_view name, bool required, Faults& faults) {
  const std::string place = "/" + std::string(name);
  const auto value = body.find(name);
  if (!value) {
    if (required) faults.add(place, "is missing");
    return {};
  }
  const auto text = value->as_string();
  if (!text || text->empty())
    faults.add(place, "must be a string, not empty");
  else if (text->size() > index::kTextBytesMax ||
           (name != "value" && text->size() > index::kWordBytesMax))
    faults.add(place, "is too long");
  return std::string(text.value_or(std::string_view{}));
}

void read_fact(JsonValue body, Write& out, Faults& faults) {
  out.entry.key = text_of(body, "name", true, faults);
  out.entry.text = text_of(body, "value", true, faults);
  out.entry.channel = text_of(body, "channel", false, faults);
}

void read_handoff(JsonValue body, const scoring::Policy& policy, Write& out, Faults& faults) {
  out.owner = text_of(body, "to", false, faults);
  out.owner_department = text_of(body, "to_department", false, faults);
  if (!out.owner_department.empty() && !policy.has_department(out.owner_department))
    faults.add("/to_department",
               "is not a department of the policy; these are: " + policy.department_list());
}

void read_grant(JsonValue body, Write& out, Faults& faults) {
  out.grade = text_of(body, "grade", true, faults);
  const auto expected = body.find("expected_left");
  if (!expected)
    faults.add("/expected_left",
               "is missing: say the left_minor you read in authority[], so that nobody spends "
               "what somebody else has granted meanwhile");
  else if (const auto left = expected->as_int64(); left && *left >= 0)
    out.expected_left = *left;
  else
    faults.add("/expected_left", "must be a whole number from 0 (minor units)");
  if (!out.entry.amount_minor.has_value())
    faults.add("/amount_minor", "is missing");
  else if (*out.entry.amount_minor <= 0)
    faults.add("/amount_minor", "must be greater than 0");
  if (out.entry.currency.empty()) faults.add("/currency", "is missing");
}

}  // namespace

std::string_view word(WriteKind kind) { return kWords[static_cast<std::size_t>(kind)]; }

std::optional<WriteKind> write_kind(std::string_view segment) {
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (kWords[i] == segment) return static_cast<WriteKind>(i);
  return std::nullopt;
}

Kind entry_kind(WriteKind kind) {
  switch (kind) {
    case WriteKind::promises: return Kind::promise;
    case WriteKind::facts: return Kind::fact;
    case WriteKind::notes: return Kind::note;
    case WriteKind::tasks:
    case WriteKind::handoffs: return Kind::task;
    case WriteKind::grants: return Kind::credit;
  }
  return Kind::note;
}

Write read_write(WriteKind kind, JsonValue body, const scoring::Policy& policy,
                 std::string_view actor, Faults& faults) {
  Write out;
  out.kind = kind;
  const Form form = form_of(kind);
  if (auto read = index::read_entry_members(body, form.entry, form.own, out.entry); !read)
    faults.add(read.error().place, read.error().detail);
  out.entry.kind = static_cast<std::uint8_t>(entry_kind(kind));
  out.id = text_of(body, "id", false, faults);
  out.actor = text_of(body, "actor", actor.empty(), faults);
  if (out.actor.empty()) out.actor = actor;
  out.department = text_of(body, "department", true, faults);
  if (!out.department.empty() && !policy.has_department(out.department))
    faults.add("/department",
               "is not a department of the policy; these are: " + policy.department_list());
  if (kind == WriteKind::facts) read_fact(body, out, faults);
  if (kind == WriteKind::handoffs) read_handoff(body, policy, out, faults);
  if (kind == WriteKind::grants) read_grant(body, out, faults);
  return out;
}

void check_first(const Write& write, Faults& faults) {
  const index::wire::EntryT& entry = write.entry;
  const bool says_nothing = entry.text.empty() && entry.subject.empty();
  switch (write.kind) {
    case WriteKind::promises:
      if (says_nothing) faults.add("/text", "is missing: what was promised?");
      if (!entry.due_at.has_value()) faults.add("/due_at", "is missing: until when?");
      return;
    case WriteKind::tasks:
      if (says_nothing) faults.add("/text", "is missing: what is to be done?");
      return;
    case WriteKind::notes:
      if (says_nothing) faults.add("/text", "is missing");
      return;
    case WriteKind::handoffs:
      if (write.owner.empty()) faults.add("/to", "is missing: who takes over?");
      return;
    case WriteKind::facts:
    case WriteKind::grants: return;
  }
}

WriteName name_of(const Write& write, std::string_view client, std::string_view key,
                  std::string_view customer_key, std::string_view body) {
  WriteName name;
  std::string all;
  // Lengths first: no two lists of texts look alike.
  for (const std::string_view part : {client, word(write.kind), key})
    all.append(std::to_string(part.size())).append(":").append(part);
  const index::Hash128 hash = key.empty() ? index::random_128() : index::blake2b_128(all);
  name.id = "write/" + std::string(word(write.kind)) + "/" + to_hex(hash);
  all.assign(std::to_string(customer_key.size())).append(":").append(customer_key);
  name.content = index::blake2b_128(all.append(body));
  return name;
}

std::string own_key(const WriteName& name) { return name.id.substr(name.id.rfind('/') + 1, 20); }

namespace {

using index::EventDraft;
using index::EventType;

EventDraft draft_of(const Write& write, std::string id, const std::string& identity,
                    index::UnixMillis now, EventType type) {
  EventDraft draft;
  draft.id = std::move(id);
  draft.source = index::kOwnSource;
  draft.department = write.department;
  draft.at = now.ms;
  draft.customer = {identity};
  draft.type = static_cast<std::uint8_t>(type);
  return draft;
}

void set_state(index::wire::EntryT& entry, StateType state) {
  entry.state_type = static_cast<std::uint8_t>(state);
}

bool is_closed(const index::wire::EntryT& entry) {
  if (!entry.state_type.has_value()) return false;
  const auto state = static_cast<StateType>(*entry.state_type);
  return state == StateType::solved || state == StateType::closed;
}

// What goes without saying.
void complete(const Write& write, index::UnixMillis now, index::wire::EntryT& entry) {
  const bool first = !write.known;
  entry.actor = write.actor;
  const bool opens = write.kind == WriteKind::promises || write.kind == WriteKind::tasks ||
                     write.kind == WriteKind::handoffs;
  if (opens && first && !entry.state_type.has_value()) set_state(entry, StateType::open);
  if (opens && is_closed(entry) && !entry.closed_at.has_value()) entry.closed_at = now.ms;
  if (write.kind == WriteKind::promises && first && entry.assignee.empty())
    entry.assignee = write.actor;
  if (write.kind == WriteKind::handoffs) {
    entry.reason = index::kHandoffReason;
    if (!write.owner.empty()) {
      entry.assignee = write.owner;
      entry.queue = write.owner_department.empty() ? write.department : write.owner_department;
      entry.subject = "Handed over to " + write.owner;
    }
  }
  if (write.kind == WriteKind::grants) {
    entry.status = "granted";
    set_state(entry, StateType::closed);
    entry.closed_at = now.ms;
    auto grade = std::make_unique<index::wire::AttributeT>();
    grade->name = "grade";
    grade->type = index::wire::AttributeType::text;
    grade->text = write.grade;
    std::erase_if(entry.attributes, [](const auto& one) { return one->name == "grade"; });
    entry.attributes.push_back(std::move(grade));
  }
}

EventDraft owner_draft(const Write& write, const WriteName& name, const std::string& identity,
                       index::UnixMillis now) {
  EventDraft draft = draft_of(write, name.id + "/owner", identity, now, EventType::profile);
  draft.profile = std::make_unique<index::wire::ProfileT>();
  auto owner = std::make_unique<index::wire::AttributeT>();
  owner->name = "owner_of_record";
  owner->type = index::wire::AttributeType::text;
  owner->text = write.owner;
  draft.profile->attributes.push_back(std::move(owner));
  return draft;
}

EventDraft move_draft(const Write& write, const WriteName& name, const std::string& identity,
                      index::UnixMillis now, const Owned& owned) {
  const std::string which = std::string(index::word(owned.kind)) + "/" + owned.key;
  EventDraft draft = draft_of(write, name.id + "/" + to_hex(index::hash128(which)), identity, now,
                              EventType::entry);
  draft.department.clear();  // it stays where it is
  draft.entry = std::make_unique<index::wire::EntryT>();
  draft.entry->kind = static_cast<std::uint8_t>(owned.kind);
  draft.entry->key = owned.key;
  if (!owned.over) {
    draft.entry->assignee = write.owner;
    return draft;
  }
  draft.entry->status = "superseded";
  set_state(*draft.entry, StateType::closed);
  draft.entry->closed_at = now.ms;
  return draft;
}

}  // namespace

std::vector<EventDraft> drafts_of(const Write& write, const WriteName& name,
                                  const std::string& identity, index::UnixMillis now,
                                  const std::vector<Owned>& moves) {
  std::vector<EventDraft> out;
  if (write.kind == WriteKind::facts) {
    out.push_back(draft_of(write, name.id, identity, now, EventType::fact));
    auto fact = std::make_unique<index::wire::FactT>();
    fact->name = write.entry.key;
    fact->value = write.entry.text;
    fact->channel = write.entry.channel;
    fact->actor = write.actor;
    out.back().fact = std::move(fact);
    return out;
  }
  out.push_back(draft_of(write, name.id, identity, now, EventType::entry));
  out.back().entry = std::make_unique<index::wire::EntryT>(write.entry);
  index::wire::EntryT& entry = *out.back().entry;
  if (entry.key.empty()) entry.key = own_key(name);
  complete(write, now, entry);
  if (!write.owner_department.empty()) out.back().department = write.owner_department;
  if (write.known) out.back().department.clear();  // it stays whose it is
  if (write.kind != WriteKind::handoffs || write.owner.empty()) return out;
  out.push_back(owner_draft(write, name, identity, now));
  for (const Owned& one : moves) out.push_back(move_draft(write, name, identity, now, one));
  return out;
}

}  // namespace concord::server
