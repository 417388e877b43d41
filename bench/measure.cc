#include "bench/measure.h"

#include <algorithm>
#include <numeric>

namespace concord::bench {
namespace {

// The median of what two readings of the clock in a row show.
std::int64_t empty_ns() {
  std::vector<std::int64_t> ns(10'001);
  for (std::int64_t& one : ns) {
    const std::int64_t begun = clock_ns();
    one = clock_ns() - begun;
  }
  std::nth_element(ns.begin(), ns.begin() + 5'000, ns.end());
  return ns[5'000];
}

}  // namespace

void Samples::report(benchmark::State& state) {
  if (ns_.empty()) return;
  std::sort(ns_.begin(), ns_.end());
  const auto at = [&](double share) {
    const auto last = static_cast<double>(ns_.size() - 1);
    return static_cast<double>(ns_[static_cast<std::size_t>(share * last)]);
  };
  state.counters["p50_ns"] = at(0.5);
  state.counters["p90_ns"] = at(0.9);
  state.counters["p99_ns"] = at(0.99);
  state.counters["mean_ns"] = static_cast<double>(std::accumulate(ns_.begin(), ns_.end(), 0LL)) /
                              static_cast<double>(ns_.size());
  state.counters["clock_ns"] = static_cast<double>(empty_ns());
}

std::uint64_t Draw::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::vector<std::uint32_t> draw_places(Spread spread, std::size_t n, std::size_t count,
                                       std::uint64_t seed) {
  Draw draw(seed);
  std::vector<std::uint32_t> places(count);
  if (spread == Spread::uniform) {
    for (std::uint32_t& one : places) one = static_cast<std::uint32_t>(draw.below(n));
    return places;
  }
  std::vector<std::uint32_t> by_rank(n);
  std::iota(by_rank.begin(), by_rank.end(), 0U);
  for (std::size_t i = n; i > 1; --i) std::swap(by_rank[i - 1], by_rank[draw.below(i)]);
  std::vector<double> up_to(n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) up_to[i] = sum += 1.0 / static_cast<double>(i + 1);
  for (std::uint32_t& one : places) {
    const double wanted = static_cast<double>(draw.next() >> 11) * 0x1p-53 * sum;
    const auto rank = std::upper_bound(up_to.begin(), up_to.end(), wanted) - up_to.begin();
    one = by_rank[std::min(static_cast<std::size_t>(rank), n - 1)];
  }
  return places;
}

}  // namespace concord::bench
