// expected.json: what an import of the extracts must find. Thread class: any-thread.
#pragma once
#include <array>
#include <string>

#include "datasets/generate/generate.h"
#include "datasets/generate/sink.h"

namespace concord::datasets {

/// Two-space indented JSON with the members in a fixed order.
std::string expected_json(const GenerateOptions& options, const GenerateReport& report,
                          const std::array<ExtractCounts, kExtractCount>& counts);

}  // namespace concord::datasets
