// Promise: scoring many models abreast gives, for every model and every customer, the number that
// scoring it alone gives. Method: random sets of models of all shapes, sharing many predictors or
// few, with values from none to huge.
#include "scoring/heads.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace concord::scoring {
namespace {

constexpr std::uint32_t kFeatures = 20;
constexpr std::int64_t kHeldMax = 1'000'000'000'000;

std::int64_t draw(std::int64_t from, std::int64_t to) {
  return *rc::gen::inRange<std::int64_t>(from, to + 1);
}
std::uint32_t draw_feature(std::uint32_t few) { return *rc::gen::inRange<std::uint32_t>(0, few); }

LogisticModel draw_logistic(std::uint32_t few, std::int64_t weight_max) {
  LogisticModel out;
  out.intercept_micro = draw(-weight_max, weight_max);
  for (std::int64_t n = draw(0, 12); n > 0; --n) {
    const std::int64_t min = draw(0, 3) == 0 ? -kHeldMax : 0;
    const std::int64_t max = draw(0, 3) == 0 ? kHeldMax : draw(0, 2) * 10;
    out.predictors.push_back({draw_feature(few), draw(-weight_max, weight_max), min, max,
                              draw(-weight_max, weight_max)});
  }
  return out;
}

BinnedModel draw_binned(std::uint32_t few) {
  BinnedCounts counts;
  counts.total = {100'000, 900'000};
  for (std::int64_t n = draw(0, 12); n > 0; --n) {
    BinnedPredictorCounts one;
    one.feature = draw_feature(few);
    for (std::int64_t bin = 0, bins = draw(1, 4); bin < bins; ++bin) {
      one.bins.push_back({draw(0, 1000), draw(0, 1000)});
      if (bin != 0) one.up_to.push_back(bin * 10);
    }
    one.has_missing = draw(0, 1) == 0;
    counts.predictors.push_back(one);
  }
  for (std::int64_t bin = 0; bin < 6; ++bin) {
    counts.score_bins.push_back({draw(0, 100), draw(0, 100)});
    if (bin != 0) counts.score_up_to_micro.push_back((bin - 3) * 400'000);
  }
  return make_binned(counts);
}

Forest stump(std::uint32_t feature, float threshold) {
  Forest out;
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  out.columns = {feature};
  out.trees = {{0, 1}};
  out.nodes = {{threshold, 1 + 2 * feature, 1}, {kInfinite, 0, 1}, {kInfinite, 0, 2}};
  out.leaves = {0, -0.5F, 0.75F};
  out.means_micro = {0, -500'000, 750'000};
  return out;
}

std::vector<Model> draw_models(std::uint32_t few, std::int64_t weight_max) {
  std::vector<Model> out;
  for (std::int64_t n = draw(1, 150); n > 0; --n) {
    switch (draw(0, 5)) {
      case 0: out.push_back({"c", ConstantModel{draw(0, 1'000'000)}}); break;
      case 1:
        out.push_back({"t", stump(draw_feature(few), static_cast<float>(draw(-5, 30)))});
        break;
      case 2:
      case 3: out.push_back({"b", draw_binned(few)}); break;
      default: out.push_back({"l", draw_logistic(few, weight_max)});
    }
  }
  return out;
}

std::vector<FeatureValue> draw_customer() {
  std::vector<FeatureValue> out(kFeatures);
  const bool huge = draw(0, 3) == 0;
  for (FeatureValue& one : out) {
    one.known = draw(0, 4) != 0;
    const std::int64_t size = draw(0, 9);
    one.value = size < 4 ? 0 : size < 9 || !huge ? draw(-40, 40) : draw(-3, 3) * 1'000'000'000'000;
  }
  return out;
}

void expect_alike(const Heads& heads, std::span<const Model> models, HeadScores& scores,
                  std::span<const FeatureValue> customer) {
  scores.begin(heads, models, customer);
  for (std::uint32_t i = 0; i < models.size(); ++i) {
    const auto backwards = static_cast<std::uint32_t>(models.size() - 1 - i);
    RC_ASSERT(scores.propensity_micro(backwards) == propensity_micro(models[backwards], customer));
  }
}

RC_GTEST_PROP(HeadsProperty, AbreastIsAlone, ()) {
  const bool many_share = *rc::gen::arbitrary<bool>();
  const std::int64_t weight_max = draw(0, 1) == 0 ? 500'000 : 1'000'000'000;
  const std::vector<Model> models = draw_models(many_share ? 3 : kFeatures, weight_max);
  const Heads heads(models);
  HeadScores scores;
  for (int customer = 0; customer < 5; ++customer)
    expect_alike(heads, models, scores, draw_customer());
}

std::vector<Model> alike_models(std::size_t count) {
  std::vector<Model> models;
  for (std::size_t i = 0; i < count; ++i)
    models.push_back(
        {"l", LogisticModel{static_cast<std::int64_t>(i), {{0, 1'000, 0, kHeldMax, -70}}}});
  return models;
}

TEST(HeadsTest, BlocksOfEverySizeAreAlike) {
  HeadScores scores;
  for (const std::size_t count : {1UL, 7UL, 8UL, 9UL, 16UL, 17UL, 32UL, 33UL, 65UL}) {
    SCOPED_TRACE(count);
    const std::vector<Model> models = alike_models(count);
    const Heads heads(models);
    ASSERT_EQ(heads.abreast_count(), count);
    for (const FeatureValue& value : {FeatureValue{3, true}, FeatureValue{0, true},
                                      FeatureValue{0, false}, FeatureValue{kHeldMax, true}}) {
      scores.begin(heads, models, {&value, 1});
      for (std::uint32_t i = 0; i < count; ++i)
        ASSERT_EQ(scores.propensity_micro(i), propensity_micro(models[i], {&value, 1}));
    }
  }
}

// Much work is shared between the processors: every number stays what it was.
TEST(HeadsTest, SharedWorkGivesTheSameNumbers) {
  constexpr std::uint32_t kWide = 300;
  std::vector<Model> models;
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    LogisticModel model{i, {}};
    for (std::uint32_t j = 0; j < kWide; ++j)
      model.predictors.push_back({j, static_cast<std::int64_t>(i * 7 + j * 13) % 900, 0, 90, -5});
    models.push_back({"l", model});
  }
  for (std::uint32_t i = 0; i < 40; ++i) models.push_back({"t", stump(i, 3)});
  std::vector<FeatureValue> customer;
  for (std::uint32_t i = 0; i < kWide; ++i) customer.push_back({i % 17, i % 5 != 0});
  const Heads heads(models);
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < models.size(); ++i) all.push_back(i);
  HeadScores shared;
  for (int again = 0; again < 3; ++again) {
    shared.begin(heads, models, customer);
    shared.prepare(all);
    for (const std::uint32_t i : all)
      ASSERT_EQ(shared.propensity_micro(i), propensity_micro(models[i], customer)) << i;
  }
}

TEST(HeadsTest, ModelsThatShareNothingStandAlone) {
  std::vector<Model> models;
  for (std::uint32_t i = 0; i < 12; ++i)
    models.push_back({"l", LogisticModel{0, {{i, 1'000, 0, 10, 0}}}});
  EXPECT_EQ(Heads(models).abreast_count(), 0U);
}

// Two predictors on one input whose sum cancels: alone, the first already saturates.
TEST(HeadsTest, SumsThatWouldSaturateStandAlone) {
  std::vector<Model> models{
      {"l",
       LogisticModel{0, {{0, 1'000'000'000, 0, kHeldMax, 0}, {0, -999'999'999, 0, kHeldMax, 0}}}}};
  for (const std::int64_t value : {5LL, 2'000'000'000LL, 9'000'000'000'000LL}) {
    const FeatureValue feature{value, true};
    const Heads heads(models);
    HeadScores scores;
    scores.begin(heads, models, {&feature, 1});
    EXPECT_EQ(scores.propensity_micro(0), propensity_micro(models[0], {&feature, 1}));
  }
}

TEST(HeadsTest, TheKernelAddsEveryLane) {
  std::vector<std::int32_t> row(kAbreast);
  for (std::size_t i = 0; i < kAbreast; ++i)
    row[i] = (i % 2 == 0 ? 1 : -1) * (2'147'483'647 - static_cast<std::int32_t>(i));
  const HeadStep steps[] = {{row.data(), -2'147'483'647}, {row.data(), 3}};
  for (std::size_t lanes = 1; lanes <= kAbreast; ++lanes) {
    std::vector<std::int64_t> sums(kAbreast, 5);
    add_steps(steps, lanes, sums.data());
    for (std::size_t i = 0; i < lanes; ++i)
      ASSERT_EQ(sums[i], 5 + std::int64_t{row[i]} * (3 - 2'147'483'647LL)) << lanes << " " << i;
  }
}

}  // namespace
}  // namespace concord::scoring
