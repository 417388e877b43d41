// Promise: boosted trees give the very bits libxgboost gives, whatever shape training made, and
// their contributions add up exactly. Method: train with libxgboost here, save, read, and compare
// the margins of thousands of rows bit by bit.
#include "scoring/forest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xgboost/c_api.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "scoring/arithmetic.h"
#include "scoring/model.h"
#include "scoring/xgboost_json.h"

namespace concord::scoring {
namespace {

using testing::HasSubstr;

constexpr std::size_t kColumns = 12;

void must(int failed) { ASSERT_EQ(failed, 0) << XGBGetLastError(); }

/// Customers as concord knows them, and the same as libxgboost takes them (unknown: NaN).
struct Table {
  std::vector<FeatureValue> values;
  std::vector<float> cells;
  std::vector<float> labels;
  [[nodiscard]] std::size_t rows() const { return values.size() / kColumns; }
  [[nodiscard]] std::span<const FeatureValue> row(std::size_t i) const {
    return {values.data() + i * kColumns, kColumns};
  }
};

/// Counts, days, shares and money up to where float32 rounds; one value in five is unknown.
Table draw_table(std::size_t rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  constexpr std::int64_t kRanges[] = {3, 12, 365, 1'000'000, 200'000'000'000};
  Table out;
  for (std::size_t row = 0; row < rows; ++row) {
    std::int64_t pull = 0;
    for (std::size_t column = 0; column < kColumns; ++column) {
      const std::int64_t range = kRanges[column % std::size(kRanges)];
      const auto value = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(range)) -
                         (column % 3 == 0 ? range / 2 : 0);
      const bool known = random() % 5 != 0;
      if (known) pull += value * 8 / range * (column % 2 == 0 ? 1 : -1);
      out.values.push_back({value, known});
      out.cells.push_back(known ? static_cast<float>(value)
                                : std::numeric_limits<float>::quiet_NaN());
    }
    out.labels.push_back(static_cast<std::int64_t>(random() % 9) - 4 < pull ? 1.0F : 0.0F);
  }
  return out;
}

using Settings = std::vector<std::pair<const char*, const char*>>;

class Booster {
 public:
  Booster(const Table& table, const Settings& settings, int rounds) {
    must(XGDMatrixCreateFromMat(table.cells.data(), table.rows(), kColumns,
                                std::numeric_limits<float>::quiet_NaN(), &data_));
    must(XGDMatrixSetFloatInfo(data_, "label", table.labels.data(), table.labels.size()));
    must(XGBoosterCreate(&data_, 1, &handle_));
    must(XGBoosterSetParam(handle_, "nthread", "1"));
    must(XGBoosterSetParam(handle_, "objective", "binary:logistic"));
    for (const auto& [name, value] : settings) must(XGBoosterSetParam(handle_, name, value));
    for (int round = 0; round < rounds; ++round)
      must(XGBoosterUpdateOneIter(handle_, round, data_));
  }
  ~Booster() {
    XGBoosterFree(handle_);
    XGDMatrixFree(data_);
  }
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;

  [[nodiscard]] std::string saved() const {
    bst_ulong size = 0;
    const char* bytes = nullptr;
    must(XGBoosterSaveModelToBuffer(handle_, R"({"format":"json"})", &size, &bytes));
    return {bytes, size};
  }
  [[nodiscard]] std::vector<float> margins(const Table& table) const {
    DMatrixHandle rows = nullptr;
    must(XGDMatrixCreateFromMat(table.cells.data(), table.rows(), kColumns,
                                std::numeric_limits<float>::quiet_NaN(), &rows));
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* result = nullptr;
    must(XGBoosterPredictFromDMatrix(
        handle_, rows,
        R"({"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})",
        &shape, &dimensions, &result));
    std::vector<float> out(result, result + table.rows());
    XGDMatrixFree(rows);
    return out;
  }

 private:
  DMatrixHandle data_ = nullptr;
  BoosterHandle handle_ = nullptr;
};

/// The trees as a model over features that are the columns.
Model read_model(const std::string& json) {
  auto read = read_xgboost("trees.json", json);
  EXPECT_TRUE(read.has_value()) << read.error().text();
  return {"trees", read.has_value() ? std::move(read->forest) : Forest{}};
}

struct Training {
  const char* name;
  int rounds;
  Settings settings;
};

class ForestTest : public testing::TestWithParam<Training> {};

