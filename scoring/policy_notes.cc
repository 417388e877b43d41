#include "scoring/policy_notes.h"

#include <algorithm>
#include <set>

#include "scoring/policy_data.h"

namespace concord::scoring {
namespace {

class Noting {
 public:
  explicit Noting(const PolicyData& policy) : policy_(policy) {}
  std::vector<PolicyNote> all() {
    unused_features();
    unused_models();
    rules_nobody_acknowledges();
    for (const Action& action : policy_.actions) {
      sales_without_topics(action);
      wording_without_language(action);
    }
    departments_without_task();
    return std::move(notes_);
  }

 private:
  void note(std::string about, std::string text) {
    notes_.push_back({std::move(about), std::move(text)});
  }

  void unused_features() {
    std::set<std::string> used;
    for (const Condition& condition : policy_.conditions)
      for (const std::string& read : condition.program->reads()) used.insert(read);
    std::set<std::uint32_t> numbers;
    for (const Action& action : policy_.actions) numbers.insert(action.about);
    const std::vector<FeatureValue> nothing(policy_.features.size());
    ModelReason reason;
    for (const Model& model : policy_.models) {
      explain_propensity(model, nothing, reason);
      for (const ModelReason::Part& part : reason.contributions) numbers.insert(part.feature);
    }
    for (std::uint32_t i = 0; i < policy_.features.size(); ++i)
      if (!numbers.contains(i) && !used.contains("features." + policy_.features[i].name))
        note("feature " + policy_.features[i].name,
             "is computed for every answer, and nobody reads it");
  }

  void unused_models() {
    for (std::size_t i = 0; i < policy_.models.size(); ++i)
      if (std::none_of(policy_.actions.begin(), policy_.actions.end(),
                       [&](const Action& action) { return action.model == i; }))
        note("model " + policy_.models[i].name, "no action uses it");
  }

  void rules_nobody_acknowledges() {
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      const BlockRule& rule = policy_.rules[i];
      if (rule.strength == Strength::note || !rule.has_match) continue;
      const bool told =
          std::any_of(policy_.actions.begin(), policy_.actions.end(), [&](const Action& action) {
            return action.enabled && (action.acknowledges >> i & 1U) != 0;
          });
      if (!told)
        note("block " + rule.name,
             "no action acknowledges it: it holds others back, and nobody speaks to the customer "
             "about it");
    }
  }

  void sales_without_topics(const Action& action) {
    const bool sells =
        action.purpose == index::Purpose::sales || action.purpose == index::Purpose::marketing;
    if (sells && action.enabled && !action.asked_only && action.topics.size() < 2)
      note("action " + action.id,
           "has no topics: caps by action and group, pauses and the guard against telling twice "
           "cannot see it");
  }

  void wording_without_language(const Action& action) {
    std::set<std::uint32_t> channels;
    for (const Treatment& treatment : action.treatments) channels.insert(treatment.channel);
    for (const std::uint32_t channel : channels)
      if (std::none_of(
              action.treatments.begin(), action.treatments.end(), [&](const Treatment& treatment) {
                return treatment.channel == channel && treatment.language == policy_.language;
              }))
        note("action " + action.id, "its wording for " + policy_.channels[channel].id +
                                        " lacks the company's language, " + policy_.language);
  }

  void departments_without_task() {
    const bool stale = std::any_of(policy_.rules.begin(), policy_.rules.end(),
                                   [](const BlockRule& rule) { return rule.stale_after_ms != 0; });
    if (!stale) return;
    for (const std::string& department : policy_.departments)
      if (std::none_of(policy_.actions.begin(), policy_.actions.end(), [&](const Action& action) {
            return action.stale_task && action.department == department;
          }))
        note("department " + department,
             "has no action with stale_task: its forgotten records go to another department");
  }

  const PolicyData& policy_;
  std::vector<PolicyNote> notes_;
};

}  // namespace

std::vector<PolicyNote> policy_notes(const Policy& policy) { return Noting(policy.data()).all(); }

PolicySize policy_size(const Policy& policy) {
  const PolicyData& data = policy.data();
  PolicySize out;
  out.issues = data.issues.size();
  out.groups = data.groups.size();
  out.actions = data.actions.size();
  for (const Action& action : data.actions) out.treatments += action.treatments.size();
  out.features = data.features.size();
  out.models = data.models.size();
  out.conditions = data.conditions.size();
  out.block_rules = data.rules.size();
  out.contact_rules = data.caps.size() + data.pauses.size();
  return out;
}

}  // namespace concord::scoring
