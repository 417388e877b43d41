// From what may be done to what is answered: the total order, the policy's limits, and how the
// order depends on each factor. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <vector>

#include "scoring/decide.h"
#include "scoring/policy_data.h"

namespace concord::scoring {

/// How many actions each limit has let pass.
class LimitCounts {
 public:
  /// Nothing counted yet. Borrows.
  void reset(const PolicyData& policy);
  /// Counts the next action of the order. Number of the first limit that is full for it; kNone: it
  /// passes. What is mandatory, acknowledges an open problem or was asked for always passes.
  std::uint32_t take(const Action& action, Tier tier);

 private:
  [[nodiscard]] std::uint32_t& count(std::uint32_t limit, const Action& action);

  const PolicyData* policy_ = nullptr;
  std::vector<std::uint32_t> counts_;
  std::vector<std::uint32_t> begins_;  // by limit: its first place in counts_
};

/// Working memory of the functions below.
struct ArbitrationScratch {
  struct Place {
    Tier tier;
    std::int64_t priority_micro;
    std::uint32_t action;
    std::uint32_t in_ranked;  // kNone: in `limited`
  };
  LimitCounts limits;
  std::vector<Place> places;
  std::vector<RankedAction> sorted;
};

/// Sorts out.ranked: tier, then priority_micro from high to low, then the action. Moves what the
/// limits hold back to out.limited, with a reason in out.dropped, and names the cause of no action.
void arbitrate(const PolicyData& policy, ArbitrationScratch& scratch, Decision& out);

/// Fills out.sensitivity. Requires: arbitrate() is done.
void find_sensitivity(const PolicyData& policy, ArbitrationScratch& scratch, Decision& out);

}  // namespace concord::scoring
