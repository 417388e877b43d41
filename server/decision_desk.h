// What keeping decisions needs beside the live base: the policy sets they were made under, and
// counts for metrics. Thread class: any-thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "server/metrics.h"
#include "server/policy_book.h"

namespace concord::server {

class DecisionDesk {
 public:
  /// Borrows `active`. `policies_folder`: see PolicyBook.
  DecisionDesk(std::string policies_folder, const scoring::Policy& active)
      : policies(std::move(policies_folder), active) {}

  PolicyBook policies;
  std::atomic<std::uint64_t> stored{0};
  std::atomic<std::uint64_t> repeated{0};    // asked for again under the same key
  std::atomic<std::uint64_t> kept_whole{0};  // more had to be kept than was known to be needed
  std::atomic<std::uint64_t> claims{0};
  std::atomic<std::uint64_t> claims_refused{0};
  std::atomic<std::uint64_t> outcomes{0};
  std::atomic<std::uint64_t> replayed{0};
  std::atomic<std::uint64_t> replayed_different{0};
  std::atomic<std::uint64_t> cleared{0};  // answers of clearance: may
  std::atomic<std::uint64_t> not_cleared{0};

  void watch(Metrics& metrics) const;
};

}  // namespace concord::server
