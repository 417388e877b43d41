#include "tests/oracle/judge_words.h"

#include "index/base/assert.h"

namespace concord::oracle {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Value;

const Situation& now_of(const void* object) { return *static_cast<const Situation*>(object); }

Value text_or_unknown(const std::string& text, std::string_view name) {
  return text.empty() ? Value::unknown(name) : Value::string(text);
}

Value need_at(const void* object, std::uint32_t i) {
  return Value::string(now_of(object).needs[i]);
}
Value identity_type_at(const void* object, std::uint32_t i) {
  return Value::string(now_of(object).identities[i].identity.type);
}

Value customer_field(const void* object, std::uint32_t field) {
  const Situation& now = now_of(object);
  switch (field) {
    case 0: return text_or_unknown(now.language, "customer.language");
    case 1: return text_or_unknown(now.time_zone, "customer.time_zone");
    case 2:
      return now.since ? Value::timestamp(index::UnixMillis{*now.since})
                       : Value::unknown("customer.since");
    case 3: return text_or_unknown(now.owner, "customer.owner");
    case 4: return Value::list(&now, static_cast<std::uint32_t>(now.needs.size()), need_at);
    case 5:
      return Value::list(&now, static_cast<std::uint32_t>(now.identities.size()), identity_type_at);
    default: return Value::boolean(now.account != nullptr);
  }
}

Value account_field(const void* object, std::uint32_t field) {
  // Kept for the life of the program: the values borrow.
  thread_local std::string text;
  text = current_text(*now_of(object).account, field == 0 ? "name" : "attributes.owner_of_record");
  return text_or_unknown(text, field == 0 ? "account.name" : "account.owner");
}

struct FeatureNames {
  const Situation* now;
  const scoring::PolicyData* policy;
};
Value feature_field(const void* object, std::uint32_t field) {
  const auto& names = *static_cast<const FeatureNames*>(object);
  const Number& number = names.now->features[field];
  return number.known ? Value::integer(number.value)
                      : Value::unknown(names.policy->features[field].name);
}

struct ConsentRow {
  const ConsentKey* key;
  const ConsentWord* word;
  std::int64_t as_of;
};
Value consent_field(const void* object, std::uint32_t field) {
  const auto& row = *static_cast<const ConsentRow*>(object);
  const auto& [purpose, channel, identity, brand] = *row.key;
  const std::string* const texts[] = {&purpose, &channel, &identity, &brand};
  if (field < 4) return Value::string(*texts[field]);
  const auto& expires = row.word->event->consent->expires_at;
  if (field == 4) {
    const bool expired = expires.has_value() && *expires <= row.as_of;
    return Value::string(index::word(expired ? index::ConsentState::unknown : row.word->state));
  }
  if (field == 5) return Value::timestamp(index::UnixMillis{row.word->event->at});
  return expires.has_value() ? Value::timestamp(index::UnixMillis{*expires})
                             : Value::unknown("consent.expires_at");
}

struct ConsentRows {
  const cel::ObjectType* type;
  std::vector<ConsentRow> rows;
};
Value consent_at(const void* object, std::uint32_t i) {
  const auto& rows = *static_cast<const ConsentRows*>(object);
  return Value::object(*rows.type, &rows.rows[i]);
}

}  // namespace

Judge::Words::Words(const scoring::PolicyData& data) : policy(data) {
  customer = {"Customer",
              {{"language", TypeKind::string},
               {"time_zone", TypeKind::string},
               {"since", TypeKind::timestamp},
               {"owner", TypeKind::string},
               {"needs", Type::list(TypeKind::string)},
               {"identity_types", Type::list(TypeKind::string)},
               {"is_member", TypeKind::boolean}},
              customer_field};
  account = {"Account", {{"name", TypeKind::string}, {"owner", TypeKind::string}}, account_field};
  consent = {"Consent",
             {{"purpose", TypeKind::string},
              {"channel", TypeKind::string},
              {"identity", TypeKind::string},
              {"brand", TypeKind::string},
              {"state", TypeKind::string},
              {"at", TypeKind::timestamp},
              {"expires_at", TypeKind::timestamp}},
             consent_field};
  features.name = "Features";
  for (const scoring::Feature& feature : data.features)
    features.fields.push_back({feature.name, TypeKind::integer});
  features.get = feature_field;
  for (cel::Environment* one : {&environment, &treatment_environment}) {
    one->declare("customer", Type::object(customer));
    one->declare("account", Type::object(account));
    one->declare("features", Type::object(features));
    one->declare("consents", Type::list(Type::object(consent)));
    one->declare("intent", TypeKind::string);
    one->declare("direction", TypeKind::string);
    one->declare("now", TypeKind::timestamp);
  }
  treatment_environment.declare("channel", TypeKind::string);
  for (const scoring::Condition& condition : data.conditions) {
    auto program = cel::Program::compile(
        condition.text, condition.of_treatment ? treatment_environment : environment);
    CONCORD_ASSERT(program.has_value());  // the policy speaks of what the slow engine does not know
    programs.push_back(std::move(*program));
  }
}

template <typename Use>
auto Judge::Words::with_values(const Situation& now, const Question& question,
                               const std::string& channel, Use&& use) const {
  const FeatureNames names{&now, &policy};
  ConsentRows consents{&consent, {}};
  for (const auto& [key, word] : now.person->consents)
    if (word.event->at <= now.as_of) consents.rows.push_back({&key, &word, now.as_of});
  const Value values[] = {
      Value::object(customer, &now),
      now.account == nullptr ? Value::unknown("account") : Value::object(account, &now),
      Value::object(features, &names),
      Value::list(&consents, static_cast<std::uint32_t>(consents.rows.size()), consent_at),
      Value::string(question.intent),
      Value::string(index::word(question.direction)),
      Value::timestamp(index::UnixMillis{now.as_of}),
      Value::string(channel)};
  return use(cel::Activation{values});
}

std::optional<bool> Judge::Words::ask(const Situation& now, const Question& question,
                                      std::uint32_t condition, std::string& field,
                                      const std::string& channel) const {
  return with_values(now, question, channel, [&](const cel::Activation& values) {
    cel::Scratch scratch;
    const Value value = programs[condition].evaluate(values, scratch);
    if (value.is_known()) return std::optional<bool>(value.is_true());
    const bool named = value.is(cel::Kind::unknown) && !value.unknown_field().empty();
    field = named ? std::string(value.unknown_field()) : policy.conditions[condition].text;
    return std::optional<bool>();
  });
}

std::vector<Judge::Words::Part> Judge::Words::explain(const Situation& now,
                                                      const Question& question,
                                                      std::uint32_t condition) const {
  return with_values(now, question, "", [&](const cel::Activation& values) {
    cel::Scratch scratch;
    std::vector<cel::Decider> deciders;
    (void)programs[condition].explain(values, scratch, deciders);
    std::vector<Part> out;
    for (const cel::Decider& one : deciders)
      out.push_back({policy.conditions[condition].text.substr(one.begin, one.end - one.begin),
                     one.value.is(cel::Kind::unknown) ? "unknown"
                     : !one.value.is_known()          ? "error"
                     : one.value.is_true()            ? "true"
                                                      : "false"});
    return out;
  });
}

}  // namespace concord::oracle
