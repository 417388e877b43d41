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
  Funnel(FunnelState& state, const DecisionQuestion& question, Decision& out);
  /// Takes every action up to `deliverability`: into out.ranked, or out.dropped.
  void run();
  /// Takes all of out.ranked through the rest. It is not in order yet.
  void score();
  /// Tells what speaks for an action. Requires: it is in out.ranked.
  void tell_why(RankedAction& ranked);

 private:
  void drop_action(std::uint32_t action);
  bool passes(std::uint32_t number, RankedAction& ranked);
  bool passes_gates(const QuickAction& quick);
  bool passes_holds(const Action& action, const QuickAction& quick, bool asked);
  bool is_available(const Action& action, bool asked, Reason& reason);
  bool passes_blocks(const Action& action, bool asked, Reason& reason);
  bool is_deliverable(const Action& action, Reason& reason, RankedAction& ranked);
  bool is_likely(const QuickAction& quick, Reason& reason, RankedAction& ranked);
  bool is_worded(const Action& action, Reason& reason, RankedAction& ranked);
  void weigh(const QuickAction& quick, RankedAction& ranked);
  void find_asked(const Action& action, RankedAction& ranked) const;
  [[nodiscard]] Tier tier_of(const QuickAction& quick, const RankedAction& ranked) const;
  void add_decided(std::uint32_t condition, Reason& reason);
  void add_why(std::string_view because, std::uint32_t evidence_begin);
  void add_stale(const Action& action);
  void add_conditions(const Action& action);

  FunnelState& state_;
  const PolicyData& policy_;
  const DecisionQuestion& question_;
  Decision& out_;
  std::uint8_t direction_bit_;
  bool may_be_asked_;          // there is an intent or a request
  std::uint32_t pressed_;      // bits of the purposes that a contact policy may hold back now
  std::uint32_t blocked_ = 0;  // likewise, a block rule
  Reason reason_;              // of the action that is being dropped; else as new
};

}  // namespace concord::scoring
