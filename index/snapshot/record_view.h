// Reading a published record: its entries newest first, its consents, identities and claims,
// without copying. Thread class: immutable. A view borrows from the snapshot: keep the read pin
// while you use it, or anything that came out of it.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "index/base/assert.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/snapshot/record_generated.h"

namespace concord::index {

inline std::string_view view_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
}

/// One entry. Cheap to copy (two pointers).
class EntryView {
 public:
  EntryView(const wire::Segment* segment, const wire::Row* row) : segment_(segment), row_(row) {}

  [[nodiscard]] const wire::Row& row() const { return *row_; }
  [[nodiscard]] Kind kind() const { return static_cast<Kind>(row_->kind()); }
  [[nodiscard]] StateType state_type() const { return static_cast<StateType>(row_->state_type()); }
  [[nodiscard]] Trouble trouble() const { return static_cast<Trouble>(row_->trouble()); }
  [[nodiscard]] Direction direction() const { return static_cast<Direction>(row_->direction()); }
  [[nodiscard]] Purpose purpose() const { return static_cast<Purpose>(row_->purpose()); }
  [[nodiscard]] Visibility visibility() const {
    return static_cast<Visibility>(row_->visibility());
  }
  [[nodiscard]] bool has(wire::RowFlag flag) const {
    return (row_->flags() & static_cast<std::uint8_t>(flag)) != 0;
  }
  [[nodiscard]] std::int64_t at_ms() const { return row_->at(); }
  [[nodiscard]] std::int64_t due_at_ms() const { return row_->due_at(); }        // kNoTime: none
  [[nodiscard]] std::int64_t closed_at_ms() const { return row_->closed_at(); }  // kNoTime: none
  [[nodiscard]] std::string_view department() const { return word_at(row_->department()); }
  [[nodiscard]] std::string_view source() const { return word_at(row_->source()); }
  [[nodiscard]] std::string_view channel() const { return word_at(row_->channel()); }
  [[nodiscard]] std::string_view topic() const { return word_at(row_->topic()); }
  [[nodiscard]] std::string_view reason() const { return word_at(row_->reason()); }
  [[nodiscard]] std::string_view status() const { return word_at(row_->status()); }
  [[nodiscard]] std::string_view brand() const { return word_at(row_->brand()); }
  [[nodiscard]] std::string_view account() const { return word_at(row_->account()); }
  [[nodiscard]] std::string_view currency() const { return word_at(row_->currency()); }
  [[nodiscard]] std::string_view queue() const { return word_at(row_->queue()); }
  [[nodiscard]] std::string_view actor() const { return word_at(row_->actor()); }

  /// The entry as answers show it: one JSON object.
  [[nodiscard]] std::string_view json() const {
    return bytes_of(segment_->json(), row_->json_offset(), row_->json_bytes());
  }
  /// `source/kind/key` as it stands inside JSON quotes (escaped when it must be).
  [[nodiscard]] std::string_view id_json() const { return json().substr(10, row_->id_bytes()); }
  /// The subject as it stands inside JSON quotes; empty when there is none.
  [[nodiscard]] std::string_view subject_json() const {
    return row_->subject_offset() == 0
               ? std::string_view{}
               : json().substr(row_->subject_offset(), row_->subject_bytes());
  }
  [[nodiscard]] std::string_view merge_bytes() const {
    return row_->merge_offset() == 0
               ? std::string_view{}
               : bytes_of(segment_->merge(), row_->merge_offset() - 1, row_->merge_bytes());
  }

  /// Known to an answer at `as_of`?
  [[nodiscard]] bool exists_at(UnixMillis as_of) const { return row_->at() <= as_of.ms; }
  /// Open at `as_of`: a state that is open, or closed only later (design section 2).
  [[nodiscard]] bool open_at(UnixMillis as_of) const {
    if (row_->at() > as_of.ms) return false;
    if (row_->closed_at() != kNoTime) return row_->closed_at() > as_of.ms;
    return is_open(state_type());
  }
  /// Open and past its due time.
  [[nodiscard]] bool overdue_at(UnixMillis as_of) const {
    return row_->due_at() != kNoTime && row_->due_at() < as_of.ms && open_at(as_of);
  }

 private:
  static std::string_view bytes_of(const flatbuffers::Vector<std::uint8_t>* bytes,
                                   std::uint32_t offset, std::uint32_t size) {
    return {reinterpret_cast<const char*>(bytes->data()) + offset, size};
  }
  [[nodiscard]] std::string_view word_at(std::uint16_t word) const {
    return word == 0 ? std::string_view{} : view_of(segment_->words()->Get(word));
  }

  friend class EntryRange;
  const wire::Segment* segment_;
  const wire::Row* row_;
};

/// Entries newest first: a head segment and the tails behind it.
class EntryRange {
 public:
  EntryRange() = default;
  EntryRange(const wire::Segment* head, std::span<const wire::Segment* const> tails)
      : head_(head), tails_(tails) {}

  /// Entry number `place`. Requires: place is in the range.
  [[nodiscard]] EntryView at(std::uint32_t place) const {
    const wire::Segment* segment = head_;
    std::uint32_t rows = segment->rows()->size();
    for (std::size_t tail = 0; place >= rows; ++tail) {
      place -= rows;
      CONCORD_ASSERT(tail < tails_.size());
      segment = tails_[tail];
      rows = segment->rows()->size();
    }
    return {segment, segment->rows()->Get(place)};
  }

