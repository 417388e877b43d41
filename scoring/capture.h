// The inputs of one decision, taken out of the record they stand in: what the policy's conditions,
// features, rules and contact policies looked at, in the record's own format, so that decide() runs
// on it unchanged and gives the same answer long after the record has moved on.
// Thread class: any-thread (functions); Captured is immutable.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "index/base/types.h"
#include "index/snapshot/snapshot.h"
#include "scoring/decide.h"
#include "scoring/policy.h"

namespace concord::scoring {

/// Everything that was decided, more than an answer shows: all ranked and all dropped actions with
/// reasons and scores, blocks, authority. Equal for equal decisions.
index::Hash128 decision_hash(const Policy& policy, const Decision& decision,
                             const DecisionQuestion& question);

struct Capture {
  std::string bytes;      // for Captured::open
  bool is_whole = false;  // the part was not enough and everything was taken; see capture()
};

/// Takes what `decision`, the answer to `question` about `customer`, was made of, and decides on it
/// again: what is returned gives the same decision, or it would not be returned. Should the part
/// that the policy is known to look at not be enough, all that exists at `as_of` is taken.
/// `scratch` is used; `decision` borrows from another one. O(entries).
Capture capture(const Policy& policy, const index::Customer& customer,
                const DecisionQuestion& question, const Decision& decision, DecideScratch& scratch);

/// A customer as he was, for decide(). Movable; customer() borrows from it.
class Captured {
 public:
  /// Errors: damaged, unsupported.
  static index::Result<Captured> open(std::string_view bytes);
  ~Captured();
  Captured(Captured&&) noexcept;
  Captured& operator=(Captured&&) noexcept;
  [[nodiscard]] const index::Customer& customer() const;

 private:
  struct State;
  explicit Captured(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace concord::scoring
