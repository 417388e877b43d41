// A feature's value for one customer. Thread class: immutable.
#pragma once
#include <cstdint>

namespace concord::scoring {

/// `known` false: the data does not say, and `value` means nothing.
struct FeatureValue {
  std::int64_t value = 0;
  bool known = false;
};

}  // namespace concord::scoring
