// May we reach this customer on this channel now? Address, needs, consent, caps, quiet hours.
// Thread class: any-thread (pure functions).
#pragma once
#include "tests/oracle/judge.h"
#include "tests/oracle/judge_facts.h"

namespace concord::oracle {

/// Why something is not done, in words.
struct Why {
  std::string stage, component, because, ends_when;
  std::optional<std::int64_t> until;
  std::vector<const Entry*> evidence;
  std::string decided_by = {};  // the parts of a condition: "[text was false]…"
};

/// Empty: it may be sent.
std::optional<Why> not_on_channel(const scoring::PolicyData& policy, const Situation& now,
                                  const scoring::Action& action, bool asked, bool outbound,
                                  const scoring::Channel& channel, std::size_t number);
/// Caps, pauses, duplicate topics and the care floor. Empty: passes.
std::optional<Why> against_contact_policy(const scoring::PolicyData& policy, const Situation& now,
                                          const scoring::Action& action, bool asked, bool outbound);

}  // namespace concord::oracle
