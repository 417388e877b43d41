// cel_differential: random expressions until the time is over or two evaluators disagree.
// `./dev fuzz cel_differential --minutes N` runs it.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/fuzz/cel_differential/differential.h"

namespace {

constexpr const char* kUsage =
    "cel_differential [--seconds N] [--seed N] --folder FOLDER\n"
    "Asks concord's CEL and npm @bufbuild/cel the same random expressions, for N seconds (30).\n"
    "FOLDER: where npm may install the package. Exit: 0 no difference, 1 one, 2 it cannot run.\n";

int usage() {
  std::fputs(kUsage, stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace concord::test;
  DifferentialAsk ask;
  ask.seconds = 30;
  std::string folder;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--help") return std::fputs(kUsage, stdout) < 0 ? 2 : 0;
    if (++i == argc) return usage();
    if (flag == "--seconds")
      ask.seconds = std::atof(argv[i]);
    else if (flag == "--seed")
      ask.seed = std::strtoull(argv[i], nullptr, 10);
    else if (flag == "--folder")
      folder = argv[i];
    else
      return usage();
  }
  if (folder.empty() || ask.seconds <= 0) return usage();
  const std::string why = install_peer(CONCORD_PEER_SOURCE, folder);
  if (!why.empty()) {
    std::fprintf(stderr, "cel_differential: %s\n", why.c_str());
    return 2;
  }
  auto peer = Peer::start(folder);
  auto outcome =
      peer ? run_differential(**peer, ask)
           : concord::index::Result<DifferentialOutcome>(concord::index::fail(peer.error()));
  if (!outcome) {
    std::fprintf(stderr, "cel_differential: %s\n", outcome.error().text().c_str());
    return 2;
  }
  std::printf("%llu expressions (seed %llu), %llu of them errors on both sides: %s\n",
              static_cast<unsigned long long>(outcome->asked),
              static_cast<unsigned long long>(ask.seed),
              static_cast<unsigned long long>(outcome->errors),
              outcome->difference ? "a DIFFERENCE" : "no difference");
  if (!outcome->difference) return 0;
  const Difference& one = *outcome->difference;
  std::printf("  %s\n  ours:   %s\n  theirs: %s\n  values: %s\n  found in: %s\n",
              one.expression.c_str(), one.ours.c_str(), one.theirs.c_str(), one.values.c_str(),
              one.whole.c_str());
  return 1;
}
