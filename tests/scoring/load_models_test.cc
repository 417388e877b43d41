// Promise: a model file is checked whole; every shape decides and explains itself so that its parts
// add up exactly to its score.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/base/json_reader.h"
#include "scoring/policy_data.h"
#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using testing::HasSubstr;

constexpr double kNow = 20'000.5;

constexpr const char* kFeatures = R"(
[[feature]]
name = "orders"
aggregation = "count"
where = { kind = "order" }
[[feature]]
name = "days_since_order"
aggregation = "days_since"
where = { kind = "order" }
)";

constexpr const char* kBinned = R"(name = "wants"
type = "binned"
positives = 100
negatives = 900
predictor = [
  { feature = "orders", bin = [
    { up_to = 0, positives = 10, negatives = 600 },
    { up_to = 3, positives = 30, negatives = 200 },
    { positives = 60, negatives = 100 } ] },
  { feature = "days_since_order", missing = { positives = 10, negatives = 600 }, bin = [
    { up_to = 30, positives = 70, negatives = 100 },
    { positives = 20, negatives = 200 } ] },
]
score_bin = [
  { up_to_micro = -1500000, positives = 10, negatives = 600 },
  { up_to_micro = -500000, positives = 30, negatives = 200 },
  { positives = 60, negatives = 100 },
]
)";

constexpr const char* kTrees = R"(name = "wants"
type = "trees"
file = "wants.json"
features = ["orders", "days_since_order"]
)";

// Fewer than 2 orders: -0.5. Else by the days since the last one: below 60 (or unknown) 1.5, or
// 0.5.
constexpr const char* kTreesJson = R"({"learner":{"feature_names":[],"gradient_booster":{"model":{
  "trees":[{"left_children":[1,-1,3,-1,-1],"right_children":[2,-1,4,-1,-1],
  "split_indices":[0,0,1,0,0],"split_conditions":[2E0,-5E-1,6E1,1.5E0,5E-1],
  "default_left":[1,0,1,0,0],"sum_hessian":[8E0,4E0,4E0,3E0,1E0]}]},"name":"gbtree"},
  "learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"2"},
  "objective":{"name":"binary:logistic"}},"version":[1,7,4]})";

struct WithModel : SmallPolicy {
  explicit WithModel(const std::string& model) {
    add("features.toml", kFeatures).add("models/wants.toml", model);
    action("a", "model = \"wants\"");
  }
};

RecordBuilder buyer(int orders) {
  RecordBuilder builder;
  builder.identity("email", "ann@example.test")
      .consent({.purpose = "sales", .channel = "email", .at_day = 1});
  for (int i = 0; i < orders; ++i)
    builder.entry({.kind = index::Kind::order,
                   .key = "o" + std::to_string(i),
                   .at_day = kNow - 40 - i,
                   .state = index::StateType::closed});
  return builder;
}

/// The first action of the answer, with its scores; checks that they add up.
struct Scored {
  std::int64_t propensity = 0;
  std::int64_t score = 0;
  std::string type;
  std::vector<std::int64_t> parts;
};
Scored score(const scoring::Policy& policy, RecordBuilder customer) {
  scoring::DecisionQuestion question;
  question.as_of = day(kNow);
  scoring::DecideScratch scratch;
  scoring::Decision decision;
  const index::Customer who = customer.customer();
  scoring::decide(policy, who, question, scratch, decision);
  index::Buffer buffer;
  index::JsonWriter writer(buffer);
  write_decision(writer, policy, decision, question, scoring::kExplainScores);
  index::JsonReader reader;
  const auto root = reader.parse(buffer.view());
  EXPECT_TRUE(root.has_value()) << buffer.view();
  Scored out;
  const auto actions = root->find("actions");
  if (actions->size() == 0) return out;
  const index::JsonValue action = *actions->elements().begin();
  const auto number = [](index::JsonValue in, std::string_view name) {
    return in.find(name)->as_int64().value();
  };
  out.propensity = number(*action.find("factors"), "propensity_micro");
  const index::JsonValue model = *action.find("model");
  out.type = *model.find("type")->as_string();
  out.score = number(model, "score_micro");
  std::int64_t sum = number(model, "intercept_micro") + number(model, "rounding_micro");
  for (const auto part : action.find("scores")->elements()) {
    out.parts.push_back(number(part, "contribution_micro"));
    sum += out.parts.back();
  }
  EXPECT_EQ(sum, out.score) << buffer.view();
  return out;
}

