// Second half of the batch index: one customer's events to one record, the same steps as the live
// engine takes, merges included.
// Thread class: ReindexPlan immutable once made; fold_slot any-thread.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "index/reindex_intake.h"

namespace concord::index {

/// Events, merges and introductions of every surviving slot, in log order.
class ReindexPlan {
 public:
  /// `intake` must outlive the plan and is finished. `spool`: the bytes of its spool file.
  ReindexPlan(const ReindexIntake& intake, std::string_view spool,
              const IdentityNormaliser& normaliser);

  [[nodiscard]] std::size_t slots() const { return intake_.slot_ids.size(); }
  [[nodiscard]] bool survives(std::uint32_t slot) const {
    return intake_.survivor_of[slot] == slot;
  }
  /// Bytes of the events that fold_slot reads: the measure of its memory.
  [[nodiscard]] std::uint64_t event_bytes(std::uint32_t slot) const;
  /// The record of a surviving slot. Requires: survives(slot).
  [[nodiscard]] CustomerRecord fold_slot(std::uint32_t slot) const;

 private:
  struct Step {
    EventSeq seq;
    std::uint32_t kind;  // 0 introduce, 1 merge, 2 event: the order within one seq
    std::uint64_t number;
  };
  [[nodiscard]] std::uint32_t root(std::uint32_t slot) const;
  void fold_event(CustomerRecord& record, EventSeq seq) const;
  void introduce(CustomerRecord& record, EventSeq seq) const;

  const ReindexIntake& intake_;
  std::string_view spool_;
  const IdentityNormaliser& normaliser_;
  std::vector<std::uint64_t> first_;  // by slot: begin of its events in order_
  std::vector<std::uint64_t> order_;  // event places by surviving slot, then log order
  // Merges and introductions are few: sorted by surviving slot, then seq.
  std::vector<std::pair<std::uint32_t, std::size_t>> merges_;
  std::vector<std::pair<std::uint32_t, std::size_t>> introductions_;
};

}  // namespace concord::index
