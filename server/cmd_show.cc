#include "server/cmd_show.h"

#include <optional>

#include "index/base/json_reader.h"

namespace concord::server {
namespace {

using index::JsonValue;

/// Text of a scalar member; empty when absent. Control characters of the data do not reach the
/// terminal.
std::string at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  if (!value) return {};
  std::string text;
  if (const auto word = value->as_string())
    text = *word;
  else if (const auto number = value->as_int64())
    text = std::to_string(*number);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  return text;
}

std::string day(const std::string& time) { return time.substr(0, 10); }

/// "129.00 EUR" from minor units; the divisor is right for all currencies with cents.
std::string money(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  const auto minor = value ? value->as_int64() : std::nullopt;
  if (!minor) return {};
  const std::int64_t whole = *minor / 100;
  const std::int64_t cents = *minor < 0 ? -(*minor % 100) : *minor % 100;
  return (*minor < 0 && whole == 0 ? "-" : "") + std::to_string(whole) + "." +
         (cents < 10 ? "0" : "") + std::to_string(cents) + " " + at(object, "currency");
}

class Text {
 public:
  /// Appends `piece` with what goes before it, unless it is empty.
  Text& add(std::string_view before, const std::string& piece, std::string_view after = {}) {
    if (!piece.empty()) out_.append(before).append(piece).append(after);
    return *this;
  }
  Text& line() {
    out_.push_back('\n');
    return *this;
  }
  Text& heading(std::string_view words) {
    out_.append("\n").append(words).append("\n");
    return *this;
  }
  std::string out_;
};

void add_list(Text& text, const JsonValue& list, std::string_view before,
              std::string_view after = {}) {
  std::string all;
  for (const JsonValue one : list.elements())
    if (const auto word = one.as_string()) all.append(all.empty() ? "" : ", ").append(*word);
  text.add(before, all, after);
}

void add_ending(Text& text, const JsonValue& object) {
  text.add("; until ", day(at(object, "until"))).add("; ends when ", at(object, "ends_when"));
}

void add_action(Text& text, const JsonValue& action) {
  text.add("  ", at(action, "rank"), ". ").add("", at(action, "title"));
  text.add("  [", at(action, "action")).add(", ", at(action, "department"), "]").line();
  if (const auto why = action.find("why"))
    for (const JsonValue one : why->elements()) {
      text.add("     because ", at(one, "because"));
      if (const auto evidence = one.find("evidence")) add_list(text, *evidence, ": ");
      text.line();
    }
  if (const auto channels = action.find("deliverable_by"); channels && channels->size() > 0) {
    add_list(text, *channels, "     by ");
    text.line();
  }
  if (const auto treatment = action.find("treatment"))
    if (const std::string words = at(*treatment, "text"); !words.empty())
      text.add("     say: ", words).line();
  if (const auto blocked = action.find("blocked_here")) {
    text.add("     not on this channel: ", at(*blocked, "because"));
    add_ending(text, *blocked);
    text.line();
  }
}

void add_who(Text& text, const JsonValue& answer) {
  const auto profile = answer.find("profile");
  const std::string name = profile ? at(*profile, "name") : "";
  text.add("", name.empty() ? "(no name)" : name).add("  ", at(answer, "customer_id")).line();
  if (profile) {
    text.add("  customer since ", day(at(*profile, "since")));
    text.add("  language ", at(*profile, "language"));
    if (const auto needs = profile->find("needs")) add_list(text, *needs, "  needs ");
    text.line();
  }
  if (const auto accounts = answer.find("accounts"))
    for (const JsonValue one : accounts->elements())
      text.add("  ", at(one, "role"), " at ")
          .add("", at(one, "name"))
          .add(" (", at(one, "account"), ")")
          .line();
  text.add("  owner: ", at(answer, "owner_of_record"));
  if (!at(answer, "owner_of_record").empty()) text.line();
  text.add("  as of ", at(answer, "as_of")).add(", revision ", at(answer, "revision")).line();
}

void add_attention(Text& text, const JsonValue& answer) {
  const auto list = answer.find("attention");
  if (!list) return;
  text.heading(list->size() == 0 ? "Nothing is open." : "Open, worst first");
  for (const JsonValue one : list->elements()) {
    text.add("  ", at(one, "kind")).add(" (", at(one, "trouble"), ")");
    text.add("  ", at(one, "text"))
        .add("  [", at(one, "entry"))
        .add(", ", at(one, "department"), "]");
    text.add("  since ", day(at(one, "since"))).add(", due ", day(at(one, "due_at")));
    if (one.find("overdue")) text.add(", ", "overdue");
    text.line();
  }
}

void add_blocks(Text& text, const JsonValue& answer) {
  const auto list = answer.find("do_not");
  if (!list || list->size() == 0) return;
  text.heading("Do not");
  for (const JsonValue one : list->elements()) {
    text.add("  ", at(one, "rule"))
        .add(" (", at(one, "strength"), ")")
        .add(": ", at(one, "because"));
    if (const auto evidence = one.find("evidence")) add_list(text, *evidence, "  ");
    add_ending(text, one);
    text.line();
  }
}

void add_next(Text& text, const JsonValue& answer) {
  const auto list = answer.find("next");
  if (!list) return;
  text.heading(list->size() == 0 ? "Nothing to do." : "Next");
  for (const JsonValue one : list->elements()) add_action(text, one);
}

struct Section {
  const char* member;
  const char* heading;
  std::initializer_list<const char*> fields;
};

void add_section(Text& text, const JsonValue& answer, const Section& section) {
  const auto list = answer.find(section.member);
  if (!list || list->size() == 0) return;
  text.heading(section.heading);
  for (const JsonValue one : list->elements()) {
    std::string_view before = "  ";
    for (const char* field : section.fields) {
      const bool is_time = std::string_view(field).ends_with("at");
      const std::string words = is_time ? day(at(one, field)) : at(one, field);
      text.add(before, words);
      if (!words.empty()) before = "  ";
    }
    text.line();
  }
}

std::optional<JsonValue> parse(index::JsonReader& reader, std::string_view answer) {
  const auto parsed = reader.parse(answer);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

constexpr const char* kNotJson = "the answer is not JSON\n";

}  // namespace

std::string show_context(std::string_view answer) {
  index::JsonReader reader;
  const auto parsed = parse(reader, answer);
  if (!parsed) return kNotJson;
  Text text;
  add_who(text, *parsed);
  add_attention(text, *parsed);
  add_blocks(text, *parsed);
  add_next(text, *parsed);
  for (const Section& section : {
           Section{"promises", "Promised", {"text", "due_at", "status", "entry"}},
           Section{"last_contacts",
                   "Last contacts",
                   {"at", "department", "channel", "direction", "text"}},
           Section{"told_us", "The customer told us", {"fact", "value", "at", "department"}},
           Section{"told_them", "We told the customer", {"at", "topic", "department", "text"}},
           Section{"consents", "Consent", {"purpose", "channel", "state"}},
           Section{"conflicts", "Sources disagree on", {"field"}},
       })
    add_section(text, *parsed, section);
  if (const auto balances = parsed->find("balances"); balances && balances->size() > 0) {
    text.heading("Owed");
    for (const JsonValue one : balances->elements())
      text.add("  ", money(one, "open_minor")).add(" in ", at(one, "invoices"), " invoices").line();
  }
  if (const auto timeline = parsed->find("timeline")) {
    text.heading("Timeline, newest first (" + at(*timeline, "total") + " in all)");
    if (const auto entries = timeline->find("entries"))
      for (const JsonValue one : entries->elements())
        text.add("  ", day(at(one, "at")))
            .add("  ", at(one, "kind"))
            .add("  ", at(one, "status"))
            .add("  ", at(one, "subject"))
            .add("  ", money(one, "amount_minor"))
            .add("  [", at(one, "entry"), "]")
            .line();
  }
  return text.out_;
}

std::string show_next(std::string_view answer) {
  index::JsonReader reader;
  const auto parsed = parse(reader, answer);
  if (!parsed) return kNotJson;
  Text text;
  text.add("", at(*parsed, "customer_id")).add("  as of ", at(*parsed, "as_of")).line();
  text.add("Nothing to do: ", at(*parsed, "no_action"));
  if (!at(*parsed, "no_action").empty()) text.line();
  if (const auto actions = parsed->find("actions"))
    for (const JsonValue one : actions->elements()) add_action(text, one);
  if (const auto dropped = parsed->find("dropped"); dropped && dropped->size() > 0) {
    text.heading("Not now");
    for (const JsonValue one : dropped->elements()) {
      text.add("  ", at(one, "action")).add("  ", at(one, "stage")).add("  ", at(one, "because"));
      add_ending(text, one);
      text.line();
    }
  }
  return text.out_;
}

std::string show_fate(std::string_view answer, std::string_view action) {
  index::JsonReader reader;
  const auto parsed = parse(reader, answer);
  if (!parsed) return kNotJson;
  Text text;
  text.add("\nFor ", at(*parsed, "customer_id")).add(" as of ", at(*parsed, "as_of")).line();
  if (const auto actions = parsed->find("actions"))
    for (const JsonValue one : actions->elements()) {
      if (at(one, "action") != action) continue;
      text.add("  chosen, place ", at(one, "rank"));
      if (const auto counts = parsed->find("counts")) text.add(" of ", at(*counts, "ranked"));
      text.line();
      add_action(text, one);
      return text.out_;
    }
  if (const auto dropped = parsed->find("dropped"))
    for (const JsonValue one : dropped->elements()) {
      if (at(one, "action") != action) continue;
      text.add("  not now: stopped at ", at(one, "stage")).add(" by ", at(one, "component"));
      text.add(": ", at(one, "because"));
      if (const auto evidence = one.find("evidence")) add_list(text, *evidence, " (", ")");
      add_ending(text, one);
      text.line();
      return text.out_;
    }
  text.add("  ", "neither chosen nor dropped in this answer").line();
  return text.out_;
}

std::string show_search(std::string_view answer) {
  index::JsonReader reader;
  const auto parsed = parse(reader, answer);
  if (!parsed) return kNotJson;
  Text text;
  const auto exact = parsed->find("found_is_exact");
  text.add(exact && exact->as_bool().value_or(false) ? "" : "about ", at(*parsed, "found"),
           " found")
      .line();
  if (const auto hits = parsed->find("hits"))
    for (const JsonValue hit : hits->elements()) {
      text.add("", day(at(hit, "at"))).add("  ", at(hit, "kind")).add("  ", at(hit, "name"));
      text.add("  ", at(hit, "subject")).add("  ", at(hit, "title"));
      text.add("  [", at(hit, "entry"), "]").add("  ", at(hit, "customer_id"));
      text.add("  ", at(hit, "knowledge")).line();
      std::string words;
      if (const auto snippet = hit.find("snippet"))
        for (const JsonValue piece : snippet->elements()) words += at(piece, "text");
      text.add("    ", words);
      if (!words.empty()) text.line();
    }
  text.add("more: --cursor ", at(*parsed, "next_cursor"));
  if (!at(*parsed, "next_cursor").empty()) text.line();
  return text.out_;
}

std::string show_problem(std::string_view answer) {
  index::JsonReader reader;
  const auto parsed = parse(reader, answer);
  if (!parsed) return kNotJson;
  Text text;
  text.add("concord: ", at(*parsed, "detail")).add(" (", at(*parsed, "code"), ")").line();
  if (const auto candidates = parsed->find("candidates"))
    for (const JsonValue one : candidates->elements())
      text.add("  ", at(one, "customer_id"))
          .add("  ", at(one, "name"))
          .add("  ", at(one, "city"))
          .add("  since ", day(at(one, "since")))
          .add("  ", at(one, "entries"), " entries")
          .add(", ", at(one, "open"), " open")
          .line();
  return text.out_;
}

}  // namespace concord::server
