#include "scoring/xgboost_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "index/base/json_reader.h"
#include "scoring/arithmetic.h"

namespace concord::scoring {
namespace {

using index::Code;
using index::JsonValue;
using index::Result;

struct Refusal {  // the first one is kept; the reader then goes on with nothing
  std::string place;
  std::string detail;
};

/// One tree as the file has it: an array for each property, a place in it for each node.
struct RawTree {
  std::vector<std::int64_t> left, right, column, default_left;
  std::vector<double> condition, weight;
};

class XgboostReader {
 public:
  explicit XgboostReader(XgboostModel& out) : out_(out), forest_(out.forest) {}
  void read(JsonValue root);
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  void refuse(std::string place, std::string detail);
  std::optional<JsonValue> member(JsonValue in, const std::string& place, std::string_view name);
  std::optional<std::string> text(JsonValue in, const std::string& place, std::string_view name);
  std::size_t number_text(JsonValue in, const std::string& place, std::string_view name);
  void read_parameters(JsonValue learner, const std::string& place);
  void read_names(JsonValue learner, const std::string& place);
  void read_trees(JsonValue booster, const std::string& place);
  void read_tree(JsonValue tree, const std::string& place);
  std::vector<std::int64_t> integers(JsonValue tree, const std::string& place,
                                     std::string_view name);
  std::vector<double> numbers(JsonValue tree, const std::string& place, std::string_view name);
  void refuse_categories(JsonValue tree, const std::string& place);
  [[nodiscard]] bool is_whole(const RawTree& raw) const;
  void flatten(const RawTree& raw, const std::string& place);
  bool place_node(const RawTree& raw, std::size_t from, std::size_t to);
  void mean_of_children(const RawTree& raw, std::size_t at, std::size_t left_from);
  void find_columns();

