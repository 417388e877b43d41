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
  struct Place {         // where an action stands: the less comes first
    std::uint64_t high;  // tier, then the priority turned round
    std::uint64_t low;   // its last bit, the action, its place in `ranked` (kNone: in `limited`)
    bool operator<(const Place& other) const {
      return high != other.high ? high < other.high : low < other.low;
    }
    [[nodiscard]] std::uint32_t action() const {
      return static_cast<std::uint32_t>(low >> 32U) & 0x7fff'ffffU;
    }
    [[nodiscard]] std::uint32_t in_ranked() const { return static_cast<std::uint32_t>(low); }
    [[nodiscard]] Tier tier() const { return static_cast<Tier>(high >> 62U); }
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
