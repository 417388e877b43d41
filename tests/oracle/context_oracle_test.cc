// Promise: the fast engine gives the facts that follow from all that was said, whatever was said in
// which order: late, contradicting, merging, withdrawn, of accounts and releases, at any as_of.
// Method: generated feeds; the slow engine works the same answer out of the raw events; equal
// bytes.
#include <gtest/gtest.h>

#include "tests/oracle/answer.h"
#include "tests/oracle/feed.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::Engine;
using index::UnixMillis;

std::vector<index::EventDraft> drafts_of(const std::vector<std::string>& feed) {
  std::vector<index::EventDraft> drafts(feed.size());
  for (std::size_t i = 0; i < feed.size(); ++i)
    index::wire::GetEvent(feed[i].data())->UnPackTo(&drafts[i]);
  return drafts;
}

std::string slow_answers(const oracle::Book& book, std::int64_t as_of) {
  std::string out;
  for (const oracle::Person* person : book.people())
    out += oracle::facts_json(book, *person, as_of, 1000) + "\n";
  return out;
}

std::unique_ptr<Engine> engine_of(const index::IdentityTypes& types,
                                  const std::vector<std::string>& feed) {
  auto engine = Engine::empty(types);
  for (const std::string& event : feed) {
    const auto applied = engine->apply(event);
    EXPECT_TRUE(applied.has_value()) << applied.error().text();
  }
  return engine;
}

TEST(ContextOracle, TheFastEngineSaysWhatTheEventsSay) {
  const index::IdentityTypes types = story_identity_types();
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto feed = random_feed(seed, 150);
    const auto drafts = drafts_of(feed);
    const oracle::Book book(types, drafts);
    const auto engine = engine_of(types, feed);
    for (const std::int64_t at : {999'000LL, 1'003'000LL, 1'006'500LL, 1'009'999LL, 1'020'000LL}) {
      SCOPED_TRACE(at);
      ASSERT_EQ(first_difference(slow_answers(book, at), all_answers(*engine, UnixMillis{at})), "");
    }
  }
}

TEST(ContextOracle, AlsoForACompanyOfEightDepartments) {
  const index::IdentityTypes types = oracle::feed_identity_types();
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE(seed);
    const auto drafts = oracle::company_feed(seed, 300, 2 + seed % 6);
    const oracle::Book book(types, drafts);
    const auto engine = engine_of(types, oracle::encoded(drafts));
    for (const int day : {-1, 100, 250, 400, 499, 700}) {
      SCOPED_TRACE(day);
      const std::int64_t at = oracle::kFeedStartMs + day * index::kDayMs;
      ASSERT_EQ(first_difference(slow_answers(book, at), all_answers(*engine, UnixMillis{at})), "");
    }
  }
}

// A comparison that cannot fail shows nothing: one word changed in one event must be seen.
TEST(ContextOracle, AChangedWordIsSeen) {
  const index::IdentityTypes types = oracle::feed_identity_types();
  auto drafts = oracle::company_feed(5, 300, 4);
  const auto engine = engine_of(types, oracle::encoded(drafts));
  const std::int64_t at = oracle::kFeedStartMs + 700 * index::kDayMs;
  std::size_t seen = 0;
  std::size_t changed = 0;
  for (index::EventDraft& event : drafts) {
    if (static_cast<index::EventType>(event.type) != index::EventType::fact) continue;
    const std::string was = event.fact->value;
    event.fact->value = "another value";
    const oracle::Book book(types, drafts);
    seen += slow_answers(book, at) != all_answers(*engine, UnixMillis{at}) ? 1U : 0U;
    ++changed;
    event.fact->value = was;
  }
  ASSERT_GT(changed, 0U);
  EXPECT_GT(seen, 0U);  // the last word of each fact is shown; older ones are history
}

}  // namespace
}  // namespace concord::test
