// What lies between those who hand events in and the two threads that work on them: the queue of
// submissions, bounded in events and bytes up to the answer, and the few frames that are durable
// but not applied yet.
// Thread class: any-thread; pop() by one thread at a time.
#pragma once
#include <condition_variable>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "index/live.h"

namespace concord::index {

/// May events be written? Only ever gets worse.
class WriteGate {
 public:
  /// The first reason stays; disk_full may still become read_only.
  void close(WriteState::Mode mode, std::string because);
  [[nodiscard]] WriteState::Mode mode() const { return mode_.load(std::memory_order_acquire); }
  [[nodiscard]] WriteState state() const;

 private:
  std::atomic<WriteState::Mode> mode_{WriteState::Mode::writable};
  mutable std::mutex mutex_;
  std::string because_;
};

/// What an event counts in the queue: its bytes and what is kept beside them.
std::size_t queued_bytes(const Incoming& event);

class LiveQueue {
  static constexpr std::int64_t kNobody = std::numeric_limits<std::int64_t>::max();

 public:
  /// `wait_ns_max`: while the first in line has waited longer, nothing more is taken; 0: no bound.
  LiveQueue(std::size_t events_max, std::size_t bytes_max, std::int64_t wait_ns_max)
      : events_max_(events_max), bytes_max_(bytes_max), wait_ns_max_(wait_ns_max) {}

  /// False: full, too slow, or stopped. What is larger than the whole queue is taken when it is
  /// empty.
  bool push(std::shared_ptr<Submission> submission);
  /// Waits until there is one; null: stopped, and nothing is left.
  std::shared_ptr<Submission> pop();
  /// Null when there is none just now.
  std::shared_ptr<Submission> try_pop();
  /// Takes no more; what is in it can still be popped.
  void stop();
  /// Events that are answered now.
  void release(std::size_t events, std::size_t bytes);

  [[nodiscard]] bool has_room(std::size_t bytes) const;
  [[nodiscard]] std::size_t events() const { return events_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Waiting {
    std::shared_ptr<Submission> submission;
    std::int64_t since_ns;
  };
  std::shared_ptr<Submission> take_front();
  [[nodiscard]] bool is_slow() const;

  const std::size_t events_max_;
  const std::size_t bytes_max_;
  const std::int64_t wait_ns_max_;
  std::atomic<std::int64_t> first_since_ns_{kNobody};  // when the first in line came
  std::atomic<std::size_t> events_{0};                 // taken and not released
  std::atomic<std::size_t> bytes_{0};
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Waiting> waiting_;
  bool stopped_ = false;
};

/// An event's way through one frame.
struct FrameItem {
  std::shared_ptr<Submission> of;
  std::size_t index = 0;  // in of->events
  std::size_t bytes = 0;  // to release
  EventOutcome outcome;   // accepted: to be applied as `revision`
};

struct LiveFrame {
  std::vector<FramedEvent> events;  // written, in order; the prepared events borrow from them
  std::vector<FrameItem> items;     // in the order they were handed in
  std::size_t bytes = 0;            // of `events`
  std::int64_t commit_ns = 0;
  Position end;                                  // of the log, once they are written
  std::function<void(const Position&)> between;  // instead of events: to be called between frames
};

class FrameQueue {
 public:
  /// Waits while there are kFramesMax.
  void push(std::unique_ptr<LiveFrame> frame);
  /// Waits; null: stopped, and nothing is left.
  std::unique_ptr<LiveFrame> pop();
  void stop();

 private:
  static constexpr std::size_t kFramesMax = 8;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<LiveFrame>> frames_;
  bool stopped_ = false;
};

}  // namespace concord::index
