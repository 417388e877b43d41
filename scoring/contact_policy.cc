#include "scoring/contact_policy.h"

#include <algorithm>

#include "scoring/deliverability.h"

namespace concord::scoring {
namespace {

bool has_purpose(std::uint32_t purposes, const Action& action) {
  return (purposes >> static_cast<unsigned>(action.purpose) & 1U) != 0;
}

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool has_topic(const std::vector<std::uint32_t>& topics, std::uint32_t topic) {
  return topic != kNone && std::find(topics.begin(), topics.end(), topic) != topics.end();
}

bool is_of_issue(const PolicyData& policy, std::uint32_t issue, std::uint32_t topic) {
  return std::any_of(policy.groups.begin(), policy.groups.end(), [&](const Group& group) {
    return group.issue == issue && has_topic(group.topics, topic);
  });
}

bool counts(const PolicyData& policy, const Cap& cap, const Action& action,
            const Contact& contact) {
  if (contact.purpose_bit != 0 && (contact.purpose_bit & cap.purposes) == 0) return false;
  switch (cap.scope) {
    case Cap::Scope::all: return true;
    case Cap::Scope::channel: return false;  // asked for each channel, by deliverability
    case Cap::Scope::issue: return is_of_issue(policy, action.issue, contact.topic);
    case Cap::Scope::group: return has_topic(policy.groups[action.group].topics, contact.topic);
    case Cap::Scope::action: return has_topic(action.topics, contact.topic);
  }
  return false;
}

void hold_back(Reason& reason, std::string_view component, std::string_view because,
               std::int64_t until_ms, const index::EntryView& entry,
               std::vector<index::EntryView>& evidence) {
  reason.stage = Stage::contact_policy;
  reason.component = component;
  reason.because = because;
  reason.until_ms = until_ms;
  reason.evidence_begin = static_cast<std::uint32_t>(evidence.size());
  reason.evidence_count = 1;
  evidence.push_back(entry);
}

bool passes_caps(const ConditionState& state, const Action& action, Reason& reason,
                 std::vector<index::EntryView>& evidence) {
  const PolicyData& policy = *state.policy;
  for (const Cap& cap : policy.caps) {
    if (cap.scope == Cap::Scope::channel || !has_purpose(cap.purposes, action)) continue;
    const Contact* full =
        nth_newest(state.facts->contacts, cap.limit, state.as_of.ms - cap.window_ms,
                   [&](const Contact& c) { return counts(policy, cap, action, c); });
    if (full == nullptr) continue;
    hold_back(reason, cap.name, "the most contacts in this time are made",
              full->at_ms + cap.window_ms, full->entry, evidence);
    return false;
  }
  return true;
}

bool passes_pauses(const ConditionState& state, const Action& action, Reason& reason,
                   std::vector<index::EntryView>& evidence) {
  for (const Pause& pause : state.policy->pauses) {
    if (!has_purpose(pause.purposes, action)) continue;
    const std::vector<std::uint32_t>& group = state.policy->groups[action.group].topics;
    const auto is_his = [&](const Contact& c) {
      return (pause.by_group ? has_topic(group, c.topic) : has_topic(action.topics, c.topic)) &&
             has_word(pause.outcomes, c.entry.status());
    };
    const std::vector<Contact>& outcomes = state.facts->outcomes;
    const std::int64_t all = state.as_of.ms - state.policy->contact_window_ms;
    const Contact* newest = nth_newest(outcomes, 1, all, is_his);
    if (newest == nullptr || newest->at_ms + pause.pause_ms <= state.as_of.ms) continue;
    if (nth_newest(outcomes, pause.after, newest->at_ms - pause.window_ms, is_his) == nullptr)
      continue;
    hold_back(reason, pause.name, pause.because, newest->at_ms + pause.pause_ms, newest->entry,
              evidence);
    return false;
  }
  return true;
}

bool passes_duplicate_topic(const ConditionState& state, const Action& action, Reason& reason,
                            std::vector<index::EntryView>& evidence) {
  const DuplicateTopic& guard = state.policy->duplicate_topic;
  if (guard.window_ms == 0 || !has_purpose(guard.purposes, action)) return true;
  const Contact* told =
      nth_newest(state.facts->contacts, 1, state.as_of.ms - guard.window_ms,
                 [&](const Contact& c) { return has_topic(action.topics, c.topic); });
  if (told == nullptr) return true;
  hold_back(reason, "duplicate_topic", "the customer was told this already",
            told->at_ms + guard.window_ms, told->entry, evidence);
  return false;
}

bool passes_care_floor(const ConditionState& state, const Action& action, Reason& reason) {
  if (!action.care || is_care_due(state)) return true;
  reason.stage = Stage::contact_policy;
  reason.component = "care_floor";
  if (state.facts->silent_since_ms == index::kNoTime) {
    reason.because = "nothing is known of this customer yet";
    reason.ends_when = "the first contact is known";
    return false;
  }
  reason.because = "the customer has heard from us lately";
  reason.until_ms = state.facts->silent_since_ms + state.policy->care_floor.silence_ms;
  return false;
}

}  // namespace

bool is_care_due(const ConditionState& state) {
  const std::int64_t since = state.facts->silent_since_ms;
  return since != index::kNoTime && state.as_of.ms - since >= state.policy->care_floor.silence_ms;
}

bool passes_contact_policy(const ConditionState& state, const Action& action, bool outbound,
                           bool asked, Reason& reason, std::vector<index::EntryView>& evidence) {
  if (!asked) {
    if (outbound && !passes_caps(state, action, reason, evidence)) return false;
    if (!passes_pauses(state, action, reason, evidence)) return false;
    if (outbound && !passes_duplicate_topic(state, action, reason, evidence)) return false;
  }
  return passes_care_floor(state, action, reason);
}

}  // namespace concord::scoring