TEST_P(ForestTest, GivesTheBitsOfLibxgboost) {
  const Training& training = GetParam();
  const Booster booster(draw_table(3'000, 1), training.settings, training.rounds);
  const Model model = read_model(booster.saved());
  const auto& forest = std::get<Forest>(model.shape);
  ASSERT_EQ(forest.trees.size() % static_cast<std::size_t>(training.rounds), 0U);
  const Table asked = draw_table(5'000, 2);
  const std::vector<float> want = booster.margins(asked);
  ForestSlots slots;
  std::size_t different = 0;
  std::int64_t least = 1'000'000;
  std::int64_t most = 0;
  for (std::size_t row = 0; row < asked.rows(); ++row) {
    slots.fill(asked.row(row));
    const float margin = margin_of(forest, slots);
    different += std::bit_cast<std::uint32_t>(margin) != std::bit_cast<std::uint32_t>(want[row]);
    ModelReason reason;
    explain_propensity(model, asked.row(row), reason);
    std::int64_t sum = reason.intercept_micro + reason.rounding_micro;
    for (const ModelReason::Part& part : reason.contributions) sum += part.micro;
    ASSERT_EQ(sum, reason.score_micro);
    ASSERT_EQ(reason.score_micro, micro_of_margin(want[row]));
    // float32 rounds each of the sums, and each leaf is rounded to millionths
    ASSERT_LE(std::abs(reason.rounding_micro), 8 * static_cast<std::int64_t>(forest.trees.size()));
    const std::int64_t propensity = propensity_micro(model, asked.row(row));
    ASSERT_EQ(propensity, sigmoid_micro(reason.score_micro));
    least = std::min(least, propensity);
    most = std::max(most, propensity);
  }
  EXPECT_EQ(different, 0U);
  EXPECT_LT(least, most);  // the model tells rows apart
}

INSTANTIATE_TEST_SUITE_P(
    All, ForestTest,
    testing::Values(
        Training{"stumps", 1, {{"max_depth", "1"}}},
        Training{"seven_trees", 7, {{"max_depth", "3"}}},
        Training{"two_hundred_trees", 200, {{"max_depth", "6"}}},
        Training{"deep_and_unlike",
                 31,
                 {{"tree_method", "hist"},
                  {"grow_policy", "lossguide"},
                  {"max_depth", "0"},
                  {"max_leaves", "63"}}},
        Training{"pruned", 40, {{"max_depth", "8"}, {"gamma", "3"}, {"tree_method", "exact"}}},
        Training{"sampled", 50, {{"subsample", "0.5"}, {"colsample_bytree", "0.4"}, {"seed", "9"}}},
        Training{"four_trees_a_round", 12, {{"num_parallel_tree", "4"}, {"subsample", "0.7"}}},
        Training{"rare", 20, {{"base_score", "0.02"}, {"scale_pos_weight", "3"}}},
        Training{"common", 20, {{"base_score", "0.93"}, {"objective", "reg:logistic"}}}),
    [](const auto& one) { return std::string(one.param.name); });

// The sum begins with the base score's log odds. Ours are rounded right; libxgboost's come from the
// C library's logf, which before glibc 2.41 was one bit off for a few base scores, never for 0.5.
TEST(ForestBaseTest, BeginsWithTheRightlyRoundedLogOdds) {
  std::size_t other_bits = 0;
  for (int thousandth = 1; thousandth < 1000; ++thousandth) {
    SCOPED_TRACE(thousandth);
    const float p = static_cast<float>(thousandth) / 1000.0F;
    const float odds = 1.0F / p - 1.0F;
    const float got = logit_float(p);
    ASSERT_EQ(got, static_cast<float>(-std::log(static_cast<double>(odds))));
    const float library = -std::log(odds);
    ASSERT_TRUE(got == library || got == std::nextafter(library, got));
    other_bits += got != library ? 1 : 0;
  }
  EXPECT_LE(other_bits, 10U);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(logit_float(0.5F)), 0x8000'0000U);  // -0, as logf has it
}

// The control: a margin that is off by the last bit of one leaf is found.
TEST(ForestControlTest, OneBitOfOneLeafIsFound) {
  const Booster booster(draw_table(2'000, 1), {{"max_depth", "3"}}, 5);
  Model model = read_model(booster.saved());
  auto& forest = std::get<Forest>(model.shape);
  for (std::size_t node = 0; node < forest.nodes.size(); ++node)
    if (forest.nodes[node].slot == 0)
      forest.leaves[node] = std::nextafter(forest.leaves[node], 10.0F);
  const Table asked = draw_table(1'000, 2);
  const std::vector<float> want = booster.margins(asked);
  ForestSlots slots;
  std::size_t different = 0;
  for (std::size_t row = 0; row < asked.rows(); ++row) {
    slots.fill(asked.row(row));
    different += margin_of(forest, slots) != want[row];
  }
  EXPECT_GT(different, 800U);
}

// ---- what is refused

constexpr const char* kStump = R"({"learner":{"feature_names":[],"gradient_booster":{"model":{
  "trees":[{"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_indices":[0,0,0],
  "split_conditions":[4E0,-5E-1,2.5E-1],"default_left":[1,0,0],"sum_hessian":[4E0,3E0,1E0],
  "split_type":[0,0,0]}]},"name":"gbtree"},"learner_model_param":{"base_score":"5E-1",
  "num_class":"0","num_feature":"1","num_target":"1"},"objective":{"name":"binary:logistic"}},
  "version":[1,7,4]})";

TEST(XgboostJsonTest, AStumpByHand) {
  const auto read = read_xgboost("m.json", kStump);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  const Model model{"stump", read->forest};
  const auto margin = [&](FeatureValue value) {
    ForestSlots slots;
    slots.fill({&value, 1});
    return margin_of(read->forest, slots);
  };
  EXPECT_EQ(margin({3, true}), -0.5F);
  EXPECT_EQ(margin({4, true}), 0.25F);  // not below the threshold
  EXPECT_EQ(margin({0, false}), -0.5F);
  ModelReason reason;
  const FeatureValue four{4, true};
  explain_propensity(model, {&four, 1}, reason);
  EXPECT_EQ(reason.intercept_micro, -312'500);  // (3 · −0.5 + 1 · 0.25) / 4
  ASSERT_EQ(reason.contributions.size(), 1U);
  EXPECT_EQ(reason.contributions[0].micro, 562'500);
  EXPECT_EQ(reason.score_micro, 250'000);
}

struct BadModel {
  const char* from;
  const char* to;
  const char* place;
  const char* detail;
};

class BadXgboostJson : public testing::TestWithParam<BadModel> {};

TEST_P(BadXgboostJson, IsRefusedWithItsPlace) {
  const BadModel& bad = GetParam();
  std::string json = kStump;
  const std::size_t at = json.find(bad.from);
  ASSERT_NE(at, std::string::npos);
  json.replace(at, std::string_view(bad.from).size(), bad.to);
  const auto read = read_xgboost("m.json", json);
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().place, HasSubstr(bad.place)) << read.error().text();
  EXPECT_THAT(read.error().detail, HasSubstr(bad.detail));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadXgboostJson,
    testing::Values(
        BadModel{R"("version":[1,7,4]})", "", "m.json: line", ""},
        BadModel{"\"learner\"", "\"lerner\"", "m.json", "no 'learner'"},
        BadModel{"gbtree", "dart", "/learner/gradient_booster/name", "only gbtree"},
        BadModel{"binary:logistic", "multi:softprob", "/learner/objective/name", "is not taken"},
        BadModel{"\"num_class\":\"0\"", "\"num_class\":\"3\"", "learner_model_param", "several"},
        BadModel{"\"num_feature\":\"1\"", "\"num_feature\":\"1x\"", "num_feature", "no number"},
        BadModel{"\"num_feature\":\"1\"", "\"num_feature\":\"100001\"", "num_feature", "over"},
        BadModel{"\"5E-1\"", "\"1E0\"", "base_score", "between 0 and 1"},
        BadModel{"\"5E-1\"", "\"nan\"", "base_score", "between 0 and 1"},
        BadModel{"\"feature_names\":[]", "\"feature_names\":[\"a\",\"b\"]", "feature_names",
                 "as many"},
        BadModel{"\"split_type\":[0,0,0]", "\"split_type\":[1,0,0]", "trees/0/split_type",
                 "category"},
        BadModel{"\"default_left\":[1,0,0]", "\"default_left\":[1,0]", "trees/0", "one length"},
        BadModel{"\"right_children\":[2,-1,-1]", "\"right_children\":[1,-1,-1]", "trees/0",
                 "two parents"},
        BadModel{"\"left_children\":[1,-1,-1]", "\"left_children\":[0,-1,-1]", "trees/0",
                 "node 0 is wrong"},
        BadModel{"\"left_children\":[1,-1,-1]", "\"left_children\":[3,-1,-1]", "trees/0",
                 "node 0 is wrong"},
        BadModel{"\"split_indices\":[0,0,0]", "\"split_indices\":[1,0,0]", "trees/0", "node 0"},
        BadModel{"2.5E-1", "2.5E7", "trees/0", "node 2 is wrong"},
        BadModel{"4E0,-5E-1", "4E60,-5E-1", "trees/0", "node 0 is wrong"},
        BadModel{"2.5E-1", "\"a\"", "trees/0/split_conditions", "no number"},
        BadModel{"\"sum_hessian\"", "\"sum_hessians\"", "trees/0", "no 'sum_hessian'"}));

}  // namespace
}  // namespace concord::scoring
