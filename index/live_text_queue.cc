#include "index/live_text_queue.h"

#include <algorithm>
#include <utility>

namespace concord::index {

void LiveTextQueue::told() {
  woken_ = true;
  if (any_) return;
  any_ = true;
  since_ = Clock::now();
  told_.notify_one();
}

void LiveTextQueue::changed(CustomerId customer, EventSeq seq) {
  const std::scoped_lock lock(mutex_);
  newest_ = seq;
  if (!all_) customers_[customer.value] = seq;
  drop_too_many();
  told();
}

void LiveTextQueue::drop_too_many() {
  if (customers_.size() <= customers_max_) return;
  customers_.clear();
  all_ = true;
}

void LiveTextQueue::other() {
  const std::scoped_lock lock(mutex_);
  told();
}

void LiveTextQueue::wake() {
  const std::scoped_lock lock(mutex_);
  woken_ = true;
  told_.notify_one();
}

// Whoever takes runs only when nobody else does: the applier must not wait for a walk of his.
LiveTextQueue::Changes LiveTextQueue::take(EventSeq revision) {
  Changes out;
  std::unordered_map<std::uint64_t, EventSeq> taken;
  {
    const std::scoped_lock lock(mutex_);
    out.all = all_;
    all_ = all_ && newest_ > revision;  // who looks at `revision` does not see those
    taken.swap(customers_);
  }
  out.customers.reserve(taken.size());
  for (const auto& [customer, seq] : taken) out.customers.push_back(CustomerId{customer});
  std::erase_if(taken, [&](const auto& one) { return one.second <= revision; });
  {
    const std::scoped_lock lock(mutex_);
    if (!all_) customers_.merge(taken);  // who has changed again meanwhile has a later event here
    drop_too_many();
    any_ = all_ || !customers_.empty();
    if (any_) since_ = Clock::now();
  }
  std::sort(out.customers.begin(), out.customers.end());
  return out;
}

void LiveTextQueue::wait(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  told_.wait_for(lock, longest, [&] { return woken_; });
  woken_ = false;
}

std::size_t LiveTextQueue::waiting() const {
  const std::scoped_lock lock(mutex_);
  return customers_.size();
}

std::int64_t LiveTextQueue::lag_ms() const {
  const std::scoped_lock lock(mutex_);
  return any_ ? (Clock::now() - since_) / std::chrono::milliseconds(1) : 0;
}

}  // namespace concord::index
