#include "server/submission_wait.h"

#include <utility>

#include "index/base/assert.h"

namespace concord::server {

index::Taken SubmissionWait::begin(index::Live& live, std::vector<index::Incoming> events,
                                   const std::optional<Waker>& waker) {
  CONCORD_ASSERT(submission_ == nullptr && !events.empty());
  submission_ = std::make_shared<index::Submission>();
  submission_->events = std::move(events);
  submission_->on_done = [self = shared_from_this(), waker]() mutable {
    const auto kept = std::exchange(self, {});  // which holds the submission, which holds this
    kept->ready_.store(true, std::memory_order_release);
    if (waker) waker->wake();
  };
  const index::Taken taken = live.submit(submission_);
  if (taken != index::Taken::taken) submission_->on_done = nullptr;
  return taken;
}

}  // namespace concord::server
