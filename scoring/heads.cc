#include "scoring/heads.h"

#include <algorithm>
#include <limits>

#include "index/base/assert.h"
#include "index/base/parallel.h"
#include "scoring/arithmetic.h"

namespace concord::scoring {

namespace {

constexpr std::int64_t kMissing = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kNoMargin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kListed = kNoMargin + 1;
constexpr std::int64_t kNarrow = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kLeastFilled = 4;  // of a block's places at least one in four has a weight

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

/// Numbers equal inputs alike. Looks only among those of the same feature.
class InputNumbers {
 public:
  template <typename Input>
  std::uint32_t number(std::vector<Input>& list, const Input& wanted) {
    if (by_feature_.size() <= wanted.feature) by_feature_.resize(wanted.feature + 1);
    for (const std::uint32_t known : by_feature_[wanted.feature])
      if (list[known] == wanted) return known;
    by_feature_[wanted.feature].push_back(static_cast<std::uint32_t>(list.size()));
    list.push_back(wanted);
    return by_feature_[wanted.feature].back();
  }

 private:
  std::vector<std::vector<std::uint32_t>> by_feature_;
};

}  // namespace

/// Lays blocks out, and takes one back that would be mostly empty or would not fit.
class HeadsBuilder {
 public:
  HeadsBuilder(Heads& out, std::span<const Model> models) : out_(out), models_(models) {}

  template <typename Shape>
  void lay_out() {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < models_.size(); ++i)
      if (std::holds_alternative<Shape>(models_[i].shape)) numbers.push_back(i);
    for (std::size_t first = 0; first < numbers.size(); first += kAbreast)
      add_block<Shape>({numbers.data() + first, std::min(kAbreast, numbers.size() - first)});
  }

 private:
  template <typename Shape>
  void add_block(std::span<const std::uint32_t> numbers) {
    const std::size_t table_before = out_.table_.size();
    block_ = {};
    block_.is_binned = std::is_same_v<Shape, BinnedModel>;
    block_.lanes = static_cast<std::uint32_t>(numbers.size());
    block_.begin.resize(kAbreast);
    fits_ = true;
    filled_ = 0;
    columns_.clear();
    for (std::uint32_t lane = 0; lane < numbers.size(); ++lane) {
      sums_.clear();
      add_model(std::get<Shape>(models_[numbers[lane]].shape), lane);
    }
    if (!fits_ || filled_ * kLeastFilled < block_.columns.size() * numbers.size()) {
      out_.table_.resize(table_before);
      return;
    }
    for (std::uint32_t lane = 0; lane < numbers.size(); ++lane)
      out_.places_[numbers[lane]] = {static_cast<std::uint32_t>(out_.blocks_.size()), lane};
    out_.blocks_.push_back(std::move(block_));
  }

  void add_model(const LogisticModel& model, std::uint32_t lane) {
    block_.begin[lane] = model.intercept_micro;
    for (const Predictor& one : model.predictors) {
      const std::uint32_t input =
          linear_.number(out_.linear_, Heads::LinearInput{one.feature, one.min, one.max});
      const std::size_t column = column_of(input, 2);
      const std::uint32_t row = block_.columns[column].row;
      add(row, lane, one.weight_micro);
      add(row + 1, lane, one.missing_micro);
      Sum& sum = sums_.emplace_back(
          Sum{column, magnitude(one.weight_micro), magnitude(one.missing_micro)});
      for (std::size_t i = 0; i + 1 < sums_.size(); ++i)
        if (sums_[i].column == column) {  // twice the same input in one model
          sum.weight += sums_[i].weight;
          sum.missing += sums_[i].missing;
        }
      raise(block_.columns[column].most, sum.weight);
      raise(block_.columns[column].most_missing, sum.missing);
    }
  }

  void add_model(const BinnedModel& model, std::uint32_t lane) {
    block_.begin[lane] = model.prior_micro;
    for (const BinnedPredictor& one : model.predictors) {
      const std::uint32_t input =
          binned_.number(out_.binned_, Heads::BinnedInput{one.feature, one.up_to});
      const std::size_t bins = one.contribution_micro.size();
      const std::uint32_t row = block_.columns[column_of(input, bins + 1)].row;
      for (std::size_t bin = 0; bin < bins; ++bin)
        add(row + static_cast<std::uint32_t>(bin), lane, one.contribution_micro[bin]);
      add(row + static_cast<std::uint32_t>(bins), lane, one.missing_micro);
    }
  }

