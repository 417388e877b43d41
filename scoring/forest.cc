#include "scoring/forest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace concord::scoring {
namespace {

constexpr std::size_t kTreesAbreast = 8;  // trees walked side by side, so that their loads overlap

std::uint32_t step(const Forest::Node* nodes, const float* slots, std::uint32_t at) {
  const Forest::Node& node = nodes[at];
  return node.left + static_cast<std::uint32_t>(!(slots[node.slot] < node.threshold));
}

/// Adds the leaves of `count` trees, walked side by side, to `sum`.
template <std::size_t count>
float add_leaves(const Forest& forest, const float* slots, std::size_t first, float sum) {
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

void ForestSlots::fill(std::span<const FeatureValue> features) {
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  values_.resize(1 + 2 * features.size());
  values_[0] = 0;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const auto value = static_cast<float>(features[i].value);
    values_[1 + 2 * i] = features[i].known ? value : -kInfinite;
    values_[2 + 2 * i] = features[i].known ? value : kInfinite;
  }
}

float margin_of(const Forest& forest, const ForestSlots& slots) {
  float sum = forest.base_margin;
  std::size_t tree = 0;
  for (; tree + kTreesAbreast <= forest.trees.size(); tree += kTreesAbreast)
    sum = add_leaves<kTreesAbreast>(forest, slots.data(), tree, sum);
  for (; tree < forest.trees.size(); ++tree) sum = add_leaves<1>(forest, slots.data(), tree, sum);
  return sum;
}

std::int64_t micro_of_margin(float margin) {
  return std::llrint(static_cast<double>(margin) * 1e6);  // exact before it is rounded
}

void add_contributions(const Forest& forest, const ForestSlots& slots,
                       std::span<std::int64_t> by_feature) {
  for (const Forest::Tree& tree : forest.trees) {
    std::uint32_t at = tree.root;
    while (forest.nodes[at].slot != 0) {
      const std::uint32_t next = step(forest.nodes.data(), slots.data(), at);
      by_feature[(forest.nodes[at].slot - 1) / 2] +=
          forest.means_micro[next] - forest.means_micro[at];
      at = next;
    }
  }
}

}  // namespace concord::scoring
