#include "index/snapshot/attention.h"

#include <algorithm>
#include <tuple>

#include "index/base/time.h"
#include "index/snapshot/follow_up.h"
#include "index/snapshot/pieces.h"

namespace concord::index {
namespace {

enum Rank { kHold, kOverduePromise, kCase, kInvoice, kLateOrder, kDefect, kRest };

// Kinds that are open without anybody having to act: what the customer has, not what is wrong.
bool is_standing(Kind kind) {
  return kind == Kind::holding || kind == Kind::contract || kind == Kind::fact ||
         kind == Kind::note || kind == Kind::outcome || kind == Kind::decision ||
         kind == Kind::release;
}

int rank_of(EntryView entry, UnixMillis as_of) {
  const bool overdue = entry.overdue_at(as_of);
  switch (entry.kind()) {
    case Kind::hold: return kHold;
    case Kind::promise: return overdue ? kOverduePromise : kRest;
    case Kind::case_: return kCase;
    case Kind::invoice:
      return overdue || entry.trouble() == Trouble::disputed || entry.trouble() == Trouble::wrong
                 ? kInvoice
                 : kRest;
    case Kind::order:
    case Kind::shipment: return overdue || entry.trouble() == Trouble::late ? kLateOrder : kRest;
    case Kind::release:
    case Kind::defect: return kDefect;
    default: return kRest;
  }
}

// Sorts ascending: rank, longest overdue first, priority 1 first (none last), oldest, entry id.
auto order_of(const Attention& one, UnixMillis as_of) {
  const bool overdue = one.entry.overdue_at(as_of);
  const int priority = one.entry.row().priority() == 0 ? 256 : one.entry.row().priority();
  const std::int64_t due_ms =
      overdue ? one.entry.due_at_ms() : std::numeric_limits<std::int64_t>::max();
  return std::tuple(one.rank, due_ms, priority, one.entry.at_ms(), one.entry.id_json());
}

std::string_view key_json(EntryView entry) {
  std::string_view id = entry.id_json();
  id.remove_prefix(std::min(id.size(), entry.source().size() + word(entry.kind()).size() + 2));
  return id;
}

void append_date(Buffer& out, std::int64_t at_ms) {
  char text[kTimeCharsMax];
  write_rfc3339(UnixMillis{at_ms}, text);
  out.append({text, 10});
}

bool is_delivery(Kind kind) {
  return kind == Kind::order || kind == Kind::shipment || kind == Kind::return_;
}

// "Order 8d50 is late since 2018-08-15 (shipped): subject" (or the beginning of the text), without
// one that only says "Order 8d50" again.
void write_text(JsonWriter& writer, EntryView entry, UnixMillis as_of) {
  writer.key("text");
  Buffer& out = writer.buffer();
  out.push('"');
  const std::size_t named = out.size();
  const std::string_view kind = word(entry.kind());
  out.push(static_cast<char>(kind[0] - 'a' + 'A'));
  out.append(kind.substr(1));
  out.push(' ');
  out.append(key_json(entry));
  const std::size_t name_bytes = out.size() - named;
  if (entry.overdue_at(as_of)) {
    out.append(is_delivery(entry.kind()) ? " is late since " : " is overdue since ");
    append_date(out, entry.due_at_ms());
  } else if (entry.trouble() != Trouble::none) {
    out.append(" is ");
    out.append(entry.trouble() == Trouble::defect ? std::string_view("defective")
                                                  : word(entry.trouble()));
  } else {
    out.append(entry.kind() == Kind::release ? " fixes what was reported, out since "
                                             : " is open since ");
    append_date(out, entry.at_ms());
  }
  if (!entry.status().empty()) {
    out.push(' ');
    const std::size_t opening = out.size();
    append_json_string(out, entry.status());
    out.data()[opening] = '(';  // brackets in place of the quotes
    out.data()[out.size() - 1] = ')';
  }
  const std::string_view subject = gist(entry);
  if (!subject.empty() && subject != out.view().substr(named, name_bytes)) {
    out.append(": ");
    out.append(subject);
  }
  writer.raw("\"");
}

void write_one(JsonWriter& out, const Attention& one, UnixMillis as_of) {
  const EntryView entry = one.entry;
  out.begin_object();
  out.key("kind").string(word(entry.kind()));
  if (!entry.department().empty()) out.key("department").string(entry.department());
  write_escaped_member(out, "entry", entry.id_json());
  out.key("since").time(UnixMillis{entry.at_ms()});
  if (entry.due_at_ms() != kNoTime) out.key("due_at").time(UnixMillis{entry.due_at_ms()});
  if (entry.overdue_at(as_of)) out.key("overdue").boolean(true);
  if (!entry.status().empty()) out.key("status").string(entry.status());
  out.key("state_type").string(word(entry.state_type()));
  if (entry.row().priority() != 0) out.key("priority").integer(entry.row().priority());
  if (entry.trouble() != Trouble::none) out.key("trouble").string(word(entry.trouble()));
  if (one.account) out.key("account").boolean(true);
  write_text(out, entry, as_of);
  out.end_object();
}

}  // namespace

std::size_t attention_of(const Customer& customer, UnixMillis as_of, std::span<Attention> out) {
  std::size_t count = 0;
  const auto worse = [&](const Attention& a, const Attention& b) {
    return order_of(a, as_of) < order_of(b, as_of);
  };
  // A bounded heap: the best `out.size()` stay, the mildest of them on top.
  const auto add = [&](const Attention& one) {
    if (count < out.size()) {
      out[count++] = one;
      std::push_heap(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count), worse);
    } else if (worse(one, out.front())) {
      std::pop_heap(out.begin(), out.end(), worse);
      out.back() = one;
      std::push_heap(out.begin(), out.end(), worse);
    }
  };
  const auto collect = [&](const RecordView& record, bool account) {
    record.each_open(as_of, [&](EntryView entry) {
      if (!is_standing(entry.kind())) add({entry, rank_of(entry, as_of), account});
    });
  };
  collect(customer.record, false);
  const FollowUps follow_ups = follow_ups_of(customer.record, as_of);
  for (std::size_t i = 0; i < follow_ups.count; ++i) {
    const EntryView fix = *follow_ups.fixes[i];
    add({fix, rank_of(fix, as_of), false});
  }
  for (const RecordView& account : customer.account_records()) collect(account, true);
  std::sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count), worse);
  return count;
}

