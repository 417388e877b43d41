// Money and scores in integers: 128 bits inside, saturating at the edges, so that no rounding and
// no order of operations can differ between machines. Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>
#include <limits>

namespace concord::scoring {

__extension__ using Wide = __int128;

constexpr std::int64_t saturate(Wide value) {
  constexpr Wide kMax = std::numeric_limits<std::int64_t>::max();
  constexpr Wide kMin = std::numeric_limits<std::int64_t>::min();
  if (value > kMax) return std::numeric_limits<std::int64_t>::max();
  if (value < kMin) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

constexpr std::int64_t add_saturating(std::int64_t a, std::int64_t b) {
  return saturate(Wide{a} + b);
}

/// floor(a / b). Requires b > 0.
constexpr Wide floor_div(Wide a, Wide b) { return a / b - (a % b < 0 ? 1 : 0); }

/// floor(P · C · V · L / 10^12), saturating; P, C and L in millionths, V in minor units, so the
/// answer is in millionths of a minor unit. Requires: no factor is negative; exact for every input.
std::int64_t priority_micro(std::int64_t propensity_micro, std::int64_t context_weight_micro,
                            std::int64_t value_minor, std::int64_t lever_micro);

/// 1 / (1 + e^-z) in millionths, z in millionths. Never 0 or more than 1'000'000; rises with z.
std::int64_t sigmoid_micro(std::int64_t z_micro);

/// ln(x) in units of 2^-62, by integers only, off by less than 2^-55. Requires x > 0.
Wide ln_q62(std::uint64_t x);
/// `value` / 2^62 in millionths, rounded to the nearest. Requires |value| < 2^70.
std::int64_t micro_of_q62(Wide value);
/// −ln(1/p − 1), the log odds of p: float32 after each operation, as XGBoost has it, the logarithm
/// rounded right.
/// Requires: 1/p − 1 is a positive finite float32.
float logit_float(float p);

}  // namespace concord::scoring
