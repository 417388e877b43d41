// Counter-based randomness: a draw depends on (seed, person, story, n) and its position, never on
// what was drawn elsewhere. So a person's rows are the same on any number of threads.
// Thread class: one-owner (a Dice); any-thread (make one wherever you are).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "index/base/hash.h"

namespace concord::datasets {

class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t person, std::uint64_t story, std::uint64_t n)
      : state_(index::mix64(index::mix64(index::mix64(seed + kStep) + person * kStep) ^
                            (story << 32 ^ n))) {}

  std::uint64_t next() { return index::mix64(state_ += kStep); }
  /// 0 … n-1, evenly. Requires n > 0.
  std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
  }
  /// low … high, both possible.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint32_t>(high - low + 1)));
  }
  bool chance(std::uint32_t per_thousand) { return below(1000) < per_thousand; }

  template <typename T, std::size_t N>
  const T& pick(const T (&from)[N]) {
    return from[below(N)];
  }
  template <typename T>
  const T& pick(std::span<const T> from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
  std::uint64_t state_;
};

}  // namespace concord::datasets
