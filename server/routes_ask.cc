#include "server/routes_ask.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "index/base/buffer.h"
#include "index/base/nearest.h"
#include "index/base/time.h"
#include "index/snapshot/context.h"
#include "scoring/decide.h"

namespace concord::server {
std::string unknown_word(std::string_view word, std::span<const std::string_view> known) {
  std::string text = "\"" + std::string(word) + "\" is not known";
  if (const std::string_view meant = index::nearest(word, known); !meant.empty())
    return text + "; did you mean " + std::string(meant) + "?";
  text += "; known are ";
  for (std::size_t i = 0; i < known.size(); ++i) text.append(i == 0 ? "" : ", ").append(known[i]);
  return text;
}

namespace {

using index::ContextField;

/// Empty: read; else what is wrong.
using Read = std::string (*)(std::string_view value, Ask& ask);

struct OptionRow {
  std::string_view name;
  Read read;
};

template <typename T>
bool read_number(std::string_view text, T& out) {
  T value{};
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return false;
  out = value;
  return true;
}

std::string read_time(std::string_view value, std::int64_t& out) {
  const auto time = index::parse_rfc3339(value);
  if (!time) return "is not a time: write it as 2026-11-22T09:00:00Z";
  out = time->ms;
  return {};
}

std::string read_text(std::string_view value, std::string_view& out) {
  if (value.empty()) return "is empty";
  if (value.size() > index::kHttpUriBytesMax) return "is too long";
  out = value;
  return {};
}

std::string read_word(std::string_view value, std::string_view& out) {
  if (value.size() > index::kWordBytesMax)
    return "is over " + std::to_string(index::kWordBytesMax) + " bytes";
  return read_text(value, out);
}

std::string read_flag(std::string_view value, bool& out) {
  if (value != "true" && value != "false") return "is not true or false";
  out = value == "true";
  return {};
}

std::string read_fields(std::string_view list, std::uint32_t& bits) {
  std::array<std::string_view, index::kContextFieldCount> names;
  for (std::size_t i = 0; i < names.size(); ++i)
    names[i] = index::name_of(static_cast<ContextField>(i));
  bits = 0;
  for (const std::string_view name : split_list(list)) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return unknown_word(name, names);
    bits |= 1U << (found - names.begin());
  }
  return {};
}

// What names the answer is always there: without it nobody could tell what the rest is about.
constexpr std::uint32_t kAlwaysShown = 1U << static_cast<unsigned>(ContextField::customer_id) |
                                       1U << static_cast<unsigned>(ContextField::as_of) |
                                       1U << static_cast<unsigned>(ContextField::revision) |
                                       1U << static_cast<unsigned>(ContextField::policy_version) |
                                       1U << static_cast<unsigned>(ContextField::answer_id);

std::string read_include(std::string_view value, Ask& ask) {
  std::uint32_t bits = 0;
  std::string wrong = read_fields(value, bits);
  ask.fields &= bits | kAlwaysShown;
  return wrong;
}

std::string read_exclude(std::string_view value, Ask& ask) {
  std::uint32_t bits = 0;
  std::string wrong = read_fields(value, bits);
  ask.fields &= ~bits | kAlwaysShown;
  return wrong;
}

std::string read_kinds(std::string_view value, Ask& ask) {
  for (const std::string_view name : split_list(value)) {
    const auto kind = index::from_word<index::Kind>(name);
    if (!kind) return unknown_word(name, index::words<index::Kind>());
    ask.kinds |= 1U << static_cast<unsigned>(*kind);
  }
  ask.kind = value;
  return {};
}

std::string read_direction(std::string_view value, Ask& ask) {
  const auto direction = index::from_word<index::Direction>(value);
  if (!direction || *direction == index::Direction::none) return "is not inbound or outbound";
  ask.direction = *direction;
  return {};
}

std::string read_explain(std::string_view value, Ask& ask) {
  constexpr std::array<std::string_view, 4> kWords{"true", "dropped", "scores", "sensitivity"};
  for (const std::string_view name : split_list(value)) {
    if (name == "sensitivity")
      ask.explain |= scoring::kExplainSensitivity;
    else if (name == "scores")
      ask.explain |= scoring::kExplainScores;
    else if (name == "true" || name == "dropped")
      ask.explain |= scoring::kExplainDropped;
    else
      return unknown_word(name, kWords);
  }
  return {};
}

std::string read_sort(std::string_view value, Ask& ask) {
  if (value != "recent" && value != "relevance") return "is not recent or relevance";
  ask.by_relevance = value == "relevance";
  return {};
}

std::string read_revision(std::string_view value, Ask& ask) {
  return read_number(value, ask.min_revision) ? "" : "is not a revision: write a whole number";
}

std::string read_after(std::string_view value, Ask& ask) {
  ask.after_given = true;
  return read_number(value, ask.after) ? "" : "is not a revision: write a whole number";
}

std::string read_timeout(std::string_view value, Ask& ask) {
  if (read_number(value, ask.timeout_ms) && ask.timeout_ms >= 0 && ask.timeout_ms <= kTimeoutMsMax)
    return {};
  ask.timeout_ms = kTimeoutMsDefault;
  return "is not a whole number from 0 to " + std::to_string(kTimeoutMsMax);
}

std::string read_for(std::string_view value, Ask& ask) {
  if (value != "reads" && value != "writes") return "is not reads or writes";
  ask.for_writes = value == "writes";
  return {};
}

std::string read_limit(std::string_view value, Ask& ask) {
  if (!read_number(value, ask.limit) || ask.limit > index::kTimelineLimitMax) {
    ask.limit = kNoLimit;
    return "is not a whole number from 0 to " + std::to_string(index::kTimelineLimitMax);
  }
  return {};
}

constexpr std::array<OptionRow, 30> kOptions{{
    {"key", [](std::string_view v, Ask& ask) { return read_text(v, ask.key); }},
    {"limit", read_limit},
    {"as_of", [](std::string_view v, Ask& ask) { return read_time(v, ask.as_of_ms); }},
    {"min_revision", read_revision},
    {"include_fields", read_include},
    {"exclude_fields", read_exclude},
    {"purpose", [](std::string_view v, Ask& ask) { return read_word(v, ask.purpose); }},
    {"channel", [](std::string_view v, Ask& ask) { return read_word(v, ask.channel); }},
    {"direction", read_direction},
    {"intent", [](std::string_view v, Ask& ask) { return read_word(v, ask.intent); }},
    {"explain", read_explain},
    {"cursor", [](std::string_view v, Ask& ask) { return read_text(v, ask.cursor); }},
    {"department", [](std::string_view v, Ask& ask) { return read_text(v, ask.department); }},
    {"kind", read_kinds},
    {"open", [](std::string_view v, Ask& ask) { return read_flag(v, ask.open); }},
    {"from", [](std::string_view v, Ask& ask) { return read_time(v, ask.from_ms); }},
    {"to", [](std::string_view v, Ask& ask) { return read_time(v, ask.to_ms); }},
    {"q",
     [](std::string_view v, Ask& ask) {
       ask.q = v;
       return std::string();
     }},
    {"in", [](std::string_view v, Ask& ask) { return read_text(v, ask.in); }},
    {"sort", read_sort},
    {"facets", [](std::string_view v, Ask& ask) { return read_flag(v, ask.facets); }},
    {"customer", [](std::string_view v, Ask& ask) { return read_text(v, ask.customer); }},
    {"timeout_ms", read_timeout},
    {"for", read_for},
    {"source", [](std::string_view v, Ask& ask) { return read_word(v, ask.source); }},
    {"mapping", [](std::string_view v, Ask& ask) { return read_word(v, ask.mapping); }},
    {"code", [](std::string_view v, Ask& ask) { return read_word(v, ask.code); }},
    {"since", [](std::string_view v, Ask& ask) { return read_time(v, ask.since_ms); }},
    {"after", read_after},
    {"replay", [](std::string_view v, Ask& ask) { return read_flag(v, ask.replay); }},
}};

const OptionRow& row_of(Option option) { return kOptions[static_cast<std::size_t>(option)]; }

std::vector<std::string_view> names_of(std::span<const Option> options) {
  std::vector<std::string_view> names;
  for (const Option option : options) names.push_back(name_of(option));
  return names;
}

/// Reads one named value; `seen` has a bit per option.
void read_one(std::string_view name, std::string_view value, const std::string& where,
              std::span<const Option> allowed, std::uint32_t& seen, Ask& ask, Faults& faults) {
  const auto found = std::find_if(allowed.begin(), allowed.end(),
                                  [&](Option option) { return name_of(option) == name; });
  if (found == allowed.end()) {
    if (allowed.empty()) return faults.add(where, "is not known: this route takes no options");
    const auto names = names_of(allowed);
    return faults.add(where, unknown_word(name, names));
  }
  const std::uint32_t bit = 1U << static_cast<unsigned>(*found);
  if ((seen & bit) != 0) return faults.add(where, "is given twice");
  seen |= bit;
  if (std::string wrong = row_of(*found).read(value, ask); !wrong.empty())
    faults.add(where, std::move(wrong));
}

std::optional<std::string> as_text(index::JsonValue value) {
  if (const auto text = value.as_string()) return std::string(*text);
  if (value.is(index::JsonType::array)) {
    std::string all;
    for (const index::JsonValue one : value.elements()) {
      const auto text = one.as_string();
      if (!text || text->find(',') != std::string_view::npos) return std::nullopt;
      all.append(all.empty() ? "" : ",").append(*text);
    }
    return all;
  }
  if (value.is(index::JsonType::object) || value.is(index::JsonType::null)) return std::nullopt;
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  append_json(out, value);
  return std::string(buffer.view());
}

}  // namespace

