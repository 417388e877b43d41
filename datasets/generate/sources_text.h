// The mapping of the extracts (sources.toml beside this file), compiled in.
// Thread class: immutable.
#pragma once
#include <string_view>

namespace concord::datasets {
extern const std::string_view kSourcesToml;
}  // namespace concord::datasets
