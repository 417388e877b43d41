#include "index/snapshot/segment.h"

#include <map>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/snapshot/entry_json.h"
#include "index/snapshot/entry_merge.h"

namespace concord::index {
namespace {

// Words of one segment, numbered in the order of their first use; word 0 is "".
class Words {
 public:
  Words() { all_.emplace_back(); }
  std::uint16_t number(std::string_view word) {
    if (word.empty()) return 0;
    const auto [at, fresh] =
        numbers_.try_emplace(std::string(word), static_cast<std::uint16_t>(all_.size()));
    if (fresh) {
      CONCORD_ASSERT(all_.size() < 0xFFFF);  // 256 rows of 11 words
      all_.emplace_back(word);
    }
    return at->second;
  }
  [[nodiscard]] const std::vector<std::string>& all() const { return all_; }

 private:
  std::map<std::string, std::uint16_t, std::less<>> numbers_;
  std::vector<std::string> all_;
};

std::uint8_t flags_of(const EntryState& entry) {
  const wire::EntryT& now = entry.now;
  std::uint8_t flags = 0;
  const auto set = [&](wire::RowFlag flag, bool on) {
    if (on) flags |= static_cast<std::uint8_t>(flag);
  };
  set(wire::RowFlag::requested, now.requested.value_or(false));
  set(wire::RowFlag::is_public, now.is_public.value_or(false));
  set(wire::RowFlag::has_text, !now.text.empty());
  set(wire::RowFlag::has_amount, now.amount_minor.has_value());
  set(wire::RowFlag::attributes, !now.attributes.empty());
  set(wire::RowFlag::at_given, now.at.has_value());
  set(wire::RowFlag::spread, entry.spread);
  return flags;
}

void set_words(wire::Row& row, const EntryState& entry, Words& words) {
  const wire::EntryT& now = entry.now;
  row.mutate_department(words.number(entry.department));
  row.mutate_source(words.number(entry.source));
  row.mutate_channel(words.number(now.channel));
  row.mutate_topic(words.number(now.topic));
  row.mutate_reason(words.number(now.reason));
  row.mutate_status(words.number(now.status));
  row.mutate_brand(words.number(now.brand));
  row.mutate_account(words.number(now.account));
  row.mutate_currency(words.number(now.currency));
  row.mutate_queue(words.number(now.queue));
  row.mutate_actor(words.number(now.actor));
}

void set_values(wire::Row& row, const EntryState& entry) {
  const wire::EntryT& now = entry.now;
  row.mutate_at(entry.at_ms());
  row.mutate_due_at(now.due_at.value_or(kNoTime));
  row.mutate_closed_at(effective_closed_at(entry));
  row.mutate_set_at(entry.newest.at_ms);
  row.mutate_seq(entry.last_seq);
  row.mutate_id_hash(hash64(entry.id));
  row.mutate_amount_minor(now.amount_minor.value_or(0));
  row.mutate_kind(now.kind);
  row.mutate_state_type(now.state_type.value_or(0));
  row.mutate_trouble(now.trouble.value_or(0));
  row.mutate_direction(now.direction.value_or(0));
  row.mutate_purpose(now.purpose.value_or(0));
  row.mutate_visibility(now.visibility.value_or(0));
  row.mutate_priority(now.priority.value_or(0));
  row.mutate_flags(flags_of(entry));
}

}  // namespace

std::string encode_segment(flatbuffers::FlatBufferBuilder& builder, Buffer& json,
                           std::span<const EntryState* const> entries, SegmentUse use) {
  Words words;
  std::vector<wire::Row> rows(entries.size());
  std::string merge;
  json.clear();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const EntryState& entry = *entries[i];
    wire::Row& row = rows[i];
    const std::size_t start = json.size();
    const EntryPlaces places = write_entry_json(json, entry);
    row.mutate_json_offset(static_cast<std::uint32_t>(start));
    row.mutate_json_bytes(static_cast<std::uint32_t>(json.size() - start));
    row.mutate_id_bytes(static_cast<std::uint16_t>(places.id_bytes));
    row.mutate_subject_offset(static_cast<std::uint16_t>(places.subject_offset));
    row.mutate_subject_bytes(static_cast<std::uint16_t>(places.subject_bytes));
    set_values(row, entry);
    if (use == SegmentUse::visible) set_words(row, entry, words);
    const std::string stamps = write_entry_merge(entry);
    if (stamps.empty()) continue;
    row.mutate_merge_offset(static_cast<std::uint32_t>(merge.size() + 1));
    row.mutate_merge_bytes(static_cast<std::uint32_t>(stamps.size()));
    merge += stamps;
  }
  builder.Clear();
  const auto rows_at = builder.CreateVectorOfStructs(rows);
  const auto words_at = builder.CreateVectorOfStrings(words.all());
  const auto json_at =
      builder.CreateVector(reinterpret_cast<const std::uint8_t*>(json.data()), json.size());
  const auto merge_at =
      builder.CreateVector(reinterpret_cast<const std::uint8_t*>(merge.data()), merge.size());
  builder.Finish(wire::CreateSegment(builder, rows_at, words_at, json_at, merge_at));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

Result<EntryState> decode_entry(JsonReader& reader, EntryView view) {
  EntryState entry;
  if (auto read = read_entry_json(reader, view.json(), entry); !read)
    return tl::unexpected<Error>(read.error());
  const wire::Row& row = view.row();
  entry.last_seq = row.seq();
  if (auto read = read_entry_merge(view.merge_bytes(), Stamp{row.set_at(), row.seq()},
                                   view.has(wire::RowFlag::at_given), entry);
      !read)
    return tl::unexpected<Error>(read.error());
  return entry;
}

}  // namespace concord::index
