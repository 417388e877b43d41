// Contact policies of one action: caps, pauses after rejects, the duplicate-topic guard and the
// care floor, computed from the timeline. Thread class: any-thread (a function over one-owner
// state).
#pragma once
#include <vector>

#include "scoring/conditions.h"
#include "scoring/decide.h"

namespace concord::scoring {

/// False: held back; `reason` says by which policy and until when, and `evidence` gets the entries.
bool passes_contact_policy(const ConditionState& state, const Action& action, bool outbound,
                           bool asked, Reason& reason, std::vector<index::EntryView>& evidence);

/// Has the customer heard nothing for longer than the care floor allows?
bool is_care_due(const ConditionState& state);

}  // namespace concord::scoring
