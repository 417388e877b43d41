// The entries of a record while it changes: the head and the tails as they were, and new segments
// for those that something was put into or taken out of. Everything else stays the bytes it was.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/snapshot/pieces.h"
#include "index/snapshot/tail.h"

namespace concord::index {

/// An entry's id as bytes in JSON have it, and its hash: what finding needs.
struct WantedEntry {
  explicit WantedEntry(std::string_view raw);
  [[nodiscard]] bool is(EntryView entry) const {
    return entry.row().id_hash() == hash && entry.id_json() == escaped.view();
  }
  std::uint64_t hash;
  Buffer escaped;
};

class EntryList {
 public:
  struct Place {
    std::uint32_t segment;  // 0: the head; n: tail number n - 1
    std::uint32_t row;
  };

  /// Forgets what it had and begins with the visible entries of `before`, which it borrows.
  void begin(const StoredRecord& before);

  /// O(head) and one look at the filter of each tail; tails only where it says perhaps.
  [[nodiscard]] std::optional<Place> find(const WantedEntry& wanted) const;
  [[nodiscard]] EntryView at(Place place) const;
  /// Takes out the entry at `gone` and puts in `entry`, either of which may be missing. Places
  /// found before are void then.
  void change(std::optional<Place> gone, const EntryState* entry);

  [[nodiscard]] std::string_view head() const { return head_bytes_; }
  [[nodiscard]] const std::vector<EncodedTail>& tails() const { return tails_; }
  /// Gives them to `out`, whose memory is used again.
  void take_tails(std::vector<EncodedTail>& out) { out.swap(tails_); }
  /// Did any tail change since begin()?
  [[nodiscard]] bool tails_changed() const { return tails_changed_; }
  /// Lists in which a changed entry stood or stands.
  [[nodiscard]] PieceSet touched() const { return touched_; }

 private:
  [[nodiscard]] const wire::Segment& segment(std::uint32_t number) const {
    return number == 0 ? *head_ : *tails_[number - 1].segment;
  }
  [[nodiscard]] std::optional<Place> find_in(std::uint32_t number, const WantedEntry& wanted) const;
  [[nodiscard]] std::uint32_t segment_for(const EntryState& entry);
  void rebuild(std::uint32_t number, std::optional<std::uint32_t> gone, const EntryState* entry);
  void set_head(std::string bytes);
  void keep_bounds(std::uint32_t number);
  void spill();
  void refill();
  void replace_tail(std::uint32_t tail);

  std::string own_head_;
  std::string_view head_bytes_;
  const wire::Segment* head_ = nullptr;
  std::vector<EncodedTail> tails_;
  bool tails_changed_ = false;
  PieceSet touched_;
  SegmentBuilder builder_;
  flatbuffers::FlatBufferBuilder scratch_{1 << 12};
};

/// Does an entry with this time and id stand before `other`? Newest first, then by id.
bool stands_before(std::int64_t at_ms, std::string_view id, EntryView other);
/// `from` with the row `gone` left out and `entry` put where it belongs, into `builder`.
void build_changed(SegmentBuilder& builder, SegmentUse use, const wire::Segment* from,
                   std::optional<std::uint32_t> gone, const EntryState* entry);

}  // namespace concord::index
