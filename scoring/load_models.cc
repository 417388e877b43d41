// models/*.toml, and the trees beside them.
#include <algorithm>

#include "scoring/loading.h"
#include "scoring/xgboost_json.h"

namespace concord::scoring {
namespace {

constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kWeightMax = 1'000 * kMicro;
constexpr std::int64_t kHeldMax = 1'000'000'000'000;
constexpr std::size_t kPredictorsMax = 10'000;

/// Place of `name` in features.toml; kNone and a problem at `key` when it is not there.
std::uint32_t feature_number(const PolicyData& data, TableReader& in, std::string_view key,
                             std::string_view name) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < data.features.size(); ++i) {
    if (data.features[i].name == name) return static_cast<std::uint32_t>(i);
    known.push_back(data.features[i].name);
  }
  check_known(in, key, name, "feature", known);
  return kNone;
}

/// The feature of a predictor; 0 after a problem: the set is refused anyway.
std::uint32_t read_feature(const PolicyData& data, TableReader& in) {
  const std::string name = in.required_text("feature");
  const std::uint32_t number = name.empty() ? 0 : feature_number(data, in, "feature", name);
  return number == kNone ? 0 : number;
}

std::vector<const TomlNode*> predictors(TableReader& in) {
  std::vector<const TomlNode*> tables = in.tables("predictor");
  if (tables.size() > kPredictorsMax)
    in.problem("predictor", "is given more than " + std::to_string(kPredictorsMax) + " times");
  return tables;
}

// ---- logistic

Predictor read_predictor(const PolicyData& data, TableReader& in) {
  Predictor out;
  out.feature = read_feature(data, in);
  if (in.take("weight_micro") == nullptr) in.problem("weight_micro", "is missing");
  out.weight_micro = in.integer("weight_micro", 0, -kWeightMax, kWeightMax);
  out.min = in.integer("min", 0, -kHeldMax, kHeldMax);
  out.max = in.integer("max", kHeldMax, -kHeldMax, kHeldMax);
  if (out.min > out.max) in.problem("min", "is greater than 'max'");
  out.max = std::max(out.min, out.max);
  out.missing_micro = in.integer("missing_micro", 0, -kWeightMax, kWeightMax);
  in.finish();
  return out;
}

// ---- binned

Counts read_counts(TableReader& in) {
  return {in.required_integer("positives", 0, kCountMax),
          in.required_integer("negatives", 0, kCountMax)};
}

/// Bins under `key`, all but the last with a bound under `bound_key`, the bounds rising.
std::vector<Counts> read_bins(TableReader& in, std::string_view key, std::string_view bound_key,
                              std::size_t most, std::vector<std::int64_t>& up_to) {
  std::vector<Counts> bins;
  const std::vector<const TomlNode*> tables = in.tables(key);
  if (tables.size() > most)
    in.problem(key, "is given more than " + std::to_string(most) + " times");
  for (const TomlNode* table : tables) {
    TableReader bin(*table, in.what() + ", " + std::string(key), in.file(), in.problems());
    const bool last = table == tables.back();
    const bool has_bound = bin.take(bound_key) != nullptr;
    if (has_bound == last)
      bin.problem(bound_key, last ? "is not for the last bin, which holds all the rest"
                                  : "is missing: every bin but the last has a bound");
    const std::int64_t bound = bin.integer(bound_key, 0, -kHeldMax, kHeldMax);
    if (has_bound && !up_to.empty() && bound <= up_to.back())
      bin.problem(bound_key, "must rise from bin to bin");
    if (!last) up_to.push_back(bound);
    bins.push_back(read_counts(bin));
    bin.finish();
  }
  return bins;
}

void check_sum(TableReader& in, const std::vector<Counts>& bins, const Counts& missing,
               const Counts& total) {
  Counts sum = missing;
  for (const Counts& bin : bins) {
    sum.positives += bin.positives;
    sum.negatives += bin.negatives;
  }
  if (sum.positives > total.positives || sum.negatives > total.negatives)
    in.problem("bin", "counts more customers than the model's 'positives' and 'negatives'");
}

BinnedPredictorCounts read_binned_predictor(const PolicyData& data, TableReader& in,
                                            const Counts& total) {
  BinnedPredictorCounts out;
  out.feature = read_feature(data, in);
  out.bins = read_bins(in, "bin", "up_to", kBinsMax, out.up_to);
  if (out.bins.empty()) in.problem("bin", "is missing");
  for (const TomlNode* table : in.tables("missing")) {
    TableReader missing(*table, in.what() + ", missing", in.file(), in.problems());
    out.has_missing = true;
    out.missing = read_counts(missing);
    missing.finish();
  }
  check_sum(in, out.bins, out.missing, total);
  in.finish();
  return out;
}