  XgboostModel& out_;
  Forest& forest_;
  std::optional<Refusal> refusal_;
  std::vector<std::size_t> source_;  // node of the file, by flat node of the tree being read
  std::vector<bool> seen_;
};

void XgboostReader::refuse(std::string place, std::string detail) {
  if (!refusal_) refusal_ = Refusal{std::move(place), std::move(detail)};
}

std::optional<JsonValue> XgboostReader::member(JsonValue in, const std::string& place,
                                               std::string_view name) {
  auto found = in.find(name);
  if (!found) refuse(place, "there is no '" + std::string(name) + "': not a model XGBoost saved");
  return found;
}

std::optional<std::string> XgboostReader::text(JsonValue in, const std::string& place,
                                               std::string_view name) {
  const auto found = member(in, place, name);
  if (!found) return std::nullopt;
  const auto as_text = found->as_string();
  if (!as_text) refuse(index::json_pointer(place, name), "must be a string");
  return as_text ? std::optional<std::string>(*as_text) : std::nullopt;
}

/// XGBoost writes its parameters as text. 0 when absent.
std::size_t XgboostReader::number_text(JsonValue in, const std::string& place,
                                       std::string_view name) {
  if (!in.find(name)) return 0;
  const std::string digits = text(in, place, name).value_or("0");
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size())
    refuse(index::json_pointer(place, name), "is no number: '" + digits + "'");
  return number;
}

void XgboostReader::read(JsonValue root) {
  const auto learner = member(root, "", "learner");
  if (!learner) return;
  const std::string place = "/learner";
  read_parameters(*learner, place);
  read_names(*learner, place);
  const auto booster = member(*learner, place, "gradient_booster");
  if (!booster || refusal_) return;
  const std::string at = place + "/gradient_booster";
  const std::string name = text(*booster, at, "name").value_or("gbtree");
  if (name != "gbtree")
    return refuse(at + "/name", "booster '" + name + "' is not taken: only gbtree is");
  if (const auto model = member(*booster, at, "model")) read_trees(*model, at + "/model");
}

void XgboostReader::read_parameters(JsonValue learner, const std::string& place) {
  const auto objective = member(learner, place, "objective");
  const auto parameters = member(learner, place, "learner_model_param");
  if (!objective || !parameters) return;
  const std::string name = text(*objective, place + "/objective", "name").value_or("");
  if (name != "binary:logistic" && name != "reg:logistic")
    refuse(place + "/objective/name",
           "objective '" + name + "' is not taken: only binary:logistic and reg:logistic are");
  const std::string at = place + "/learner_model_param";
  if (number_text(*parameters, at, "num_class") > 1 ||
      number_text(*parameters, at, "num_target") > 1)
    refuse(at, "has several classes or targets: one yes-or-no question is taken");
  out_.column_count = number_text(*parameters, at, "num_feature");
  if (out_.column_count > kColumnsMax)
    refuse(at + "/num_feature", "is over " + std::to_string(kColumnsMax));
  std::string base = text(*parameters, at, "base_score").value_or("");
  if (base.size() > 2 && base.front() == '[') base = base.substr(1, base.size() - 2);
  float score = 0;
  const auto [end, error] = std::from_chars(base.data(), base.data() + base.size(), score);
  const bool whole = error == std::errc() && end == base.data() + base.size();
  if (!whole || !(score > 0) || !(score < 1) || !std::isfinite(1.0F / score) ||
      !(1.0F / score - 1.0F > 0))
    return refuse(at + "/base_score", "must lie between 0 and 1: '" + base + "'");
  forest_.base_margin = logit_float(score);
}

void XgboostReader::read_names(JsonValue learner, const std::string& place) {
  const auto names = learner.find("feature_names");
  if (!names) return;
  for (const JsonValue name : names->elements())
    out_.column_names.emplace_back(name.as_string().value_or(""));
  if (!out_.column_names.empty() && out_.column_names.size() != out_.column_count)
    refuse(place + "/feature_names", "are not as many as num_feature");
}

void XgboostReader::read_trees(JsonValue booster, const std::string& place) {
  const auto trees = member(booster, place, "trees");
  if (!trees) return;
  std::size_t number = 0;
  for (const JsonValue tree : trees->elements()) {
    if (refusal_) return;
    if (number == kTreesMax)
      return refuse(place + "/trees", "are more than " + std::to_string(kTreesMax));
    read_tree(tree, index::json_pointer(place + "/trees", number++));
  }
  if (refusal_) return;
  if (number == 0) return refuse(place + "/trees", "is empty: the model was not trained");
  forest_.intercept_micro = micro_of_margin(forest_.base_margin);
  for (const Forest::Tree& tree : forest_.trees)
    forest_.intercept_micro += forest_.means_micro[tree.root];
  find_columns();
}

std::vector<std::int64_t> XgboostReader::integers(JsonValue tree, const std::string& place,
                                                  std::string_view name) {
  std::vector<std::int64_t> out;
  const auto array = member(tree, place, name);
  if (!array) return out;
  for (const JsonValue value : array->elements()) {
    const auto number =
        value.as_bool() ? std::optional<std::int64_t>(*value.as_bool() ? 1 : 0) : value.as_int64();
    if (!number) refuse(index::json_pointer(place, name), "holds something that is no integer");
    out.push_back(number.value_or(0));
  }
  return out;
}

std::vector<double> XgboostReader::numbers(JsonValue tree, const std::string& place,
                                           std::string_view name) {
  std::vector<double> out;
  const auto array = member(tree, place, name);
  if (!array) return out;
  for (const JsonValue value : array->elements()) {
    const auto number = value.as_double();
    if (!number) refuse(index::json_pointer(place, name), "holds something that is no number");
    out.push_back(number.value_or(0));
  }
  return out;
}

void XgboostReader::refuse_categories(JsonValue tree, const std::string& place) {
  const auto types = tree.find("split_type");
  if (!types) return;
  for (const JsonValue type : types->elements())
    if (type.as_int64() != 0)
      return refuse(place + "/split_type", "has a split by category: only numbers are taken");
}

bool XgboostReader::is_whole(const RawTree& raw) const {
  const std::size_t n = raw.left.size();
  return n != 0 && raw.right.size() == n && raw.column.size() == n &&
         raw.default_left.size() == n && raw.condition.size() == n && raw.weight.size() == n;
}

void XgboostReader::read_tree(JsonValue tree, const std::string& place) {
  refuse_categories(tree, place);
  RawTree raw;
  raw.left = integers(tree, place, "left_children");
  raw.right = integers(tree, place, "right_children");
  raw.column = integers(tree, place, "split_indices");
  raw.default_left = integers(tree, place, "default_left");
  raw.condition = numbers(tree, place, "split_conditions");
  raw.weight = numbers(tree, place, "sum_hessian");
  if (refusal_) return;
  if (!is_whole(raw)) return refuse(place, "the arrays of its nodes are not of one length");
  flatten(raw, place);
}

/// Copies node `from` of the file to flat place `to`; false: it is wrong.
bool XgboostReader::place_node(const RawTree& raw, std::size_t from, std::size_t to) {
  Forest::Node& node = forest_.nodes[to];
  const auto value = static_cast<float>(raw.condition[from]);
  if (raw.left[from] < 0) {
    if (!(std::abs(value) <= kLeafMax)) return false;
    node = {std::numeric_limits<float>::infinity(), 0, static_cast<std::uint32_t>(to)};
    forest_.leaves[to] = value;
    forest_.means_micro[to] = micro_of_margin(value);
    return true;
  }
  const std::int64_t column = raw.column[from];
  if (!std::isfinite(value) || column < 0 || static_cast<std::size_t>(column) >= out_.column_count)
    return false;
  for (const std::int64_t child : {raw.left[from], raw.right[from]}) {
    if (child < 0 || static_cast<std::size_t>(child) >= raw.left.size()) return false;
    if (seen_[static_cast<std::size_t>(child)]) return false;
    seen_[static_cast<std::size_t>(child)] = true;
  }
  node.threshold = value;
  node.slot = static_cast<std::uint32_t>(1 + 2 * column + (raw.default_left[from] != 0 ? 0 : 1));
  node.left = static_cast<std::uint32_t>(forest_.nodes.size());
  for (const std::int64_t child : {raw.left[from], raw.right[from]}) {
    source_.push_back(static_cast<std::size_t>(child));
    forest_.nodes.emplace_back();
    forest_.leaves.push_back(0);
    forest_.means_micro.push_back(0);
  }
  return true;
}

/// The mean of a node: of its children's, by the weight training gave them.
void XgboostReader::mean_of_children(const RawTree& raw, std::size_t at, std::size_t left_from) {
  const auto weight_of = [&](std::size_t from) {
    return Wide{std::llrint(std::clamp(raw.weight[from], 0.0, 1e9) * 1e6)};
  };
  Wide left = weight_of(source_[left_from]);
  Wide right = weight_of(source_[left_from + 1]);
  if (left + right == 0) left = right = 1;
  const std::size_t child = forest_.nodes[at].left;
  forest_.means_micro[at] = static_cast<std::int64_t>(floor_div(
      forest_.means_micro[child] * left + forest_.means_micro[child + 1] * right, left + right));
}

/// Breadth first from the root: a node's children follow it, side by side. What pruning left
/// unreachable is dropped.
void XgboostReader::flatten(const RawTree& raw, const std::string& place) {
  const std::size_t root = forest_.nodes.size();
  source_.assign(1, 0);
  seen_.assign(raw.left.size(), false);
  seen_[0] = true;
  forest_.nodes.emplace_back();
  forest_.leaves.push_back(0);
  forest_.means_micro.push_back(0);
  std::uint32_t depth = 0;
  std::size_t level_end = 1;
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (i == level_end) {
      level_end = source_.size();
      ++depth;
    }
    if (!place_node(raw, source_[i], root + i))
      return refuse(place, "node " + std::to_string(source_[i]) +
                               " is wrong: a child or column that is not there, a node with two "
                               "parents, or a value out of range");
  }
  if (depth > kTreeDepthMax)
    return refuse(place, "is deeper than " + std::to_string(kTreeDepthMax));
  for (std::size_t i = source_.size(); i-- > 0;)
    if (forest_.nodes[root + i].slot != 0)
      mean_of_children(raw, root + i, forest_.nodes[root + i].left - root);
  forest_.trees.push_back({static_cast<std::uint32_t>(root), depth});
}

