// The tables behind a Snapshot: slots with chains of versions, and the tables that find a slot by
// customer id or identity. Known by snapshot.cc, snapshot_writer.cc and generation files only.
// Thread class: readers any-thread under a ReadPin; mutation one-owner (SnapshotWriter).
//
// A version is needed by the revisions from its own up to the one that replaced it. The writer
// frees it once `floor` and every pin lie at or above the replacement. A reader announces its pin
// first and then checks `floor`; the writer raises `floor` first and then reads the pins: with
// sequentially consistent stores one of the two always sees the other.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "index/customer/identity.h"
#include "index/snapshot/record_view.h"
#include "index/snapshot/tail.h"

namespace concord::index {

/// One record at one revision. Stands directly before its record's bytes. Its tails are shared with
/// the versions before and after it: a tail is freed like the last version that has it.
struct Version {
  const wire::Record* record = nullptr;
  const wire::Segment* const* tails = nullptr;
  std::uint64_t tail_count = 0;
  EventSeq seq = 0;                // readable from this published revision on
  const Version* older = nullptr;  // replaced by this one
  char* owned = nullptr;           // heap block to free with it; null: part of the generation
  std::uint64_t record_bytes = 0;  // FlatBuffers do not know their own size
  const wire::TailLabel* const* labels = nullptr;  // of the tails
  [[nodiscard]] RecordView view() const { return {record, {tails, tail_count}}; }
  [[nodiscard]] StoredRecord stored() const { return {view(), {labels, tail_count}}; }
};
static_assert(sizeof(Version) == 64);

/// What `sources[]` says from revision `seq` on.
struct SourcesVersion {
  EventSeq seq = 0;
  const SourcesVersion* older = nullptr;
  std::string json;
};

struct Slot {
  std::atomic<const Version*> newest{nullptr};
  std::uint64_t id = 0;                         // CustomerId, fixed
  std::atomic<std::uint64_t> redirect_seq{0};   // 0: not merged away
  std::atomic<std::uint32_t> redirect_slot{0};  // the survivor, from redirect_seq on; and kShares
  std::uint32_t staged = 0;                     // the writer's: place of its next version, from 1

  static constexpr std::uint32_t kShares = 1U << 31;
  [[nodiscard]] std::uint32_t redirected_to() const {
    return redirect_slot.load(std::memory_order_relaxed) & ~kShares;
  }
  /// May somebody else hold an identity of this one's too? A hint: never wrong when it says no.
  [[nodiscard]] bool shares() const {
    return (redirect_slot.load(std::memory_order_relaxed) & kShares) != 0;
  }
};

/// Slots never move: chunks are added, never reallocated.
class SlotArray {
 public:
  static constexpr std::uint32_t kChunkBits = 14;
  static constexpr std::uint32_t kChunk = 1U << kChunkBits;
  static constexpr std::uint32_t kChunksMax = 1U << 14;
  SlotArray();
  ~SlotArray();
  [[nodiscard]] std::uint32_t size() const { return size_.load(std::memory_order_acquire); }
  Slot& operator[](std::uint32_t slot) const {
    return chunks_[slot >> kChunkBits].load(std::memory_order_acquire)[slot & (kChunk - 1)];
  }
  /// One-owner. The new slot is visible to readers at once, empty.
  std::uint32_t add(std::uint64_t id);

 private:
  std::unique_ptr<std::atomic<Slot*>[]> chunks_;
  std::atomic<std::uint32_t> size_{0};
};

/// Customers that share a look-up identity. Readers see a slot once `count` covers it.
struct Owners {
  std::atomic<std::uint32_t> count{0};
  std::uint32_t capacity = 0;
  std::uint32_t slots[1];  // `count` of them, ascending

  [[nodiscard]] std::span<const std::uint32_t> all() const {
    return {slots, count.load(std::memory_order_acquire)};
  }
};

/// Open addressing from a 128-bit key (64-bit tag, 64-bit place) to a slot or to Owners. Readers
/// take no lock; the writer fills `value` before `tag`, and replaces the whole table to grow.
class KeyTable {
 public:
  static constexpr std::uint64_t kShared = 1ULL << 63;  // value is a pointer to Owners
  static constexpr std::uint64_t kMissing = ~0ULL;
  explicit KeyTable(std::size_t capacity_bits);
  ~KeyTable();
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  /// The value, or ~0 when the key is not there.
  [[nodiscard]] std::uint64_t find(Hash128 key) const;
  /// One-owner. Requires: not full (see grown()).
  void put(Hash128 key, std::uint64_t value);
  [[nodiscard]] bool wants_to_grow() const { return (used_ + 1) * 3 > capacity() * 2; }
  [[nodiscard]] std::unique_ptr<KeyTable> grown() const;
  [[nodiscard]] std::size_t capacity() const { return mask_ + 1; }
  /// Frees the Owners its values point to; for the last table only.
  void free_owners();

 private:
  struct Cell {
    std::atomic<std::uint64_t> tag{0};
    std::atomic<std::uint64_t> value{kMissing};
  };
  static std::uint64_t tag_of(Hash128 key) { return key.high == 0 ? 1 : key.high; }
  Cell* cells_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t mask_ = 0;
  std::size_t used_ = 0;
  std::vector<std::uint64_t> places_;  // key.low of used cells, for growing: parallel to cells
};

/// Anonymous memory on huge pages for a generation's records. Zeroed by the kernel.
class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  /// Once. Errors: io_error.
  Result<void> reserve(std::size_t bytes);
  [[nodiscard]] char* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool holds(const char* at) const { return at >= data_ && at < data_ + size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

class SnapshotState {
 public:
  static constexpr std::size_t kPins = 512;
  static constexpr EventSeq kFree = ~EventSeq{0};

  explicit SnapshotState(const IdentityTypes& types);
  ~SnapshotState();

  struct alignas(64) Pin {
    std::atomic<EventSeq> revision{kFree};
  };
  mutable std::array<Pin, kPins> pins;
  std::atomic<EventSeq> published{0};
  std::atomic<EventSeq> floor{0};

  SlotArray slots;
  std::atomic<const KeyTable*> ids;            // customer_id → slot
  std::atomic<const KeyTable*> identities;     // hash of type:value → slot or Owners
  std::atomic<const SourcesVersion*> sources;  // never null
  IdentityNormaliser normaliser;

  Arena arena;                                      // the generation's records
  std::vector<const wire::Segment*> tail_pointers;  // of the generation's records, one block
  std::vector<const wire::TailLabel*> tail_labels;  // theirs

  /// The newest version at or below `revision`; null when there was none.
  [[nodiscard]] const Version* version_at(std::uint32_t slot, EventSeq revision) const;
  /// Follows merges known at `revision`.
  [[nodiscard]] std::uint32_t survivor(std::uint32_t slot, EventSeq revision) const;
};

/// Key of a customer id in the `ids` table.
Hash128 id_key(std::uint64_t id);

}  // namespace concord::index
