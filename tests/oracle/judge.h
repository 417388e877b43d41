// The decision, worked out the slow way from the policy set: every filter, feature, gate, cap,
// consent and block rule is asked anew for every action. From the scoring room it takes the loaded
// policy set as data, the CEL library and the sigmoid table; conditions are compiled a second time
// against the slow engine's own records.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "scoring/decide.h"
#include "tests/oracle/entries.h"

namespace concord::oracle {

struct Question {
  std::int64_t as_of = 0;
  index::Direction direction = index::Direction::outbound;
  std::string intent;
};

class Judge {
 public:
  /// Borrows. Requires: the conditions use only what the slow engine knows (see judge_words.cc).
  explicit Judge(const scoring::Policy& policy);
  ~Judge();

  /// The whole decision in lines of text: blocks, authority, ranked actions, dropped actions.
  std::string decide(const Book& book, const Person& person, const Question& question) const;

 private:
  struct Words;
  const scoring::Policy& policy_;
  std::unique_ptr<Words> words_;
};

/// The fast engine's decision in the same lines.
std::string in_lines(const scoring::Policy& policy, const scoring::Decision& decision);

}  // namespace concord::oracle
