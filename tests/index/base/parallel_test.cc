// Promise: each index is worked on exactly once, in chunks that depend on n and grain alone.
#include "index/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

namespace concord::index {
namespace {

struct Chunk {
  std::size_t begin;
  std::size_t end;
  bool operator==(const Chunk&) const = default;
};

// What the chunks must be, in order.
std::vector<Chunk> chunks_of(std::size_t n, std::size_t grain) {
  std::vector<Chunk> chunks;
  for (std::size_t begin = 0; begin < n; begin += grain)
    chunks.push_back({begin, std::min(n, begin + grain)});
  return chunks;
}

TEST(Parallel, EachIndexOnceInTheSameChunks) {
  for (const std::size_t n : {0U, 1U, 2U, 7U, 64U, 1000U, 4096U})
    for (const std::size_t grain : {1U, 3U, 64U, 5000U})
      for (const unsigned threads : {0U, 1U, 2U, 4U, 8U}) {
        SCOPED_TRACE(testing::Message() << n << " by " << grain << " on " << threads);
        const std::vector<Chunk> want = chunks_of(n, grain);
        std::vector<Chunk> got(want.size());
        std::vector<std::atomic<int>> times(n);
        std::atomic<int> calls{0};
        parallel_chunks(n, grain, threads,
                        [&](std::size_t begin, std::size_t end, std::size_t chunk) {
                          ++calls;
                          got.at(chunk) = {begin, end};
                          for (std::size_t i = begin; i < end; ++i) ++times[i];
                        });
        EXPECT_EQ(calls, static_cast<int>(want.size()));
        EXPECT_EQ(got, want);
        for (const std::atomic<int>& count : times) ASSERT_EQ(count, 1);
      }
}

TEST(Parallel, SumsJoinedInChunkOrderAreEqualOnAnyNumberOfThreads) {
  constexpr std::size_t kN = 10'000;
  constexpr std::size_t kGrain = 37;
  const auto sum_on = [&](unsigned threads) {
    std::vector<double> parts((kN + kGrain - 1) / kGrain);
    parallel_chunks(kN, kGrain, threads,
                    [&](std::size_t begin, std::size_t end, std::size_t chunk) {
                      for (std::size_t i = begin; i < end; ++i)
                        parts[chunk] += 1.0 / (1.0 + static_cast<double>(i));
                    });
    return std::accumulate(parts.begin(), parts.end(), 0.0);
  };
  for (const unsigned threads : {2U, 3U, 8U}) EXPECT_EQ(sum_on(threads), sum_on(1));
}

TEST(Parallel, AsManyThreadsWorkAtOnceAsAskedFor) {
  constexpr unsigned kThreads = 4;  // also where the machine has fewer
  std::atomic<unsigned> inside{0};
  std::atomic<bool> met{false};
  parallel_chunks(kThreads, 1, kThreads, [&](std::size_t, std::size_t, std::size_t) {
    ++inside;
    for (int i = 0; i < 5000 && !met; ++i) {
      if (inside == kThreads) met = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  EXPECT_TRUE(met);
}

TEST(Parallel, OneThreadIsTheCallersOwnInOrder) {
  const std::thread::id caller = std::this_thread::get_id();
  std::vector<std::size_t> order;
  parallel_chunks(10, 2, 1, [&](std::size_t, std::size_t, std::size_t chunk) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(chunk);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(Parallel, WorkMayNestWork) {
  std::atomic<int> done{0};
  parallel_chunks(8, 1, 4, [&](std::size_t, std::size_t, std::size_t) {
    parallel_chunks(100, 10, 2, [&](std::size_t begin, std::size_t end, std::size_t) {
      done += static_cast<int>(end - begin);
    });
  });
  EXPECT_EQ(done, 800);
}

TEST(Parallel, ThereIsAtLeastOneThread) { EXPECT_GE(hardware_threads(), 1U); }

TEST(ParallelDeathTest, AGrainOfZeroIsOurBug) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(parallel_chunks(1, 0, 1, [](std::size_t, std::size_t, std::size_t) {}), "grain > 0");
}

}  // namespace
}  // namespace concord::index
