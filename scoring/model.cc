#include "scoring/model.h"

#include <algorithm>

#include "scoring/arithmetic.h"

namespace concord::scoring {

std::int64_t contribution_micro(const Predictor& predictor,
                                std::span<const FeatureValue> features) {
  const FeatureValue& feature = features[predictor.feature];
  if (!feature.known) return predictor.missing_micro;
  const std::int64_t held = std::clamp(feature.value, predictor.min, predictor.max);
  return saturate(Wide{predictor.weight_micro} * held);
}

std::int64_t propensity_micro(const Model& model, std::span<const FeatureValue> features) {
  if (model.is_constant) return model.constant_micro;
  std::int64_t z = model.intercept_micro;
  for (const Predictor& predictor : model.predictors)
    z = add_saturating(z, contribution_micro(predictor, features));
  return sigmoid_micro(z);
}

}  // namespace concord::scoring
