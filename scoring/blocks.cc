#include "scoring/blocks.h"

#include <algorithm>

namespace concord::scoring {
namespace {

using index::EntryView;
using index::kNoTime;

bool is_older(const EntryView& a, const EntryView& b) {
  return a.at_ms() != b.at_ms() ? a.at_ms() < b.at_ms() : a.id_json() < b.id_json();
}

/// The last change known at `as_of`.
std::int64_t touched_ms(const EntryView& entry, index::UnixMillis as_of) {
  const std::int64_t set = entry.row().set_at();
  return set <= as_of.ms ? std::max(set, entry.at_ms()) : entry.at_ms();
}

bool is_stale(const BlockRule& rule, const EntryView& entry, index::UnixMillis as_of) {
  return rule.stale_after_ms != 0 && as_of.ms - touched_ms(entry, as_of) >= rule.stale_after_ms;
}

/// Collects the causes of one rule that still count; true when there are any.
bool take_causes(const ConditionState& state, std::uint32_t number, Blocks& blocks,
                 LiveRule& live) {
  const BlockRule& rule = state.policy->rules[number];
  live.cause_begin = static_cast<std::uint32_t>(blocks.causes.size());
  for (const Cause& cause : state.facts->causes) {
    if (cause.rule != number) continue;
    if (is_stale(rule, cause.entry, state.as_of)) {
      blocks.stale.push_back(cause.entry);
      continue;
    }
    if (rule.strength == Strength::postpone) {
      const std::int64_t until = cause.entry.at_ms() + rule.postpone_ms;
      if (until <= state.as_of.ms) continue;
      live.until_ms = std::max(live.until_ms, until);
    }
    blocks.causes.push_back({cause.entry, cause.unknown_field});
    if (live.unknown_field.empty()) live.unknown_field = cause.unknown_field;
  }
  live.cause_count = static_cast<std::uint32_t>(blocks.causes.size()) - live.cause_begin;
  std::sort(blocks.causes.begin() + live.cause_begin, blocks.causes.end(),
            [](const LiveCause& a, const LiveCause& b) { return is_older(a.entry, b.entry); });
  return live.cause_count != 0;
}

void sort_stale(std::vector<EntryView>& stale) {
  std::sort(stale.begin(), stale.end(), is_older);
  const auto same = [](const EntryView& a, const EntryView& b) { return &a.row() == &b.row(); };
  stale.erase(std::unique(stale.begin(), stale.end(), same), stale.end());
}

}  // namespace

void find_blocks(ConditionState& state, Blocks& blocks) {
  const PolicyData& policy = *state.policy;
  blocks.rules.clear();
  blocks.causes.clear();
  blocks.stale.clear();
  blocks.holding = 0;
  for (std::uint32_t number = 0; number < policy.rules.size(); ++number) {
    const BlockRule& rule = policy.rules[number];
    LiveRule live;
    live.rule = number;
    if (rule.has_match && state.facts->causes.empty()) continue;
    if (rule.when != kNone) {
      const Answer answer = ask(state, rule.when);
      if (answer.truth == Truth::no) continue;
      live.unknown_field = answer.unknown_field;
    }
    if (rule.has_match && !take_causes(state, number, blocks, live)) continue;
    blocks.rules.push_back(live);
    if (rule.strength != Strength::note) blocks.holding |= 1ULL << number;
  }
  std::sort(blocks.rules.begin(), blocks.rules.end(), [&](const LiveRule& a, const LiveRule& b) {
    const BlockRule& left = policy.rules[a.rule];
    const BlockRule& right = policy.rules[b.rule];
    if (left.strength != right.strength) return left.strength < right.strength;
    if (left.severity != right.severity) return left.severity < right.severity;
    return a.rule < b.rule;
  });
  if (!blocks.stale.empty()) sort_stale(blocks.stale);
}

bool blocks_action(const PolicyData& policy, const Blocks& blocks, const LiveRule& live,
                   const Action& action, bool asked) {
  const BlockRule& rule = policy.rules[live.rule];
  if (rule.strength == Strength::note) return false;
  if ((rule.purposes >> static_cast<unsigned>(action.purpose) & 1U) == 0) return false;
  if ((action.acknowledges >> live.rule & 1U) != 0) return false;
  if (asked && rule.spares_asked) return false;
  if (rule.scope != RuleScope::product) return true;
  if (action.product.empty()) return false;
  for (std::uint32_t i = 0; i < live.cause_count; ++i) {
    const AttributeText product =
        attribute_of(blocks.causes[live.cause_begin + i].entry, "product");
    if (!product.found || product.text == action.product) return true;
  }
  return false;
}

Reason reason_of(const PolicyData& policy, const Blocks& blocks, const LiveRule& live,
                 std::vector<EntryView>& evidence) {
  const BlockRule& rule = policy.rules[live.rule];
  Reason reason;
  reason.stage = Stage::service_first;
  reason.component = rule.name;
  reason.because = rule.because;
  reason.unknown_field = live.unknown_field;
  reason.until_ms = live.until_ms;
  reason.ends_when = rule.ends_when;
  reason.evidence_begin = static_cast<std::uint32_t>(evidence.size());
  reason.evidence_count = std::min(live.cause_count, kEvidenceMax);
  for (std::uint32_t i = 0; i < reason.evidence_count; ++i)
    evidence.push_back(blocks.causes[live.cause_begin + i].entry);
  return reason;
}

bool is_stale_task_of(const PolicyData& policy, const Action& task, const EntryView& entry) {
  const Action* first = nullptr;
  for (const Action& action : policy.actions) {
    if (!action.stale_task) continue;
    if (first == nullptr) first = &action;
    if (action.department == entry.department()) return task.department == entry.department();
  }
  return first == &task;
}

}  // namespace concord::scoring
