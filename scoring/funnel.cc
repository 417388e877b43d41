#include "scoring/funnel.h"

#include <algorithm>

#include "scoring/arithmetic.h"
#include "scoring/contact_policy.h"
#include "scoring/treatment.h"

namespace concord::scoring {
namespace {

using index::Direction;
using index::EntryView;
using index::kNoTime;

std::string_view text_of(Level level) {
  constexpr std::string_view kLevels[] = {"all", "issue", "group", "action"};
  return kLevels[static_cast<std::size_t>(level)];
}

bool drop(Reason& reason, Stage stage, std::string_view component, std::string_view because,
          std::string_view ends_when) {
  reason.stage = stage;
  reason.component = component;
  reason.because = because;
  reason.ends_when = ends_when;
  return false;
}

}  // namespace

Funnel::Funnel(FunnelState& state, const DecisionQuestion& question, Decision& out)
    : state_(state),
      policy_(*state.conditions.policy),
      question_(question),
      out_(out),
      direction_bit_(static_cast<std::uint8_t>(1U << static_cast<unsigned>(question.direction))),
      may_be_asked_(!question.intent.empty() || !state.facts.asked.empty()) {
  const bool outbound = question.direction == Direction::outbound;
  const bool told = !state.facts.outcomes.empty() || (outbound && !state.facts.contacts.empty());
  pressed_ = !told ? 0 : outbound ? policy_.pressed_purposes : policy_.pressed_inbound;
  for (const LiveRule& live : state.blocks.rules)
    if (const BlockRule& rule = policy_.rules[live.rule]; rule.strength != Strength::note)
      blocked_ |= rule.purposes;
}

void Funnel::run() {
  const auto actions = static_cast<std::uint32_t>(policy_.actions.size());
  for (std::uint32_t number = 0; number < actions; ++number) {
    RankedAction& ranked = out_.ranked.emplace_back();
    ranked.action = number;
    if (passes(number, ranked)) continue;
    out_.ranked.pop_back();
    drop_action(number);
  }
}

void Funnel::score() {
  if (policy_.heads.may_be_shared()) {
    std::vector<std::uint32_t>& models = state_.models;
    models.clear();
    for (const RankedAction& ranked : out_.ranked)
      if (const std::uint32_t model = policy_.quick[ranked.action].model; model != kNone)
        models.push_back(model);
    state_.scores.prepare(models);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out_.ranked.size(); ++i) {
    RankedAction& ranked = out_.ranked[i];
    const QuickAction& quick = policy_.quick[ranked.action];
    if (!is_likely(quick, reason_, ranked) ||
        ((ranked.deliverable_by & quick.choosy) != 0 &&
         !is_worded(policy_.actions[ranked.action], reason_, ranked))) {
      drop_action(ranked.action);
      continue;
    }
    ranked.tier = tier_of(quick, ranked);
    weigh(quick, ranked);
    if (kept != i) out_.ranked[kept] = ranked;
    ++kept;
  }
  if (kept == out_.ranked.size()) return;
  out_.ranked.resize(kept);
  std::sort(out_.dropped.begin(), out_.dropped.end(),
            [](const Dropped& a, const Dropped& b) { return a.action < b.action; });
}

void Funnel::drop_action(std::uint32_t action) {
  ++out_.dropped_at[static_cast<std::size_t>(reason_.stage)];
  out_.dropped.push_back(Dropped{action, reason_});
  reason_ = Reason{};
}

/// Most questions are answered by the quick line alone; the whole action is looked at when it is
/// something special, or must be told why not.
bool Funnel::passes(std::uint32_t number, RankedAction& ranked) {
  const QuickAction& quick = policy_.quick[number];
  const Action& action = policy_.actions[number];
  if (may_be_asked_ && (quick.flags & QuickAction::kMayBeAsked) != 0) find_asked(action, ranked);
  if (((quick.flags & QuickAction::kAlwaysThere) == 0 ||
       (quick.directions & direction_bit_) == 0) &&
      !is_available(action, ranked.asked, reason_))
    return false;
  if (!passes_gates(quick)) return false;
  if ((quick.flags & QuickAction::kStaleTask) == 0 && !passes_holds(action, quick, ranked.asked))
    return false;
  const auto purpose = static_cast<index::Purpose>(quick.purpose);
  ranked.deliverable_by =
      state_.deliverability.channels(sending_of(purpose, quick.brand, ranked.asked)) &
      quick.channels;
  return ranked.deliverable_by != 0 || is_deliverable(action, reason_, ranked);
}

bool Funnel::passes_holds(const Action& action, const QuickAction& quick, bool asked) {
  const bool pressed = (pressed_ >> quick.purpose & 1U) != 0;
  if ((pressed || (quick.flags & QuickAction::kCare) != 0) &&
      !passes_contact_policy(state_.conditions, action, question_.direction == Direction::outbound,
                             asked, reason_, out_.evidence))
    return false;
  return (blocked_ >> quick.purpose & 1U) == 0 || passes_blocks(action, asked, reason_);
}

void Funnel::find_asked(const Action& action, RankedAction& ranked) const {
  ranked.asked = question_.direction == Direction::inbound && answers(action, question_.intent);
  if (ranked.asked) return;
  const std::vector<EntryView>& requests = state_.facts.asked;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!answers(action, requests[i])) continue;
    ranked.asked = true;
    ranked.asked_by = static_cast<std::int32_t>(i);
    return;
  }
}

