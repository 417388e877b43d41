// A request that has written something waits until it is durable and readable, or refused.
// Thread class: any-thread (ready), one-owner otherwise (the event loop that parked the request).
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "index/live.h"
#include "server/later.h"

namespace concord::server {

/// Derive from it what the request must remember meanwhile.
class SubmissionWait : public Later {
 public:
  [[nodiscard]] bool ready() const override {
    return submission_ != nullptr && submission_->finished.load(std::memory_order_acquire);
  }
  /// Hands the events on, once. Not taken: nothing of them will be written. The client may hang up
  /// and this go meanwhile: what is written stays written. `waker` empty (tests): nobody is rung.
  index::Taken begin(index::Live& live, std::vector<index::Incoming> events,
                     const std::optional<Waker>& waker);
  /// One for each event, in order. Requires: ready().
  [[nodiscard]] const std::vector<index::EventOutcome>& outcomes() const {
    return submission_->outcomes;
  }

 private:
  std::shared_ptr<index::Submission> submission_;
};

}  // namespace concord::server
