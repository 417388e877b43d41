#include "scoring/forest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "index/base/assert.h"

namespace concord::scoring {
namespace {

constexpr std::size_t kAbreast = 8;  // trees walked side by side, so that their loads overlap

/// The slots of one customer; see Forest::Node.
class Slots {
 public:
  Slots(const Forest& forest, std::span<const FeatureValue> features) {
    constexpr float kInfinite = std::numeric_limits<float>::infinity();
    CONCORD_ASSERT(forest.columns.size() <= kColumnsMax);
    values_[0] = 0;
    for (std::size_t column = 0; column < forest.columns.size(); ++column) {
      const FeatureValue& feature = features[forest.columns[column]];
      const auto value = static_cast<float>(feature.value);
      values_[1 + 2 * column] = feature.known ? value : -kInfinite;
      values_[2 + 2 * column] = feature.known ? value : kInfinite;
    }
  }
  [[nodiscard]] float operator[](std::size_t slot) const { return values_[slot]; }

 private:
  std::array<float, 1 + 2 * kColumnsMax> values_;
};

std::uint32_t step(const Forest::Node* nodes, const Slots& slots, std::uint32_t at) {
  const Forest::Node& node = nodes[at];
  return node.left + static_cast<std::uint32_t>(!(slots[node.slot] < node.threshold));
}

/// Adds the leaves of `count` trees, walked side by side, to `sum`.
template <std::size_t count>
float add_leaves(const Forest& forest, const Slots& slots, std::size_t first, float sum) {
  const Forest::Node* nodes = forest.nodes.data();
  std::array<std::uint32_t, count> at{};
  std::uint32_t depth = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Forest::Tree& tree = forest.trees[first + i];
    at[i] = tree.root;
    depth = std::max(depth, tree.depth);
  }
  for (std::uint32_t level = 0; level < depth; ++level)
    for (std::size_t i = 0; i < count; ++i) at[i] = step(nodes, slots, at[i]);
  for (const std::uint32_t leaf : at) sum += forest.leaves[leaf];
  return sum;
}

}  // namespace

float margin_of(const Forest& forest, std::span<const FeatureValue> features) {
  const Slots slots(forest, features);
  float sum = forest.base_margin;
  std::size_t tree = 0;
  for (; tree + kAbreast <= forest.trees.size(); tree += kAbreast)
    sum = add_leaves<kAbreast>(forest, slots, tree, sum);
  for (; tree < forest.trees.size(); ++tree) sum = add_leaves<1>(forest, slots, tree, sum);
  return sum;
}

std::int64_t micro_of_margin(float margin) {
  return std::llrint(static_cast<double>(margin) * 1e6);  // exact before it is rounded
}

void add_contributions(const Forest& forest, std::span<const FeatureValue> features,
                       std::span<std::int64_t> by_column) {
  CONCORD_ASSERT(by_column.size() == forest.columns.size());
  const Slots slots(forest, features);
  for (const Forest::Tree& tree : forest.trees) {
    std::uint32_t at = tree.root;
    while (forest.nodes[at].slot != 0) {
      const std::uint32_t next = step(forest.nodes.data(), slots, at);
      by_column[(forest.nodes[at].slot - 1) / 2] +=
          forest.means_micro[next] - forest.means_micro[at];
      at = next;
    }
  }
}

}  // namespace concord::scoring