std::string_view name_of(Option option) { return row_of(option).name; }

void Faults::answer(Response& response, std::string_view code) const {
  std::vector<ProblemItem> items;
  for (const Fault& fault : list_) items.push_back({where_, fault.where, fault.detail});
  const std::string detail = list_.front().where + ": " + list_.front().detail;
  fill_problem(response, {400, code, detail, {}, items});
}

void read_query(const Request& request, std::span<const Option> allowed, Ask& ask, Faults& faults) {
  std::uint32_t seen = 0;
  for (const Parameter& parameter : request.parameters)
    read_one(parameter.name, parameter.value, std::string(parameter.name), allowed, seen, ask,
             faults);
}

void read_members(index::JsonValue body, std::span<const Option> allowed,
                  std::vector<std::string>& text, Ask& ask, Faults& faults,
                  std::span<const std::string_view> others) {
  std::uint32_t seen = 0;
  text.clear();
  text.reserve(body.size());  // views into it must not move
  for (const index::JsonMember member : body.members()) {
    if (std::find(others.begin(), others.end(), member.name) != others.end()) continue;
    const std::string where = index::json_pointer("", member.name);
    auto value = as_text(member.value);
    if (!value) {
      faults.add(where, "is not a text, a number or a list of texts");
      continue;
    }
    text.push_back(std::move(*value));
    read_one(member.name, text.back(), where, allowed, seen, ask, faults);
  }
}

std::vector<std::string_view> split_list(std::string_view list) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t comma = list.find(',');
    pieces.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return pieces;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace concord::server
