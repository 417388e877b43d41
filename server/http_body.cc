#include "server/http_body.h"

namespace concord::server {

bool Budget::take(std::size_t amount) {
  std::size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (amount > most_ || used > most_ - amount) return false;
  } while (!used_.compare_exchange_weak(used, used + amount, std::memory_order_relaxed));
  return true;
}

bool Share::raise_to(std::size_t amount) {
  if (amount <= amount_) return true;
  if (budget_ && !budget_->take(amount - amount_)) return false;
  amount_ = amount;
  return true;
}

void Share::force_to(std::size_t amount) {
  if (amount <= amount_) return;
  if (budget_) budget_->force(amount - amount_);
  amount_ = amount;
}

void Share::release() {
  if (budget_ && amount_ > 0) budget_->give(amount_);
  budget_.reset();
  amount_ = 0;
}

}  // namespace concord::server
