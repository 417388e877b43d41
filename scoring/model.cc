#include "scoring/model.h"

#include <algorithm>

#include "scoring/arithmetic.h"

namespace concord::scoring {
namespace {

std::int64_t linear_score(const LogisticModel& model, std::span<const FeatureValue> features) {
  std::int64_t z = model.intercept_micro;
  for (const Predictor& predictor : model.predictors)
    z = add_saturating(z, contribution_micro(predictor, features));
  return z;
}

struct Propensity {
  std::span<const FeatureValue> features;
  std::int64_t operator()(const ConstantModel& model) const { return model.propensity_micro; }
  std::int64_t operator()(const LogisticModel& model) const {
    return sigmoid_micro(linear_score(model, features));
  }
  std::int64_t operator()(const BinnedModel& model) const {
    return propensity_of_score(model, score_micro(model, features));
  }
  std::int64_t operator()(const Forest& model) const {
    ForestSlots slots;
    slots.fill(features);
    return sigmoid_micro(micro_of_margin(margin_of(model, slots)));
  }
};

struct Explainer {
  std::span<const FeatureValue> features;
  ModelReason& out;
  void operator()(const ConstantModel&) const {}
  void operator()(const LogisticModel& model) const {
    out.intercept_micro = model.intercept_micro;
    for (const Predictor& predictor : model.predictors)
      out.contributions.push_back({predictor.feature, contribution_micro(predictor, features)});
    out.score_micro = linear_score(model, features);
  }
  void operator()(const BinnedModel& model) const {
    out.intercept_micro = model.prior_micro;
    for (const BinnedPredictor& predictor : model.predictors)
      out.contributions.push_back({predictor.feature, contribution_micro(predictor, features)});
    out.score_micro = score_micro(model, features);
  }
  void operator()(const Forest& model) const {
    ForestSlots slots;
    slots.fill(features);
    std::vector<std::int64_t> by_feature(features.size());
    add_contributions(model, slots, by_feature);
    out.intercept_micro = model.intercept_micro;
    for (const std::uint32_t feature : model.columns)
      out.contributions.push_back({feature, by_feature[feature]});
    out.score_micro = micro_of_margin(margin_of(model, slots));
  }
};

}  // namespace

std::string_view type_word(const Model& model) {
  constexpr std::string_view kTypes[] = {"constant", "logistic", "binned", "trees"};
  static_assert(std::size(kTypes) == std::variant_size_v<ModelShape>);
  return kTypes[model.shape.index()];
}

std::int64_t contribution_micro(const Predictor& predictor,
                                std::span<const FeatureValue> features) {
  const FeatureValue& feature = features[predictor.feature];
  if (!feature.known) return predictor.missing_micro;
  const std::int64_t held = std::clamp(feature.value, predictor.min, predictor.max);
  return saturate(Wide{predictor.weight_micro} * held);
}

std::int64_t propensity_micro(const Model& model, std::span<const FeatureValue> features) {
  return std::visit(Propensity{features}, model.shape);
}

void explain_propensity(const Model& model, std::span<const FeatureValue> features,
                        ModelReason& out) {
  out.intercept_micro = 0;
  out.contributions.clear();
  out.score_micro = 0;
  std::visit(Explainer{features, out}, model.shape);
  Wide rest = Wide{out.score_micro} - out.intercept_micro;
  for (const ModelReason::Part& part : out.contributions) rest -= part.micro;
  out.rounding_micro = saturate(rest);
}

}  // namespace concord::scoring
