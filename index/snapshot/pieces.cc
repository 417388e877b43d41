#include "index/snapshot/pieces.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string>
#include <vector>

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

// Subject, else the beginning of the text: at most `bytes_max`, never cutting an escape or a UTF-8
// sequence.
std::string_view gist(EntryView entry, std::size_t bytes_max = 160) {
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

void write_common(JsonWriter& out, EntryView entry) {
  write_escaped_member(out, "entry", entry.id_json());
  text_member(out, "department", entry.department());
}

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<std::int64_t>::max()
               : std::numeric_limits<std::int64_t>::min();
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

// Up to `max` entries of `want`, newest first, written by `write` as array elements.
template <typename Want, typename Write>
void write_newest(JsonWriter& out, const EntryRange& entries, UnixMillis as_of, std::size_t max,
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

void write_promises(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
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

void write_last_contacts(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  write_newest(out, entries, as_of, kContactsMax, is_contact, [&](EntryView entry) {
    write_common(out, entry);
    text_member(out, "channel", entry.channel());
    if (entry.direction() != Direction::none) out.key("direction").string(word(entry.direction()));
    out.key("at").time(UnixMillis{entry.at_ms()});
    text_member(out, "actor", entry.actor());
    write_escaped_member(out, "text", gist(entry));
  });
}

void write_told_us(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
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

void write_told_them(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  std::array<std::string_view, kToldThemMax> seen;
  std::size_t count = 0;
  const auto fresh_topic = [&](EntryView entry) {
    if (entry.direction() != Direction::outbound || entry.topic().empty()) return false;
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

void write_balances(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  struct Balance {
    std::int64_t open_minor = 0;
    std::int64_t invoices = 0;
  };
  std::map<std::string_view, Balance> by_currency;
  entries.each([&](EntryView entry) {
    if (entry.kind() != Kind::invoice || !entry.has(wire::RowFlag::has_amount) ||
        !entry.open_at(as_of))
      return true;
    Balance& balance = by_currency[entry.currency()];
    balance.open_minor = saturating_sum(balance.open_minor, entry.row().amount_minor());
    ++balance.invoices;
    return true;
  });
  out.begin_array();
  for (const auto& [currency, balance] : by_currency) {
    out.begin_object();
    out.key("currency").string(currency);
    out.key("open_minor").integer(balance.open_minor);
    out.key("invoices").integer(balance.invoices);
    out.end_object();
  }
  out.end_array();
}

void write_holdings(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  const auto held = [&](EntryView entry) {
    return (entry.kind() == Kind::holding || entry.kind() == Kind::contract) &&
           entry.open_at(as_of);
  };
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

void write_open_counts(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  std::array<std::int64_t, kKindCount> open{};
  entries.each([&](EntryView entry) {
    if (entry.open_at(as_of)) ++open[static_cast<std::size_t>(entry.kind())];
    return true;
  });
  out.begin_object();
  for (std::size_t kind = 0; kind < open.size(); ++kind)
    if (open[kind] > 0) out.key(word(static_cast<Kind>(kind))).integer(open[kind]);
  out.end_object();
}

void write_departments(JsonWriter& out, const EntryRange& entries, UnixMillis as_of) {
  struct Department {
    std::int64_t entries = 0;
    std::int64_t open = 0;
    std::int64_t last_at_ms = kNoTime;
  };
  std::map<std::string_view, Department> by_name;
  entries.each([&](EntryView entry) {
    if (!entry.exists_at(as_of)) return true;
    Department& one = by_name[entry.department()];
    ++one.entries;
    if (entry.open_at(as_of)) ++one.open;
    one.last_at_ms = std::max(one.last_at_ms, entry.at_ms());
    return true;
  });
  out.begin_array();
  for (const auto& [name, one] : by_name) {
    out.begin_object();
    out.key("department").string(name);
    out.key("entries").integer(one.entries);
    out.key("open").integer(one.open);
    out.key("last_at").time(UnixMillis{one.last_at_ms});
    out.end_object();
  }
  out.end_array();
}

}  // namespace concord::index
