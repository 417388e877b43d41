#include "index/snapshot/pieces.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "index/snapshot/tally.h"

namespace concord::index {
namespace {

void text_member(JsonWriter& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.key(name).string(text);
}
void time_member(JsonWriter& out, std::string_view name, std::int64_t at_ms) {
  if (at_ms != kNoTime) out.key(name).time(UnixMillis{at_ms});
}

// The text of a stored entry, escaped as it stands; empty when it has none.
std::string_view stored_text(EntryView entry) {
  if (!entry.has(wire::RowFlag::has_text)) return {};  // an attribute may be called "text"
  const std::string_view json = entry.json();
  // Behind the subject (or the id) no quote is unescaped inside a value, so `,"text":"` is the
  // member.
  const std::size_t from =
      entry.row().subject_offset() != 0
          ? std::size_t{entry.row().subject_offset()} + entry.row().subject_bytes()
          : std::size_t{entry.row().id_bytes()} + 10;
  const std::size_t at = json.find(",\"text\":\"", from);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + 9;
  std::size_t end = begin;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return json.substr(begin, end - begin);
}

}  // namespace

std::string_view gist(EntryView entry, std::size_t bytes_max) {
  std::string_view text = entry.subject_json();
  if (text.empty()) text = stored_text(entry);
  if (text.size() <= bytes_max) return text;
  std::size_t end = 0;
  while (end < bytes_max) {
    std::size_t step = 1;
    if (text[end] == '\\')
      step = text[end + 1] == 'u' ? 6 : 2;
    else
      while (end + step < text.size() && (text[end + step] & 0xC0) == 0x80) ++step;
    if (end + step > bytes_max) break;
    end += step;
  }
  return text.substr(0, end);
}

std::string_view stored_assignee(EntryView entry) {
  // No quote stands unescaped inside a value, so these are the members; `participants` is always
  // there, behind them and before the attributes, one of which may be called "assignee".
  constexpr std::string_view kMember = ",\"assignee\":\"";
  std::string_view json = entry.json();
  json = json.substr(0, json.find(",\"participants\":["));
  const std::size_t at = json.find(kMember);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + kMember.size();
  std::size_t end = begin;
  while (json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return json.substr(begin, end - begin);
}

namespace {

void write_common(JsonWriter& out, EntryView entry) {
  write_escaped_member(out, "entry", entry.id_json());
  text_member(out, "department", entry.department());
}

bool is_contact(EntryView entry) {
  if (entry.direction() == Direction::none) return entry.kind() == Kind::visit;
  switch (entry.kind()) {
    case Kind::interaction:
    case Kind::case_:
    case Kind::message:
    case Kind::visit: return true;
    default: return false;
  }
}

bool is_told_topic(EntryView entry) {
  return entry.direction() == Direction::outbound && !entry.topic().empty();
}

bool is_holding(EntryView entry) {
  return entry.kind() == Kind::holding || entry.kind() == Kind::contract;
}

Tally tally_of(const EntryRange& entries, UnixMillis as_of) {
  Tally tally;
  entries.each([&](EntryView entry) {
    tally.add(entry, as_of);
    return true;
  });
  return tally;
}

// Up to `max` entries of `want`, newest first, written by `write` as array elements.
template <typename Want, typename Write>
void write_newest(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of, std::size_t max,
                  Want&& want, Write&& write) {
  out.begin_array();
  std::size_t count = 0;
  entries.each([&](EntryView entry) {
    if (!entry.exists_at(as_of) || !want(entry)) return true;
    out.begin_object();
    write(entry);
    out.end_object();
    return ++count < max;
  });
  out.end_array();
}

void write_promise(JsonWriter& out, EntryView entry) {
  out.begin_object();
  write_common(out, entry);
  out.key("at").time(UnixMillis{entry.at_ms()});
  time_member(out, "due_at", entry.due_at_ms());
  time_member(out, "closed_at", entry.closed_at_ms());
  text_member(out, "status", entry.status());
  out.key("state_type").string(word(entry.state_type()));
  write_escaped_member(out, "assignee", stored_assignee(entry));
  write_escaped_member(out, "text", gist(entry));
  out.end_object();
}

}  // namespace

void write_escaped_member(JsonWriter& out, std::string_view name, std::string_view escaped) {
  if (escaped.empty()) return;
  out.key(name);
  Buffer& buffer = out.buffer();
  buffer.push('"');
  buffer.append(escaped);
  out.raw("\"");  // closes the value; the writer then knows that a comma must follow
}

void write_promises(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of) {
  out.begin_array();
  std::size_t count = 0;
  for (const bool open : {true, false})
    entries.each([&](EntryView entry) {
      if (entry.kind() != Kind::promise || !entry.exists_at(as_of) || entry.open_at(as_of) != open)
        return true;
      if (count == kPromisesMax) return false;
      ++count;
      write_promise(out, entry);
      return true;
    });
  out.end_array();
}

void write_last_contacts(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of) {
  write_newest(out, entries, as_of, kContactsMax, is_contact, [&](EntryView entry) {
    write_common(out, entry);
    text_member(out, "channel", entry.channel());
    if (entry.direction() != Direction::none) out.key("direction").string(word(entry.direction()));
    out.key("at").time(UnixMillis{entry.at_ms()});
    text_member(out, "actor", entry.actor());
    write_escaped_member(out, "text", gist(entry));
  });
}

void write_told_us(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of) {
  const auto is_fact = [](EntryView entry) { return entry.kind() == Kind::fact; };
  write_newest(out, entries, as_of, kToldUsMax, is_fact, [&](EntryView entry) {
    write_escaped_member(out, "fact", entry.subject_json());
    write_escaped_member(out, "value", stored_text(entry));
    out.key("at").time(UnixMillis{entry.at_ms()});
    text_member(out, "department", entry.department());
    text_member(out, "channel", entry.channel());
    text_member(out, "heard_by", entry.actor());
    write_escaped_member(out, "entry", entry.id_json());
  });
}

void write_told_them(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of) {
  std::array<std::string_view, kToldThemMax> seen;
  std::size_t count = 0;
  const auto fresh_topic = [&](EntryView entry) {
    if (!is_told_topic(entry)) return false;
    if (std::find(seen.begin(), seen.begin() + count, entry.topic()) != seen.begin() + count)
      return false;
    seen[count++] = entry.topic();
    return true;
  };
  write_newest(out, entries, as_of, kToldThemMax, fresh_topic, [&](EntryView entry) {
    out.key("topic").string(entry.topic());
    out.key("at").time(UnixMillis{entry.at_ms()});
    text_member(out, "department", entry.department());
    text_member(out, "channel", entry.channel());
    write_escaped_member(out, "entry", entry.id_json());
    write_escaped_member(out, "text", gist(entry));
  });
}

void write_holdings(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of) {
  const auto held = [&](EntryView entry) { return is_holding(entry) && entry.open_at(as_of); };
  write_newest(out, entries, as_of, kHoldingsMax, held, [&](EntryView entry) {
    write_escaped_member(out, "entry", entry.id_json());
    out.key("kind").string(word(entry.kind()));
    text_member(out, "department", entry.department());
    out.key("at").time(UnixMillis{entry.at_ms()});
    time_member(out, "due_at", entry.due_at_ms());
    text_member(out, "status", entry.status());
    if (entry.has(wire::RowFlag::has_amount)) {
      out.key("amount_minor").integer(entry.row().amount_minor());
      out.key("currency").string(entry.currency());
    }
    write_escaped_member(out, "text", gist(entry));
  });
}

void write_balances(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  tally_of(entries, as_of).write_balances(out);
}
void write_open_counts(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  tally_of(entries, as_of).write_open_counts(out);
}
void write_departments(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  tally_of(entries, as_of).write_departments(out);
}

PieceSet pieces_of(EntryView entry) {
  PieceSet set;
  const auto mark = [&](Piece piece, bool on) { set[static_cast<std::size_t>(piece)] = on; };
  const Kind kind = entry.kind();
  mark(Piece::contacts, is_contact(entry));
  mark(Piece::told_us, kind == Kind::fact);
  mark(Piece::told_them, is_told_topic(entry));
  mark(Piece::promises, kind == Kind::promise);
  mark(Piece::holdings, is_holding(entry));
  mark(Piece::balances, kind == Kind::invoice);
  return set;
}

}  // namespace concord::index
