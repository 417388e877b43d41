// The writer's thread: tells repeats from news, makes frames, appends them durably, hands them on.
// A frame holds what was waiting while the one before it was written, up to kFrameBytesMax: nobody
// waits for a timer. Thread class: one-owner (run() is the thread).
#pragma once
#include <span>

#include "index/live_queue.h"

namespace concord::index {

class LiveWriter {
 public:
  /// All of them outlive this object. `tail`: the log's.
  LiveWriter(EventLog& log, Position tail, const LiveOptions& options, LiveQueue& queue,
             FrameQueue& frames, WriteGate& gate);

  /// Until the queue is stopped and empty; then stops the frames.
  void run();
  /// Newest durable event. Any-thread.
  [[nodiscard]] EventSeq durable() const { return durable_.load(std::memory_order_relaxed); }

 private:
  /// The next events of the queue: at least one, at most a frame's worth. Empty: stopped.
  std::vector<FrameItem> gather();
  void decide(LiveFrame& frame);
  void append(LiveFrame& frame);
  void give_up(LiveFrame& frame, const std::string& because);

  EventLog& log_;
  Position tail_;
  const LiveOptions& options_;
  LiveQueue& queue_;
  FrameQueue& frames_;
  WriteGate& gate_;
  std::atomic<EventSeq> durable_;
  std::shared_ptr<Submission> front_;  // being taken apart
  std::size_t next_ = 0;               // event of `front_`
};

}  // namespace concord::index