bool Funnel::is_available(const Action& action, bool asked, Reason& reason) {
  constexpr Stage kStage = Stage::available;
  const std::int64_t now = question_.as_of.ms;
  if (!action.enabled)
    return drop(reason, kStage, "enabled", "it is switched off", "it is switched on");
  if (action.from_ms != kNoTime && now < action.from_ms) {
    reason.until_ms = action.from_ms;
    return drop(reason, kStage, "from", "it has not begun", {});
  }
  if (action.to_ms != kNoTime && now >= action.to_ms)
    return drop(reason, kStage, "to", "it is over", "it is offered again");
  const auto direction = static_cast<unsigned>(question_.direction);
  if (action.directions != 0 && (action.directions >> direction & 1U) == 0)
    return drop(reason, kStage, "direction", "it is not for this direction",
                "the customer is spoken to in the other direction");
  if (action.asked_only && !asked)
    return drop(reason, kStage, "asked_only", "it is done only when the customer asks for it",
                "the customer asks for it");
  if (!action.stale_task) return true;
  for (const EntryView& entry : state_.blocks.stale)
    if (is_stale_task_of(policy_, action, entry)) return true;
  return drop(reason, kStage, "stale_task", "no record of this department is forgotten",
              "a record of this department is forgotten");
}

bool Funnel::passes_gates(const QuickAction& quick) {
  const Gate* const end = policy_.gates.data() + quick.gates_end;
  for (const Gate* gate = policy_.gates.data() + quick.gates_begin; gate != end; ++gate) {
    if (truth_of(state_.conditions, gate->condition) == Truth::yes) continue;
    const std::string_view text = policy_.conditions[gate->condition].text;
    reason_.unknown_field = ask(state_.conditions, gate->condition).unknown_field;
    add_decided(gate->condition, reason_);
    return drop(reason_, gate->stage, text_of(gate->level), text, text);
  }
  return true;
}

/// Which part of a condition it was: only when somebody asked.
void Funnel::add_decided(std::uint32_t condition, Reason& reason) {
  if ((question_.explain & kExplainDropped) == 0) return;
  reason.decided_begin = static_cast<std::uint32_t>(out_.decided.size());
  reason.evidence_begin = static_cast<std::uint32_t>(out_.evidence.size());
  tell_decided(state_.conditions, condition, out_);
  reason.decided_count = static_cast<std::uint32_t>(out_.decided.size()) - reason.decided_begin;
  reason.evidence_count = static_cast<std::uint32_t>(out_.evidence.size()) - reason.evidence_begin;
}

bool Funnel::passes_blocks(const Action& action, bool asked, Reason& reason) {
  for (const LiveRule& live : state_.blocks.rules) {
    if (!blocks_action(policy_, state_.blocks, live, action, asked)) continue;
    for (const Block& block : out_.blocks)
      if (block.rule == live.rule) reason = block.reason;
    return false;
  }
  return true;
}

bool Funnel::is_deliverable(const Action& action, Reason& reason, RankedAction& ranked) {
  const Sending sending = sending_of(action, ranked.asked);
  std::uint32_t soonest = kNone;  // the channel that is free again first, else the first one
  std::int64_t until_ms = kNoTime;
  for (std::uint32_t i = 0; i < policy_.channels.size(); ++i) {
    if ((action.channels >> i & 1U) == 0) continue;
    const std::int64_t its = state_.deliverability.reason(sending, i).until_ms;
    if (soonest != kNone && (its == kNoTime || (until_ms != kNoTime && its >= until_ms))) continue;
    soonest = i;
    until_ms = its;
  }
  // A loaded action has a wording for one channel at least.
  reason = state_.deliverability.reason(sending, soonest, out_.evidence);
  return false;
}

bool Funnel::is_likely(const QuickAction& quick, Reason& reason, RankedAction& ranked) {
  std::int64_t& propensity = ranked.factors.propensity_micro;
  propensity = quick.model == kNone ? policy_.actions[ranked.action].propensity_micro
                                    : state_.scores.propensity_micro(quick.model);
  if (propensity >= quick.propensity_min_micro) return true;
  return drop(reason, Stage::propensity, "propensity_min_micro", "it is too unlikely to be wanted",
              "the propensity reaches the action's least");
}

