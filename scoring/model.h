// Propensity models: how likely a customer takes an action up. Four shapes: a constant, a logistic
// regression, a binned naive Bayes, and boosted trees. All but the trees count in integers; the
// trees add float32 values in the order XGBoost adds them. Scores are in millionths.
// Thread class: immutable once loaded; the functions are any-thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scoring/binned.h"
#include "scoring/forest.h"

namespace concord::scoring {

struct ConstantModel {
  std::int64_t propensity_micro = 1'000'000;
};

struct Predictor {
  std::uint32_t feature = 0;
  std::int64_t weight_micro = 0;  // added to z for each 1 of the feature
  std::int64_t min = 0;           // the feature is held between these
  std::int64_t max = 0;
  std::int64_t missing_micro = 0;  // added when the feature is unknown
};

struct LogisticModel {
  std::int64_t intercept_micro = 0;
  std::vector<Predictor> predictors;
};

using ModelShape = std::variant<ConstantModel, LogisticModel, BinnedModel, Forest>;

struct Model {
  std::string name;
  ModelShape shape;
};

/// "constant", "logistic", "binned" or "trees": the words of models/*.toml.
std::string_view type_word(const Model& model);

/// What one predictor of a logistic model adds to z.
std::int64_t contribution_micro(const Predictor& predictor, std::span<const FeatureValue> features);

/// Propensity in millionths, 0 to 1'000'000. Requires: a value for every feature.
std::int64_t propensity_micro(const Model& model, std::span<const FeatureValue> features);

/// How a propensity came about. Exactly: intercept + all contributions + rounding = score.
/// logistic, trees: the propensity is sigmoid(score). binned: it is that of the score bin in which
/// score / (1 + predictors) lies. constant: nothing is added up.
struct ModelReason {
  struct Part {
    std::uint32_t feature = 0;
    std::int64_t micro = 0;
  };
  std::int64_t intercept_micro = 0;
  std::vector<Part> contributions;  // in the order of the model's predictors or columns
  std::int64_t rounding_micro = 0;  // trees: what float32 rounding adds; saturation elsewhere
  std::int64_t score_micro = 0;
};
/// Refills `out`. O(predictors), for trees O(trees × depth).
void explain_propensity(const Model& model, std::span<const FeatureValue> features,
                        ModelReason& out);

}  // namespace concord::scoring
