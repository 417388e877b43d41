// Many stories side by side, each in namespaces of its own; their outcomes summed.
// Thread class: one-owner.
#pragma once
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/faults/power/story.h"

namespace concord::power {

struct Plan {
  Writer writer;
  std::uint64_t seed = 1;  // of the first story; the next has seed + 1
  std::uint32_t cuts = 50;
  std::uint32_t cuts_per_story = 5;
  std::uint32_t jobs = 2;                            // stories at the same time
  bool stop_when_lost = false;                       // a control run need not go on
  std::string kept_under;                            // failing cuts are kept here; empty: not kept
  const volatile std::sig_atomic_t* stop = nullptr;  // set by a signal: no more stories, clean up
};

struct Totals {
  std::uint32_t kept = 0;    // cuts after which every acknowledged event was there
  std::uint32_t lost = 0;    // cuts after which one was not
  std::uint32_t broken = 0;  // cuts the rig did not manage
  std::uint64_t acknowledged = 0;
  CutReport disk;                    // summed
  std::vector<CutOutcome> failures;  // lost or broken
};

/// Runs at least `plan.cuts` cuts, unless stories fail: a story ends with its first failure.
/// `heard` is called after each cut.
index::Result<Totals> run_cuts(const Plan& plan,
                               const std::function<void(const CutOutcome&)>& heard = {});

/// "50 cuts: 0 lost …" in one line; and a line for each failure.
std::string text_of(const Totals& totals);

}  // namespace concord::power