  std::size_t column_of(std::uint32_t input, std::size_t rows) {
    ++filled_;
    if (columns_.size() <= input) columns_.resize(input + 1, kNoColumn);
    if (columns_[input] != kNoColumn) return columns_[input];
    columns_[input] = block_.columns.size();
    Heads::Column column;
    column.input = input;
    column.row = static_cast<std::uint32_t>(out_.table_.size() / kAbreast);
    out_.table_.resize(out_.table_.size() + rows * kAbreast);
    block_.columns.push_back(column);
    return block_.columns.size() - 1;
  }

  void add(std::uint32_t row, std::uint32_t lane, std::int64_t micro) {
    std::int32_t& place = out_.table_[std::size_t{row} * kAbreast + lane];
    const std::int64_t sum = place + micro;
    fits_ = fits_ && sum <= kNarrow && sum >= -kNarrow;
    if (fits_) place = static_cast<std::int32_t>(sum);
  }

  void raise(std::uint32_t& most, std::uint64_t sum) {
    fits_ = fits_ && sum <= static_cast<std::uint64_t>(kNarrow);
    if (fits_) most = std::max(most, static_cast<std::uint32_t>(sum));
  }

  static constexpr std::size_t kNoColumn = ~std::size_t{0};
  struct Sum {  // of one model's weights in a column
    std::size_t column;
    std::uint64_t weight;
    std::uint64_t missing;
  };

  Heads& out_;
  std::span<const Model> models_;
  InputNumbers linear_, binned_;
  Heads::Block block_;
  std::vector<std::size_t> columns_;  // of block_, by input
  std::vector<Sum> sums_;
  std::size_t filled_ = 0;
  bool fits_ = true;
};

Heads::Heads(std::span<const Model> models) : places_(models.size(), Place{kAlone, 0}) {
  HeadsBuilder builder(*this, models);
  builder.lay_out<LogisticModel>();
  builder.lay_out<BinnedModel>();
  std::uint64_t all_ns = 0;
  for (const Block& block : blocks_) all_ns += work_ns(block);
  for (const Model& model : models)
    if (const auto* forest = std::get_if<Forest>(&model.shape)) all_ns += work_ns(*forest);
  may_be_shared_ = all_ns >= kSharedWorkNs;
}

std::size_t Heads::abreast_count() const {
  return static_cast<std::size_t>(std::count_if(
      places_.begin(), places_.end(), [](const Place& place) { return place.block != kAlone; }));
}

void HeadScores::begin(const Heads& heads, std::span<const Model> models,
                       std::span<const FeatureValue> features) {
  CONCORD_ASSERT(heads.places_.size() == models.size());
  heads_ = &heads;
  models_ = models;
  features_ = features;
  has_inputs_ = has_slots_ = false;
  states_.assign(heads.blocks_.size(), State::unknown);
  sums_.resize(heads.blocks_.size() * kAbreast);
  margins_micro_.clear();
}

std::int64_t HeadScores::propensity_micro(std::uint32_t model) {
  const Heads::Place place = heads_->places_[model];
  if (place.block == Heads::kAlone) return alone(model);
  State& state = states_[place.block];
  if (state == State::unknown) {
    find_inputs();
    state = add_block(place.block, steps_);
  }
  if (state == State::alone) return alone(model);
  const std::int64_t sum = sums_[std::size_t{place.block} * kAbreast + place.lane];
  if (!heads_->blocks_[place.block].is_binned) return sigmoid_micro(sum);
  return propensity_of_score(std::get<BinnedModel>(models_[model].shape), sum);
}

std::int64_t HeadScores::alone(std::uint32_t model) {
  const auto* forest = std::get_if<Forest>(&models_[model].shape);
  if (forest == nullptr) return scoring::propensity_micro(models_[model], features_);
  if (!margins_micro_.empty() && margins_micro_[model] > kListed)
    return sigmoid_micro(margins_micro_[model]);
  find_slots();
  return sigmoid_micro(micro_of_margin(margin_of(*forest, slots_)));
}

