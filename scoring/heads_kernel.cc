#include "scoring/heads_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace concord::scoring {
namespace {

void add_plain(std::span<const HeadStep> steps, std::size_t lanes, std::int64_t* sums) {
  for (const HeadStep& step : steps)
    for (std::size_t i = 0; i < lanes; ++i) sums[i] += std::int64_t{step.row[i]} * step.times;
}

#if defined(__x86_64__)

/// `vectors` × 4 sums stay in registers while all steps go by.
template <std::size_t vectors>
__attribute__((target("avx2"))) void add_vectors(std::span<const HeadStep> steps,
                                                 std::int64_t* sums) {
  __m256i held[vectors];
  for (std::size_t v = 0; v < vectors; ++v)
    held[v] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + 4 * v));
  for (const HeadStep& step : steps) {
    const __m256i times = _mm256_set1_epi64x(step.times);
    for (std::size_t v = 0; v < vectors; ++v) {
      const __m128i narrow = _mm_loadu_si128(reinterpret_cast<const __m128i*>(step.row + 4 * v));
      held[v] = _mm256_add_epi64(held[v], _mm256_mul_epi32(_mm256_cvtepi32_epi64(narrow), times));
    }
  }
  for (std::size_t v = 0; v < vectors; ++v)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + 4 * v), held[v]);
}

bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

#endif

}  // namespace

void add_steps(std::span<const HeadStep> steps, std::size_t lanes, std::int64_t* sums) {
#if defined(__x86_64__)
  if (has_avx2()) {
    if (lanes <= 8) return add_vectors<2>(steps, sums);
    if (lanes <= 16) return add_vectors<4>(steps, sums);
    return add_vectors<8>(steps, sums);
  }
#endif
  add_plain(steps, lanes, sums);
}

}  // namespace concord::scoring
