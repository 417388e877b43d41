// The same random expressions asked of concord's CEL and of the peer. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "index/base/result.h"
#include "tests/fuzz/cel_differential/peer.h"

namespace concord::test {

struct DifferentialAsk {
  std::uint64_t seed = 1;
  std::uint64_t count = 0;  // expressions; 0: until the time is over
  double seconds = 0;       // 0: until the count is reached
  /// The control: in what we evaluate, each `from` is written `to` ("<" for "<="). Empty: none.
  std::string plant_from, plant_to;
};

struct Difference {
  std::string expression;  // the shortest part that still differs
  std::string whole;
  std::string values;  // of the variables, as the peer reads them
  std::string ours, theirs;
};

struct DifferentialOutcome {
  std::uint64_t asked = 0;
  std::uint64_t errors = 0;  // on which both agree
  std::optional<Difference> difference;
};

/// Stops at the first difference. Errors: io_error (the peer died).
index::Result<DifferentialOutcome> run_differential(Peer& peer, const DifferentialAsk& ask);

}  // namespace concord::test
