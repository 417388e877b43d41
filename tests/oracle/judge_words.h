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
  /// Empty: unknown; `field` then names what is absent.
  std::optional<bool> ask(const Situation& now, const Question& question, std::uint32_t condition,
                          std::string& field) const;

  const scoring::PolicyData& policy;
  cel::ObjectType customer, account, features, consent;
  cel::Environment environment;
  std::vector<cel::Program> programs;
};

}  // namespace concord::oracle
