// Makes a kept decision again, from the inputs and under the policy it was made with, and says
// where the two differ. Thread class: one-owner (Replayer); plain values.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_writer.h"
#include "scoring/decide.h"
#include "server/kept_decision.h"
#include "server/policy_book.h"

namespace concord::server {

struct ReplayDifference {
  std::string pointer;   // JSON pointer into the answer; empty: the whole of it
  std::string stored;    // JSON; empty: not there
  std::string replayed;  // likewise
  std::string because;   // when there is more to say than the two values; else empty
};

inline constexpr std::size_t kDifferencesMax = 50;

struct Replay {
  bool equal = false;
  std::vector<ReplayDifference> differences;  // none when equal; the first kDifferencesMax
};

/// Where two JSON texts differ: members by name, elements by place.
std::vector<ReplayDifference> differences_of(std::string_view stored, std::string_view replayed);

class Replayer {
 public:
  /// Borrows.
  explicit Replayer(PolicyBook& policies) : policies_(policies) {}
  /// Whatever goes wrong (a policy set that is gone, inputs that are damaged) is a difference.
  Replay replay(const KeptDecision& decision);

 private:
  PolicyBook& policies_;
  scoring::DecideScratch scratch_;
  scoring::Decision decision_;
};

/// {"equal":…,"differences":[{"pointer","stored","replayed","because"}]}
void write_replay(index::JsonWriter& out, const Replay& replay);

}  // namespace concord::server
