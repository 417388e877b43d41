// The inner loop of scoring: rows of weights added to a block of sums, many models abreast.
// Thread class: any-thread (a function).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace concord::scoring {

inline constexpr std::size_t kAbreast = 32;  // models in a block

/// `times` × a row of weights, to be added.
struct HeadStep {
  const std::int32_t* row = nullptr;  // kAbreast weights
  std::int32_t times = 0;
};

/// sums[i] += times × row[i] for every step. Only the first `lanes` sums are sure to be added to.
/// Requires: room for kAbreast sums; no sum leaves 64 bits. Integers: the same on every machine.
void add_steps(std::span<const HeadStep> steps, std::size_t lanes, std::int64_t* sums);

}  // namespace concord::scoring
