// Made-up catalogues: as many actions as asked for, each with gates that pass and a model of its
// own over as many predictors, on top of the default set's company and features. Thread class:
// any-thread (a function).
#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "scoring/policy.h"

namespace concord::bench {

enum class Shape { linear, binned, trees };
const char* word(Shape shape);

struct CatalogueSize {
  std::size_t actions = 100;
  std::size_t predictors = 30;  // of each model, and at least as many features
  Shape shape = Shape::linear;
};

/// Trees: kTreesEach of depth kTreeDepth an action. Binned: kBinsEach bins a predictor, cut alike
/// in all models, as a tool that cuts each feature once leaves them. Ends the program when the
/// default set in `policy_folder` does not load.
std::shared_ptr<const scoring::Policy> make_catalogue(const std::string& policy_folder,
                                                      const CatalogueSize& size);
inline constexpr std::size_t kTreesEach = 50;
inline constexpr std::size_t kTreeDepth = 5;
inline constexpr std::size_t kBinsEach = 8;

}  // namespace concord::bench