BinnedModel read_binned(const PolicyData& data, TableReader& in) {
  BinnedCounts counts;
  counts.total = read_counts(in);
  for (const TomlNode* table : predictors(in)) {
    TableReader predictor(*table, in.what() + ", predictor", in.file(), in.problems());
    counts.predictors.push_back(read_binned_predictor(data, predictor, counts.total));
  }
  counts.score_bins =
      read_bins(in, "score_bin", "up_to_micro", kScoreBinsMax, counts.score_up_to_micro);
  if (counts.score_bins.empty() && !counts.predictors.empty())
    in.problem("score_bin", "is missing: without it the sum of the predictors means nothing");
  return in.problems().empty() ? make_binned(counts) : BinnedModel{};
}

// ---- trees

const PolicyFile* find_file(std::span<const PolicyFile> files, const std::string& name) {
  for (const PolicyFile& file : files)
    if (file.name == name) return &file;
  return nullptr;
}

/// The feature of each training column: by `features`, else by the names the trees were trained
/// with. Empty after a problem.
std::vector<std::uint32_t> features_of_columns(const PolicyData& data, TableReader& in,
                                               const XgboostModel& model) {
  std::vector<std::string> names = in.texts("features");
  if (names.empty()) names = model.column_names;
  if (names.empty()) {
    in.problem("features", "is missing: the trees were trained without feature names");
  } else if (names.size() != model.column_count) {
    in.problem("features", "must name the " + std::to_string(model.column_count) +
                               " columns the trees were trained with, in their order");
    return {};
  }
  std::vector<std::uint32_t> out;
  for (const std::string& name : names) {
    const std::uint32_t feature = feature_number(data, in, "features", name);
    if (feature == kNone) return {};
    if (std::find(out.begin(), out.end(), feature) != out.end())
      in.problem("features", "names '" + name + "' twice");
    out.push_back(feature);
  }
  return out;
}

Forest read_trees(Loading& loading, TableReader& in, std::span<const PolicyFile> files) {
  const std::string name = in.required_text("file");
  const PolicyFile* file = find_file(files, "models/" + name);
  in.take("features");
  if (name.empty()) return {};
  if (file == nullptr || !name.ends_with(".json")) {
    in.problem("file", "there is no models/" + name + ": XGBoost's save_model(\"….json\")");
    return {};
  }
  auto model = read_xgboost(file->name, file->bytes);
  if (!model.has_value()) {
    loading.problems.add(std::move(model.error()));
    return {};
  }
  const auto features = features_of_columns(loading.data, in, *model);
  if (features.size() == model->column_count) name_columns(model->forest, features);
  return std::move(model->forest);
}

// ---- all

LogisticModel read_logistic(Loading& loading, TableReader& in) {
  LogisticModel out;
  out.intercept_micro = in.integer("intercept_micro", 0, -kWeightMax, kWeightMax);
  for (const TomlNode* table : predictors(in)) {
    TableReader predictor(*table, in.what() + ", predictor", in.file(), loading.problems);
    out.predictors.push_back(read_predictor(loading.data, predictor));
  }
  return out;
}

void load_model(Loading& loading, const PolicyFile& file, std::span<const PolicyFile> files) {
  static constexpr std::string_view kTypes[] = {"constant", "logistic", "binned", "trees"};
  TableReader naming(file.root, "model", file.name, loading.problems);
  TableReader in(file.root, "model '" + naming.text("name") + "'", file.name, loading.problems);
  Model model;
  model.name = in.required_text("name");
  for (const Model& other : loading.data.models)
    if (other.name == model.name) in.problem("name", "is given twice: '" + model.name + "'");
  if (in.take("type") == nullptr) in.problem("type", "is missing");
  switch (in.choice("type", kTypes, 0)) {
    case 1: model.shape = read_logistic(loading, in); break;
    case 2: model.shape = read_binned(loading.data, in); break;
    case 3: model.shape = read_trees(loading, in, files); break;
    default: model.shape = ConstantModel{in.required_integer("propensity_micro", 0, kMicro)};
  }
  in.finish();
  loading.data.models.push_back(std::move(model));
}

}  // namespace

void load_models(Loading& loading, std::span<const PolicyFile> files) {
  std::vector<std::string> used;
  for (const PolicyFile& file : files) {
    if (!file.name.starts_with("models/") || !file.name.ends_with(".toml")) continue;
    load_model(loading, file, files);
    for (const TomlMember& member : file.root.members)
      if (member.name == "file") used.push_back("models/" + member.value.text);
  }
  for (const PolicyFile& file : files)
    if (file.name.ends_with(".json") &&
        std::find(used.begin(), used.end(), file.name) == used.end())
      loading.problems.add(file.name, "no model names this file");
}

}  // namespace concord::scoring
