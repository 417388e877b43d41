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
  if (!all_) customers_[customer.value] = seq;
  if (customers_.size() > customers_max_) {
    customers_.clear();
    all_ = true;
  }
  told();
}

void LiveTextQueue::other() {
  const std::scoped_lock lock(mutex_);
  told();
}

void LiveTextQueue::lost() {
  const std::scoped_lock lock(mutex_);
  customers_.clear();
  all_ = true;
  told();
}

void LiveTextQueue::wake() {
  const std::scoped_lock lock(mutex_);
  woken_ = true;
  told_.notify_one();
}

LiveTextQueue::Changes LiveTextQueue::take(EventSeq revision) {
  Changes out;
  {
    const std::scoped_lock lock(mutex_);
    out.all = std::exchange(all_, false);
    for (const auto& [customer, seq] : customers_) out.customers.push_back(CustomerId{customer});
    std::erase_if(customers_, [&](const auto& one) { return one.second <= revision; });
    any_ = !customers_.empty();
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
