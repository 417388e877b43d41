#include "index/log/event_json.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "index/base/time.h"

namespace concord::index {
namespace {

using wire::AttributeType;
using wire::EntryField;
using wire::ProfileField;

// One value at one place; every reading says whether it fits and, if not, leaves the error.
class Reader {
 public:
  bool wrong(std::string reason) {
    error_ = Error{Code::bad_input, std::move(reason), pointer_};
    return false;
  }
  bool type_wrong(std::string_view wanted, JsonValue value) {
    return wrong("must be " + std::string(wanted) + ", is " + std::string(describe(value.type())));
  }
  [[nodiscard]] const Error& error() const { return error_; }

  bool text(JsonValue value, std::string& out) {
    const auto read = value.as_string();
    if (!read) return type_wrong("a string", value);
    out = *read;
    return true;
  }
  template <typename T>
  bool time(JsonValue value, T& out) {
    const auto read = value.as_string();
    if (!read) return type_wrong("a time (RFC 3339 string)", value);
    const auto time = parse_rfc3339(*read);
    if (!time) return wrong("is not an RFC 3339 time such as 2026-11-22T09:00:00Z");
    out = time->ms;
    return true;
  }
  template <typename T>
  bool boolean(JsonValue value, T& out) {
    const auto read = value.as_bool();
    if (!read) return type_wrong("true or false", value);
    out = *read;
    return true;
  }
  bool count(JsonValue value, std::uint64_t& out) {
    const auto read = value.as_uint64();
    if (!read) return type_wrong("a whole number from 0", value);
    out = *read;
    return true;
  }
  template <typename Word, typename T>
  bool word_of(JsonValue value, T& out) {
    const auto read = value.as_string();
    if (!read) return type_wrong("a string", value);
    const auto found = from_word<Word>(*read);
    if (!found) {
      std::string all;
      for (const std::string_view one : words<Word>())
        all += (all.empty() ? "" : ", ") + std::string(one);
      return wrong("is \"" + std::string(*read) + "\", must be one of " + all);
    }
    out = static_cast<std::uint8_t>(*found);
    return true;
  }
  bool texts(JsonValue value, std::vector<std::string>& out) {
    if (!value.is(JsonType::array)) return type_wrong("an array of strings", value);
    for (const JsonValue one : value.elements()) {
      const Step step(*this, out.size());
      if (!text(one, out.emplace_back())) return false;
    }
    return true;
  }

