// Promise: a rebuilt index answers the same bytes as the live engine, at every as_of; and the
// number of threads that built it changes nothing.
// Method: random feeds, as free as the API; one engine applies them event by event, another opens
// the generation the batch index made of them.
#include <gtest/gtest.h>

#include "index/reindex.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::Engine;
using index::UnixMillis;

std::unique_ptr<Engine> live(const std::vector<std::string>& feed) {
  auto engine = Engine::empty(story_identity_types());
  for (const std::string& event : feed) {
    const auto applied = engine->apply(event);
    EXPECT_TRUE(applied.has_value()) << applied.error().text();
  }
  return engine;
}

std::unique_ptr<Engine> rebuilt(const std::vector<std::string>& feed, const std::string& folder,
                                unsigned threads) {
  index::ReindexOptions options;
  options.threads = threads;
  options.identity_types = story_identity_types();
  auto reindex = index::Reindex::start(folder, options);
  EXPECT_TRUE(reindex.has_value());
  for (const std::string& event : feed) EXPECT_TRUE((*reindex)->add(event).has_value());
  const auto report = (*reindex)->finish();
  EXPECT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->rejected, 0U);
  auto engine = Engine::open(folder, threads);
  EXPECT_TRUE(engine.has_value()) << engine.error().text();
  return std::move(*engine);
}

TEST(Rebuild, AnswersTheSameBytesAsTheLiveEngine) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    const auto feed = random_feed(seed, 150);
    const TemporaryFolder folder;
    const auto one = live(feed);
    const auto two = rebuilt(feed, folder.path(), 1 + seed % 4);
    for (const std::int64_t at : {999'000LL, 1'003'000LL, 1'009'000LL, 1'020'000LL}) {
      SCOPED_TRACE(at);
      ASSERT_EQ(
          first_difference(all_answers(*one, UnixMillis{at}), all_answers(*two, UnixMillis{at})),
          "");
    }
  }
}

TEST(Rebuild, IsTheSameStateAsTheLiveOne) {
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    SCOPED_TRACE(seed);
    const auto feed = seed <= 12 ? random_feed(seed, 150) : long_feed(seed, 700, 50);
    const TemporaryFolder folder;
    const auto one = live(feed);
    const auto two = rebuilt(feed, folder.path(), 2);
    EXPECT_EQ(one->state_hash().value(), two->state_hash(1).value());
    const std::int64_t at = seed <= 12 ? 1'020'000 : 1'200'000;
    ASSERT_EQ(
        first_difference(all_answers(*one, UnixMillis{at}), all_answers(*two, UnixMillis{at})), "");
  }
}

TEST(Rebuild, TheComparisonSeesALostEvent) {
  const auto feed = random_feed(7, 150);
  auto shorter = feed;
  shorter.pop_back();
  EXPECT_NE(live(feed)->state_hash().value(), live(shorter)->state_hash().value());
  EXPECT_NE(all_answers(*live(feed), UnixMillis{1'020'000}),
            all_answers(*live(shorter), UnixMillis{1'020'000}));
}

TEST(Rebuild, ARebuiltIndexGoesOnLikeTheLiveOne) {
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    SCOPED_TRACE(seed);
    const auto feed = seed < 116 ? random_feed(seed, 200) : long_feed(seed, 600, 40);
    const std::vector<std::string> first(
        feed.begin(), feed.begin() + static_cast<std::ptrdiff_t>(feed.size() * 3 / 5));
    const TemporaryFolder folder;
    const auto one = live(feed);
    const auto two = rebuilt(first, folder.path(), 2);
    for (std::size_t i = first.size(); i < feed.size(); ++i)
      ASSERT_TRUE(two->apply(feed[i]).has_value());
    EXPECT_EQ(one->state_hash().value(), two->state_hash().value());
    for (const std::int64_t at : {1'004'000LL, 1'020'000LL})
      ASSERT_EQ(
          first_difference(all_answers(*one, UnixMillis{at}), all_answers(*two, UnixMillis{at})),
          "");
  }
}

}  // namespace
}  // namespace concord::test
