#include "datasets/import/field_names.h"

#include <algorithm>
#include <vector>

namespace concord::datasets {
namespace {

using index::EventDraft;
using index::EventType;
using index::wire::EntryField;
using index::wire::ProfileField;

#define CONCORD_TEXT(event, table, name, clear)                               \
  FieldName {                                                                 \
    EventType::event, #name, Shape::text, {},                                 \
        [](EventDraft& d, const Scalar& v) { d.table->name = v.text; }, clear \
  }
#define CONCORD_NUMBER(event, table, field, name, shape, clear)                   \
  FieldName {                                                                     \
    EventType::event, name, Shape::shape, {},                                     \
        [](EventDraft& d, const Scalar& v) { d.table->field = v.integer; }, clear \
  }
#define CONCORD_BYTE(event, table, field, name, shape, list, clear) \
  FieldName {                                                       \
    EventType::event, name, Shape::shape, list,                     \
        [](EventDraft& d, const Scalar& v) {                        \
          d.table->field = static_cast<std::uint8_t>(v.integer);    \
        },                                                          \
        clear                                                       \
  }
#define CONCORD_FLAG(event, table, field, name, clear)                                 \
  FieldName {                                                                          \
    EventType::event, name, Shape::boolean, {},                                        \
        [](EventDraft& d, const Scalar& v) { d.table->field = v.integer != 0; }, clear \
  }

constexpr int entry_field(EntryField field) { return static_cast<int>(field); }
constexpr int profile_field(ProfileField field) { return static_cast<int>(field); }

// NOLINTBEGIN(readability-identifier-naming)
#define E(field) entry_field(EntryField::field)
#define P(field) profile_field(ProfileField::field)
// NOLINTEND(readability-identifier-naming)

std::vector<FieldName> entry_fields() {
  using namespace index;
  return {
      CONCORD_NUMBER(entry, entry, at, "at", time, E(at)),
      CONCORD_NUMBER(entry, entry, due_at, "due_at", time, E(due_at)),
      CONCORD_NUMBER(entry, entry, closed_at, "closed_at", time, E(closed_at)),
      CONCORD_TEXT(entry, entry, status, E(status)),
      CONCORD_BYTE(entry, entry, state_type, "state_type", closed, words<StateType>(),
                   E(state_type)),
      CONCORD_BYTE(entry, entry, priority, "priority", priority, {}, E(priority)),
      CONCORD_BYTE(entry, entry, trouble, "trouble", closed, words<Trouble>(), E(trouble)),
      CONCORD_TEXT(entry, entry, channel, E(channel)),
      CONCORD_BYTE(entry, entry, direction, "direction", closed, words<Direction>(), E(direction)),
      CONCORD_BYTE(entry, entry, purpose, "purpose", closed, words<Purpose>(), E(purpose)),
      CONCORD_TEXT(entry, entry, topic, E(topic)),
      CONCORD_TEXT(entry, entry, reason, E(reason)),
      CONCORD_FLAG(entry, entry, requested, "requested", E(requested)),
      CONCORD_TEXT(entry, entry, subject, E(subject)),
      CONCORD_TEXT(entry, entry, text, E(text)),
      CONCORD_TEXT(entry, entry, language, E(language)),
      CONCORD_TEXT(entry, entry, currency, -1),
      CONCORD_NUMBER(entry, entry, amount_minor, "amount", amount, E(amount)),
      CONCORD_TEXT(entry, entry, actor, E(actor)),
      CONCORD_TEXT(entry, entry, assignee, E(assignee)),
      CONCORD_TEXT(entry, entry, queue, E(queue)),
      CONCORD_TEXT(entry, entry, brand, E(brand)),
      CONCORD_TEXT(entry, entry, account, E(account)),
      CONCORD_TEXT(entry, entry, url, E(url)),
      CONCORD_FLAG(entry, entry, is_public, "public", E(is_public)),
      CONCORD_BYTE(entry, entry, visibility, "visibility", closed, words<Visibility>(),
                   E(visibility)),
  };
}

std::vector<FieldName> other_fields() {
  using namespace index;
  return {
      FieldName{EventType::retract,
                "reason",
                Shape::text,
                {},
                [](EventDraft& d, const Scalar& v) { d.entry->retract_reason = v.text; },
                -1},
      CONCORD_TEXT(profile, profile, name, P(name)),
      CONCORD_TEXT(profile, profile, language, P(language)),
      CONCORD_TEXT(profile, profile, time_zone, P(time_zone)),
      CONCORD_NUMBER(profile, profile, since, "since", time, P(since)),
      CONCORD_TEXT(membership, membership, account, -1),
      CONCORD_TEXT(membership, membership, account_name, -1),
      CONCORD_TEXT(membership, membership, role, -1),
      CONCORD_NUMBER(membership, membership, from, "from", time, -1),
      CONCORD_NUMBER(membership, membership, to, "to", time, -1),
      CONCORD_TEXT(consent, consent, purpose, -1),
      CONCORD_TEXT(consent, consent, channel, -1),
      CONCORD_TEXT(consent, consent, identity, -1),
      CONCORD_TEXT(consent, consent, brand, -1),
      CONCORD_BYTE(consent, consent, state, "state", closed, words<ConsentState>(), -1),
      CONCORD_TEXT(consent, consent, basis, -1),
      CONCORD_TEXT(consent, consent, wording, -1),
      CONCORD_TEXT(consent, consent, evidence, -1),
      CONCORD_NUMBER(consent, consent, expires_at, "expires_at", time, -1),
      CONCORD_TEXT(fact, fact, name, -1),
      CONCORD_TEXT(fact, fact, value, -1),
      CONCORD_TEXT(fact, fact, channel, -1),
      CONCORD_TEXT(fact, fact, actor, -1),
      CONCORD_TEXT(knowledge, knowledge, title, -1),
      CONCORD_TEXT(knowledge, knowledge, text, -1),
      CONCORD_TEXT(knowledge, knowledge, language, -1),
      CONCORD_TEXT(knowledge, knowledge, url, -1),
      CONCORD_FLAG(knowledge, knowledge, withdrawn, "withdrawn", -1),
      CONCORD_TEXT(outcome, outcome, decision, -1),
      CONCORD_TEXT(outcome, outcome, action, -1),
      CONCORD_TEXT(outcome, outcome, outcome, -1),
      CONCORD_TEXT(outcome, outcome, channel, -1),
      CONCORD_TEXT(outcome, outcome, actor, -1),
  };
}

const std::vector<FieldName>& all_fields() {
  static const std::vector<FieldName> kAll = [] {
    std::vector<FieldName> all = entry_fields();
    for (const FieldName& field : other_fields()) all.push_back(field);
    return all;
  }();
  return kAll;
}

}  // namespace

std::span<const FieldName> fields_of(EventType event) {
  const std::vector<FieldName>& all = all_fields();
  const auto is_it = [event](const FieldName& field) { return field.event == event; };
  const auto first = std::find_if(all.begin(), all.end(), is_it);
  const auto last = std::find_if_not(first, all.end(), is_it);
  return {first, last};
}

const FieldName* find_field(EventType event, std::string_view name) {
  for (const FieldName& field : fields_of(event))
    if (field.name == name) return &field;
  return nullptr;
}

std::string_view list_field_of(EventType event) {
  switch (event) {
    case EventType::entry: return "participants";
    case EventType::profile: return "needs";
    case EventType::knowledge: return "tags";
    default: return {};
  }
}

bool is_row_event(EventType event) {
  return event == EventType::identity || !fields_of(event).empty();
}

}  // namespace concord::datasets
