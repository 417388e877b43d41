// A request that has written something waits until it is durable and readable, or refused.
// Thread class: any-thread (ready), one-owner otherwise (the event loop that parked the request).
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "index/live.h"
#include "server/later.h"

namespace concord::server {

/// Derive from it what the request must remember meanwhile.
class SubmissionWait : public Later, public std::enable_shared_from_this<SubmissionWait> {
 public:
  [[nodiscard]] bool ready() const override { return ready_.load(std::memory_order_acquire); }
  /// Hands the events on, once. Not taken: nothing of them will be written.
  index::Taken begin(index::Live& live, std::vector<index::Incoming> events,
                     const std::optional<Waker>& waker);
  /// One for each event, in order. Requires: ready().
  [[nodiscard]] const std::vector<index::EventOutcome>& outcomes() const {
    return submission_->outcomes;
  }

 private:
  std::shared_ptr<index::Submission> submission_;
  std::atomic<bool> ready_{false};
};

}  // namespace concord::server
