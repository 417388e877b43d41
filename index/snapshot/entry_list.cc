#include "index/snapshot/entry_list.h"

#include <algorithm>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/base/json_reader.h"

namespace concord::index {
namespace {

// -1, 0, 1: a raw id against one that stands escaped in JSON.
int compare_id(std::string_view raw, std::string_view escaped) {
  if (escaped.find('\\') == std::string_view::npos) return raw.compare(escaped);
  JsonReader reader;
  const auto parsed = reader.parse("\"" + std::string(escaped) + "\"");
  CONCORD_ASSERT(parsed.has_value());  // we wrote it
  return raw.compare(parsed->as_string().value_or(std::string_view{}));
}

std::uint32_t rows_of(const wire::Segment& segment) { return segment.rows()->size(); }

EntryView row_of(const wire::Segment& segment, std::uint32_t row) {
  return {&segment, segment.rows()->Get(row)};
}

// The number of rows that stand before the entry.
std::uint32_t place_in(const wire::Segment& segment, const EntryState& entry) {
  std::uint32_t low = 0;
  std::uint32_t high = rows_of(segment);
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (stands_before(entry.at_ms(), entry.id, row_of(segment, middle)))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

}  // namespace

bool stands_before(std::int64_t at_ms, std::string_view id, EntryView other) {
  if (at_ms != other.at_ms()) return at_ms > other.at_ms();
  return compare_id(id, other.id_json()) < 0;
}

void build_changed(SegmentBuilder& builder, SegmentUse use, const wire::Segment* from,
                   std::optional<std::uint32_t> gone, const EntryState* entry) {
  builder.begin(use);
  const std::uint32_t rows = from == nullptr ? 0 : rows_of(*from);
  const std::uint32_t skip = gone.value_or(rows);
  std::uint32_t at = 0;
  const auto copy_to = [&](std::uint32_t end) {
    if (at < skip) builder.copy(*from, at, std::min(end, skip) - at);
    if (end > skip) builder.copy(*from, std::max(at, skip + 1), end - std::max(at, skip + 1));
    at = end;
  };
  if (entry != nullptr) {
    if (rows > 0) copy_to(std::max(place_in(*from, *entry), at));
    builder.add(*entry);
  }
  if (at < rows) copy_to(rows);
}

WantedEntry::WantedEntry(std::string_view raw) : hash(hash64(raw)) {
  append_json_string(escaped, raw);
  // Without the quotes.
  std::memmove(escaped.data(), escaped.data() + 1, escaped.size() - 2);
  escaped.truncate(escaped.size() - 2);
}

void EntryList::begin(const StoredRecord& before) {
  const auto& head = *before.view.record().head();
  head_bytes_ = {reinterpret_cast<const char*>(head.data()), head.size()};
  head_ = &before.view.entries().head();
  tails_.clear();
  const auto segments = before.view.entries().tails();
  CONCORD_ASSERT(segments.size() == before.labels.size());
  tails_.reserve(segments.size() + 1);
  for (std::size_t i = 0; i < segments.size(); ++i)
    tails_.push_back({segments[i], before.labels[i], nullptr});
  tails_changed_ = false;
  touched_.reset();
}

std::optional<EntryList::Place> EntryList::find_in(std::uint32_t number,
                                                   const WantedEntry& wanted) const {
  const wire::Segment& in = segment(number);
  const auto& rows = *in.rows();
  for (std::uint32_t row = 0; row < rows.size(); ++row)
    if (wanted.is({&in, rows.Get(row)})) return Place{number, row};
  return std::nullopt;
}

std::optional<EntryList::Place> EntryList::find(const WantedEntry& wanted) const {
  if (const auto place = find_in(0, wanted)) return place;
  for (std::uint32_t tail = 0; tail < tails_.size(); ++tail)
    if (may_hold(*tails_[tail].label, wanted.hash))
      if (const auto place = find_in(tail + 1, wanted)) return place;
  return std::nullopt;
}

EntryView EntryList::at(Place place) const { return row_of(segment(place.segment), place.row); }

// The segment an entry belongs to: the last one whose first entry does not stand behind it.
std::uint32_t EntryList::segment_for(const EntryState& entry) {
  std::uint32_t low = 0;
  auto high = static_cast<std::uint32_t>(tails_.size());
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const EncodedTail& tail = tails_[middle];
    const std::int64_t newest_ms = tail.label->newest_at();
    const bool before = entry.at_ms() != newest_ms
                            ? entry.at_ms() > newest_ms
                            : stands_before(entry.at_ms(), entry.id, row_of(*tail.segment, 0));
    if (before)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

void EntryList::change(std::optional<Place> gone, const EntryState* entry) {
  if (gone) touched_ |= pieces_of(at(*gone));
  if (entry == nullptr) {
    if (!gone) return;
    rebuild(gone->segment, gone->row, nullptr);
    return keep_bounds(gone->segment);
  }
  const std::uint32_t to = segment_for(*entry);
  const bool same = gone && gone->segment == to;
  rebuild(to, same ? std::optional(gone->row) : std::nullopt, entry);
  touched_ |= pieces_of(at(*find_in(to, WantedEntry(entry->id))));
  if (!gone || same) return keep_bounds(to);
  const std::size_t tails = tails_.size();
  rebuild(gone->segment, gone->row, nullptr);
  if (tails_.size() < tails) return keep_bounds(to > gone->segment ? to - 1 : to);
  // From the back, so that numbers in front stay.
  keep_bounds(std::max(to, gone->segment));
  keep_bounds(std::min(to, gone->segment));
}

void EntryList::set_head(std::string bytes) {
  own_head_ = std::move(bytes);
  head_bytes_ = own_head_;
  head_ = flatbuffers::GetRoot<wire::Segment>(own_head_.data());
}

void EntryList::replace_tail(std::uint32_t tail) {
  EncodedTail fresh = make_tail(builder_, scratch_);
  tails_[tail] = std::move(fresh);
  tails_changed_ = true;
}

void EntryList::rebuild(std::uint32_t number, std::optional<std::uint32_t> gone,
                        const EntryState* entry) {
  build_changed(builder_, SegmentUse::visible, &segment(number), gone, entry);
  if (number == 0) return set_head(std::string(builder_.finish()));
  if (builder_.rows() > 0) return replace_tail(number - 1);
  tails_.erase(tails_.begin() + (number - 1));
  tails_changed_ = true;
}

void EntryList::keep_bounds(std::uint32_t number) {
  if (number == 0) {
    if (rows_of(*head_) > kHeadRowsMax || json_bytes(*head_) >= kHeadBytesMax) return spill();
    if (rows_of(*head_) == 0 && !tails_.empty()) refill();
    return;
  }
  if (number > tails_.size()) return;  // it has become empty
  const wire::Segment& tail = segment(number);
  if (rows_of(tail) <= kTailRowsMax && (rows_of(tail) == 1 || json_bytes(tail) < 2 * kTailBytesMax))
    return;
  std::vector<EncodedTail> parts;
  cut_tails(tail, builder_, scratch_, parts);
  const auto at = tails_.begin() + (number - 1);
  *at = std::move(parts.front());
  tails_.insert(at + 1, std::make_move_iterator(parts.begin() + 1),
                std::make_move_iterator(parts.end()));
}

// The head has grown too large: its older entries join the newest tail, or become one.
void EntryList::spill() {
  const wire::Segment& head = *head_;
  const std::uint32_t rows = rows_of(head);
  if (rows == 1) return;
  std::uint32_t keep = 0;
  std::size_t bytes = 0;
  while (keep < std::min(kHeadRows, rows - 1) && bytes < kHeadBytes)
    bytes += head.rows()->Get(keep++)->json_bytes();
  builder_.begin(SegmentUse::visible);
  builder_.copy(head, keep, rows - keep);
  const bool joins = !tails_.empty() &&
                     rows - keep + tails_.front().label->rows() <= kTailRowsMax &&
                     builder_.json_bytes() + json_bytes(segment(1)) < kTailBytesMax;
  if (joins) {
    builder_.copy(segment(1), 0, rows_of(segment(1)));
    replace_tail(0);
  } else {
    const std::string older(builder_.finish());
    std::vector<EncodedTail> parts;
    cut_tails(*flatbuffers::GetRoot<wire::Segment>(older.data()), builder_, scratch_, parts);
    tails_.insert(tails_.begin(), std::make_move_iterator(parts.begin()),
                  std::make_move_iterator(parts.end()));
    tails_changed_ = true;
  }
  builder_.begin(SegmentUse::visible);
  builder_.copy(head, 0, keep);
  set_head(std::string(builder_.finish()));
}

// The head has become empty: the newest tail takes its place.
void EntryList::refill() {
  builder_.begin(SegmentUse::visible);
  builder_.copy(segment(1), 0, rows_of(segment(1)));
  set_head(std::string(builder_.finish()));
  tails_.erase(tails_.begin());
  tails_changed_ = true;
  keep_bounds(0);
}

}  // namespace concord::index
