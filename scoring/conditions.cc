#include "scoring/conditions.h"

#include <charconv>

namespace concord::scoring {
namespace {

using cel::Kind;
using cel::Type;
using cel::TypeKind;
using cel::Value;
using index::EntryView;
using index::kNoTime;

const ConditionState& state_of(const void* object) {
  return *static_cast<const ConditionState*>(object);
}

Value text_or_unknown(std::string_view text, std::string_view name) {
  return text.empty() ? Value::unknown(name) : Value::string(text);
}

Value time_or_unknown(std::int64_t ms, std::string_view name) {
  return ms == kNoTime ? Value::unknown(name) : Value::timestamp(index::UnixMillis{ms});
}

// ---- attributes of an entry: a map that is searched in the stored JSON

Value attribute_value(const AttributeText& attribute) {
  if (attribute.is_string) return Value::string(attribute.text);
  if (attribute.text == "true") return Value::boolean(true);
  if (attribute.text == "false") return Value::boolean(false);
  const char* end = attribute.text.data() + attribute.text.size();
  std::int64_t integer = 0;
  if (const auto read = std::from_chars(attribute.text.data(), end, integer); read.ptr == end)
    return Value::integer(integer);
  double number = 0;
  if (const auto read = std::from_chars(attribute.text.data(), end, number); read.ptr == end)
    return Value::floating(number);
  return Value::unknown("attributes");
}

Value find_entry_attribute(const void* data, const Value& key) {
  if (!key.is(Kind::string)) return Value::unknown("attributes");
  const AttributeText found =
      attribute_of(static_cast<const EntryRef*>(data)->entry, key.as_text());
  return found.found ? attribute_value(found) : Value::unknown("attributes");
}
Value no_element(const void*, std::uint32_t) { return Value::unknown("attributes"); }
constexpr cel::MapAccess kEntryAttributes{find_entry_attribute, no_element, no_element};

// ---- attributes of a profile: the newest claim of any source

Value claim_value(const index::wire::Claim* claim) {
  if (claim == nullptr || claim->cleared() || claim->value() == nullptr)
    return Value::unknown("attributes");
  const index::wire::Value& value = *claim->value();
  switch (value.type()) {
    case index::wire::ValueType::text: return Value::string(index::view_of(value.text()));
    case index::wire::ValueType::boolean: return Value::boolean(value.integer() != 0);
    case index::wire::ValueType::integer: return Value::integer(value.integer());
    case index::wire::ValueType::real: return Value::floating(value.real());
    case index::wire::ValueType::timestamp:
      return Value::timestamp(index::UnixMillis{value.integer()});
  }
  return Value::unknown("attributes");
}

Value find_profile_attribute(const void* data, const Value& key) {
  constexpr std::string_view kPrefix = "attributes.";
  const auto* portrait = static_cast<const index::wire::Portrait*>(data);
  if (portrait->claims() == nullptr || !key.is(Kind::string)) return Value::unknown("attributes");
  const index::wire::Claim* best = nullptr;
  for (const index::wire::Claim* claim : *portrait->claims()) {
    const std::string_view name = index::view_of(claim->name());
    if (!name.starts_with(kPrefix) || name.substr(kPrefix.size()) != key.as_text()) continue;
    if (best == nullptr || claim->at() > best->at() ||
        (claim->at() == best->at() && claim->seq() > best->seq()))
      best = claim;
  }
  return claim_value(best);
}
constexpr cel::MapAccess kProfileAttributes{find_profile_attribute, no_element, no_element};

Type attribute_map() { return Type::map(TypeKind::string, Type()); }

// ---- customer

Value need_at(const void* data, std::uint32_t index) {
  const auto* portrait = static_cast<const index::wire::Portrait*>(data);
  return Value::string(index::view_of(portrait->needs()->Get(index)));
}

Value identity_type_at(const void* data, std::uint32_t index) {
  const auto* portrait = static_cast<const index::wire::Portrait*>(data);
  return Value::string(index::view_of(portrait->identities()->Get(index)->type()));
}

template <typename Vector>
std::uint32_t size_of(const Vector* vector) {
  return vector == nullptr ? 0 : vector->size();
}

enum CustomerField : std::uint32_t {
  kLanguage,
  kTimeZone,
  kSince,
  kOwner,
  kNeeds,
  kIdentityTypes,
  kIsMember,
  kCustomerAttributes,
};

Value customer_field(const void* object, std::uint32_t field) {
  const ConditionState& state = state_of(object);
  const index::RecordView& view = state.customer->record;
  const index::wire::Portrait& portrait = view.portrait();
  switch (field) {
    case kLanguage: return text_or_unknown(view.language(), "customer.language");
    case kTimeZone: return text_or_unknown(view.time_zone(), "customer.time_zone");
    case kSince: return time_or_unknown(portrait.since(), "customer.since");
    case kOwner: return text_or_unknown(view.owner(), "customer.owner");
    case kNeeds: return Value::list(&portrait, size_of(portrait.needs()), need_at);
    case kIdentityTypes:
      return Value::list(&portrait, size_of(portrait.identities()), identity_type_at);
    case kIsMember: return Value::boolean(state.customer->account_count != 0);
    case kCustomerAttributes: return Value::map(&portrait, 0, kProfileAttributes);
    default: return Value::unknown("customer");
  }
}

const cel::ObjectType& customer_type() {
  static const cel::ObjectType type{"Customer",
                                    {{"language", TypeKind::string},
                                     {"time_zone", TypeKind::string},
                                     {"since", TypeKind::timestamp},
                                     {"owner", TypeKind::string},
                                     {"needs", Type::list(TypeKind::string)},
                                     {"identity_types", Type::list(TypeKind::string)},
                                     {"is_member", TypeKind::boolean},
                                     {"attributes", attribute_map()}},
                                    customer_field};
  return type;
}

// ---- account: the first one the customer belongs to

Value account_field(const void* object, std::uint32_t field) {
  const index::RecordView& account = state_of(object).customer->accounts[0];
  if (field == 0) return text_or_unknown(account.name(), "account.name");
  if (field == 1) return text_or_unknown(account.owner(), "account.owner");
  return Value::map(&account.record(), 0, kProfileAttributes);
}

const cel::ObjectType& account_type() {
  static const cel::ObjectType type{
      "Account",
      {{"name", TypeKind::string}, {"owner", TypeKind::string}, {"attributes", attribute_map()}},
      account_field};
  return type;
}

// ---- entries

enum EntryField : std::uint32_t {
  kKind,
  kDepartment,
  kSource,
  kStateType,
  kOpen,
  kOverdue,
  kTrouble,
  kChannel,
  kDirection,
  kPurpose,
  kTopic,
  kReason,
  kStatus,
  kBrand,
  kQueue,
  kActor,
  kCurrency,
  kAmountMinor,
  kAt,
  kDueAt,
  kClosedAt,
  kPriority,
  kRequested,
  kPublic,
  kAttributes,
};

Value entry_word(const EntryView& entry, std::uint32_t field) {
  switch (field) {
    case kKind: return Value::string(index::word(entry.kind()));
    case kDepartment: return Value::string(entry.department());
    case kSource: return Value::string(entry.source());
    case kStateType:
      return entry.state_type() == index::StateType::unknown
                 ? Value::unknown("state_type")
                 : Value::string(index::word(entry.state_type()));
    case kTrouble: return Value::string(index::word(entry.trouble()));
    case kChannel: return text_or_unknown(entry.channel(), "channel");
    case kDirection: return Value::string(index::word(entry.direction()));
    case kPurpose: return Value::string(index::word(entry.purpose()));
    case kTopic: return text_or_unknown(entry.topic(), "topic");
    case kReason: return text_or_unknown(entry.reason(), "reason");
    case kStatus: return text_or_unknown(entry.status(), "status");
    case kBrand: return text_or_unknown(entry.brand(), "brand");
    case kQueue: return text_or_unknown(entry.queue(), "queue");
    case kActor: return text_or_unknown(entry.actor(), "actor");
    default: return text_or_unknown(entry.currency(), "currency");
  }
}

Value entry_field(const void* object, std::uint32_t field) {
  const auto& ref = *static_cast<const EntryRef*>(object);
  const EntryView& entry = ref.entry;
  const index::UnixMillis as_of = ref.state->as_of;
  switch (field) {
    case kOpen:
      if (entry.state_type() == index::StateType::unknown && entry.closed_at_ms() == kNoTime)
        return Value::unknown("state_type");
      return Value::boolean(entry.open_at(as_of));
    case kOverdue: return Value::boolean(entry.overdue_at(as_of));
    case kAmountMinor:
      return entry.has(index::wire::RowFlag::has_amount)
                 ? Value::integer(entry.row().amount_minor())
                 : Value::unknown("amount_minor");
    case kAt: return Value::timestamp(index::UnixMillis{entry.at_ms()});
    case kDueAt: return time_or_unknown(entry.due_at_ms(), "due_at");
    case kClosedAt: return time_or_unknown(entry.closed_at_ms(), "closed_at");
    case kPriority:
      return entry.row().priority() == 0 ? Value::unknown("priority")
                                         : Value::integer(entry.row().priority());
    case kRequested: return Value::boolean(entry.has(index::wire::RowFlag::requested));
    case kPublic: return Value::boolean(entry.has(index::wire::RowFlag::is_public));
    case kAttributes: return Value::map(&ref, 0, kEntryAttributes);
    default: return entry_word(entry, field);
  }
}

}  // namespace

const cel::ObjectType& entry_type() {
  static const cel::ObjectType type{
      "Entry",
      {{"kind", TypeKind::string},         {"department", TypeKind::string},
       {"source", TypeKind::string},       {"state_type", TypeKind::string},
       {"open", TypeKind::boolean},        {"overdue", TypeKind::boolean},
       {"trouble", TypeKind::string},      {"channel", TypeKind::string},
       {"direction", TypeKind::string},    {"purpose", TypeKind::string},
       {"topic", TypeKind::string},        {"reason", TypeKind::string},
       {"status", TypeKind::string},       {"brand", TypeKind::string},
       {"queue", TypeKind::string},        {"actor", TypeKind::string},
       {"currency", TypeKind::string},     {"amount_minor", TypeKind::integer},
       {"at", TypeKind::timestamp},        {"due_at", TypeKind::timestamp},
       {"closed_at", TypeKind::timestamp}, {"priority", TypeKind::integer},
       {"requested", TypeKind::boolean},   {"public", TypeKind::boolean},
       {"attributes", attribute_map()}},
      entry_field};
  return type;
}

namespace {

Value entry_at(const void* data, std::uint32_t index) {
  return Value::object(entry_type(), &state_of(data).entries[index]);
}

// ---- consents

Value consent_field(const void* object, std::uint32_t field) {
  const auto& ref = *static_cast<const ConsentRef*>(object);
  const index::wire::ConsentState& consent = *ref.consent;
  const bool expired =
      consent.expires_at() != kNoTime && consent.expires_at() <= ref.state->as_of.ms;
  switch (field) {
    case 0: return Value::string(index::view_of(consent.purpose()));
    case 1: return Value::string(index::view_of(consent.channel()));
    case 2: return Value::string(index::view_of(consent.identity()));
    case 3: return Value::string(index::view_of(consent.brand()));
    case 4:
      return Value::string(index::word(expired
                                           ? index::ConsentState::unknown
                                           : static_cast<index::ConsentState>(consent.state())));
    case 5: return time_or_unknown(consent.at(), "consent.at");
    default: return time_or_unknown(consent.expires_at(), "consent.expires_at");
  }
}

const cel::ObjectType& consent_type() {
  static const cel::ObjectType type{"Consent",
                                    {{"purpose", TypeKind::string},
                                     {"channel", TypeKind::string},
                                     {"identity", TypeKind::string},
                                     {"brand", TypeKind::string},
                                     {"state", TypeKind::string},
                                     {"at", TypeKind::timestamp},
                                     {"expires_at", TypeKind::timestamp}},
                                    consent_field};
  return type;
}

Value consent_at(const void* data, std::uint32_t index) {
  return Value::object(consent_type(), &state_of(data).consents[index]);
}

// ---- features

Value feature_field(const void* object, std::uint32_t field) {
  const ConditionState& state = state_of(object);
  const FeatureValue& feature = state.facts->features[field];
  return feature.known ? Value::integer(feature.value)
                       : Value::unknown(state.policy->features[field].name);
}

}  // namespace

void declare_environment(PolicyData& policy) {
  policy.feature_type.name = "Features";
  for (const Feature& feature : policy.features)
    policy.feature_type.fields.push_back({feature.name, TypeKind::integer});
  policy.feature_type.get = feature_field;
  for (cel::Environment* out : {&policy.environment, &policy.treatment_environment}) {
    out->declare("customer", Type::object(customer_type()));
    out->declare("account", Type::object(account_type()));
    out->declare("entries", Type::list(Type::object(entry_type())));
    out->declare("features", Type::object(policy.feature_type));
    out->declare("consents", Type::list(Type::object(consent_type())));
    out->declare("intent", TypeKind::string);
    out->declare("direction", TypeKind::string);
    out->declare("now", TypeKind::timestamp);
  }
  policy.treatment_environment.declare("channel", TypeKind::string);
}

void prepare(ConditionState& state, const PolicyData& policy, const index::Customer& customer,
             const DecisionQuestion& question, const Facts& facts) {
  state.policy = &policy;
  state.customer = &customer;
  state.facts = &facts;
  state.as_of = question.as_of;
  state.truths.assign(policy.conditions.size(), ConditionState::kNotAsked);
  state.unknown_fields.resize(policy.conditions.size());
  state.parts.resize(policy.parts.size());
  state.has_part.assign(policy.parts.size(), 0);
  state.entries.clear();
  if (policy.reads_entries)
    customer.record.each_entry([&](const EntryView& entry) {
      if (entry.exists_at(question.as_of) && entry.kind() != index::Kind::decision)
        state.entries.push_back(EntryRef{entry, &state});
      return true;
    });
  state.consents.clear();
  if (const auto* consents = customer.record.portrait().consents())
    for (const index::wire::ConsentState* consent : *consents)
      if (consent->at() <= question.as_of.ms) state.consents.push_back(ConsentRef{consent, &state});
  state.variables = {
      Value::object(customer_type(), &state),
      customer.account_count == 0 ? Value::unknown("account")
                                  : Value::object(account_type(), &state),
      Value::list(&state, static_cast<std::uint32_t>(state.entries.size()), entry_at),
      Value::object(policy.feature_type, &state),
      Value::list(&state, static_cast<std::uint32_t>(state.consents.size()), consent_at),
      Value::string(question.intent),
      Value::string(index::word(question.direction)),
      Value::timestamp(question.as_of),
      Value::string({})};
}

}  // namespace concord::scoring
