// One action's way through the stages. Thread class: one-owner.
#pragma once
#include "scoring/blocks.h"
#include "scoring/conditions.h"
#include "scoring/decide.h"
#include "scoring/deliverability.h"

namespace concord::scoring {

/// What is known once the customer and the question are.
struct FunnelState {
  Facts facts;
  ConditionState conditions;
  Blocks blocks;
  Deliverability deliverability;
};

class Funnel {
 public:
  /// Borrows. Requires: facts, conditions, blocks and deliverability are ready.
  Funnel(FunnelState& state, const DecisionQuestion& question, Decision& out)
      : state_(state), policy_(*state.conditions.policy), question_(question), out_(out) {}
  /// Puts the action into out.ranked or out.dropped.
  void run(std::uint32_t action);

 private:
  bool passes(const Action& action, Reason& reason, RankedAction& ranked);
  bool is_available(const Action& action, Reason& reason);
  bool passes_gates(const std::vector<Gate>& gates, Stage stage, Reason& reason);
  bool passes_blocks(const Action& action, Reason& reason);
  bool is_deliverable(const Action& action, Reason& reason, RankedAction& ranked);
  bool is_likely(const Action& action, Reason& reason, RankedAction& ranked);
  void weigh(const Action& action, RankedAction& ranked);
  void find_asked(const Action& action);
  [[nodiscard]] Tier tier_of(const Action& action) const;
  void tell_why(const Action& action, RankedAction& ranked);
  void add_why(std::string_view because, std::uint32_t evidence_begin);
  void add_stale(const Action& action);

  FunnelState& state_;
  const PolicyData& policy_;
  const DecisionQuestion& question_;
  Decision& out_;
  bool asked_ = false;                          // the action at hand
  const index::EntryView* asked_by_ = nullptr;  // the entry that asks; nullptr: the intent does
};

}  // namespace concord::scoring
