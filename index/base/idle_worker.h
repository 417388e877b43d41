// Work that nobody waits for, on a thread that only runs when nobody else wants to. Such a thread
// may be put aside for seconds in the middle of anything, so it must hold nothing that others need:
// no lock and no read pin. What needs one is asked of the thread that ordered the work.
// Thread class: one-owner; ask() any-thread, from within the work.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace concord::index {

class IdleWorker {
 public:
  /// `name` as in name_thread().
  explicit IdleWorker(const char* name);
  /// Requires: no run() is under way.
  ~IdleWorker();
  IdleWorker(const IdleWorker&) = delete;
  IdleWorker& operator=(const IdleWorker&) = delete;

  /// Has `work` done and waits for its end. What the work asks for is done here, meanwhile. Neither
  /// may throw.
  void run(const std::function<void()>& work);
  /// From within the work: `step` is done by the thread that waits in run(). Returns when it is.
  void ask(const std::function<void()>& step);

 private:
  void wait_for_work(const char* name);

  std::mutex mutex_;  // guards all below but the last two
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
  const std::function<void()>* step_ = nullptr;
  bool stopped_ = false;
  std::mutex asking_;  // one step at a time
  std::thread thread_;
};

}  // namespace concord::index
