// A small customer as the host would bind it: objects and lists read in place, some facts absent.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/cel/program.h"

namespace concord::cel::testing {

struct Entry {
  std::string kind;
  std::string state_type;
  std::optional<std::int64_t> amount;
  std::int64_t at_ms = 0;
};

struct Customer {
  std::string language;
  std::optional<std::int64_t> since_ms;
};

inline Value get_entry(const void* object, std::uint32_t field) {
  const Entry& entry = *static_cast<const Entry*>(object);
  switch (field) {
    case 0: return Value::string(entry.kind);
    case 1: return Value::string(entry.state_type);
    case 2: return entry.amount ? Value::integer(*entry.amount) : Value::unknown("amount");
    default: return Value::timestamp(index::UnixMillis{entry.at_ms});
  }
}
inline const ObjectType kEntry{"Entry",
                               {{"kind", TypeKind::string},
                                {"state_type", TypeKind::string},
                                {"amount", TypeKind::integer},
                                {"at", TypeKind::timestamp}},
                               get_entry};

inline Value get_customer(const void* object, std::uint32_t field) {
  const Customer& customer = *static_cast<const Customer*>(object);
  if (field == 0) return Value::string(customer.language);
  return customer.since_ms ? Value::timestamp(index::UnixMillis{*customer.since_ms})
                           : Value::unknown("customer.since");
}
inline const ObjectType kCustomer{
    "Customer", {{"language", TypeKind::string}, {"since", TypeKind::timestamp}}, get_customer};

inline Value entry_at(const void* data, std::uint32_t index) {
  return Value::object(kEntry, static_cast<const Entry*>(data) + index);
}

// A host map: name → text.
struct Tags {
  std::vector<std::pair<std::string, std::string>> pairs;
};
inline Value find_tag(const void* data, const Value& key) {
  for (const auto& [name, text] : static_cast<const Tags*>(data)->pairs)
    if (key.is(Kind::string) && name == key.as_text()) return Value::string(text);
  return Value::unknown("");
}
inline Value tag_key(const void* data, std::uint32_t index) {
  return Value::string(static_cast<const Tags*>(data)->pairs[index].first);
}
inline Value tag_value(const void* data, std::uint32_t index) {
  return Value::string(static_cast<const Tags*>(data)->pairs[index].second);
}
inline constexpr MapAccess kTagAccess{find_tag, tag_key, tag_value};

inline constexpr std::int64_t kNowMs = 1'763'800'000'000;  // 2025-11-22T08:26:40Z

class World {
 public:
  World() {
    environment.declare("customer", Type::object(kCustomer));
    environment.declare("entries", Type::list(Type::object(kEntry)));
    environment.declare("intent", TypeKind::string);
    environment.declare("now", TypeKind::timestamp);
    environment.declare("tags", Type::map(TypeKind::string, TypeKind::string));
    environment.declare("score", TypeKind::floating);
    environment.declare("anything", TypeKind::dyn);
  }

  Environment environment;
  Customer ada{"de", 1'500'000'000'000};
  std::vector<Entry> entries{{"order", "solved", 120, kNowMs - 1'000},
                             {"case_", "open", std::nullopt, kNowMs - 86'400'000},
                             {"invoice", "open", 900, kNowMs - 50'000}};
  Tags tags{{{"vip", "yes"}, {"segment", "b2b"}}};
  std::optional<std::string> intent = "repair";
  Scratch scratch;

  std::vector<Value> values() const {
    return {Value::object(kCustomer, &ada),
            Value::list(entries.data(), static_cast<std::uint32_t>(entries.size()), entry_at),
            intent ? Value::string(*intent) : Value::unknown("intent"),
            Value::timestamp(index::UnixMillis{kNowMs}),
            Value::map(&tags, static_cast<std::uint32_t>(tags.pairs.size()), kTagAccess),
            Value::floating(0.5),
            Value::integer(7)};
  }

  /// The answer as a word: "true", "false", "unknown:amount", "error:…@line:column", "int:3"…;
  /// "refused:<place>: <detail>" when it does not compile.
  std::string ask(std::string_view source, const Options& options = {}) {
    const auto program = Program::compile(source, environment, options);
    if (!program) return "refused:" + program.error().text();
    const std::vector<Value> variables = values();
    return word(program->evaluate({variables}, scratch), *program);
  }

  static std::string word(const Value& value, const Program& program) {
    switch (value.kind()) {
      case Kind::boolean: return value.as_boolean() ? "true" : "false";
      case Kind::integer: return "int:" + std::to_string(value.as_integer());
      case Kind::uinteger: return "uint:" + std::to_string(value.as_uinteger());
      case Kind::string: return "string:" + std::string(value.as_text());
      case Kind::unknown: return "unknown:" + std::string(value.unknown_field());
      case Kind::error:
        return "error:" + std::string(value.error_text()) + "@" +
               program.position(value.error_offset());
      default: return std::string(type_name(value));
    }
  }
};

}  // namespace concord::cel::testing
