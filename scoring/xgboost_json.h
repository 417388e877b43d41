// Reads what XGBoost's save_model("….json") writes: boosted trees for one yes-or-no question.
// Thread class: any-thread (a function).
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "scoring/forest.h"

namespace concord::scoring {

struct XgboostModel {
  std::size_t column_count = 0;
  std::vector<std::string> column_names;  // empty: the model was trained without names
  Forest forest;                          // its features are column numbers until name_columns()
};

/// Taken: booster gbtree, objectives binary:logistic and reg:logistic, one class, numeric splits.
/// Errors: bad_input (place: `file` and the JSON pointer), over_limit.
index::Result<XgboostModel> read_xgboost(const std::string& file, std::string_view json);
inline constexpr std::size_t kTreeDepthMax = 256;
inline constexpr std::size_t kColumnsMax = 10'000;

/// Makes the forest ask about features[c] where it asked about column c. Requires: one for each.
void name_columns(Forest& forest, std::span<const std::uint32_t> features);

}  // namespace concord::scoring
