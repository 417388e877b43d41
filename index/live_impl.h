// What a Live is made of. Known by live.cc and live_open.cc only.
// Thread class: any-thread, as Live says.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <thread>

#include "index/generation.h"
#include "index/live.h"
#include "index/live_applier.h"
#include "index/live_writer.h"

namespace concord::index {

/// What has been opened. The lock is let go of last.
struct LiveParts {
  std::optional<DataLock> lock;
  std::unique_ptr<EventLog> log;  // null: it cannot be read
  RejectionStore* rejections = nullptr;
  std::unique_ptr<Engine> engine;
};

struct Live::Impl {
  Impl(LiveParts given, LiveOptions wanted);
  ~Impl();
  /// Starts the threads. `tail`: of the log, all of it applied.
  void start(Position tail);

  LiveOptions options;
  LiveParts parts;
  OpenReport report;
  WriteGate gate;
  LiveQueue queue;
  FrameQueue frames;
  LiveApplier applier;
  std::unique_ptr<LiveWriter> writer;  // null: not writable from the start
  std::array<std::thread, 2> threads;
};

}  // namespace concord::index
