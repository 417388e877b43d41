#include "index/snapshot/segment.h"

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/snapshot/entry_json.h"
#include "index/snapshot/entry_merge.h"

namespace concord::index {
namespace {

constexpr std::uint16_t kUnset = 0xFFFF;

// Gives every word field of a row the number that change() makes of its old one.
template <typename Change>
void change_words(wire::Row& row, Change&& change) {
  row.mutate_department(change(row.department()));
  row.mutate_source(change(row.source()));
  row.mutate_channel(change(row.channel()));
  row.mutate_topic(change(row.topic()));
  row.mutate_reason(change(row.reason()));
  row.mutate_status(change(row.status()));
  row.mutate_brand(change(row.brand()));
  row.mutate_account(change(row.account()));
  row.mutate_currency(change(row.currency()));
  row.mutate_queue(change(row.queue()));
  row.mutate_actor(change(row.actor()));
}

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

void set_words(wire::Row& row, const EntryState& entry, WordTable& words) {
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

}  // namespace

std::uint16_t WordTable::number(std::string_view word) {
  if (word.empty()) return 0;
  std::size_t cell = hash64(word) & (kCells - 1);
  while (cells_[cell] != 0 && all_[cells_[cell]] != word) cell = (cell + 1) & (kCells - 1);
  if (cells_[cell] == 0) {
    CONCORD_ASSERT(all_.size() < kCells / 2);
    cells_[cell] = static_cast<std::uint16_t>(all_.size());
    all_.push_back(word);
  }
  return cells_[cell];
}

void WordTable::clear() {
  cells_.fill(0);
  all_.assign(1, std::string_view{});
}

void SegmentBuilder::begin(SegmentUse use) {
  use_ = use;
  rows_.clear();
  json_.clear();
  merge_.clear();
  words_.clear();
  known_from_ = nullptr;
}

void SegmentBuilder::add(const EntryState& entry) {
  wire::Row& row = rows_.emplace_back();
  const std::size_t start = json_.size();
  const EntryPlaces places = write_entry_json(json_, entry);
  row.mutate_json_offset(static_cast<std::uint32_t>(start));
  row.mutate_json_bytes(static_cast<std::uint32_t>(json_.size() - start));
  row.mutate_id_bytes(static_cast<std::uint16_t>(places.id_bytes));
  row.mutate_subject_offset(static_cast<std::uint16_t>(places.subject_offset));
  row.mutate_subject_bytes(static_cast<std::uint16_t>(places.subject_bytes));
  set_values(row, entry);
  if (use_ == SegmentUse::visible) set_words(row, entry, words_);
  const std::string stamps = write_entry_merge(entry);
  if (stamps.empty()) return;
  row.mutate_merge_offset(static_cast<std::uint32_t>(merge_.size() + 1));
  row.mutate_merge_bytes(static_cast<std::uint32_t>(stamps.size()));
  merge_ += stamps;
}

void SegmentBuilder::copy(const wire::Segment& from, std::uint32_t first, std::uint32_t count) {
  if (count == 0) return;
  const auto& rows = *from.rows();
  const wire::Row& last = *rows.Get(first + count - 1);
  const std::uint32_t json_from = rows.Get(first)->json_offset();
  const std::size_t json_to = json_.size();
  const std::size_t json_bytes = last.json_offset() + last.json_bytes() - json_from;
  json_.append({reinterpret_cast<const char*>(from.json()->data()) + json_from, json_bytes});
  if (known_from_ != &from) {
    known_from_ = &from;
    known_.assign(from.words()->size(), kUnset);
    known_[0] = 0;
  }
  const auto renumber = [&](std::uint16_t word) {
    std::uint16_t& known = known_[word];
    if (known == kUnset) known = words_.number(view_of(from.words()->Get(word)));
    return known;
  };
  for (std::uint32_t i = first; i < first + count; ++i) {
    wire::Row& row = rows_.emplace_back(*rows.Get(i));
    row.mutate_json_offset(static_cast<std::uint32_t>(json_to + row.json_offset() - json_from));
    if (use_ == SegmentUse::visible) change_words(row, renumber);
    if (row.merge_offset() == 0) continue;
    const std::size_t merge_to = merge_.size();
    merge_.append(reinterpret_cast<const char*>(from.merge()->data()) + row.merge_offset() - 1,
                  row.merge_bytes());
    row.mutate_merge_offset(static_cast<std::uint32_t>(merge_to + 1));
  }
}

// The row without its JSON and merge bytes.
wire::Row& SegmentBuilder::add_row(EntryView entry) {
  wire::Row& row = rows_.emplace_back(entry.row());
  row.mutate_department(words_.number(entry.department()));
  row.mutate_source(words_.number(entry.source()));
  row.mutate_channel(words_.number(entry.channel()));
  row.mutate_topic(words_.number(entry.topic()));
  row.mutate_reason(words_.number(entry.reason()));
  row.mutate_status(words_.number(entry.status()));
  row.mutate_brand(words_.number(entry.brand()));
  row.mutate_account(words_.number(entry.account()));
  row.mutate_currency(words_.number(entry.currency()));
  row.mutate_queue(words_.number(entry.queue()));
  row.mutate_actor(words_.number(entry.actor()));
  row.mutate_json_offset(static_cast<std::uint32_t>(json_.size()));
  row.mutate_merge_offset(0);
  row.mutate_merge_bytes(0);
  return row;
}

void SegmentBuilder::copy(EntryView entry) {
  wire::Row& row = add_row(entry);
  json_.append(entry.json());
  if (entry.merge_bytes().empty()) return;
  row.mutate_merge_offset(static_cast<std::uint32_t>(merge_.size() + 1));
  row.mutate_merge_bytes(static_cast<std::uint32_t>(entry.merge_bytes().size()));
  merge_ += entry.merge_bytes();
}

void SegmentBuilder::add_lean(EntryView entry) {
  // The last member of an entry. Inside a JSON text its quotes would be escaped.
  constexpr std::string_view kAttributes = ",\"attributes\":{";
  wire::Row& row = add_row(entry);
  row.mutate_seq(0);  // with the id's hash: for folding only, and they do not shrink when packed
  row.mutate_id_hash(0);
  const std::size_t start = json_.size();
  json_.append("{\"entry\":\"");
  json_.append(entry.id_json());
  json_.push('"');
  if (row.subject_offset() != 0) {
    json_.append(",\"subject\":\"");
    row.mutate_subject_offset(static_cast<std::uint16_t>(json_.size() - start));
    json_.append(entry.subject_json());
    json_.push('"');
  }
  const std::size_t at = entry.json().find(kAttributes);
  if (entry.has(wire::RowFlag::attributes) && at != std::string_view::npos)
    json_.append(entry.json().substr(at));
  else
    json_.push('}');
  row.mutate_json_bytes(static_cast<std::uint32_t>(json_.size() - start));
}

std::string_view SegmentBuilder::finish() {
  builder_.Clear();
  const auto rows = builder_.CreateVectorOfStructs(rows_);
  word_offsets_.clear();
  for (const std::string_view word : words_.all())
    word_offsets_.push_back(builder_.CreateString(word.data(), word.size()));
  const auto words = builder_.CreateVector(word_offsets_);
  const auto json =
      builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(json_.data()), json_.size());
  const auto merge =
      builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(merge_.data()), merge_.size());
  builder_.Finish(wire::CreateSegment(builder_, rows, words, json, merge));
  return {reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize()};
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
