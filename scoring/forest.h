// Boosted trees as XGBoost grows them, laid flat: every node is one comparison, its children are
// neighbours, and leaves lead to themselves, so a walk is `depth` equal steps without a branch.
// Thread class: immutable once loaded; the functions are any-thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scoring/feature_value.h"

namespace concord::scoring {

struct Forest {
  /// Goes to `left` when the value in `slot` is below `threshold`, else to `left + 1`.
  /// Slot 0 holds 0 (leaves: `threshold` is infinite, `left` the leaf itself); slot 1 + 2f holds
  /// feature f or, when it is unknown, −infinity; slot 2 + 2f likewise +infinity: which of the two
  /// a node asks is its default direction.
  struct Node {
    float threshold = 0;
    std::uint32_t slot = 0;
    std::uint32_t left = 0;
  };
  struct Tree {
    std::uint32_t root = 0;
    std::uint32_t depth = 0;  // steps from the root to the farthest leaf
  };
  std::vector<std::uint32_t> columns;  // features that are asked about, in the order of training
  std::vector<Tree> trees;
  std::vector<Node> nodes;
  std::vector<float> leaves;              // by node; 0 where it is none
  std::vector<std::int64_t> means_micro;  // by node: mean of the leaves under it, by their weight
  float base_margin = 0;                  // what a sum begins with
  std::int64_t intercept_micro = 0;       // base margin + means of the roots
};

inline constexpr float kLeafMax = 1e6F;  // beyond: refused, so that no sum overflows
inline constexpr std::size_t kTreesMax = 100'000;

/// A customer's features as the nodes of every forest ask about them. Thread class: one-owner.
class ForestSlots {
 public:
  void fill(std::span<const FeatureValue> features);
  [[nodiscard]] const float* data() const { return values_.data(); }

 private:
  std::vector<float> values_;
};

/// The margin: base margin + one leaf of each tree, in float32, in the order of the trees. The same
/// bits as libxgboost's. Requires: slots are filled with a value for every feature.
float margin_of(const Forest& forest, const ForestSlots& slots);

/// `margin` in millionths, rounded to the nearest.
std::int64_t micro_of_margin(float margin);

/// Adds to `by_feature` what the customer's value of each feature did: on his way down, the mean of
/// the node he came to less that of the node he left. Then intercept_micro + all of them is the sum
/// of his leaves, each rounded to millionths. Requires: a place for every feature.
void add_contributions(const Forest& forest, const ForestSlots& slots,
                       std::span<std::int64_t> by_feature);

}  // namespace concord::scoring
