// Work on a stream of blocks by several threads, results taken in the order of the blocks.
// At most a few blocks a thread are on their way, so that memory stays bounded.
// Thread class: one-owner; `work` runs on several threads at once, with one state each.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace concord::datasets {

template <typename In, typename Out>
class OrderedPipeline {
 public:
  using Work = std::function<void(unsigned worker, In& in, Out& out)>;
  using Take = std::function<bool(Out& out)>;  // false: stop

  /// `threads` workers; with 1 the work is done by the caller's thread.
  OrderedPipeline(unsigned threads, Work work, Take take)
      : work_(std::move(work)), take_(std::move(take)), in_flight_max_(4UL * threads + 2) {
    for (unsigned i = 0; threads > 1 && i < threads; ++i)
      workers_.emplace_back([this, i] { run(i); });
  }
  ~OrderedPipeline() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  OrderedPipeline(const OrderedPipeline&) = delete;
  OrderedPipeline& operator=(const OrderedPipeline&) = delete;

  /// Hands one block on; takes finished results, oldest first. False: `take` said stop.
  bool push(In in) {
    auto task = std::make_shared<Task>();
    task->in = std::move(in);
    if (workers_.empty()) {
      work_(0, task->in, task->out);
      return take_(task->out);
    }
    while (order_.size() >= in_flight_max_)
      if (!take_oldest()) return false;
    order_.push_back(task);
    {
      const std::scoped_lock lock(mutex_);
      waiting_.push_back(std::move(task));
    }
    changed_.notify_all();
    return true;
  }
  /// Takes all that is still on its way.
  bool finish() {
    while (!order_.empty())
      if (!take_oldest()) return false;
    return true;
  }

 private:
  struct Task {
    In in;
    Out out;
    bool done = false;
  };

  bool take_oldest() {
    const std::shared_ptr<Task> oldest = std::move(order_.front());
    order_.pop_front();
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return oldest->done; });
    }
    return take_(oldest->out);
  }

  void run(unsigned worker) {
    for (;;) {
      std::shared_ptr<Task> task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        task = std::move(waiting_.front());
        waiting_.pop_front();
      }
      work_(worker, task->in, task->out);
      {
        const std::scoped_lock lock(mutex_);
        task->done = true;
      }
      changed_.notify_all();
    }
  }

  Work work_;
  Take take_;
  std::size_t in_flight_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::deque<std::shared_ptr<Task>> waiting_;
  std::deque<std::shared_ptr<Task>> order_;  // the owner's alone
  std::vector<std::thread> workers_;
};

}  // namespace concord::datasets
