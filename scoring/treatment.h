// How an action is said: its wording by channel × language × brand, with the fall-backs the policy
// set declares. Thread class: any-thread (functions over one-owner state).
#pragma once
#include <cstdint>

#include "scoring/conditions.h"
#include "scoring/decide.h"
#include "scoring/funnel.h"

namespace concord::scoring {

/// The wording on `channel` for a customer of that language: of the channel itself, else of those
/// it may borrow from, in order; there the first language of his own and the fall-backs, then the
/// action's brand, then the order of the file. -1: none fits.
std::int32_t find_treatment(ConditionState& state, const Action& action, std::uint32_t channel,
                            std::string_view language);

/// Those of `channels` on which a wording fits. Requires: all of them are the action's.
std::uint64_t worded_channels(ConditionState& state, const Action& action, std::uint64_t channels,
                              std::string_view language);

/// Why no wording fits on `channel`. Requires: it is the action's, and none does.
Reason why_no_treatment(ConditionState& state, const Action& action, std::uint32_t channel);

/// For the actions shown: the wording on the channel that was asked for, or why there is none.
/// Changes no rank. Requires: the question names a channel of the policy.
void treat(FunnelState& state, const DecisionQuestion& question, Decision& out);

}  // namespace concord::scoring
