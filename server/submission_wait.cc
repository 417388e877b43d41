#include "server/submission_wait.h"

#include <utility>

#include "index/base/assert.h"

namespace concord::server {

index::Taken SubmissionWait::begin(index::Live& live, std::vector<index::Incoming> events,
                                   const std::optional<Waker>& waker) {
  CONCORD_ASSERT(submission_ == nullptr && !events.empty());
  submission_ = std::make_shared<index::Submission>();
  submission_->events = std::move(events);
  if (waker) submission_->on_done = [waker = *waker] { waker.wake(); };
  return live.submit(submission_);
}

}  // namespace concord::server
