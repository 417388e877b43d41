#include "scoring/binned.h"

#include <algorithm>

#include "index/base/assert.h"
#include "scoring/arithmetic.h"

namespace concord::scoring {
namespace {

/// Log odds of (p + 1/n) against (q + 1/n): n falls out of the fraction.
Wide log_odds(std::int64_t p, std::int64_t q, std::size_t n) {
  const auto bins = static_cast<std::uint64_t>(n);
  return ln_q62(bins * static_cast<std::uint64_t>(p) + 1) -
         ln_q62(bins * static_cast<std::uint64_t>(q) + 1);
}

BinnedPredictor make_predictor(const BinnedPredictorCounts& counts) {
  CONCORD_ASSERT(!counts.bins.empty() && counts.up_to.size() + 1 == counts.bins.size());
  CONCORD_ASSERT(counts.bins.size() <= kBinsMax);
  Counts sum = counts.missing;
  for (const Counts& bin : counts.bins) {
    sum.positives += bin.positives;
    sum.negatives += bin.negatives;
  }
  const std::size_t n = counts.bins.size() + (counts.has_missing ? 1 : 0);
  const Wide base = log_odds(sum.positives, sum.negatives, 1);
  const auto contribution = [&](const Counts& bin) {
    return micro_of_q62(log_odds(bin.positives, bin.negatives, n) - base);
  };
  BinnedPredictor out;
  out.feature = counts.feature;
  out.up_to = counts.up_to;
  for (const Counts& bin : counts.bins) out.contribution_micro.push_back(contribution(bin));
  out.missing_micro = counts.has_missing ? contribution(counts.missing) : 0;
  return out;
}

/// (0.5 + positives) / (1 + positives + negatives) in millionths, floored.
std::int64_t rate_micro(const Counts& bin) {
  const Wide all = Wide{2} * (1 + bin.positives + bin.negatives);
  return static_cast<std::int64_t>((Wide{2} * bin.positives + 1) * 1'000'000 / all);
}

/// Pool adjacent violators: `last[i]` is the last of the bins that are one with bin i.
struct Pool {
  Counts counts;
  std::size_t last = 0;
};
std::vector<Pool> pooled(std::span<const Counts> bins) {
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    pools.push_back({bins[i], i});
    while (pools.size() > 1 &&
           rate_micro(pools[pools.size() - 2].counts) > rate_micro(pools.back().counts)) {
      const Pool falling = pools.back();
      pools.pop_back();
      pools.back().counts.positives += falling.counts.positives;
      pools.back().counts.negatives += falling.counts.negatives;
      pools.back().last = falling.last;
    }
  }
  return pools;
}

}  // namespace

BinnedModel make_binned(const BinnedCounts& counts) {
  BinnedModel out;
  out.prior_micro = micro_of_q62(log_odds(counts.total.positives, counts.total.negatives, 1));
  for (const BinnedPredictorCounts& predictor : counts.predictors)
    out.predictors.push_back(make_predictor(predictor));
  const std::vector<Counts> none(1);
  const std::vector<Counts>& bins = counts.score_bins.empty() ? none : counts.score_bins;
  CONCORD_ASSERT(counts.score_up_to_micro.size() + 1 == bins.size());
  CONCORD_ASSERT(bins.size() <= kScoreBinsMax);
  for (const Pool& pool : pooled(bins)) {
    out.propensity_micro.push_back(rate_micro(pool.counts));
    if (pool.last + 1 < bins.size())
      out.score_up_to_micro.push_back(counts.score_up_to_micro[pool.last]);
  }
  return out;
}

std::size_t bin_of(std::span<const std::int64_t> up_to, std::int64_t value) {
  return static_cast<std::size_t>(std::lower_bound(up_to.begin(), up_to.end(), value) -
                                  up_to.begin());
}

std::int64_t contribution_micro(const BinnedPredictor& predictor,
                                std::span<const FeatureValue> features) {
  const FeatureValue& feature = features[predictor.feature];
  return feature.known ? predictor.contribution_micro[bin_of(predictor.up_to, feature.value)]
                       : predictor.missing_micro;
}

std::int64_t score_micro(const BinnedModel& model, std::span<const FeatureValue> features) {
  std::int64_t score = model.prior_micro;  // each part is below 10^8: no sum leaves 64 bits
  for (const BinnedPredictor& predictor : model.predictors)
    score += contribution_micro(predictor, features);
  return score;
}

std::int64_t propensity_of_score(const BinnedModel& model, std::int64_t score_micro) {
  // score / (1 + predictors) > bound, without dividing
  const Wide parts = 1 + static_cast<Wide>(model.predictors.size());
  const auto bin =
      std::partition_point(model.score_up_to_micro.begin(), model.score_up_to_micro.end(),
                           [&](std::int64_t bound) { return score_micro > bound * parts; });
  return model.propensity_micro[static_cast<std::size_t>(bin - model.score_up_to_micro.begin())];
}

}  // namespace concord::scoring
