// The applier's thread: folds durable frames into the records, publishes once a frame, and tells
// the outcomes. Thread class: one-owner (run() is the thread); counts any-thread.
#pragma once
#include <map>

#include "index/live_queue.h"

namespace concord::index {

/// What is told of an event that is in already, as `seq`: duplicate, or stale when it was void.
EventOutcome outcome_of_repeat(const Engine& engine, EventSeq seq);

class LiveApplier {
 public:
  /// All of them outlive this object.
  LiveApplier(Engine& engine, const LiveOptions& options, LiveQueue& queue, FrameQueue& frames,
              WriteGate& gate);

  /// Before run().
  void on_publish(std::function<void(EventSeq)> listener) {
    listeners_.push_back(std::move(listener));
  }
  /// Before run(): where the log ends, all of it applied.
  void begin(const Position& position) { position_ = position; }
  /// Until the frames are stopped.
  void run();

  /// frames, events, unknown; the rest is not known here.
  [[nodiscard]] LiveCounts counts() const;
  [[nodiscard]] std::vector<SourceCounts> source_counts() const;

 private:
  /// Applies what was written, and publishes it.
  void apply(LiveFrame& frame);
  void count(const LiveFrame& frame);
  void tell(LiveFrame& frame);

  Engine& engine_;
  const LiveOptions& options_;
  LiveQueue& queue_;
  FrameQueue& frames_;
  WriteGate& gate_;
  std::vector<std::function<void(EventSeq)>> listeners_;
  Position position_;    // of the last frame that was applied whole
  bool broken_ = false;  // a durable event could not be applied: nothing after it may be

  mutable std::mutex mutex_;
  LiveCounts counts_;
  std::map<std::string, SourceCounts, std::less<>> sources_;
};

}  // namespace concord::index
