// Bodies of requests that did not come in one piece, and what they may weigh together.
// Thread class: any-thread (Budget), one-owner (Share, Body).
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "index/base/buffer.h"

namespace concord::server {

/// So much of something for all connections together: bytes of bodies, open streams.
/// Thread class: any-thread.
class Budget {
 public:
  explicit Budget(std::size_t most) : most_(most) {}
  /// False: it would be too much, and nothing is taken.
  bool take(std::size_t amount);
  void force(std::size_t amount) { used_.fetch_add(amount, std::memory_order_relaxed); }
  void give(std::size_t amount) { used_.fetch_sub(amount, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::size_t most_;
  std::atomic<std::size_t> used_{0};
};

/// A part of a Budget, given back at the end. Thread class: one-owner.
class Share {
 public:
  Share() = default;
  /// `budget` may be null: then nothing is counted.
  explicit Share(std::shared_ptr<Budget> budget) : budget_(std::move(budget)) {}
  ~Share() { release(); }
  Share(Share&& other) noexcept
      : budget_(std::move(other.budget_)), amount_(std::exchange(other.amount_, 0)) {}
  Share& operator=(Share&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(amount_, other.amount_);
    return *this;
  }
  /// At least `amount` in all. False: too much for the budget, and nothing changed.
  bool raise_to(std::size_t amount);
  /// The same whatever the budget says; others will be refused then.
  void force_to(std::size_t amount);
  void release();

 private:
  std::shared_ptr<Budget> budget_;
  std::size_t amount_ = 0;
};

/// The bytes of one body, counted as long as they are kept. Thread class: one-owner, to be moved
/// between threads.
struct Body {
  index::Buffer bytes;
  Share share;
  bool taken = false;  // see take_body in http.h
  [[nodiscard]] std::string_view view() const { return bytes.view(); }
};

}  // namespace concord::server
