// A naive Bayes model over bins: every bin of a predictor adds what its counts say, the sum falls
// into a score bin, and the bin's own counts are the propensity. All of it is integer arithmetic:
// logarithms are taken once, when the model is made.
// Thread class: immutable once made; the functions are any-thread.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "scoring/feature_value.h"

namespace concord::scoring {

/// How often customers took the action up, and how often not.
struct Counts {
  std::int64_t positives = 0;
  std::int64_t negatives = 0;
};

struct BinnedPredictor {
  std::uint32_t feature = 0;
  std::vector<std::int64_t> up_to;               // last value of each bin but the last, rising
  std::vector<std::int64_t> contribution_micro;  // by bin
  std::int64_t missing_micro = 0;                // when the feature is unknown
};

struct BinnedModel {
  std::int64_t prior_micro = 0;  // log odds of the totals
  std::vector<BinnedPredictor> predictors;
  std::vector<std::int64_t> score_up_to_micro;  // of each score bin but the last, rising
  std::vector<std::int64_t> propensity_micro;   // by score bin, never falling
};

// The counts a model is made of, as its file states them.
struct BinnedPredictorCounts {
  std::uint32_t feature = 0;
  std::vector<std::int64_t> up_to;  // one fewer than `bins`, rising
  std::vector<Counts> bins;
  bool has_missing = false;
  Counts missing;
};
struct BinnedCounts {
  Counts total;
  std::vector<BinnedPredictorCounts> predictors;
  std::vector<std::int64_t> score_up_to_micro;  // one fewer than `score_bins`, rising
  std::vector<Counts> score_bins;               // empty: one bin without counts
};

inline constexpr std::int64_t kCountMax = 1'000'000'000'000;
inline constexpr std::size_t kBinsMax = 64;        // of one predictor
inline constexpr std::size_t kScoreBinsMax = 256;  // of one model

/// With n bins (`missing` is one, when it is given) and the sums over them:
///   contribution = ln(pos + 1/n) − ln(neg + 1/n) − ln(1 + Σpos) + ln(1 + Σneg)
///   prior        = ln(1 + total pos) − ln(1 + total neg)
///   propensity   = (0.5 + pos) / (1 + pos + neg) of the score bin
/// each rounded to millionths once. Neighbouring score bins whose propensity falls are pooled (PAV)
/// until none does. An unknown feature without `missing` adds nothing. Requires: the counts lie in
/// 0..kCountMax, the bounds rise, there are at most kBinsMax and kScoreBinsMax bins.
BinnedModel make_binned(const BinnedCounts& counts);

/// The bin `value` lies in: the first whose `up_to` is not below it, else the last.
std::size_t bin_of(std::span<const std::int64_t> up_to, std::int64_t value);

std::int64_t contribution_micro(const BinnedPredictor& predictor,
                                std::span<const FeatureValue> features);
/// Prior + all contributions.
std::int64_t score_micro(const BinnedModel& model, std::span<const FeatureValue> features);
/// Propensity of the score bin in which score / (1 + predictors) lies.
std::int64_t propensity_of_score(const BinnedModel& model, std::int64_t score_micro);

}  // namespace concord::scoring
