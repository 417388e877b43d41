// What changed between two policy sets, said thing by thing: actions, rules, caps, features,
// models. Comments, order and the file a thing stands in are no change. Thread class: any-thread
// (pure).
#pragma once
#include <string>
#include <vector>

#include "index/base/result.h"

namespace concord::scoring {

struct PolicyChange {
  enum class Kind : std::uint8_t { added, removed, changed };
  Kind kind = Kind::changed;
  std::string what;    // "action", "block", "cap", "feature", "model", "company", …
  std::string name;    // its id or name; empty where there is only one
  std::string title;   // what people call it, where it says so
  std::string key;     // changed: "value_minor", "treatment phone text en"
  std::string before;  // as written, changed only; empty: it was not there
  std::string after;   // likewise
  std::string words;   // "value: was 60.00, is now 80.00"
};

struct PolicyDiff {
  std::string before_version;
  std::string after_version;
  std::vector<PolicyChange> changes;  // by what, name, key
};

/// Both sets are checked whole first. Errors: as load_policy, the place with its folder before it.
index::Result<PolicyDiff> diff_policies(const std::string& before, const std::string& after);

std::string_view word(PolicyChange::Kind kind);

}  // namespace concord::scoring
