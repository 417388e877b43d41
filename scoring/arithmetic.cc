#include "scoring/arithmetic.h"

#include <array>
#include <bit>
#include <cmath>

#include "index/base/assert.h"

namespace concord::scoring {
namespace {

__extension__ using Unsigned = unsigned __int128;
constexpr std::int64_t kMicro = 1'000'000;
constexpr std::uint64_t kBillion = 1'000'000'000;

// A product as high · 10^18 + low, low < 10^18.
struct Big {
  Unsigned high = 0;
  Unsigned low = 0;
};
constexpr Unsigned kBase = Unsigned{kBillion} * kBillion;

/// a · b for a < 2^126, b < 2^63, as high and low parts to the base 10^18. A high part of 2^64 or
/// more may come out smaller, but never below 2^64 (unless b is 0): the caller saturates far below.
Big multiply(Unsigned a, std::uint64_t b) {
  constexpr Unsigned kHighMax = Unsigned{1} << 64;
  const Unsigned high = a / kBase < kHighMax ? a / kBase : kHighMax;
  const Unsigned low = (a % kBase) * b;
  return {high * b + low / kBase, low % kBase};
}

/// floor(x / 10^12), saturating, for x < 2^127: 10^12 is 2^12 · 5^12, and a division by 5^12, which
/// has 28 bits, goes in steps of 32 bits without one of 128.
std::int64_t divide_by_tera(Unsigned x) {
  constexpr std::uint64_t kFive12 = 244'140'625;
  const Unsigned shifted = x >> 12U;
  const auto high = static_cast<std::uint64_t>(shifted >> 64U);
  const auto low = static_cast<std::uint64_t>(shifted);
  const std::uint64_t middle = high % kFive12 << 32U | low >> 32U;
  const std::uint64_t last = middle % kFive12 << 32U | (low & 0xffff'ffffU);
  if (high >= kFive12 || middle / kFive12 >= 1ULL << 31U)
    return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>((middle / kFive12 << 32U) + last / kFive12);
}

// Sigmoid table: e^(-k/128) for k = 0 … 2048 (z from 0 to 16) in 1/2^62, by integers only.
constexpr int kStepsPerUnit = 128;
constexpr int kUnits = 16;
constexpr std::size_t kTableSize = std::size_t{kStepsPerUnit} * kUnits + 1;
constexpr Wide kOne = Wide{1} << 62;

constexpr Wide exp_minus_step() {  // e^(-1/128), by its series
  Wide sum = kOne;
  Wide term = kOne;
  for (int n = 1; n < 12; ++n) {
    term = -term / (Wide{kStepsPerUnit} * n);
    sum += term;
  }
  return sum;
}

constexpr std::array<std::int32_t, kTableSize> make_table() {
  std::array<std::int32_t, kTableSize> table{};  // sigmoid(k/128) in millionths, rounded
  const Wide step = exp_minus_step();
  Wide power = kOne;
  for (std::size_t k = 0; k < kTableSize; ++k) {
    const Wide sum = kOne + power;
    table[k] = static_cast<std::int32_t>((2 * kOne * kMicro / sum + 1) / 2);
    power = (power * step) >> 62;
  }
  return table;
}
constexpr std::array<std::int32_t, kTableSize> kSigmoid = make_table();

/// ln(m) for m from 1 to 2, both in 2^-62, by the series of the area tangent.
constexpr Wide ln_of_mantissa(Wide m) {
  const Wide y = ((m - kOne) << 62) / (m + kOne);
  const Wide square = (y * y) >> 62;
  Wide power = y;
  Wide sum = 0;
  for (int n = 1; power != 0; n += 2) {
    sum += power / n;
    power = (power * square) >> 62;
  }
  return 2 * sum;
}
constexpr Wide kLn2 = ln_of_mantissa(2 * kOne);

}  // namespace

std::int64_t priority_micro(std::int64_t propensity_micro, std::int64_t context_weight_micro,
                            std::int64_t value_minor, std::int64_t lever_micro) {
  CONCORD_ASSERT(propensity_micro >= 0 && context_weight_micro >= 0);
  CONCORD_ASSERT(value_minor >= 0 && lever_micro >= 0);
  if (context_weight_micro == kMicro &&
      lever_micro == kMicro) {  // floor(P · V), the commonest case
    std::int64_t priority = 0;
    return __builtin_mul_overflow(propensity_micro, value_minor, &priority)
               ? std::numeric_limits<std::int64_t>::max()
               : priority;
  }
  const auto pc =
      static_cast<Unsigned>(propensity_micro) * static_cast<Unsigned>(context_weight_micro);
  const Unsigned plain =
      pc >> 63U == 0 ? pc * static_cast<std::uint64_t>(value_minor) : ~Unsigned{0};
  if (plain >> 63U == 0)
    return divide_by_tera(plain * static_cast<std::uint64_t>(lever_micro));  // the common case
  const Big pcv = multiply(pc, static_cast<std::uint64_t>(value_minor));
  // pcv · L = (high · 10^18 + low) · L; divide by 10^12.
  const auto lever = static_cast<Unsigned>(lever_micro);
  constexpr Unsigned kMax = std::numeric_limits<std::int64_t>::max();
  constexpr Unsigned kTera = Unsigned{1'000'000} * 1'000'000;
  if (lever == 0) return 0;
  if (pcv.high > kMax / lever) return std::numeric_limits<std::int64_t>::max();
  const Unsigned sum = pcv.high * lever * kMicro + pcv.low * lever / kTera;
  return sum > kMax ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(sum);
}

std::int64_t sigmoid_micro(std::int64_t z_micro) {
  constexpr std::int64_t kEdge = kUnits * kMicro;
  const bool negative = z_micro < 0;
  const std::int64_t z =
      negative ? (z_micro < -kEdge ? kEdge : -z_micro) : (z_micro > kEdge ? kEdge : z_micro);
  // 16 units of 128 steps, and 1/128 of the steepest quarter, are below 2^32 in millionths.
  static_assert(std::uint64_t{kUnits} * kStepsPerUnit * kMicro < 1ULL << 32U);
  constexpr auto kMillion = static_cast<std::uint32_t>(kMicro);
  const std::uint32_t scaled = static_cast<std::uint32_t>(z) * kStepsPerUnit;
  const std::uint32_t k = scaled / kMillion;
  auto near = static_cast<std::uint32_t>(kSigmoid[k]);
  if (k + 1 < kTableSize)
    near += (static_cast<std::uint32_t>(kSigmoid[k + 1]) - near) * (scaled % kMillion) / kMillion;
  const std::int64_t value = negative ? kMicro - std::int64_t{near} : std::int64_t{near};
  return value == 0 ? 1 : value;
}

Wide ln_q62(std::uint64_t x) {
  CONCORD_ASSERT(x != 0);
  const int exponent = static_cast<int>(std::bit_width(x)) - 1;
  const Wide mantissa = exponent == 63 ? Wide{x} >> 1 : Wide{x} << (62 - exponent);
  return kLn2 * exponent + ln_of_mantissa(mantissa);
}

std::int64_t micro_of_q62(Wide value) {
  return static_cast<std::int64_t>((value * kMicro + kOne / 2) >> 62);
}

float logit_float(float p) {
  const float odds = 1.0F / p - 1.0F;
  CONCORD_ASSERT(odds > 0 && std::isfinite(odds));
  int exponent = 0;
  const float mantissa = std::frexp(odds, &exponent);  // times 2^24: a whole number
  const auto whole = static_cast<std::uint64_t>(std::ldexp(mantissa, 24));
  const Wide log = ln_q62(whole) + kLn2 * (exponent - 24);
  return -static_cast<float>(std::ldexp(static_cast<double>(log), -62));
}

}  // namespace concord::scoring
