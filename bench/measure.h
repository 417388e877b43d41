// What in-process benchmarks share: times of single operations and their percentiles, keys drawn
// uniformly or by Zipf's law with a fixed seed, and the switch to refuse a wrong answer.
// Thread class: one-owner.
#pragma once
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace concord::bench {

inline std::int64_t clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Times of single operations. Each holds one reading of the clock: `clock_ns` in the report is
/// what an empty operation shows, and it is not taken off.
class Samples {
 public:
  explicit Samples(std::size_t count) { ns_.reserve(count); }
  void add(std::int64_t ns) { ns_.push_back(ns); }
  /// Counters p50_ns, p90_ns, p99_ns, mean_ns, clock_ns.
  void report(benchmark::State& state);

 private:
  std::vector<std::int64_t> ns_;
};

/// Runs op(i) once an iteration and reports its times.
template <typename Op>
void measure(benchmark::State& state, Op&& op) {
  Samples samples(static_cast<std::size_t>(state.max_iterations));
  std::size_t i = 0;
  for ([[maybe_unused]] auto _ : state) {
    const std::int64_t begun = clock_ns();
    op(i++);
    samples.add(clock_ns() - begun);
  }
  samples.report(state);
}

/// A repeatable stream of numbers (splitmix64).
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }

 private:
  std::uint64_t state_;
};

enum class Spread { uniform, zipf };
inline const char* word(Spread spread) { return spread == Spread::zipf ? "zipf" : "uniform"; }

/// `count` places below `n`. Zipf: exponent 1.0; which place is the first, the second, … by rank is
/// a shuffle, so that neighbours in popularity are no neighbours in memory.
std::vector<std::uint32_t> draw_places(Spread spread, std::size_t n, std::size_t count,
                                       std::uint64_t seed);

}  // namespace concord::bench