void XgboostReader::find_columns() {
  std::vector<bool> asked(out_.column_count, false);
  for (const Forest::Node& node : forest_.nodes)
    if (node.slot != 0) asked[(node.slot - 1) / 2] = true;
  for (std::uint32_t column = 0; column < asked.size(); ++column)
    if (asked[column]) forest_.columns.push_back(column);
}

}  // namespace

Result<XgboostModel> read_xgboost(const std::string& file, std::string_view json) {
  index::JsonRules rules;
  rules.refuse_duplicate_names = false;  // a check by member name would cost more than the trees
  index::JsonReader parser(rules);
  Result<JsonValue> root = parser.parse(json);
  if (!root.has_value())
    return index::fail(root.error().code, root.error().detail, file + ": " + root.error().place);
  XgboostModel out;
  XgboostReader reader(out);
  reader.read(*root);
  if (reader.refusal())
    return index::fail(Code::bad_input, reader.refusal()->detail,
                       file + ": " + reader.refusal()->place);
  return out;
}

void name_columns(Forest& forest, std::span<const std::uint32_t> features) {
  for (Forest::Node& node : forest.nodes)
    if (node.slot != 0) node.slot = 1 + 2 * features[(node.slot - 1) / 2] + (node.slot - 1) % 2;
  for (std::uint32_t& column : forest.columns) column = features[column];
}

}  // namespace concord::scoring
