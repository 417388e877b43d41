// The conditions of a policy set, compiled against the slow engine's records.
// Thread class: one-owner.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "scoring/cel/program.h"
#include "tests/oracle/judge.h"
#include "tests/oracle/judge_facts.h"

namespace concord::oracle {

struct Judge::Words {
  explicit Words(const scoring::PolicyData& policy);
  /// Empty: unknown; `field` then names what is absent. `channel`: of a treatment's condition.
  std::optional<bool> ask(const Situation& now, const Question& question, std::uint32_t condition,
                          std::string& field, const std::string& channel = "") const;
  /// A part of a condition that settled it, and what it was.
  struct Part {
    std::string text, was;
  };
  std::vector<Part> explain(const Situation& now, const Question& question,
                            std::uint32_t condition) const;
  /// Calls use(values of all variables).
  template <typename Use>
  auto with_values(const Situation& now, const Question& question, const std::string& channel,
                   Use&& use) const;

  const scoring::PolicyData& policy;
  cel::ObjectType customer, account, features, consent;
  cel::Environment environment, treatment_environment;
  std::vector<cel::Program> programs;
};

}  // namespace concord::oracle