TEST(LoadModels, BinnedDecidesAndExplains) {
  const auto policy = WithModel(kBinned).must_load();
  const Scored none = score(*policy, buyer(0));
  const Scored four = score(*policy, buyer(4));
  EXPECT_EQ(none.type, "binned");
  ASSERT_EQ(none.parts.size(), 2U);
  EXPECT_LT(none.parts[0], 0);
  EXPECT_GT(four.parts[0], 0);
  EXPECT_EQ(none.propensity, 17'184);   // 10.5 / 611
  EXPECT_EQ(four.propensity, 375'776);  // 60.5 / 161
}

TEST(LoadModels, TreesDecideAndExplain) {
  WithModel small(kTrees);
  const auto policy = small.add("models/wants.json", kTreesJson).must_load();
  const Scored one = score(*policy, buyer(1));
  const Scored two = score(*policy, buyer(2));
  EXPECT_EQ(one.type, "trees");
  EXPECT_EQ(one.score, -500'000);
  EXPECT_EQ(one.propensity, 377'541);
  EXPECT_EQ(two.score, 1'500'000);
  EXPECT_EQ(two.parts, (std::vector<std::int64_t>{875'000, 250'000}));  // 0.375 → 1.25 → 1.5
}

TEST(LoadModels, TreesMayNameTheirFeatures) {
  std::string json = kTreesJson;
  json.replace(json.find("[]"), 2, R"(["days_since_order","orders"])");
  std::string toml = kTrees;
  toml.erase(toml.find("features"));
  WithModel small(toml);
  const auto policy = small.add("models/wants.json", json).must_load();
  EXPECT_EQ(score(*policy, buyer(1)).score, 1'500'000);  // 40 days ≥ 2, then 1 order < 60
}

TEST(LoadModels, TheTreesAreInTheVersion) {
  WithModel small(kTrees);
  const std::string first(small.add("models/wants.json", kTreesJson).must_load()->version());
  EXPECT_NE(small.change("models/wants.json", "1.5E0", "1.25E0").must_load()->version(), first);
}

struct Mistake {
  const char* from;
  const char* to;
  const char* place;
  const char* detail;
};

void expect_refused(SmallPolicy& small, const Mistake& mistake) {
  const auto policy = small.load();
  ASSERT_FALSE(policy.has_value());
  EXPECT_THAT(policy.error().place, HasSubstr(mistake.place)) << policy.error().text();
  EXPECT_THAT(policy.error().detail, HasSubstr(mistake.detail));
}

class BinnedMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(BinnedMistakes, AreRefusedWithFileAndLine) {
  WithModel small(kBinned);
  small.change("models/wants.toml", GetParam().from, GetParam().to);
  expect_refused(small, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    All, BinnedMistakes,
    testing::Values(
        Mistake{"type = \"binned\"", "type = \"bined\"", "wants.toml:2", "did you mean 'binned'?"},
        Mistake{"positives = 100\n", "", "wants.toml:1", "'positives' is missing"},
        Mistake{"negatives = 900\n", "negatives = 899\n", "wants.toml:", "counts more customers"},
        Mistake{"\"orders\"", "\"order\"", "wants.toml:6", "did you mean 'orders'?"},
        Mistake{"up_to = 3,", "up_to = 0,", "wants.toml:8", "must rise"},
        Mistake{"up_to = 3,", "", "wants.toml:8", "every bin but the last has a bound"},
        Mistake{"{ positives = 60, negatives = 100 } ] },",
                "{ up_to = 9, positives = 60, negatives = 100 } ] },", "wants.toml:9",
                "not for the last bin"},
        Mistake{"positives = 10, negatives = 600 },\n    { up_to = 3",
                "positives = -1, negatives = 600 },\n    { up_to = 3", "wants.toml:7",
                "must lie between"},
        Mistake{"missing = {", "mising = {", "wants.toml:10", "did you mean 'missing'?"},
        Mistake{"score_bin = [", "propensity_micro = 5\nscore_bin = [", "wants.toml:14",
                "unknown key 'propensity_micro'"},
        Mistake{"up_to_micro = -500000, ", "", "wants.toml:16", "every bin but the last"}));

class TreesMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(TreesMistakes, AreRefusedWithTheirPlace) {
  WithModel small(kTrees);
  small.add("models/wants.json", kTreesJson);
  small.change("models/wants.toml", GetParam().from, GetParam().to);
  expect_refused(small, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    All, TreesMistakes,
    testing::Values(
        Mistake{"\"wants.json\"", "\"want.json\"", "wants.toml:3", "there is no models/want.json"},
        Mistake{"\"wants.json\"", "\"wants.toml\"", "wants.toml:3", "there is no"},
        Mistake{"file = \"wants.json\"\n", "", "wants.toml:1", "'file' is missing"},
        Mistake{"features = [\"orders\", \"days_since_order\"]\n", "", "wants.toml",
                "trained without feature names"},
        Mistake{"\"orders\", ", "", "wants.toml:4", "must name the 2 columns"},
        Mistake{"\"orders\", ", "\"days_since_order\", ", "wants.toml:4", "twice"},
        Mistake{"\"orders\", ", "\"order\", ", "wants.toml:4", "did you mean 'orders'?"}));

TEST(LoadModels, TreesNobodyNamesAreRefused) {
  WithModel small(kBinned);
  small.add("models/wants.json", kTreesJson);
  expect_refused(small, {"", "", "models/wants.json", "no model names this file"});
}

TEST(LoadModels, WrongTreesAreRefusedWithThePlaceInTheFile) {
  WithModel small(kTrees);
  small.add("models/wants.json", kTreesJson).change("models/wants.json", "gbtree", "gblinear");
  expect_refused(small, {"", "", "models/wants.json: /learner/gradient_booster/name", "gbtree"});
}

}  // namespace
}  // namespace concord::test
