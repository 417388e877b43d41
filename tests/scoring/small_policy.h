// A policy set small enough to read in one look, written to a folder of its own; tests add to it or
// break it. Thread class: one-owner.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "scoring/decide.h"
#include "scoring/policy.h"
#include "tests/support/record_builder.h"
#include "tests/support/stories.h"

namespace concord::test {

class SmallPolicy {
 public:
  /// Files by name, as they will be written. Starts as a whole, right policy.
  std::map<std::string, std::string> files;

  SmallPolicy();
  SmallPolicy& add(const std::string& file, const std::string& text);
  /// Replaces the first `from`. Requires: it is there.
  SmallPolicy& change(const std::string& file, const std::string& from, const std::string& to);
  /// Adds an action "sales/offer/<name>" with one e-mail wording; `more`: further keys.
  SmallPolicy& action(const std::string& name, const std::string& more);

  index::Result<std::shared_ptr<const scoring::Policy>> load();
  /// Requires: it loads.
  std::shared_ptr<const scoring::Policy> must_load();

 private:
  TemporaryFolder folder_;
};

/// The policy set that comes with concord.
std::shared_ptr<const scoring::Policy> default_policy();

/// Decides with fresh memory, asserts that the counts add up, and gives one line an action:
/// "1 sales/offer/x" for ranked, "sales/offer/y stage component" for dropped ones.
struct Told {
  std::vector<std::string> ranked;
  std::map<std::string, std::string> dropped;  // action → "stage component"
  std::map<std::string, std::string>
      because;  // action → "because | until or ends_when | evidence…"
  std::string json;
};
Told tell(const scoring::Policy& policy, const index::Customer& customer,
          const scoring::DecisionQuestion& question);

}  // namespace concord::test
