#include "tests/oracle/judge_model.h"

#include <algorithm>
#include <cmath>

#include "scoring/arithmetic.h"

namespace concord::oracle {
namespace {

struct Likelihood {
  const std::vector<Number>& features;

  std::int64_t operator()(const scoring::ConstantModel& model) const {
    return model.propensity_micro;
  }

  std::int64_t operator()(const scoring::LogisticModel& model) const {
    std::int64_t z = model.intercept_micro;
    for (const scoring::Predictor& one : model.predictors) {
      const Number& feature = features[one.feature];
      z += feature.known ? one.weight_micro * std::clamp(feature.value, one.min, one.max)
                         : one.missing_micro;
    }
    return scoring::sigmoid_micro(z);
  }

  std::int64_t operator()(const scoring::BinnedModel& model) const {
    std::int64_t sum = model.prior_micro;
    for (const scoring::BinnedPredictor& one : model.predictors) {
      const Number& feature = features[one.feature];
      std::size_t bin = 0;
      while (bin < one.up_to.size() && feature.value > one.up_to[bin]) ++bin;
      sum += feature.known ? one.contribution_micro[bin] : one.missing_micro;
    }
    const auto parts = static_cast<std::int64_t>(model.predictors.size()) + 1;
    std::size_t bin = 0;
    while (bin < model.score_up_to_micro.size() && sum > model.score_up_to_micro[bin] * parts)
      ++bin;
    return model.propensity_micro[bin];
  }

  std::int64_t operator()(const scoring::Forest& forest) const {
    float sum = forest.base_margin;
    for (const scoring::Forest::Tree& tree : forest.trees) sum += leaf_under(forest, tree.root);
    return scoring::sigmoid_micro(std::llround(static_cast<double>(sum) * 1e6));
  }

  [[nodiscard]] float leaf_under(const scoring::Forest& forest, std::uint32_t at) const {
    const scoring::Forest::Node& node = forest.nodes[at];
    if (node.slot == 0) return forest.leaves[at];
    const Number& feature = features[(node.slot - 1) / 2];
    const bool left = feature.known ? static_cast<float>(feature.value) < node.threshold
                                    : (node.slot - 1) % 2 == 0;
    return leaf_under(forest, left ? node.left : node.left + 1);
  }
};

}  // namespace

std::int64_t likelihood(const scoring::Model& model, const std::vector<Number>& features) {
  return std::visit(Likelihood{features}, model.shape);
}

}  // namespace concord::oracle