  // The pointer is one level longer while a Step lives.
  class Step {
   public:
    Step(Reader& reader, std::string_view name) : reader_(reader), kept_(reader.pointer_.size()) {
      reader.pointer_ = json_pointer(reader.pointer_, name);
    }
    Step(Reader& reader, std::size_t element) : Step(reader, std::to_string(element)) {}
    ~Step() { reader_.pointer_.resize(kept_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Reader& reader_;
    std::size_t kept_;
  };

 private:
  std::string pointer_;
  Error error_;
};

template <typename Table>
struct Member {
  std::string_view name;
  bool (*read)(Reader& reader, JsonValue value, Table& out);
  int cleared = -1;  // what null clears; -1: null is an error
};

// By its row of the table; null clears.
template <typename Table, std::size_t N>
bool read_member(Reader& reader, JsonMember one, const std::array<Member<Table>, N>& members,
                 Table& out) {
  const Reader::Step step(reader, one.name);
  const Member<Table>* found = nullptr;
  for (const Member<Table>& member : members)
    if (member.name == one.name) found = &member;
  if (found == nullptr) return reader.wrong("is not a name known here");
  if (!one.value.is(JsonType::null)) return found->read(reader, one.value, out);
  if (found->cleared < 0) return reader.wrong("cannot be null");
  if constexpr (requires { out.cleared; })
    out.cleared.push_back(static_cast<typename decltype(out.cleared)::value_type>(found->cleared));
  return true;
}

template <typename Table, std::size_t N>
bool read_members(Reader& reader, JsonValue object, const std::array<Member<Table>, N>& members,
                  Table& out) {
  if (!object.is(JsonType::object)) return reader.type_wrong("an object", object);
  for (const JsonMember one : object.members())
    if (!read_member(reader, one, members, out)) return false;
  return true;
}

#define CONCORD_CLEARS(type, field) static_cast<int>(type::field)
#define CONCORD_MEMBER(Table, name, call)                          \
  Member<Table> {                                                  \
#name, [](Reader & r, JsonValue v, Table & o) { return call; } \
  }
#define CONCORD_CLEARED(Table, type, name, call)                                               \
  Member<Table> {                                                                              \
#name, [](Reader & r, JsonValue v, Table & o) { return call; }, CONCORD_CLEARS(type, name) \
  }

bool read_attribute(Reader& r, JsonValue value, wire::AttributeT& out) {
  if (const auto text = value.as_string()) {
    out.type = AttributeType::text;
    out.text = *text;
  } else if (const auto flag = value.as_bool()) {
    out.type = AttributeType::boolean;
    out.integer = *flag ? 1 : 0;
  } else if (const auto integer = value.as_int64()) {
    out.type = AttributeType::integer;
    out.integer = *integer;
  } else if (value.is(JsonType::number)) {
    out.type = AttributeType::real;
    out.real = *value.as_double();
  } else if (value.is(JsonType::object) && value.size() == 1 && value.find("time")) {
    out.type = AttributeType::timestamp;
    return r.time(*value.find("time"), out.integer);
  } else {
    return r.wrong("must be a string, a number, true, false or {\"time\": \"…\"}");
  }
  return true;
}

template <typename Table>
bool read_attributes(Reader& r, JsonValue value, Table& out) {
  if (!value.is(JsonType::object)) return r.type_wrong("an object", value);
  for (const JsonMember one : value.members()) {
    const Reader::Step step(r, one.name);
    if (one.value.is(JsonType::null)) {
      out.cleared_attributes.emplace_back(one.name);
      continue;
    }
    auto attribute = std::make_unique<wire::AttributeT>();
    attribute->name = one.name;
    if (!read_attribute(r, one.value, *attribute)) return false;
    out.attributes.push_back(std::move(attribute));
  }
  return true;
}

bool read_attachments(Reader& reader, JsonValue value, wire::EntryT& out) {
  using wire::AttachmentT;
  static constexpr std::array kMembers{CONCORD_MEMBER(AttachmentT, name, r.text(v, o.name)),
                                       CONCORD_MEMBER(AttachmentT, type, r.text(v, o.type)),
                                       CONCORD_MEMBER(AttachmentT, bytes, r.count(v, o.bytes)),
                                       CONCORD_MEMBER(AttachmentT, url, r.text(v, o.url))};
  if (!value.is(JsonType::array)) return reader.type_wrong("an array of objects", value);
  for (const JsonValue one : value.elements()) {
    const Reader::Step step(reader, out.attachments.size());
    out.attachments.push_back(std::make_unique<AttachmentT>());
    if (!read_members(reader, one, kMembers, *out.attachments.back())) return false;
  }
  return true;
}

bool read_amount(Reader& r, JsonValue value, wire::EntryT& out) {
  const auto read = value.as_int64();
  if (!read) return r.type_wrong("an integer (minor units)", value);
  out.amount_minor = *read;
  return true;
}

bool read_priority(Reader& r, JsonValue value, wire::EntryT& out) {
  const auto read = value.as_int64();
  if (!read) return r.type_wrong("an integer", value);
  if (*read < 1 || *read > 255) return r.wrong("must be from 1 (most urgent) to 255");
  out.priority = static_cast<std::uint8_t>(*read);
  return true;
}

bool read_kind(Reader& r, JsonValue value, wire::EntryT& out) {
  return r.word_of<Kind>(value, out.kind);
}

#define CONCORD_ENTRY(name, call) CONCORD_CLEARED(wire::EntryT, EntryField, name, call)
constexpr std::array kEntryMembers{
    Member<wire::EntryT>{"kind", read_kind},
    CONCORD_MEMBER(wire::EntryT, key, r.text(v, o.key)),
    CONCORD_ENTRY(at, r.time(v, o.at)),
    CONCORD_ENTRY(due_at, r.time(v, o.due_at)),
    CONCORD_ENTRY(closed_at, r.time(v, o.closed_at)),
    CONCORD_ENTRY(status, r.text(v, o.status)),
    CONCORD_ENTRY(state_type, r.word_of<StateType>(v, o.state_type)),
    Member<wire::EntryT>{"priority", read_priority, CONCORD_CLEARS(EntryField, priority)},
    CONCORD_ENTRY(trouble, r.word_of<Trouble>(v, o.trouble)),
    CONCORD_ENTRY(channel, r.text(v, o.channel)),
    CONCORD_ENTRY(direction, r.word_of<Direction>(v, o.direction)),
    CONCORD_ENTRY(purpose, r.word_of<Purpose>(v, o.purpose)),
    CONCORD_ENTRY(topic, r.text(v, o.topic)),
    CONCORD_ENTRY(reason, r.text(v, o.reason)),
    CONCORD_ENTRY(requested, r.boolean(v, o.requested)),
    CONCORD_ENTRY(subject, r.text(v, o.subject)),
    CONCORD_ENTRY(text, r.text(v, o.text)),
    CONCORD_ENTRY(language, r.text(v, o.language)),
    Member<wire::EntryT>{"amount_minor", read_amount, CONCORD_CLEARS(EntryField, amount)},
    CONCORD_MEMBER(wire::EntryT, currency, r.text(v, o.currency)),
    CONCORD_ENTRY(actor, r.text(v, o.actor)),
    CONCORD_ENTRY(assignee, r.text(v, o.assignee)),
    CONCORD_ENTRY(queue, r.text(v, o.queue)),
    CONCORD_ENTRY(participants, r.texts(v, o.participants)),
    CONCORD_ENTRY(brand, r.text(v, o.brand)),
    CONCORD_ENTRY(account, r.text(v, o.account)),
    CONCORD_ENTRY(url, r.text(v, o.url)),
    Member<wire::EntryT>{
        "public", [](Reader& r, JsonValue v, wire::EntryT& o) { return r.boolean(v, o.is_public); },
        CONCORD_CLEARS(EntryField, is_public)},
    CONCORD_ENTRY(visibility, r.word_of<Visibility>(v, o.visibility)),
    CONCORD_ENTRY(links, r.texts(v, o.links)),
    Member<wire::EntryT>{"attachments", read_attachments, CONCORD_CLEARS(EntryField, attachments)},
    Member<wire::EntryT>{"attributes", read_attributes<wire::EntryT>},
};
#undef CONCORD_ENTRY

constexpr std::array kRetractMembers{
    Member<wire::EntryT>{"kind", read_kind},
    CONCORD_MEMBER(wire::EntryT, key, r.text(v, o.key)),
    CONCORD_MEMBER(wire::EntryT, reason, r.text(v, o.retract_reason)),
};

#define CONCORD_PROFILE(name, call) CONCORD_CLEARED(wire::ProfileT, ProfileField, name, call)
constexpr std::array kProfileMembers{
    CONCORD_PROFILE(name, r.text(v, o.name)),
    CONCORD_PROFILE(language, r.text(v, o.language)),
    CONCORD_PROFILE(time_zone, r.text(v, o.time_zone)),
    CONCORD_PROFILE(needs, r.texts(v, o.needs)),
    CONCORD_PROFILE(since, r.time(v, o.since)),
    Member<wire::ProfileT>{"attributes", read_attributes<wire::ProfileT>},
};
#undef CONCORD_PROFILE

constexpr std::array kMembershipMembers{
    CONCORD_MEMBER(wire::MembershipT, account, r.text(v, o.account)),
    CONCORD_MEMBER(wire::MembershipT, account_name, r.text(v, o.account_name)),
    CONCORD_MEMBER(wire::MembershipT, role, r.text(v, o.role)),
    CONCORD_MEMBER(wire::MembershipT, from, r.time(v, o.from)),
    CONCORD_MEMBER(wire::MembershipT, to, r.time(v, o.to)),
};
constexpr std::array kConsentMembers{
    CONCORD_MEMBER(wire::ConsentT, purpose, r.text(v, o.purpose)),
    CONCORD_MEMBER(wire::ConsentT, channel, r.text(v, o.channel)),
    CONCORD_MEMBER(wire::ConsentT, identity, r.text(v, o.identity)),
    CONCORD_MEMBER(wire::ConsentT, brand, r.text(v, o.brand)),
    CONCORD_MEMBER(wire::ConsentT, state, r.word_of<ConsentState>(v, o.state)),
    CONCORD_MEMBER(wire::ConsentT, basis, r.text(v, o.basis)),
    CONCORD_MEMBER(wire::ConsentT, wording, r.text(v, o.wording)),
    CONCORD_MEMBER(wire::ConsentT, evidence, r.text(v, o.evidence)),
    CONCORD_MEMBER(wire::ConsentT, expires_at, r.time(v, o.expires_at)),
};
constexpr std::array kFactMembers{
    CONCORD_MEMBER(wire::FactT, name, r.text(v, o.name)),
    CONCORD_MEMBER(wire::FactT, value, r.text(v, o.value)),
    CONCORD_MEMBER(wire::FactT, channel, r.text(v, o.channel)),
    CONCORD_MEMBER(wire::FactT, actor, r.text(v, o.actor)),
};
constexpr std::array kOutcomeMembers{
    CONCORD_MEMBER(wire::OutcomeT, decision, r.text(v, o.decision)),
    CONCORD_MEMBER(wire::OutcomeT, action, r.text(v, o.action)),
    CONCORD_MEMBER(wire::OutcomeT, outcome, r.text(v, o.outcome)),
    CONCORD_MEMBER(wire::OutcomeT, channel, r.text(v, o.channel)),
    CONCORD_MEMBER(wire::OutcomeT, actor, r.text(v, o.actor)),
};
constexpr std::array kKnowledgeMembers{
    CONCORD_MEMBER(wire::KnowledgeT, key, r.text(v, o.key)),
    CONCORD_MEMBER(wire::KnowledgeT, title, r.text(v, o.title)),
    CONCORD_MEMBER(wire::KnowledgeT, text, r.text(v, o.text)),
    CONCORD_MEMBER(wire::KnowledgeT, language, r.text(v, o.language)),
    CONCORD_MEMBER(wire::KnowledgeT, url, r.text(v, o.url)),
    CONCORD_MEMBER(wire::KnowledgeT, tags, r.texts(v, o.tags)),
    CONCORD_MEMBER(wire::KnowledgeT, withdrawn, r.boolean(v, o.withdrawn)),
};
constexpr std::array kMergeMembers{
    CONCORD_MEMBER(wire::MergeT, into, r.text(v, o.into)),
    CONCORD_MEMBER(wire::MergeT, from, r.text(v, o.from)),
    CONCORD_MEMBER(wire::MergeT, reason, r.text(v, o.reason)),
};
constexpr std::array kSplitMembers{
    CONCORD_MEMBER(wire::SplitT, identities, r.texts(v, o.identities)),
    CONCORD_MEMBER(wire::SplitT, reason, r.text(v, o.reason)),
};
constexpr std::array kEraseMembers{
    CONCORD_MEMBER(wire::EraseT, reason, r.text(v, o.reason)),
};

template <typename Table, std::size_t N>
bool read_table(Reader& reader, JsonValue value, const std::array<Member<Table>, N>& members,
                std::unique_ptr<Table>& out) {
  out = std::make_unique<Table>();
  return read_members(reader, value, members, *out);
}

bool required(Reader& reader, JsonValue body, std::string_view name) {
  if (!body.is(JsonType::object) || body.find(name)) return true;
  const Reader::Step step(reader, name);
  return reader.wrong("is missing");
}

bool read_nothing(Reader& reader, JsonValue value) {
  if (value.is(JsonType::object) && value.size() == 0) return true;
  return reader.wrong("must be an empty object");
}

bool read_body(Reader& r, EventType type, JsonValue value, EventDraft& out) {
  const Reader::Step step(r, word(type));
  switch (type) {
    case EventType::entry:
      return required(r, value, "kind") && read_table(r, value, kEntryMembers, out.entry);
    case EventType::retract:
      return required(r, value, "kind") && read_table(r, value, kRetractMembers, out.entry);
    case EventType::profile: return read_table(r, value, kProfileMembers, out.profile);
    case EventType::membership: return read_table(r, value, kMembershipMembers, out.membership);
    case EventType::consent:
      return required(r, value, "state") && read_table(r, value, kConsentMembers, out.consent);
    case EventType::fact: return read_table(r, value, kFactMembers, out.fact);
    case EventType::outcome: return read_table(r, value, kOutcomeMembers, out.outcome);
    case EventType::knowledge: return read_table(r, value, kKnowledgeMembers, out.knowledge);
    case EventType::merge: return read_table(r, value, kMergeMembers, out.merge);
    case EventType::split: return read_table(r, value, kSplitMembers, out.split);
    case EventType::erase: return read_table(r, value, kEraseMembers, out.erase);
    case EventType::identity:
    case EventType::heartbeat: return read_nothing(r, value);
    case EventType::source_state:
    case EventType::decision: return r.wrong("is said by concord itself");
  }
  return r.wrong("is not a sort of event");
}

bool read_head(Reader& r, JsonMember member, EventDraft& out) {
  const Reader::Step step(r, member.name);
  if (member.name == "id") return r.text(member.value, out.id);
  if (member.name == "source") return r.text(member.value, out.source);
  if (member.name == "department") return r.text(member.value, out.department);
  if (member.name == "at") return r.time(member.value, out.at);
  if (member.name == "customer") return r.texts(member.value, out.customer);
  return r.wrong("is not a name known here");
}

bool read_event(Reader& r, JsonValue event, EventDraft& out) {
  if (!event.is(JsonType::object)) return r.type_wrong("an object", event);
  if (!required(r, event, "id") || !required(r, event, "at")) return false;
  int bodies = 0;
  for (const JsonMember member : event.members()) {
    const auto type = from_word<EventType>(member.name);
    if (!type) {
      if (!read_head(r, member, out)) return false;
      continue;
    }
    if (++bodies > 1) {
      const Reader::Step step(r, member.name);
      return r.wrong("stands beside \"" + std::string(word(static_cast<EventType>(out.type))) +
                     "\": an event says one thing");
    }
    out.type = static_cast<std::uint8_t>(*type);
    if (!read_body(r, *type, member.value, out)) return false;
  }
  if (bodies == 0)
    return r.wrong(
        "the event says nothing: it needs one of entry, retract, profile, identity, "
        "membership, consent, fact, outcome, knowledge, merge, split, erase, heartbeat");
  return true;
}

}  // namespace

Result<EventDraft> event_from_json(JsonValue event) {
  EventDraft out;
  Reader reader;
  if (!read_event(reader, event, out)) return fail(reader.error());
  return out;
}

Result<void> read_entry_members(JsonValue object, std::span<const std::string_view> members,
                                std::span<const std::string_view> others, wire::EntryT& out) {
  const auto stands_in = [](std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  Reader reader;
  for (const JsonMember one : object.members()) {
    if (stands_in(others, one.name)) continue;
    if (!stands_in(members, one.name)) {
      const Reader::Step step(reader, one.name);
      reader.wrong("is not a name known here");
      return fail(reader.error());
    }
    if (!read_member(reader, one, kEntryMembers, out)) return fail(reader.error());
  }
  return {};
}

}  // namespace concord::index
