// What is no mistake in a policy set, but probably not what its author wanted.
// Thread class: any-thread (pure functions over an immutable Policy).
#pragma once
#include <string>
#include <vector>

#include "scoring/policy.h"

namespace concord::scoring {

struct PolicyNote {
  std::string about;  // "feature visits_90d", "action sales/quote/follow_up"
  std::string text;   // what is odd, and what comes of it
};

/// Unused features and models, rules that nobody acknowledges, sales that no guard can see, wording
/// that lacks the company's language, departments without a task for forgotten records.
std::vector<PolicyNote> policy_notes(const Policy& policy);

/// How much there is of each, for the one-line summary of a check.
struct PolicySize {
  std::size_t issues = 0, groups = 0, actions = 0, treatments = 0, features = 0, models = 0;
  std::size_t conditions = 0, block_rules = 0, contact_rules = 0;
};
PolicySize policy_size(const Policy& policy);

}  // namespace concord::scoring
