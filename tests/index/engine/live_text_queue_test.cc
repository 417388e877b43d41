// Promise: a change that was told is taken by a look that can see it, also when names are lost.
// Method: events told by hand between the looks of a reader that stands at an older revision.
#include "index/live_text_queue.h"

#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

namespace concord::index {
namespace {

std::vector<std::uint64_t> ids(const LiveTextQueue::Changes& changes) {
  std::vector<std::uint64_t> out;
  for (const CustomerId one : changes.customers) out.push_back(one.value);
  return out;
}

TEST(LiveTextQueue, AChangeStaysUntilALookThatCanSeeIt) {
  LiveTextQueue queue(10);
  queue.changed({1}, 5);
  queue.changed({2}, 6);
  EXPECT_THAT(ids(queue.take(5)), testing::ElementsAre(1, 2));
  EXPECT_EQ(queue.waiting(), 1U);
  queue.changed({1}, 7);
  EXPECT_THAT(ids(queue.take(6)), testing::ElementsAre(1, 2));
  EXPECT_THAT(ids(queue.take(7)), testing::ElementsAre(1));
  EXPECT_THAT(ids(queue.take(7)), testing::IsEmpty());
  EXPECT_EQ(queue.lag_ms(), 0);
}

TEST(LiveTextQueue, LostNamesAreLookedForUntilALookThatCanSeeThem) {
  LiveTextQueue queue(2);
  for (std::uint64_t i = 1; i <= 3; ++i) queue.changed({i}, 4 + i);
  queue.changed({9}, 8);
  EXPECT_EQ(queue.waiting(), 0U);
  EXPECT_TRUE(queue.take(6).all);
  EXPECT_TRUE(queue.take(7).all) << "a look at 6 saw neither event 7 nor 8";
  EXPECT_TRUE(queue.take(8).all);
  EXPECT_FALSE(queue.take(8).all);
  queue.changed({4}, 9);
  const auto after = queue.take(9);
  EXPECT_FALSE(after.all);
  EXPECT_THAT(ids(after), testing::ElementsAre(4));
}

// Whatever falls between: each event is taken by some look at or after it.
TEST(LiveTextQueue, NothingIsLostBetweenThreads) {
  constexpr EventSeq kEvents = 20'000;
  LiveTextQueue queue(50);
  std::atomic<EventSeq> published{0};
  std::thread teller([&] {
    for (EventSeq seq = 1; seq <= kEvents; ++seq) {
      queue.changed({seq}, seq);
      published = seq;
    }
  });
  std::set<std::uint64_t> seen;
  for (EventSeq before = 0; before < kEvents;) {
    const EventSeq revision = published;
    const auto changes = queue.take(revision);
    for (const CustomerId one : changes.customers)
      if (one.value <= revision) seen.insert(one.value);
    if (changes.all)
      for (EventSeq seq = before + 1; seq <= revision; ++seq) seen.insert(seq);
    before = revision;
  }
  teller.join();
  EXPECT_EQ(seen.size(), kEvents);
}

}  // namespace
}  // namespace concord::index
