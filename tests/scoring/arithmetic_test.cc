// Promise: priorities and propensities are exact integers, the same on every machine; nothing
// overflows, the edges saturate.
#include "scoring/arithmetic.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <string>

#include "scoring/model.h"

namespace concord::scoring {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

/// P·C·V·L / 10^12 by schoolbook decimals: slow and obvious.
std::int64_t slow_priority(std::int64_t p, std::int64_t c, std::int64_t v, std::int64_t l) {
  std::string digits = "1";  // least digit first
  for (const std::int64_t factor : {p, c, v, l}) {
    std::string next;
    Wide carry = 0;
    for (const char digit : digits) {
      const Wide sum = Wide{factor} * (digit - '0') + carry;
      next.push_back(static_cast<char>('0' + static_cast<int>(sum % 10)));
      carry = sum / 10;
    }
    for (; carry > 0; carry /= 10)
      next.push_back(static_cast<char>('0' + static_cast<int>(carry % 10)));
    digits = next;
  }
  Wide value = 0;
  for (std::size_t i = digits.size(); i-- > 12;) {
    value = value * 10 + (digits[i] - '0');
    if (value > kMax) return kMax;
  }
  return static_cast<std::int64_t>(value);
}

TEST(ArithmeticTest, PriorityIsFlooredAndSaturates) {
  EXPECT_EQ(priority_micro(1'000'000, 1'000'000, 100, 1'000'000), 100'000'000);
  EXPECT_EQ(priority_micro(1, 1, 1, 1), 0);
  EXPECT_EQ(priority_micro(999'999, 1'000'000, 1, 1'000'000), 999'999);
  EXPECT_EQ(priority_micro(kMax, kMax, kMax, kMax), kMax);
  EXPECT_EQ(priority_micro(kMax, kMax, 0, kMax), 0);
  EXPECT_EQ(priority_micro(kMax, kMax, kMax, 0), 0);
  EXPECT_EQ(priority_micro(kMax, 1, 1'000'000, 1'000'000), kMax);
}

RC_GTEST_PROP(ArithmeticTest, PriorityEqualsTheSlowOne, ()) {
  const auto factor = [] {
    const auto shift = *rc::gen::inRange(0, 63);
    return static_cast<std::int64_t>(*rc::gen::arbitrary<std::uint64_t>() >> 1 >> shift);
  };
  const std::int64_t p = factor();
  const std::int64_t c = factor();
  const std::int64_t v = factor();
  const std::int64_t l = factor();
  RC_ASSERT(priority_micro(p, c, v, l) == slow_priority(p, c, v, l));
}

// The sizes of everyday, where the quick way is taken, and the edge at which it is left.
RC_GTEST_PROP(ArithmeticProperty, PrioritiesOfEverydayAreExact, ()) {
  const auto small = [](std::int64_t most) { return *rc::gen::inRange<std::int64_t>(0, most); };
  const std::int64_t p = small(1'000'001);
  const std::int64_t c = small(9'000'000);
  const std::int64_t v = small(*rc::gen::element<std::int64_t>(10, 10'000, 4'000'000));
  const std::int64_t l =
      *rc::gen::element<std::int64_t>(0, 1, 999'999, 1'000'000, 3'500'000, 1'000'000'000'000, kMax);
  RC_ASSERT(priority_micro(p, c, v, l) == slow_priority(p, c, v, l));
}

// Without context weight and lever it is P · V, which may leave 64 bits too.
RC_GTEST_PROP(ArithmeticProperty, PrioritiesWithoutLeversAreExact, ()) {
  const auto factor = [] {
    const auto shift = *rc::gen::inRange(0, 63);
    return static_cast<std::int64_t>(*rc::gen::arbitrary<std::uint64_t>() >> 1 >> shift);
  };
  const std::int64_t p = factor();
  const std::int64_t v = factor();
  RC_ASSERT(priority_micro(p, 1'000'000, v, 1'000'000) ==
            slow_priority(p, 1'000'000, v, 1'000'000));
}

TEST(ArithmeticTest, SigmoidRisesIsSymmetricAndClose) {
  std::int64_t last = 0;
  for (std::int64_t z = -20'000'000; z <= 20'000'000; z += 12'347) {
    const std::int64_t value = sigmoid_micro(z);
    EXPECT_GE(value, last);
    EXPECT_GE(value, 1);
    EXPECT_LE(value, 1'000'000);
    const double exact = 1e6 / (1 + std::exp(-static_cast<double>(z) / 1e6));
    EXPECT_NEAR(static_cast<double>(value), exact, 3.0) << z;
    if (value > 1 && value < 999'999) {
      EXPECT_EQ(value + sigmoid_micro(-z), 1'000'000) << z;
    }
    last = value;
  }
  EXPECT_EQ(sigmoid_micro(0), 500'000);
  EXPECT_EQ(sigmoid_micro(kMax), sigmoid_micro(16'000'000));
  EXPECT_EQ(sigmoid_micro(std::numeric_limits<std::int64_t>::min()), 1);
}

TEST(ArithmeticTest, LogarithmIsClose) {
  for (std::uint64_t x = 1; x < (1ULL << 62); x = x + x / 7 + 1)
    EXPECT_NEAR(static_cast<double>(micro_of_q62(ln_q62(x))),
                std::log(static_cast<double>(x)) * 1e6, 0.51)
        << x;
  EXPECT_EQ(ln_q62(1), 0);
  EXPECT_EQ(micro_of_q62(ln_q62(std::numeric_limits<std::uint64_t>::max())), 44'361'420);
  EXPECT_EQ(micro_of_q62(-ln_q62(2)), -693'147);
}

TEST(ModelTest, ContributionsAddUpToTheScore) {
  LogisticModel logistic;
  logistic.intercept_micro = -500'000;
  logistic.predictors = {
      {0, 200'000, 0, 5, 0}, {1, -1'000, 0, 1'000'000, 0}, {2, 7, 0, 10, -90'000}};
  const Model model{"m", logistic};
  const FeatureValue features[] = {{9, true}, {100, true}, {0, false}};
  ModelReason reason;
  explain_propensity(model, features, reason);
  ASSERT_EQ(reason.contributions.size(), 3U);
  EXPECT_EQ(reason.contributions[0].micro, 1'000'000);  // held at 5
  EXPECT_EQ(reason.contributions[1].micro, -100'000);
  EXPECT_EQ(reason.contributions[2].micro, -90'000);  // unknown
  EXPECT_EQ(reason.intercept_micro, -500'000);
  EXPECT_EQ(reason.score_micro, 310'000);
  EXPECT_EQ(reason.rounding_micro, 0);
  EXPECT_EQ(propensity_micro(model, features), sigmoid_micro(310'000));
  EXPECT_EQ(propensity_micro({"c", ConstantModel{42}}, features), 42);
}

TEST(ModelTest, ASumThatSaturatesSaysSo) {
  constexpr std::int64_t kHuge = 1'000'000'000'000;
  const Model model{"m", LogisticModel{0, {{0, 1'000'000'000, 0, kHuge, 0}, {0, 5, 0, 1, 0}}}};
  const FeatureValue features[] = {{kHuge, true}};
  ModelReason reason;
  explain_propensity(model, features, reason);
  EXPECT_EQ(reason.score_micro, kMax);
  EXPECT_EQ(reason.rounding_micro, -5);
  EXPECT_EQ(propensity_micro(model, features), 1'000'000);
}

}  // namespace
}  // namespace concord::scoring
