// A story: one disk that lives through several power cuts. In each round a writer is started on
// what the last cut has left, acknowledges events, and the power fails; then the disk is mounted
// again and a verifier compares it with the acknowledgements of all rounds, kept outside of it.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "tests/faults/power/disk.h"

namespace concord::power {

/// What writes and what verifies; the words of power_child (power_child.cc lists them).
struct Writer {
  std::string name;
  std::uint32_t requests_max = 400;  // the cut comes at one of the first so many writes and flushes
  std::uint64_t image_bytes = 64ULL << 20;
};

struct Story {
  Writer writer;
  std::uint64_t seed = 0;
  std::uint32_t rounds = 5;
  std::string folder;      // its own; disk.img is already in it
  std::string kept_under;  // a round that fails leaves its image, acknowledgements and logs here
};

struct CutOutcome {
  enum class Kind : std::uint8_t { kept, lost, broken };  // broken: the rig, not the writer
  Kind kind = Kind::broken;
  std::uint64_t seed = 0;
  std::uint32_t round = 0;
  std::uint64_t acknowledged = 0;  // in this round
  CutReport disk = {};
  std::string text;  // what the verifier said, or what broke, and where it is kept
};

/// Runs inside of run_apart(). Stops at the first round that is not `kept`.
void tell(const Story& story, const std::function<void(const CutOutcome&)>& heard);

/// One line of text and back: how a story reports to the process that started it.
std::string line_of(const CutOutcome& outcome);
bool outcome_of(const std::string& line, CutOutcome& outcome);

}  // namespace concord::power
