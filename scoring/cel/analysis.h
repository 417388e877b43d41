// What a checked expression touches and about how long it takes, found without running it.
// Thread class: any-thread (a pure function).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "scoring/cel/ast.h"
#include "scoring/cel/checker.h"

namespace concord::cel {

struct Analysis {
  std::vector<std::string> reads;  // sorted, each once
  std::uint64_t cost = 0;          // steps
};

/// Errors: over_limit at the loop that makes it too long.
index::Result<Analysis> analyse(const Ast& ast, const Checked& checked,
                                const Environment& environment, const Options& options);

}  // namespace concord::cel
