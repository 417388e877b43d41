#include "server/source_watch.h"

#include <chrono>

#include "index/base/assert.h"
#include "index/base/scheduling.h"

namespace concord::server {

SourceWatch::SourceWatch(index::Live& live, std::function<index::UnixMillis()> now)
    : live_(live), now_(std::move(now)), bell_(std::make_shared<Bell>()) {}

SourceWatch::~SourceWatch() {
  {
    const std::scoped_lock lock(bell_->mutex);
    bell_->stopping = true;
  }
  bell_->rung.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::size_t SourceWatch::look() {
  const index::UnixMillis now = now_();
  auto submission = std::make_shared<index::Submission>();
  for (index::EventDraft& draft : live_.engine().sources().due(now)) {
    // It is our own clock: nothing of it lies ahead.
    auto incoming = index::make_incoming(std::move(draft), live_.engine().normaliser(), {now});
    CONCORD_ASSERT(incoming.has_value());
    submission->events.push_back(std::move(*incoming));
  }
  const std::size_t count = submission->events.size();
  if (count == 0) return 0;
  submission->on_done = [bell = bell_] {
    const std::scoped_lock lock(bell->mutex);
    bell->rung.notify_all();
  };
  if (live_.submit(submission) != index::Taken::taken) return 0;
  std::unique_lock lock(bell_->mutex);
  bell_->rung.wait(lock, [&] { return submission->finished.load(); });
  return count;
}

void SourceWatch::start(std::int64_t every_ms) {
  thread_ = std::thread([this, every_ms] { run(every_ms); });
}

void SourceWatch::run(std::int64_t every_ms) {
  index::name_thread("source-watch");
  for (;;) {
    {
      std::unique_lock lock(bell_->mutex);
      if (bell_->rung.wait_for(lock, std::chrono::milliseconds(every_ms),
                               [&] { return bell_->stopping; }))
        return;
    }
    look();
  }
}

}  // namespace concord::server
