#include "scoring/treatment.h"

#include <algorithm>

namespace concord::scoring {
namespace {

constexpr std::string_view kNoWording = "there is no wording for this channel";
constexpr std::string_view kNoWordingEnds = "a treatment for this channel is written";

/// 0: the customer's own language; then the fall-backs in order; kNone: none of them.
std::uint32_t language_place(const PolicyData& policy, std::string_view written,
                             std::string_view language) {
  if (written == language) return 0;
  const auto& others = policy.fallback_languages;
  const auto found = std::find(others.begin(), others.end(), written);
  return found == others.end() ? kNone : static_cast<std::uint32_t>(found - others.begin()) + 1;
}

/// Calls visit(channel) for `channel` and those it borrows from, in order, until it returns true.
template <typename Visit>
bool any_source(const PolicyData& policy, std::uint32_t channel, Visit&& visit) {
  if (visit(channel)) return true;
  const std::vector<std::uint32_t>& borrowed = policy.channels[channel].wording_of;
  return std::any_of(borrowed.begin(), borrowed.end(), visit);
}

Reason reason_of(std::string_view component, std::string_view because, std::string_view ends_when) {
  Reason reason;
  reason.stage = Stage::treatment;
  reason.component = component;
  reason.because = because;
  reason.ends_when = ends_when;
  return reason;
}

}  // namespace

std::int32_t find_treatment(ConditionState& state, const Action& action, std::uint32_t channel,
                            std::string_view language) {
  const PolicyData& policy = *state.policy;
  std::int32_t found = -1;
  any_source(policy, channel, [&](std::uint32_t source) {
    std::uint32_t best = kNone;
    for (std::size_t i = 0; i < action.treatments.size(); ++i) {
      const Treatment& one = action.treatments[i];
      if (one.channel != source) continue;
      const std::uint32_t place = language_place(policy, one.language, language);
      if (place == kNone) continue;
      const std::uint32_t fit = place * 2 + (one.brand.empty() ? 1 : 0);
      if (fit >= best) continue;
      if (one.when != kNone &&
          ask_on(state, one.when, policy.channels[channel].id).truth != Truth::yes)
        continue;
      best = fit;
      found = static_cast<std::int32_t>(i);
    }
    return found >= 0;
  });
  return found;
}

std::uint64_t worded_channels(ConditionState& state, const Action& action, std::uint64_t channels,
                              std::string_view language) {
  std::uint64_t doubtful = channels & action.choosy;
  for (std::uint32_t i = 0; doubtful != 0; ++i, doubtful >>= 1U)
    if ((doubtful & 1U) != 0 && find_treatment(state, action, i, language) < 0)
      channels &= ~(1ULL << i);
  return channels;
}

Reason why_no_treatment(ConditionState& state, const Action& action, std::uint32_t channel) {
  const PolicyData& policy = *state.policy;
  Reason reason = reason_of("language", "there is no wording in a language for this customer",
                            "a treatment in his language is written");
  any_source(policy, channel, [&](std::uint32_t source) {
    for (const Treatment& one : action.treatments) {
      if (one.channel != source || one.when == kNone) continue;
      const std::string_view text = policy.conditions[one.when].text;
      const Answer answer = ask_on(state, one.when, policy.channels[channel].id);
      if (answer.truth == Truth::yes) continue;  // it is the language that does not fit
      reason = reason_of("when", text, text);
      reason.unknown_field = answer.unknown_field;
      return true;
    }
    return false;
  });
  return reason;
}

void treat(FunnelState& state, const DecisionQuestion& question, Decision& out) {
  const PolicyData& policy = *state.conditions.policy;
  std::uint32_t channel = 0;
  while (policy.channels[channel].id != question.channel) ++channel;  // the caller's duty
  const std::size_t shown = std::max(question.limit, kNextInContext);
  for (std::size_t i = 0; i < out.ranked.size() && i < shown; ++i) {
    RankedAction& ranked = out.ranked[i];
    const Action& action = policy.actions[ranked.action];
    if ((ranked.deliverable_by >> channel & 1U) != 0) {
      ranked.treatment = find_treatment(state.conditions, action, channel, out.language);
      continue;
    }
    const Sending sending = sending_of(action, ranked.asked);
    ranked.blocked_here = static_cast<std::int32_t>(out.blocked_here.size());
    if ((action.channels >> channel & 1U) == 0)
      out.blocked_here.push_back(reason_of("channel", kNoWording, kNoWordingEnds));
    else if ((state.deliverability.channels(sending) >> channel & 1U) == 0)
      out.blocked_here.push_back(state.deliverability.reason(sending, channel, out.evidence));
    else
      out.blocked_here.push_back(why_no_treatment(state.conditions, action, channel));
  }
}

}  // namespace concord::scoring
