// Looks at the sources every few seconds and writes to the log what is due to be said of them
// (late, silent, heard again): so that answers know it without reading a clock themselves.
// Thread class: one-owner (it has a thread of its own for looking).
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "index/base/types.h"
#include "index/live.h"

namespace concord::server {

class SourceWatch {
 public:
  /// `now` is the base clock. `live` outlives the watch.
  SourceWatch(index::Live& live, std::function<index::UnixMillis()> now);
  ~SourceWatch();
  SourceWatch(const SourceWatch&) = delete;
  SourceWatch& operator=(const SourceWatch&) = delete;

  /// Looks once, in the caller's thread, and waits until what is due can be read: how many events
  /// that were. None while the base cannot be written.
  std::size_t look();
  /// From now on looks every `every_ms`, in a thread of its own.
  void start(std::int64_t every_ms);

 private:
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool stopping = false;
  };
  void run(std::int64_t every_ms);

  index::Live& live_;
  std::function<index::UnixMillis()> now_;
  std::shared_ptr<Bell> bell_;  // shared with what has been handed in
  std::thread thread_;
};

}  // namespace concord::server