bool Funnel::is_worded(const Action& action, Reason& reason, RankedAction& ranked) {
  const std::uint64_t before = ranked.deliverable_by;
  ranked.deliverable_by = worded_channels(state_.conditions, action, before, out_.language);
  if (ranked.deliverable_by != 0) return true;
  std::uint32_t first = 0;
  while ((before >> first & 1U) == 0) ++first;
  reason = why_no_treatment(state_.conditions, action, first);
  return false;
}

void Funnel::weigh(const QuickAction& quick, RankedAction& ranked) {
  Factors& factors = ranked.factors;
  if ((quick.flags & QuickAction::kWeighed) != 0) {
    for (const ContextWeight& weight : policy_.actions[ranked.action].context)
      if (truth_of(state_.conditions, weight.when) == Truth::yes)
        factors.context_weight_micro += weight.add_micro;
    factors.context_weight_micro = std::max<std::int64_t>(0, factors.context_weight_micro);
  }
  factors.value_minor = quick.value_minor;
  factors.lever_micro = quick.lever_micro;
  ranked.priority_micro =
      scoring::priority_micro(factors.propensity_micro, factors.context_weight_micro,
                              factors.value_minor, factors.lever_micro);
}

Tier Funnel::tier_of(const QuickAction& quick, const RankedAction& ranked) const {
  if ((quick.flags & QuickAction::kMandatory) != 0) return Tier::mandatory;
  if ((quick.flags & QuickAction::kAcknowledges) != 0 &&
      (policy_.actions[ranked.action].acknowledges & state_.blocks.holding) != 0)
    return Tier::acknowledges;
  return ranked.asked ? Tier::asked : Tier::other;
}

void Funnel::add_why(std::string_view because, std::uint32_t evidence_begin) {
  const auto end = static_cast<std::uint32_t>(out_.evidence.size());
  out_.whys.push_back(Why{because, evidence_begin, end - evidence_begin});
}

void Funnel::add_stale(const Action& action) {
  const auto begin = static_cast<std::uint32_t>(out_.evidence.size());
  for (const EntryView& entry : state_.blocks.stale)
    if (out_.evidence.size() - begin < kEvidenceMax && is_stale_task_of(policy_, action, entry))
      out_.evidence.push_back(entry);
  add_why("this record is forgotten: finish or correct it", begin);
}

/// What made it relevant: the parts of its conditions of applicability that were true.
void Funnel::add_conditions(const Action& action) {
  for (const Gate& gate : action.applicability) {
    if (gate.level == Level::all) continue;
    const Condition& condition = policy_.conditions[gate.condition];
    if (condition.one_piece) {
      add_why(condition.text, static_cast<std::uint32_t>(out_.evidence.size()));
      continue;
    }
    const std::size_t begin = out_.decided.size();
    tell_decided(state_.conditions, gate.condition, out_);
    for (std::size_t i = begin; i < out_.decided.size(); ++i)
      out_.whys.push_back(Why{out_.decided[i].text, out_.decided[i].evidence_begin,
                              out_.decided[i].evidence_count});
    out_.decided.resize(begin);
  }
}

void Funnel::tell_why(RankedAction& ranked) {
  const Action& action = policy_.actions[ranked.action];
  ranked.why_begin = static_cast<std::uint32_t>(out_.whys.size());
  if (action.stale_task) add_stale(action);
  if ((action.acknowledges & state_.blocks.holding) != 0)
    for (const Block& block : out_.blocks)
      if ((action.acknowledges & state_.blocks.holding) >> block.rule & 1U)
        out_.whys.push_back(
            Why{block.reason.because, block.reason.evidence_begin, block.reason.evidence_count});
  auto begin = static_cast<std::uint32_t>(out_.evidence.size());
  if (ranked.asked_by >= 0)
    out_.evidence.push_back(state_.facts.asked[static_cast<std::size_t>(ranked.asked_by)]);
  if (ranked.asked) add_why("the customer asked for it", begin);
  begin = static_cast<std::uint32_t>(out_.evidence.size());
  if (action.about != kNone && state_.facts.has_newest[action.about] != 0) {
    out_.evidence.push_back(state_.facts.newest[action.about]);
    add_why(policy_.features[action.about].name, begin);
  }
  if (action.care)
    add_why("the customer has not heard from us for too long",
            static_cast<std::uint32_t>(out_.evidence.size()));
  add_conditions(action);
  ranked.why_count = static_cast<std::uint32_t>(out_.whys.size()) - ranked.why_begin;
}

}  // namespace concord::scoring
