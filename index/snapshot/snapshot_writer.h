// The one writer of a snapshot: puts new versions beside the old ones, publishes them in one step,
// frees what no reader can need any more. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>

#include "index/snapshot/publish.h"
#include "index/snapshot/snapshot.h"
#include "index/snapshot/snapshot_state.h"

namespace concord::index {

class SnapshotWriter {
 public:
  explicit SnapshotWriter(std::shared_ptr<SnapshotState> state);
  ~SnapshotWriter();

  /// A new, empty customer or account. Requires: no slot has this id.
  std::uint32_t add_slot(CustomerId id);
  /// From now on `slot` owns this identity, beside any other owner when it only looks up.
  void bind(const NormalisedIdentity& identity, std::uint32_t slot);
  /// The record of `slot` from revision `seq` on, once it is published. A second put of a slot
  /// before that takes the place of the first, whose seq then is no revision of its own. The tails
  /// that `record` shares are those of newest(slot); its new ones are taken out of it. Requires:
  /// seq above the published revision, and not below an earlier put of the same slot.
  void put(std::uint32_t slot, EncodedRecord& record, EventSeq seq);
  /// `loser` is part of `survivor` from `seq` on; the loser's id keeps resolving.
  void redirect(std::uint32_t loser, std::uint32_t survivor, EventSeq seq);
  /// `sources[]` as answers show it from `seq` on: an event that changes every customer.
  void put_sources(std::string json, EventSeq seq);
  /// Makes everything put so far readable as revision `seq`, then frees what it can.
  void publish(EventSeq seq);

  /// The slot that holds a joining identity, or kNoSlot.
  [[nodiscard]] std::uint32_t slot_of(const NormalisedIdentity& identity) const;
  [[nodiscard]] std::uint32_t slot_of(CustomerId id) const;
  /// The newest version of a slot, published or not; null when it has none.
  [[nodiscard]] const Version* newest(std::uint32_t slot) const;
  [[nodiscard]] CustomerId id_of(std::uint32_t slot) const;
  /// Versions, tails and tables waiting for a reader to let go.
  [[nodiscard]] std::size_t retired() const { return retired_.size(); }

  static constexpr std::uint32_t kNoSlot = ~0U;

 private:
  struct Retired {
    EventSeq replaced_at;  // needed below this revision
    void (*free)(const void*);
    const void* what;
  };
  struct Staged {
    std::uint32_t slot;
    Version* version;
  };
  template <typename Drop>
  void each_dropped(const Version* version, const Version* heir, const Version* other,
                    Drop&& drop) const;
  void discard(const Staged& staged, const Version* heir);
  void retire(EventSeq replaced_at, void (*free)(const void*), const void* what);
  void put_key(std::atomic<const KeyTable*>& table, Hash128 key, std::uint64_t value);
  void share(Hash128 key, std::uint64_t known, std::uint32_t slot);
  void mark_sharing(std::uint32_t slot);
  void collect();

  std::shared_ptr<SnapshotState> state_;
  std::vector<Staged> staged_;  // versions for the next publish(), at most one a slot
  std::deque<Retired> retired_;
};

}  // namespace concord::index