void write_attention(JsonWriter& out, const Customer& customer, UnixMillis as_of) {
  alignas(Attention) std::byte space[sizeof(Attention) * kAttentionMax];
  const std::span<Attention> items(reinterpret_cast<Attention*>(space), kAttentionMax);
  const std::size_t count = attention_of(customer, as_of, items);
  out.begin_array();
  for (std::size_t i = 0; i < count; ++i) write_one(out, items[i], as_of);
  out.end_array();
}

void write_now_with(JsonWriter& out, const Customer& customer, UnixMillis as_of) {
  std::size_t count = 0;
  const auto write = [&](EntryView entry) {
    const bool ends = entry.due_at_ms() != kNoTime;
    const bool claim = entry.kind() == Kind::decision && (!ends || entry.due_at_ms() > as_of.ms);
    const bool handoff = entry.kind() == Kind::task && entry.reason() == kHandoffReason;
    if ((!claim && !handoff) || count == kNowWithMax) return;
    ++count;
    out.begin_object();
    out.key("what").string(claim ? "claim" : "handoff");
    write_escaped_member(out, "entry", entry.id_json());
    if (!entry.department().empty()) out.key("department").string(entry.department());
    if (!entry.topic().empty()) out.key("topic").string(entry.topic());
    if (!claim) write_escaped_member(out, "with", stored_assignee(entry));
    if (claim && !entry.actor().empty()) out.key("with").string(entry.actor());
    out.key("since").time(UnixMillis{entry.at_ms()});
    if (ends) out.key("until").time(UnixMillis{entry.due_at_ms()});
    out.end_object();
  };
  out.begin_array();
  customer.record.each_open(as_of, write);
  out.end_array();
}

}  // namespace concord::index
