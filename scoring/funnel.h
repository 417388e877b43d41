// One action's way through the stages, up to the order of all. Thread class: one-owner.
#pragma once
#include "scoring/arbitration.h"
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
  ArbitrationScratch arbitration;
  HeadScores scores;
  std::vector<std::uint32_t> models;  // of what is scored
};

class Funnel {
 public:
  /// Borrows. Requires: facts, conditions, blocks and deliverability are ready.
  Funnel(FunnelState& state, const DecisionQuestion& question, Decision& out)
      : state_(state), policy_(*state.conditions.policy), question_(question), out_(out) {}
  /// Takes the action up to `deliverability`: into out.ranked, or out.dropped.
  void run(std::uint32_t action);
  /// Takes all of out.ranked through the rest. It is not in order yet.
  void score();
  /// Tells what speaks for an action. Requires: it is in out.ranked.
  void tell_why(RankedAction& ranked);

 private:
  void drop_action(std::uint32_t action, const Reason& reason);
  bool passes(const Action& action, Reason& reason, RankedAction& ranked);
  bool is_available(const Action& action, bool asked, Reason& reason);
  bool passes_gates(const std::vector<Gate>& gates, Stage stage, Reason& reason);
  bool passes_blocks(const Action& action, bool asked, Reason& reason);
  bool is_deliverable(const Action& action, Reason& reason, RankedAction& ranked);
  bool is_likely(const Action& action, Reason& reason, RankedAction& ranked);
  bool is_worded(const Action& action, Reason& reason, RankedAction& ranked);
  void weigh(const Action& action, RankedAction& ranked);
  void find_asked(const Action& action, RankedAction& ranked) const;
  [[nodiscard]] Tier tier_of(const Action& action, bool asked) const;
  void add_decided(std::uint32_t condition, Reason& reason);
  void add_why(std::string_view because, std::uint32_t evidence_begin);
  void add_stale(const Action& action);
  void add_conditions(const Action& action);

  FunnelState& state_;
  const PolicyData& policy_;
  const DecisionQuestion& question_;
  Decision& out_;
};

}  // namespace concord::scoring
