// Promise: a binned naive Bayes model is the field's formula, in integers: each part rounded once,
// the parts adding up exactly, and a better score never less likely.
#include "scoring/binned.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

#include "scoring/model.h"

namespace concord::scoring {
namespace {

BinnedCounts small_counts() {
  BinnedCounts counts;
  counts.total = {100, 900};
  BinnedPredictorCounts orders;
  orders.up_to = {0, 3};
  orders.bins = {{10, 600}, {30, 200}, {60, 100}};
  BinnedPredictorCounts days;
  days.feature = 1;
  days.up_to = {9};
  days.bins = {{5, 300}, {80, 500}};
  days.has_missing = true;
  days.missing = {15, 100};
  counts.predictors = {orders, days};
  counts.score_up_to_micro = {-2'000'000, -500'000};
  counts.score_bins = {{5, 500}, {25, 300}, {70, 100}};
  return counts;
}

double slow_contribution(const Counts& bin, const Counts& sum, double n) {
  return std::log(static_cast<double>(bin.positives) + 1 / n) -
         std::log(static_cast<double>(bin.negatives) + 1 / n) -
         std::log(1.0 + static_cast<double>(sum.positives)) +
         std::log(1.0 + static_cast<double>(sum.negatives));
}

TEST(BinnedTest, ContributionsAreTheFormula) {
  const BinnedModel model = make_binned(small_counts());
  const std::vector<FeatureValue> features{{2, true}, {0, false}};
  const double first = slow_contribution({30, 200}, {100, 900}, 3);
  const double second = slow_contribution({15, 100}, {100, 900}, 3);
  EXPECT_NEAR(static_cast<double>(contribution_micro(model.predictors[0], features)), first * 1e6,
              0.51);
  EXPECT_NEAR(static_cast<double>(contribution_micro(model.predictors[1], features)), second * 1e6,
              0.51);
  EXPECT_NEAR(static_cast<double>(model.prior_micro), std::log(101.0 / 901.0) * 1e6, 0.51);
}

TEST(BinnedTest, TheScoreBinIsThatOfTheMean) {
  const BinnedModel model = make_binned(small_counts());
  EXPECT_EQ(model.propensity_micro, (std::vector<std::int64_t>{10'869, 78'220, 412'280}));
  EXPECT_EQ(propensity_of_score(model, 3 * -2'000'000), 10'869);  // the bound belongs to its bin
  EXPECT_EQ(propensity_of_score(model, 3 * -2'000'000 + 1), 78'220);
  EXPECT_EQ(propensity_of_score(model, 3 * -500'000), 78'220);
  EXPECT_EQ(propensity_of_score(model, 3 * -500'000 + 1), 412'280);
}

TEST(BinnedTest, BinsHoldTheirBounds) {
  const std::vector<std::int64_t> up_to{-5, 0, 7};
  struct Row {
    std::int64_t value;
    std::size_t bin;
  };
  for (const Row& row : {Row{-9, 0}, Row{-5, 0}, Row{-4, 1}, Row{0, 1}, Row{1, 2}, Row{7, 2},
                         Row{8, 3}, Row{std::numeric_limits<std::int64_t>::max(), 3}})
    EXPECT_EQ(bin_of(up_to, row.value), row.bin) << row.value;
  EXPECT_EQ(bin_of({}, 4), 0U);
}

TEST(BinnedTest, WithoutCountsItIsEvenOdds) {
  const BinnedModel model = make_binned({});
  EXPECT_EQ(score_micro(model, {}), 0);
  EXPECT_EQ(propensity_of_score(model, 0), 500'000);
}

TEST(BinnedTest, UnknownWithoutAMissingBinAddsNothing) {
  BinnedCounts counts = small_counts();
  counts.predictors.pop_back();
  const BinnedModel model = make_binned(counts);
  EXPECT_EQ(contribution_micro(model.predictors[0], std::vector<FeatureValue>{{1, false}}), 0);
}

TEST(BinnedTest, FallingScoreBinsArePooled) {
  BinnedCounts counts;
  counts.total = {100, 100};
  counts.score_up_to_micro = {1, 2, 3, 4};
  counts.score_bins = {{1, 9}, {8, 2}, {2, 8}, {6, 4}, {9, 1}};
  const BinnedModel model = make_binned(counts);  // the second and third become one
  EXPECT_EQ(model.score_up_to_micro, (std::vector<std::int64_t>{1, 3, 4}));
  EXPECT_EQ(model.propensity_micro,
            (std::vector<std::int64_t>{136'363, 500'000, 590'909, 863'636}));
}

RC_GTEST_PROP(BinnedProperty, AddsUpRisesAndStaysClose, ()) {
  const auto count = rc::gen::inRange<std::int64_t>(0, 100'000);
  BinnedCounts counts;
  counts.total = {*count, *count};
  std::vector<FeatureValue> features;
  const auto predictors = *rc::gen::inRange<std::uint32_t>(0, 6);
  for (std::uint32_t i = 0; i < predictors; ++i) {
    BinnedPredictorCounts one;
    one.feature = i;
    const auto bins = *rc::gen::inRange<std::int64_t>(1, 9);
    for (std::int64_t bin = 0; bin < bins; ++bin) {
      one.bins.push_back({*count, *count});
      if (bin != 0) one.up_to.push_back(bin * 10);
    }
    one.has_missing = *rc::gen::arbitrary<bool>();
    if (one.has_missing) one.missing = {*count, *count};
    counts.predictors.push_back(one);
    features.push_back({*rc::gen::inRange<std::int64_t>(-20, 100), *rc::gen::arbitrary<bool>()});
  }
  for (std::int64_t bin = 0; bin < 12; ++bin) {
    counts.score_bins.push_back({*count, *count});
    if (bin != 0) counts.score_up_to_micro.push_back((bin - 6) * 300'000);
  }
  const Model model{"m", make_binned(counts)};
  const auto& binned = std::get<BinnedModel>(model.shape);
  ModelReason reason;
  explain_propensity(model, features, reason);
  std::int64_t sum = reason.intercept_micro;
  for (const ModelReason::Part& part : reason.contributions) sum += part.micro;
  RC_ASSERT(reason.rounding_micro == 0);
  RC_ASSERT(sum == reason.score_micro);
  RC_ASSERT(std::is_sorted(binned.propensity_micro.begin(), binned.propensity_micro.end()));
  RC_ASSERT(binned.propensity_micro.size() == binned.score_up_to_micro.size() + 1);
  for (std::size_t i = 0; i < features.size(); ++i) {
    const BinnedPredictorCounts& one = counts.predictors[i];
    Counts all = one.missing;
    for (const Counts& bin : one.bins) {
      all.positives += bin.positives;
      all.negatives += bin.negatives;
    }
    std::size_t at = 0;
    while (at < one.up_to.size() && features[i].value > one.up_to[at]) ++at;
    const double n = static_cast<double>(one.bins.size()) + (one.has_missing ? 1 : 0);
    const double slow = features[i].known ? slow_contribution(one.bins[at], all, n)
                        : one.has_missing ? slow_contribution(one.missing, all, n)
                                          : 0;
    RC_ASSERT(std::abs(static_cast<double>(reason.contributions[i].micro) - slow * 1e6) < 0.51);
  }
}

}  // namespace
}  // namespace concord::scoring
