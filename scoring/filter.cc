#include "scoring/filter.h"

#include <algorithm>

namespace concord::scoring {
namespace {

using index::EntryView;

bool has_bit(std::uint32_t bits, std::uint8_t bit) { return bits == 0 || (bits >> bit & 1U) != 0; }

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return words.empty() || std::find(words.begin(), words.end(), word) != words.end();
}

bool agrees(std::int8_t wanted, bool is) { return wanted < 0 || (wanted == 1) == is; }

bool known_facts_fit(const Filter& f, const EntryView& e, index::UnixMillis as_of) {
  const index::wire::Row& row = e.row();
  if (!f.takes(e.kind()) || !has_bit(f.troubles, row.trouble()) ||
      !has_bit(f.directions, row.direction()) || !has_bit(f.purposes, row.purpose()))
    return false;
  if (f.younger_than_ms != 0 && e.at_ms() <= as_of.ms - f.younger_than_ms) return false;
  if (f.due_within_ms != 0 && (e.due_at_ms() == index::kNoTime || e.due_at_ms() <= as_of.ms ||
                               e.due_at_ms() > as_of.ms + f.due_within_ms))
    return false;
  if (f.closed_within_ms != 0 &&
      (e.closed_at_ms() == index::kNoTime || e.closed_at_ms() > as_of.ms ||
       e.closed_at_ms() <= as_of.ms - f.closed_within_ms))
    return false;
  if (f.overdue >= 0 && !agrees(f.overdue, e.overdue_at(as_of))) return false;
  if (!agrees(f.requested, e.has(index::wire::RowFlag::requested)) ||
      !agrees(f.is_public, e.has(index::wire::RowFlag::is_public)))
    return false;
  return has_word(f.departments, e.department()) && has_word(f.sources, e.source()) &&
         has_word(f.channels, e.channel()) && has_word(f.topics, e.topic()) &&
         has_word(f.reasons, e.reason()) && has_word(f.statuses, e.status()) &&
         has_word(f.brands, e.brand());
}

/// End of the JSON value that starts at `at`; the text is our own writer's, so it is well-formed.
std::size_t end_of_value(std::string_view json, std::size_t at) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = at; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      if (!in_string && depth == 0) return i + 1;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i;
      if (--depth == 0) return i + 1;
    } else if (c == ',' && depth == 0) {
      return i;
    }
  }
  return json.size();
}

/// The value of member `name` of the object `json`; empty when it has none.
std::string_view member_of(std::string_view json, std::string_view name) {
  std::size_t at = 1;
  while (at < json.size() && json[at] == '"') {
    const std::size_t name_end = end_of_value(json, at);
    const std::size_t value = name_end + 1;  // behind the colon
    if (value >= json.size()) break;
    const std::size_t value_end = end_of_value(json, value);
    if (json.substr(at + 1, name_end - at - 2) == name)
      return json.substr(value, value_end - value);
    at = value_end + 1;
  }
  return {};
}

}  // namespace

AttributeText attribute_of(const EntryView& entry, std::string_view name) {
  if (!entry.has(index::wire::RowFlag::attributes)) return {};
  const std::string_view attributes = member_of(entry.json(), "attributes");
  if (attributes.empty()) return {};
  std::string_view value = member_of(attributes, name);
  if (value.empty() || value == "null") return {};
  const bool is_string = value.front() == '"';
  if (is_string) value = value.substr(1, value.size() - 2);
  return {value, is_string, true};
}

Match match(const Filter& f, const EntryView& e, index::UnixMillis as_of) {
  using Outcome = Match::Outcome;
  // The state first: most entries of a long timeline are closed, most filters ask for open ones.
  const bool asks_state = f.open >= 0 || f.states != 0;
  const bool state_unknown =
      e.state_type() == index::StateType::unknown && e.closed_at_ms() == index::kNoTime;
  const bool not_said = asks_state && state_unknown && (f.states & 1U) == 0;
  if (asks_state && !not_said &&
      (!has_bit(f.states, e.row().state_type()) || !agrees(f.open, e.open_at(as_of))))
    return {};
  if (!known_facts_fit(f, e, as_of)) return {};
  Match out{Outcome::yes, {}};
  if (not_said) out = {Outcome::unknown, "state_type"};
  if (f.priority_max != 0) {
    if (e.row().priority() == 0)
      out = {Outcome::unknown, "priority"};
    else if (e.row().priority() > f.priority_max)
      return {};
  }
  if (!f.attribute.empty()) {
    const AttributeText value = attribute_of(e, f.attribute);
    if (!value.found)
      out = {Outcome::unknown, f.attribute};
    else if (!has_word(f.attribute_values, value.text))
      return {};
  }
  return f.sure && out.outcome == Outcome::unknown ? Match{} : out;
}

}  // namespace concord::scoring
