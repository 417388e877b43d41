// From what may be done to what is answered, the slow way: order, limits, and the order without one
// factor. Thread class: any-thread (pure functions).
#pragma once
#include <array>
#include <string>
#include <vector>

#include "tests/oracle/judge_send.h"

namespace concord::oracle {

struct Reasoned {
  std::string because;
  std::vector<const Entry*> evidence;
};

struct Ranked {
  const scoring::Action* action = nullptr;
  int tier = 3;
  std::array<std::int64_t, 4> factors{1'000'000, 1'000'000, 1, 1'000'000};  // P, C, V, L
  std::string channels;
  std::vector<Reasoned> why;
};

/// floor(P · C · V · L / 10^12). Requires: it fits.
std::int64_t priority_of(const std::array<std::int64_t, 4>& factors);

struct Order {
  std::vector<Ranked> ranked;                                     // best first
  std::vector<std::pair<const scoring::Action*, Why>> held_back;  // by a limit
};
/// Sorts, then counts for each action how many before it share what a limit speaks of.
Order in_order(const scoring::PolicyData& policy, std::vector<Ranked> all);

/// Lines: for each factor the first action and the ranks when it is 1 for all (0: held back).
std::string sensitivity_lines(const scoring::PolicyData& policy, const std::vector<Ranked>& all);

}  // namespace concord::oracle