  /// Is `entry` one of these?
  [[nodiscard]] bool holds(const EntryView& entry) const {
    return entry.segment_ == head_ ||
           std::find(tails_.begin(), tails_.end(), entry.segment_) != tails_.end();
  }
  /// The number under which at() gives `entry`. Requires: holds(entry).
  [[nodiscard]] std::uint32_t place_of(const EntryView& entry) const {
    std::uint32_t place = 0;
    const wire::Segment* segment = head_;
    for (std::size_t tail = 0; segment != entry.segment_; ++tail) {
      place += segment->rows()->size();
      CONCORD_ASSERT(tail < tails_.size());
      segment = tails_[tail];
    }
    return place + static_cast<std::uint32_t>(entry.row_ - segment->rows()->Get(0));
  }

  [[nodiscard]] const wire::Segment& head() const { return *head_; }
  [[nodiscard]] std::span<const wire::Segment* const> tails() const { return tails_; }

  /// Calls visit(EntryView) for the head's entries until it returns false; false then.
  template <typename Visit>
  bool each_of_head(Visit&& visit) const {
    return each_in(head_, visit);
  }
  /// Calls visit(EntryView) for entries of the tails, at places as in wire::Summary, until it
  /// returns false.
  template <typename Places, typename Visit>
  void each_behind(const Places& places, Visit&& visit) const {
    for (const std::uint32_t place : places) {
      CONCORD_ASSERT(place >> 8U < tails_.size());
      const wire::Segment* tail = tails_[place >> 8U];
      if (!visit(EntryView(tail, tail->rows()->Get(place & 255U)))) return;
    }
  }

  /// Calls visit(EntryView) newest first until it returns false.
  template <typename Visit>
  void each(Visit&& visit) const {
    if (!each_in(head_, visit)) return;
    for (const wire::Segment* tail : tails_)
      if (!each_in(tail, visit)) return;
  }

 private:
  template <typename Visit>
  static bool each_in(const wire::Segment* segment, Visit& visit) {
    for (const wire::Row* row : *segment->rows())
      if (!visit(EntryView(segment, row))) return false;
    return true;
  }

  const wire::Segment* head_ = nullptr;
  std::span<const wire::Segment* const> tails_;
};

/// One customer at one revision.
class RecordView {
 public:
  RecordView() = default;
  RecordView(const wire::Record* record, std::span<const wire::Segment* const> tails)
      : record_(record), entries_(record->head_nested_root(), tails) {}
  explicit operator bool() const { return record_ != nullptr; }

  [[nodiscard]] const wire::Record& record() const { return *record_; }
  /// All of the record that is no entry.
  [[nodiscard]] const wire::Portrait& portrait() const { return *record_->portrait_nested_root(); }
  [[nodiscard]] const EntryRange& entries() const { return entries_; }
  /// Over all tails; null: there are none.
  [[nodiscard]] const wire::Summary* behind() const {
    return record_->behind() == nullptr ? nullptr : record_->behind_nested_root();
  }
  [[nodiscard]] CustomerId id() const { return CustomerId{record_->id()}; }
  [[nodiscard]] EventSeq seq() const { return record_->seq(); }
  [[nodiscard]] bool is_account() const { return record_->is_account(); }
  /// For as_of at or after this, the ready-made pieces and `open_rows` are exact.
  [[nodiscard]] std::int64_t newest_at_ms() const { return record_->newest_at(); }
  [[nodiscard]] std::int64_t release_at_ms() const { return record_->release_at(); }  // newest one
  [[nodiscard]] std::uint32_t entry_count() const { return record_->entries(); }
  [[nodiscard]] std::string_view language() const { return view_of(portrait().language()); }
  [[nodiscard]] std::string_view time_zone() const { return view_of(portrait().time_zone()); }
  [[nodiscard]] std::string_view name() const { return view_of(portrait().name()); }
  [[nodiscard]] std::string_view owner() const { return view_of(portrait().owner()); }

  /// Entry number `place`, newest first over head and tails. Requires place < entry_count().
  [[nodiscard]] EntryView entry(std::uint32_t place) const { return entries_.at(place); }

  /// Calls visit(EntryView) newest first until it returns false.
  template <typename Visit>
  void each_entry(Visit&& visit) const {
    entries_.each(visit);
  }

  /// Calls visit(EntryView) for every entry open at `as_of`, newest first. O(open entries) when
  /// as_of is at or after newest_at_ms(), else O(entries).
  template <typename Visit>
  void each_open(UnixMillis as_of, Visit&& visit) const {
    if (as_of.ms >= newest_at_ms()) {
      const wire::Segment* head = &entries_.head();
      if (const auto* rows = record_->open_rows())
        for (const std::uint32_t row : *rows) visit(EntryView(head, head->rows()->Get(row)));
      if (record_->behind() == nullptr) return;
      return entries_.each_behind(*behind()->open_rows(), [&](EntryView one) {
        visit(one);
        return true;
      });
    }
    entries_.each([&](EntryView one) {
      if (one.open_at(as_of)) visit(one);
      return true;
    });
  }

 private:
  const wire::Record* record_ = nullptr;
  EntryRange entries_;
};

}  // namespace concord::index
