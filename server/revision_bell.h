// Waiting for a revision: a question that demands a newer one is parked until it is published.
// Thread class: any-thread; add() before the first publish is heard (one-owner).
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "index/snapshot/snapshot.h"
#include "server/later.h"

namespace concord::server {

class RevisionBell {
 public:
  void add(Waker waker) { wakers_.push_back(std::move(waker)); }
  /// After each publish. Costs one atomic change while nobody waits.
  void published() const;

  /// Ready once `snapshot` has published `wanted`. The bell and the snapshot outlive it.
  [[nodiscard]] std::shared_ptr<Later> wait_for(const index::Snapshot& snapshot,
                                                index::EventSeq wanted) const;
  [[nodiscard]] int waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  class Wait;
  std::vector<Waker> wakers_;
  mutable std::atomic<int> waiting_{0};
};

}  // namespace concord::server
