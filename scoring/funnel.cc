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

constexpr std::int64_t kMicro = 1'000'000;

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

void Funnel::run(std::uint32_t number) {
  const Action& action = policy_.actions[number];
  Reason reason;
  RankedAction ranked;
  ranked.action = number;
  find_asked(action, ranked);
  if (!passes(action, reason, ranked)) {
    drop_action(number, reason);
    return;
  }
  out_.ranked.push_back(ranked);
}

void Funnel::score() {
  std::vector<std::uint32_t>& models = state_.models;
  models.clear();
  for (const RankedAction& ranked : out_.ranked)
    if (const std::uint32_t model = policy_.actions[ranked.action].model; model != kNone)
      models.push_back(model);
  state_.scores.prepare(models);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out_.ranked.size(); ++i) {
    RankedAction& ranked = out_.ranked[i];
    const Action& action = policy_.actions[ranked.action];
    Reason reason;
    if (!is_likely(action, reason, ranked) || !is_worded(action, reason, ranked)) {
      drop_action(ranked.action, reason);
      continue;
    }
    ranked.tier = tier_of(action, ranked.asked);
    weigh(action, ranked);
    if (kept != i) out_.ranked[kept] = ranked;
    ++kept;
  }
  if (kept == out_.ranked.size()) return;
  out_.ranked.resize(kept);
  std::sort(out_.dropped.begin(), out_.dropped.end(),
            [](const Dropped& a, const Dropped& b) { return a.action < b.action; });
}

void Funnel::drop_action(std::uint32_t action, const Reason& reason) {
  ++out_.dropped_at[static_cast<std::size_t>(reason.stage)];
  out_.dropped.push_back(Dropped{action, reason});
}

/// What colleagues must finish is no contact: neither pressure nor a block holds it back.
bool Funnel::passes(const Action& action, Reason& reason, RankedAction& ranked) {
  const bool outbound = question_.direction == Direction::outbound;
  return is_available(action, ranked.asked, reason) &&
         passes_gates(action.eligibility, Stage::eligibility, reason) &&
         passes_gates(action.applicability, Stage::applicability, reason) &&
         passes_gates(action.suitability, Stage::suitability, reason) &&
         (action.stale_task || (passes_contact_policy(state_.conditions, action, outbound,
                                                      ranked.asked, reason, out_.evidence) &&
                                passes_blocks(action, ranked.asked, reason))) &&
         is_deliverable(action, reason, ranked);
}

void Funnel::find_asked(const Action& action, RankedAction& ranked) const {
  if (action.answers.empty()) return;
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

bool Funnel::passes_gates(const std::vector<Gate>& gates, Stage stage, Reason& reason) {
  for (const Gate& gate : gates) {
    const Answer answer = ask(state_.conditions, gate.condition);
    if (answer.truth == Truth::yes) continue;
    const std::string_view text = policy_.conditions[gate.condition].text;
    reason.unknown_field = answer.unknown_field;
    add_decided(gate.condition, reason);
    return drop(reason, stage, text_of(gate.level), text, text);
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
  ranked.deliverable_by = state_.deliverability.channels(sending) & action.channels;
  if (ranked.deliverable_by != 0) return true;
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

bool Funnel::is_likely(const Action& action, Reason& reason, RankedAction& ranked) {
  std::int64_t& propensity = ranked.factors.propensity_micro;
  propensity = action.model == kNone ? action.propensity_micro
                                     : state_.scores.propensity_micro(action.model);
  if (propensity >= action.propensity_min_micro) return true;
  return drop(reason, Stage::propensity, "propensity_min_micro", "it is too unlikely to be wanted",
              "the propensity reaches the action's least");
}

bool Funnel::is_worded(const Action& action, Reason& reason, RankedAction& ranked) {
  if ((ranked.deliverable_by & action.choosy) == 0) return true;
  const std::uint64_t before = ranked.deliverable_by;
  ranked.deliverable_by = worded_channels(state_.conditions, action, before, out_.language);
  if (ranked.deliverable_by != 0) return true;
  std::uint32_t first = 0;
  while ((before >> first & 1U) == 0) ++first;
  reason = why_no_treatment(state_.conditions, action, first);
  return false;
}

void Funnel::weigh(const Action& action, RankedAction& ranked) {
  Factors& factors = ranked.factors;
  for (const ContextWeight& weight : action.context)
    if (ask(state_.conditions, weight.when).truth == Truth::yes)
      factors.context_weight_micro += weight.add_micro;
  factors.context_weight_micro = std::max<std::int64_t>(0, factors.context_weight_micro);
  factors.value_minor = action.value_minor;
  factors.lever_micro = kMicro + action.lever_add_micro;
  if (action.care) factors.lever_micro += policy_.care_floor.lever_add_micro;
  factors.lever_micro = std::max<std::int64_t>(0, factors.lever_micro);
  ranked.priority_micro =
      scoring::priority_micro(factors.propensity_micro, factors.context_weight_micro,
                              factors.value_minor, factors.lever_micro);
}

Tier Funnel::tier_of(const Action& action, bool asked) const {
  if (action.mandatory || action.stale_task) return Tier::mandatory;
  if ((action.acknowledges & state_.blocks.holding) != 0) return Tier::acknowledges;
  return asked ? Tier::asked : Tier::other;
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
