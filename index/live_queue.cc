#include "index/live_queue.h"

#include <chrono>
#include <utility>

namespace concord::index {
namespace {

std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

void WriteGate::close(WriteState::Mode mode, std::string because) {
  const std::scoped_lock lock(mutex_);
  if (mode_.load(std::memory_order_relaxed) >= mode) return;
  because_ = std::move(because);
  mode_.store(mode, std::memory_order_release);
}

WriteState WriteGate::state() const {
  const std::scoped_lock lock(mutex_);
  return {mode_.load(std::memory_order_relaxed), because_};
}

std::size_t queued_bytes(const Incoming& event) {
  std::size_t bytes = sizeof(Incoming) + sizeof(FrameItem) + event.bytes.size();
  for (const NormalisedIdentity& identity : event.prepared.identities)
    bytes += sizeof identity + identity.text.size();
  return bytes;
}

bool LiveQueue::is_slow() const {
  const std::int64_t since_ns = first_since_ns_.load(std::memory_order_relaxed);
  return wait_ns_max_ != 0 && since_ns != kNobody && steady_ns() - since_ns > wait_ns_max_;
}

bool LiveQueue::has_room(std::size_t bytes) const {
  const std::size_t used = bytes_.load(std::memory_order_relaxed);
  return used == 0 || (used + bytes <= bytes_max_ &&
                       events_.load(std::memory_order_relaxed) < events_max_ && !is_slow());
}

bool LiveQueue::push(std::shared_ptr<Submission> submission) {
  const std::size_t events = submission->events.size();
  std::size_t bytes = 0;
  for (const Incoming& event : submission->events) bytes += queued_bytes(event);
  {
    const std::scoped_lock lock(mutex_);
    const std::size_t used = events_.load(std::memory_order_relaxed);
    if (stopped_) return false;
    if (used > 0 && (used + events > events_max_ ||
                     bytes_.load(std::memory_order_relaxed) + bytes > bytes_max_ || is_slow()))
      return false;
    events_.fetch_add(events, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    waiting_.push_back({std::move(submission), steady_ns()});
    if (waiting_.size() == 1) first_since_ns_ = waiting_.front().since_ns;
  }
  filled_.notify_one();
  return true;
}

std::shared_ptr<Submission> LiveQueue::take_front() {
  std::shared_ptr<Submission> front = std::move(waiting_.front().submission);
  waiting_.pop_front();
  first_since_ns_ = waiting_.empty() ? kNobody : waiting_.front().since_ns;
  return front;
}

std::shared_ptr<Submission> LiveQueue::pop() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [&] { return stopped_ || !waiting_.empty(); });
  return waiting_.empty() ? nullptr : take_front();
}

std::shared_ptr<Submission> LiveQueue::try_pop() {
  const std::scoped_lock lock(mutex_);
  return waiting_.empty() ? nullptr : take_front();
}

void LiveQueue::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  filled_.notify_all();
}

void LiveQueue::release(std::size_t events, std::size_t bytes) {
  events_.fetch_sub(events, std::memory_order_relaxed);
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

void FrameQueue::push(std::unique_ptr<LiveFrame> frame) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return frames_.size() < kFramesMax; });
    frames_.push_back(std::move(frame));
  }
  changed_.notify_all();
}

std::unique_ptr<LiveFrame> FrameQueue::pop() {
  std::unique_ptr<LiveFrame> front;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || !frames_.empty(); });
    if (frames_.empty()) return nullptr;
    front = std::move(frames_.front());
    frames_.pop_front();
  }
  changed_.notify_all();
  return front;
}

void FrameQueue::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

}  // namespace concord::index
