// All models of a policy set, laid out for speed: linear and binned models stand side by side in
// blocks of kAbreast, and what a customer's value means to all models of a block is one row that is
// added to their sums. A block is worked out when the first of its models is asked about; models
// that share few predictors, and customers with huge values, are scored one by one. The numbers are
// those of model.h, exactly. Thread class: Heads is immutable, HeadScores one-owner.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "scoring/heads_kernel.h"
#include "scoring/model.h"

namespace concord::scoring {

/// Work from which on it is shared, in estimated ns: many times what waking a worker costs.
inline constexpr std::uint64_t kSharedWorkNs = 200'000;

class Heads {
 public:
  Heads() = default;
  /// Borrows nothing of `models`; HeadScores wants the same ones again.
  explicit Heads(std::span<const Model> models);
  /// Models that stand in blocks; the rest are scored alone.
  [[nodiscard]] std::size_t abreast_count() const;
  /// False: even all models together are too little work to be shared between processors.
  [[nodiscard]] bool may_be_shared() const { return may_be_shared_; }

 private:
  friend class HeadScores;
  friend class HeadsBuilder;
  struct LinearInput {  // a feature held between two bounds
    std::uint32_t feature = 0;
    std::int64_t min = 0;
    std::int64_t max = 0;
    bool operator==(const LinearInput&) const = default;
  };
  struct BinnedInput {  // a feature cut into bins
    std::uint32_t feature = 0;
    std::vector<std::int64_t> up_to;
    bool operator==(const BinnedInput&) const = default;
  };
  struct Column {
    std::uint32_t input = 0;  // linear or binned, as its block
    std::uint32_t row = 0;   // linear: weights, then `missing`; binned: a row a bin, then `missing`
    std::uint32_t most = 0;  // linear: no model's weights here are more, in sum of absolutes
    std::uint32_t most_missing = 0;
  };
  struct Block {
    bool is_binned = false;
    std::uint32_t lanes = 0;
    std::vector<Column> columns;
    std::vector<std::int64_t> begin;  // kAbreast intercepts
  };
  struct Place {
    std::uint32_t block = 0;  // kAlone: none
    std::uint32_t lane = 0;
  };
  static constexpr std::uint32_t kAlone = 0xffff'ffff;

  [[nodiscard]] static std::uint64_t work_ns(const Block& block) {
    return block.columns.size() * (block.is_binned ? 20 : 8);
  }
  [[nodiscard]] static std::uint64_t work_ns(const Forest& forest) {
    return forest.nodes.size() / 8;  // about a step of each tree in 1.5 ns
  }
  [[nodiscard]] const std::int32_t* row(std::uint32_t number) const {
    return table_.data() + std::size_t{number} * kAbreast;
  }

  std::vector<Place> places_;  // by model
  std::vector<Block> blocks_;
  std::vector<LinearInput> linear_;
  std::vector<BinnedInput> binned_;
  std::vector<std::int32_t> table_;  // rows of kAbreast
  bool may_be_shared_ = false;
};

/// The propensities of one customer, worked out as they are asked for.
class HeadScores {
 public:
  /// Forgets the last customer. Borrows all three until the next begin().
  void begin(const Heads& heads, std::span<const Model> models,
             std::span<const FeatureValue> features);
  /// Says which models will be asked about (a model may be named often). When that is much work,
  /// all processors share it; the numbers are the same.
  void prepare(std::span<const std::uint32_t> models);
  /// Equal to scoring::propensity_micro(models[model], features). No allocation once warm.
  std::int64_t propensity_micro(std::uint32_t model);

 private:
  enum class State : std::uint8_t { unknown, listed, ready, alone };
  struct Job {  // a block, or the forest of a model
    bool is_block = false;
    std::uint32_t number = 0;
  };
  void find_inputs();
  void find_slots();
  void do_job(const Job& job, std::vector<HeadStep>& steps);
  State add_block(std::uint32_t number, std::vector<HeadStep>& steps);
  bool take_linear(const Heads::Block& block, std::vector<HeadStep>& steps) const;
  void take_binned(const Heads::Block& block, std::vector<HeadStep>& steps) const;
  std::int64_t alone(std::uint32_t model);

  const Heads* heads_ = nullptr;
  std::span<const Model> models_;
  std::span<const FeatureValue> features_;
  bool has_inputs_ = false;
  bool has_slots_ = false;
  std::vector<std::int64_t> held_;  // by linear input; kMissing when it is unknown
  std::vector<std::uint8_t> bins_;  // by binned input
  std::vector<Job> jobs_;
  std::vector<std::int64_t> margins_micro_;  // by model; kNoMargin: not worked out
  std::vector<State> states_;                // by block
  std::vector<std::int64_t> sums_;           // kAbreast by block
  std::vector<HeadStep> steps_;
  ForestSlots slots_;
};

}  // namespace concord::scoring
