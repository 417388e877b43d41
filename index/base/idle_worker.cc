#include "index/base/idle_worker.h"

#include "index/base/assert.h"
#include "index/base/scheduling.h"

namespace concord::index {

IdleWorker::IdleWorker(const char* name) : thread_([this, name] { wait_for_work(name); }) {}

IdleWorker::~IdleWorker() {
  {
    const std::scoped_lock lock(mutex_);
    CONCORD_ASSERT(work_ == nullptr);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void IdleWorker::run(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  CONCORD_ASSERT(work_ == nullptr);
  work_ = &work;
  changed_.notify_all();
  for (;;) {
    changed_.wait(lock, [this] { return work_ == nullptr || step_ != nullptr; });
    if (step_ == nullptr) return;
    lock.unlock();
    (*step_)();
    lock.lock();
    step_ = nullptr;
    changed_.notify_all();
  }
}

void IdleWorker::ask(const std::function<void()>& step) {
  const std::scoped_lock one(asking_);
  std::unique_lock lock(mutex_);
  CONCORD_ASSERT(work_ != nullptr);
  step_ = &step;
  changed_.notify_all();
  changed_.wait(lock, [this] { return step_ == nullptr; });
}

void IdleWorker::wait_for_work(const char* name) {
  name_thread(name);
  run_when_idle();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopped_ || work_ != nullptr; });
    if (stopped_) return;
    lock.unlock();
    (*work_)();
    lock.lock();
    work_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace concord::index
