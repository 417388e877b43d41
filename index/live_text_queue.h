// Who changed and is not findable as he is now: what the applier tells the text index's thread.
// Thread class: any-thread. changed() costs the applier one short lock and never waits for room:
// past the bound the names are dropped and all records are looked through once instead.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "index/base/types.h"

namespace concord::index {

class LiveTextQueue {
 public:
  explicit LiveTextQueue(std::size_t customers_max) : customers_max_(customers_max) {}

  /// Event `seq`, not published yet, changes this customer.
  void changed(CustomerId customer, EventSeq seq);
  /// An event that changes no customer but may change what is found.
  void other();
  /// For the thread that waits: a merge is done, or it is time to stop.
  void wake();

  struct Changes {
    std::vector<CustomerId> customers;  // by id
    bool all = false;                   // or anybody, at the revision asked for
  };
  /// What was told of events up to `revision` (and perhaps later ones, which stay for next time).
  /// Requires: a pin of `revision` was taken before.
  Changes take(EventSeq revision);

  /// Waits until something is told or woken, at most `longest`.
  void wait(std::chrono::milliseconds longest);
  [[nodiscard]] std::size_t waiting() const;
  /// How long the longest waiting change waits; 0: none.
  [[nodiscard]] std::int64_t lag_ms() const;

 private:
  using Clock = std::chrono::steady_clock;
  void told();
  void drop_too_many();

  const std::size_t customers_max_;
  mutable std::mutex mutex_;
  std::condition_variable told_;
  std::unordered_map<std::uint64_t, EventSeq> customers_;  // last event; taken as a whole, sorted
  bool all_ = false;
  EventSeq newest_ = 0;  // last event told
  bool woken_ = false;
  Clock::time_point since_{};  // first thing told and not taken
  bool any_ = false;
};

}  // namespace concord::index
