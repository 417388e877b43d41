#include "server/write_job.h"

#include <utility>

namespace concord::server {

WriteJob::WriteJob(std::string name, unsigned attempt, std::optional<Waker> waker)
    : name_(std::move(name)), attempt_(attempt), waker_(std::move(waker)) {}

// The client may hang up and the job go meanwhile: what is written stays written.
index::Taken WriteJob::submit(index::Live& live) {
  if (waker_) submission_->on_done = [waker = *waker_] { waker.wake(); };
  return live.submit(submission_);
}

}  // namespace concord::server