void HeadScores::prepare(std::span<const std::uint32_t> models) {
  std::uint64_t work_ns = 0;
  jobs_.clear();
  for (const std::uint32_t model : models) {
    const Heads::Place place = heads_->places_[model];
    if (place.block != Heads::kAlone) {
      if (states_[place.block] != State::unknown) continue;
      states_[place.block] = State::listed;
      const Heads::Block& block = heads_->blocks_[place.block];
      jobs_.push_back({true, place.block});
      work_ns += Heads::work_ns(block);
    } else if (const auto* forest = std::get_if<Forest>(&models_[model].shape)) {
      if (margins_micro_.empty()) margins_micro_.assign(models_.size(), kNoMargin);
      if (margins_micro_[model] == kListed) continue;
      margins_micro_[model] = kListed;
      jobs_.push_back({false, model});
      work_ns += Heads::work_ns(*forest);
    }
  }
  const bool share = work_ns >= kSharedWorkNs;
  for (const Job& job : jobs_)
    if (job.is_block && !share) states_[job.number] = State::unknown;  // when it is asked about
  if (!share) return margins_micro_.clear();
  find_inputs();
  find_slots();
  constexpr std::size_t kGrain = 4;
  index::parallel_chunks(jobs_.size(), kGrain, 0,
                         [&](std::size_t begin, std::size_t end, std::size_t) {
                           thread_local std::vector<HeadStep> steps;
                           for (std::size_t i = begin; i < end; ++i) do_job(jobs_[i], steps);
                         });
}

void HeadScores::do_job(const Job& job, std::vector<HeadStep>& steps) {
  if (job.is_block) {
    states_[job.number] = add_block(job.number, steps);
    return;
  }
  const auto& forest = std::get<Forest>(models_[job.number].shape);
  margins_micro_[job.number] = micro_of_margin(margin_of(forest, slots_));
}

void HeadScores::find_slots() {
  if (has_slots_) return;
  slots_.fill(features_);
  has_slots_ = true;
}

void HeadScores::find_inputs() {
  if (has_inputs_) return;
  has_inputs_ = true;
  held_.resize(heads_->linear_.size());
  for (std::size_t i = 0; i < held_.size(); ++i) {
    const Heads::LinearInput& input = heads_->linear_[i];
    const FeatureValue& feature = features_[input.feature];
    held_[i] = feature.known ? std::clamp(feature.value, input.min, input.max) : kMissing;
  }
  bins_.resize(heads_->binned_.size());
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    const Heads::BinnedInput& input = heads_->binned_[i];
    const FeatureValue& feature = features_[input.feature];
    bins_[i] = static_cast<std::uint8_t>(feature.known ? bin_of(input.up_to, feature.value)
                                                       : input.up_to.size() + 1);
  }
}

HeadScores::State HeadScores::add_block(std::uint32_t number, std::vector<HeadStep>& steps) {
  const Heads::Block& block = heads_->blocks_[number];
  steps.clear();
  if (block.is_binned)
    take_binned(block, steps);
  else if (!take_linear(block, steps))
    return State::alone;
  std::int64_t* sums = sums_.data() + std::size_t{number} * kAbreast;
  std::copy(block.begin.begin(), block.begin.end(), sums);
  add_steps(steps, block.lanes, sums);
  return State::ready;
}

/// False: a value is too large to be sure that no sum leaves 64 bits.
bool HeadScores::take_linear(const Heads::Block& block, std::vector<HeadStep>& steps) const {
  Wide most = 0;
  for (const std::int64_t begin : block.begin)
    most = std::max(most, static_cast<Wide>(magnitude(begin)));
  for (const Heads::Column& column : block.columns) {
    const std::int64_t held = held_[column.input];
    if (held == 0) continue;
    if (held == kMissing) {
      most += column.most_missing;
      steps.push_back({heads_->row(column.row + 1), 1});
      continue;
    }
    if (held > kNarrow || held < -kNarrow) return false;
    most += static_cast<Wide>(magnitude(held)) * column.most;
    steps.push_back({heads_->row(column.row), static_cast<std::int32_t>(held)});
  }
  return most <= std::numeric_limits<std::int64_t>::max();
}

void HeadScores::take_binned(const Heads::Block& block, std::vector<HeadStep>& steps) const {
  for (const Heads::Column& column : block.columns)
    steps.push_back({heads_->row(column.row + bins_[column.input]), 1});
}

}  // namespace concord::scoring
