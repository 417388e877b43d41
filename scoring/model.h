// Propensity models: a constant, or a logistic regression over features, in integers.
// Thread class: immutable once loaded.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace concord::scoring {

/// A feature's value for one customer; `known` false: the data does not say.
struct FeatureValue {
  std::int64_t value = 0;
  bool known = false;
};

struct Predictor {
  std::uint32_t feature = 0;
  std::int64_t weight_micro = 0;  // added to z for each 1 of the feature
  std::int64_t min = 0;           // the feature is held between these
  std::int64_t max = 0;
  std::int64_t missing_micro = 0;  // added when the feature is unknown
};

struct Model {
  std::string name;
  bool is_constant = false;
  std::int64_t constant_micro = 1'000'000;  // the propensity
  std::int64_t intercept_micro = 0;
  std::vector<Predictor> predictors;
};

/// What each predictor adds to z, in millionths: together with the intercept exactly z.
std::int64_t contribution_micro(const Predictor& predictor, std::span<const FeatureValue> features);

/// Propensity in millionths: the constant, or sigmoid(z). Requires: a value for every feature.
std::int64_t propensity_micro(const Model& model, std::span<const FeatureValue> features);

}  // namespace concord::scoring
