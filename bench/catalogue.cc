#include "bench/catalogue.h"

#include <cstdio>
#include <cstdlib>
#include <limits>

#include "bench/measure.h"
#include "index/base/files.h"
#include "scoring/conditions.h"
#include "scoring/loading.h"

namespace concord::bench {
namespace {

using scoring::PolicyFile;

constexpr std::size_t kFileBytesMax = 4UL * 1024 * 1024;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

PolicyFile parsed(const std::string& name, std::string bytes) {
  auto root = scoring::parse_toml(name, bytes);
  if (!root.has_value()) give_up(root.error().text());
  return {name, std::move(bytes), std::move(*root)};
}

PolicyFile read(const std::string& folder, const std::string& name) {
  auto bytes = index::read_file(folder + "/" + name, kFileBytesMax);
  if (!bytes.has_value()) give_up(bytes.error().text());
  return parsed(name, std::move(*bytes));
}

/// Features beyond the default set's: numbers over a kind, a department and a window.
std::string more_features(std::size_t count) {
  constexpr const char* kKinds[] = {"interaction", "case",  "order",   "shipment", "invoice",
                                    "payment",     "visit", "message", "review",   "contract"};
  constexpr const char* kDepartments[] = {"service", "sales", "marketing", "operations", "finance"};
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const bool days = i % 7 == 3;
    out += "[[feature]]\nname = \"more_" + std::to_string(i) + "\"\naggregation = \"" +
           (days ? "days_since" : "count") + "\"\nwindow = \"" + std::to_string(14 + 17 * i % 700) +
           "d\"\nwhere = { kind = \"" + kKinds[i % std::size(kKinds)] + "\", department = \"" +
           kDepartments[i / 10 % std::size(kDepartments)] + "\" }\n";
  }
  return out;
}

constexpr const char* kHead = R"(
[[issue]]
id = "care"
title = "Care"
[[group]]
id = "care/next"
title = "Next"
applicability = "features.orders_365d >= 0"
[[action]]
id = "care/next/finish_or_correct"
title = "Finish or correct a record"
department = "service"
purpose = "service"
stale_task = true
treatment = [{ channel = "internal", text = { en = "Finish[[ {key}]]" } }]
)";

