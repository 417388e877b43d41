#include "index/snapshot/publish.h"

#include <algorithm>

#include "index/base/assert.h"
#include "index/snapshot/awaits.h"
#include "index/snapshot/entry_json.h"
#include "index/snapshot/pieces.h"
#include "index/snapshot/portrait.h"
#include "index/snapshot/segment.h"

namespace concord::index {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using Entries = std::vector<const EntryState*>;

// Visible entries newest first, then withdrawn ones; each in a total order.
std::pair<Entries, Entries> ordered(const CustomerRecord& record) {
  std::pair<Entries, Entries> split;
  for (const auto& [id, entry] : record.entries)
    (entry.hidden() ? split.second : split.first).push_back(&entry);
  const auto newest_first = [](const EntryState* a, const EntryState* b) {
    return a->at_ms() != b->at_ms() ? a->at_ms() > b->at_ms() : a->id < b->id;
  };
  std::sort(split.first.begin(), split.first.end(), newest_first);
  std::sort(split.second.begin(), split.second.end(), newest_first);
  return split;
}

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + 7) & ~std::size_t{7});
  return bytes;
}

std::int64_t newest_at(const Entries& visible) {
  std::int64_t newest = kNoTime;
  for (const EntryState* entry : visible)
    newest = std::max({newest, entry->at_ms(), effective_closed_at(*entry)});
  return newest;
}

// Places of entries that are open for every as_of from newest_at on.
std::vector<std::uint32_t> open_rows(const Entries& visible) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < visible.size(); ++i) {
    const auto state = static_cast<StateType>(visible[i]->now.state_type.value_or(0));
    if (is_open(state) && effective_closed_at(*visible[i]) == kNoTime) rows.push_back(i);
  }
  return rows;
}

bool has_decisions(const Entries& visible) {
  return std::any_of(visible.begin(), visible.end(), [](const EntryState* one) {
    return one->now.kind == static_cast<std::uint8_t>(Kind::decision);
  });
}

// A few more than the head's rows stay in the head: no tail for them alone.
std::size_t head_rows_of(std::size_t entries) {
  return entries <= kHeadRows + kTailRows / 2 ? entries : std::size_t{kHeadRows};
}

template <typename Write>
flatbuffers::Offset<flatbuffers::String> piece(Builder& builder, Buffer& json, Write&& write) {
  json.clear();
  JsonWriter out(json);
  write(out);
  return builder.CreateString(json.data(), json.size());
}

}  // namespace

void RecordEncoder::encode(const CustomerRecord& record, EncodedRecord& out) {
  const auto [visible, withdrawn] = ordered(record);
  const std::span<const EntryState* const> all(visible);
  const std::size_t head_rows = head_rows_of(all.size());
  const std::string head = encode_segment(segment_builder_, json_, all.first(head_rows));
  out.tails.clear();
  for (std::size_t at = head_rows; at < all.size(); at += kTailRows)
    out.tails.push_back(
        padded(encode_segment(segment_builder_, json_,
                              all.subspan(at, std::min<std::size_t>(kTailRows, all.size() - at)))));
  std::string hidden;
  if (!withdrawn.empty())
    hidden = encode_segment(segment_builder_, json_, withdrawn, SegmentUse::withdrawn);

  std::vector<const wire::Segment*> tails;
  for (const std::string& tail : out.tails)
    tails.push_back(flatbuffers::GetRoot<wire::Segment>(tail.data()));
  const EntryRange entries(flatbuffers::GetRoot<wire::Segment>(head.data()), tails);
  const UnixMillis always{std::max(newest_at(visible), kNoTime + 1)};

  Builder& b = builder_;
  b.Clear();
  const auto entry_piece = [&](auto write) {
    return piece(b, json_, [&](JsonWriter& writer) { write(writer, entries, always); });
  };
  const auto nested = [&](std::string_view bytes) {
    b.ForceVectorAlignment(bytes.size(), 1, 8);
    return b.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  };
  const auto portrait = nested(encode_portrait(segment_builder_, json_, record));
  const std::string_view awaits = encode_awaits(segment_builder_, Releases::awaited(record));
  const auto awaits_at = nested(awaits);
  const auto departments = entry_piece(write_departments);
  const auto open = entry_piece(write_open_counts);
  const auto contacts = entry_piece(write_last_contacts);
  const auto told_us = entry_piece(write_told_us);
  const auto told_them = entry_piece(write_told_them);
  const auto promises = entry_piece(write_promises);
  const auto balances = entry_piece(write_balances);
  const auto holdings = entry_piece(write_holdings);
  const auto open_at = b.CreateVector(open_rows(visible));
  const auto head_at = nested(head);
  const auto hidden_at = nested(hidden);

  wire::RecordBuilder built(b);
  built.add_id(record.id.value);
  built.add_seq(record.seq);
  built.add_created_seq(record.created_seq);
  built.add_is_account(record.is_account);
  built.add_newest_at(always.ms);
  built.add_last_at(visible.empty() ? kNoTime : visible.front()->at_ms());
  built.add_entries(static_cast<std::uint32_t>(visible.size()));
  built.add_has_decisions(has_decisions(visible));
  built.add_tail_rows(static_cast<std::uint32_t>(visible.size() - head_rows));
  built.add_head(head_at);
  if (!hidden.empty()) built.add_hidden(hidden_at);
  built.add_open_rows(open_at);
  built.add_departments_json(departments);
  built.add_open_json(open);
  built.add_contacts_json(contacts);
  built.add_told_us_json(told_us);
  built.add_told_them_json(told_them);
  built.add_promises_json(promises);
  built.add_balances_json(balances);
  built.add_holdings_json(holdings);
  built.add_portrait(portrait);
  if (!awaits.empty()) built.add_awaits(awaits_at);
  b.Finish(built.Finish(), wire::RecordIdentifier());
  out.record = padded({reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize()});
}

}  // namespace concord::index
