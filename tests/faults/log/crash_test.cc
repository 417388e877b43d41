// Promise: what was acknowledged survives a power cut at any moment, and a log that lost nothing is
// opened for writing without complaint.
// Method: random traffic on a disk in memory that drops what was not synced, by halves; the power
// goes in a random write, sync, rename, …, or at a failpoint, also while the log is opened; opened
// again and held against the list of what was acknowledged. CONCORD_CRASH_SEEDS sets the number of
// stories. Control: a disk that lies about syncing must lose.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/faults/log/log_story.h"

namespace concord::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 300;  // the sanitizer looks for other faults than this test
#else
constexpr std::uint64_t kSeeds = 10'000;
#endif

std::uint64_t seeds() {
  const char* text = std::getenv("CONCORD_CRASH_SEEDS");
  return text == nullptr ? kSeeds : std::strtoull(text, nullptr, 10);
}

TEST(LogCrash, LosesNothingThatWasAcknowledged) {
  std::uint64_t acknowledged = 0;
  std::uint64_t cuts = 0;
  std::uint64_t failures = 0;
  for (std::uint64_t seed = 0; seed < seeds() && failures < 5; ++seed) {
    const CrashOutcome outcome = run_crash_story(seed, false);
    acknowledged += outcome.acknowledged;
    cuts += outcome.cuts;
    if (outcome.failure.empty()) continue;
    ++failures;
    ADD_FAILURE() << "seed " << seed << ": " << outcome.failure;
  }
  EXPECT_GE(cuts, seeds());
  EXPECT_GE(acknowledged, seeds());
  std::printf("%llu power cuts, %llu events acknowledged, %llu stories lost something\n",
              static_cast<unsigned long long>(cuts), static_cast<unsigned long long>(acknowledged),
              static_cast<unsigned long long>(failures));
}

TEST(LogCrash, ControlALyingDiskLoses) {
  std::uint64_t failures = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    failures += run_crash_story(seed, true).failure.empty() ? 0 : 1;
  EXPECT_GT(failures, 10U);
}

}  // namespace
}  // namespace concord::test