std::string actions(std::size_t count) {
  std::string out = kHead;
  for (std::size_t i = 1; i < count; ++i) {
    const std::string digits = std::to_string(10'000 + i).substr(1);
    out += "[[action]]\nid = \"care/next/a" + digits + "\"\ntitle = \"Action " + digits +
           "\"\ndepartment = \"service\"\npurpose = \"service\"\nvalue_minor = " +
           std::to_string(100 + 37 * i % 4'000) + "\nmodel = \"m" + digits +
           "\"\napplicability = \"features.orders >= 0 && features.cases_90d < " +
           std::to_string(100'000 + i % 40) +
           "\"\ntreatment = [{ channel = \"phone\", text = { en = \"Talk about " + digits +
           "\" } }]\n";
  }
  return out;
}

class ModelMaker {
 public:
  ModelMaker(std::size_t features, const CatalogueSize& size)
      : features_(features), size_(size), draw_(size.actions * 1'000 + size.predictors) {}

  scoring::ModelShape make() {
    switch (size_.shape) {
      case Shape::linear: return linear();
      case Shape::binned: return binned();
      default: return trees();
    }
  }

 private:
  std::int64_t between(std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(draw_.below(static_cast<std::size_t>(to - from + 1)));
  }
  std::uint32_t feature(std::size_t predictor) const {
    return static_cast<std::uint32_t>(predictor % features_);
  }

  scoring::LogisticModel linear() {
    scoring::LogisticModel out;
    out.intercept_micro = between(-3'000'000, 0);
    for (std::size_t i = 0; i < size_.predictors; ++i)
      out.predictors.push_back({feature(i), between(-60'000, 60'000), 0, 365, between(-9'000, 0)});
    return out;
  }

  scoring::BinnedModel binned() {
    scoring::BinnedCounts counts;
    counts.total = {10'000, 90'000};
    for (std::size_t i = 0; i < size_.predictors; ++i) {
      scoring::BinnedPredictorCounts one;
      one.feature = feature(i);
      for (std::size_t bin = 0; bin < kBinsEach; ++bin) {
        one.bins.push_back({between(0, 1'000), between(100, 9'000)});
        if (bin != 0) one.up_to.push_back(static_cast<std::int64_t>(1U << (bin - 1)) - 1);
      }
      one.has_missing = true;
      one.missing = {between(0, 1'000), between(100, 9'000)};
      counts.predictors.push_back(std::move(one));
    }
    for (std::int64_t bin = 0; bin < 20; ++bin) {
      counts.score_bins.push_back({5 + bin * 20, 4'000 - bin * 150});
      if (bin != 0) counts.score_up_to_micro.push_back(-700'000 + bin * 50'000);
    }
    return scoring::make_binned(counts);
  }

  /// Complete trees over predictors drawn evenly.
  scoring::Forest trees() {
    scoring::Forest out;
    for (std::size_t i = 0; i < size_.predictors; ++i) out.columns.push_back(feature(i));
    for (std::size_t tree = 0; tree < kTreesEach; ++tree) {
      const auto root = static_cast<std::uint32_t>(out.nodes.size());
      out.trees.push_back({root, kTreeDepth});
      const std::uint32_t inner = (1U << kTreeDepth) - 1;
      for (std::uint32_t i = 0; i < 2 * inner + 1; ++i) {
        const std::uint32_t asked = feature(draw_.below(size_.predictors));
        if (i < inner)
          out.nodes.push_back({static_cast<float>(between(0, 8)),
                               1 + 2 * asked + static_cast<std::uint32_t>(draw_.below(2)),
                               root + 2 * i + 1});
        else
          out.nodes.push_back({std::numeric_limits<float>::infinity(), 0, root + i});
        out.leaves.push_back(i < inner ? 0 : static_cast<float>(between(-90, 90)) / 1024.0F);
        out.means_micro.push_back(0);
      }
    }
    return out;
  }

  std::size_t features_;
  CatalogueSize size_;
  Draw draw_;
};

void add_models(scoring::PolicyData& data, const CatalogueSize& size) {
  ModelMaker maker(data.features.size(), size);
  for (std::size_t i = 1; i < size.actions; ++i)
    data.models.push_back({"m" + std::to_string(10'000 + i).substr(1), maker.make()});
}

}  // namespace

const char* word(Shape shape) {
  constexpr const char* kWords[] = {"linear", "binned", "trees"};
  return kWords[static_cast<std::size_t>(shape)];
}

std::shared_ptr<const scoring::Policy> make_catalogue(const std::string& policy_folder,
                                                      const CatalogueSize& size) {
  scoring::Loading loading;
  load_zones(loading, read(policy_folder, "time_zones.toml"));
  const PolicyFile company = read(policy_folder, "company.toml");
  scoring::TableReader reader(company.root, "company", company.name, loading.problems);
  load_company(loading, reader);
  load_features(loading, read(policy_folder, "features.toml"));
  if (loading.data.features.size() < size.predictors)
    load_features(loading, parsed("more.toml",
                                  more_features(size.predictors - loading.data.features.size())));
  declare_environment(loading.data);
  add_models(loading.data, size);
  load_rules(loading, reader);
  reader.finish();
  const PolicyFile catalogue = parsed("actions/made.toml", actions(size.actions));
  const PolicyFile* files[] = {&catalogue};
  load_catalogue(loading, files);
  link_policy(loading, reader);
  if (!loading.problems.empty()) give_up(loading.problems.summary(5).text());
  loading.data.version = std::string(32, '0');
  return std::make_shared<const scoring::Policy>(std::move(loading.owned));
}

}  // namespace concord::bench
