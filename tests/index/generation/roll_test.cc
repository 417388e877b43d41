// Promise: a generation rolled out of the live state is what was published at its revision, and
// with the events after it gives the live state again; failing or stopped at any step it changes
// nothing. Method: random feeds as free as the API, rolled at chosen places, while they go on.
#include "index/roll.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "index/base/failpoint.h"
#include "index/base/files.h"
#include "index/generation.h"
#include "index/generation_ids.h"
#include "index/log/event_log.h"
#include "index/reindex.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::Engine;
using index::UnixMillis;
constexpr std::int64_t kTimes[] = {999'000, 1'004'000, 1'020'000};

std::string build(const std::string& folder, const std::vector<std::string>& feed,
                  std::size_t count, bool text = false) {
  index::ReindexOptions options;
  options.identity_types = story_identity_types();
  options.threads = 1;
  options.text = text;
  auto reindex = index::Reindex::start(folder, options);
  EXPECT_TRUE(reindex.has_value());
  for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE((*reindex)->add(feed[i]).has_value());
  const auto report = (*reindex)->finish();
  EXPECT_TRUE(report.has_value());
  EXPECT_EQ(report->rejected, 0U);
  return index::generation_folder(folder, report->generation);
}

std::unique_ptr<Engine> open(const std::string& folder) {
  auto engine = Engine::open(folder, 1);
  EXPECT_TRUE(engine.has_value()) << engine.error().text();
  return std::move(*engine);
}

void apply(Engine& engine, const std::vector<std::string>& feed, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    const auto applied = engine.apply(feed[i]);
    ASSERT_TRUE(applied.has_value()) << applied.error().text();
  }
}

void expect_same(const Engine& want, const Engine& got) {
  for (const std::int64_t at : kTimes)
    ASSERT_EQ(first_difference(all_answers(want, UnixMillis{at}), all_answers(got, UnixMillis{at})),
              "");
}

index::Result<index::RollReport> roll(const Engine& engine, const std::string& folder,
                                      const std::string& ids) {
  return index::roll_generation(folder, ids, engine.roll_point({1, 2}), {});
}

/// A live base over a generation of the feed's first events.
struct LiveBase {
  LiveBase(const std::vector<std::string>& feed, std::size_t built)
      : batch(build(folder.path(), feed, built)), live(open(folder.path())) {}
  TemporaryFolder folder;
  std::string batch;  // the generation's folder
  std::unique_ptr<Engine> live;
};

TEST(Roll, IsWhatWasPublishedAndGoesOnLikeTheLiveState) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    const auto feed = random_feed(seed, 200);
    const TemporaryFolder folder;
    const std::string batch = build(folder.path(), feed, 60);
    const auto live = open(folder.path());
    apply(*live, feed, 60, 130);
    index::RollPoint point = live->roll_point({3, 4});
    apply(*live, feed, 130, 150);  // writes go on: none of these is in it
    const auto rolled = index::roll_generation(folder.path(), batch, std::move(point), {});
    ASSERT_TRUE(rolled.has_value()) << rolled.error().text();
    EXPECT_EQ(rolled->manifest.seq, 130U);
    const auto loaded = open(folder.path());
    EXPECT_EQ(loaded->generation().seq, 130U);
    EXPECT_EQ(loaded->generation().chain, (index::Hash128{3, 4}));
    apply(*loaded, feed, 130, 150);
    expect_same(*live, *loaded);
    apply(*live, feed, 150, 200);
    apply(*loaded, feed, 150, 200);
    expect_same(*live, *loaded);
  }
}

TEST(Roll, APartThatCannotBeSyncedIsNoGeneration) {
  const auto feed = random_feed(4, 90);
  const LiveBase base(feed, 60);
  apply(*base.live, feed, 60, 90);
  const std::string before = *index::current_generation(base.folder.path());
  index::arm_failpoints([](std::string_view name) { return name == "generation.sync_part"; });
  const auto rolled = roll(*base.live, base.folder.path(), base.batch);
  index::disarm_failpoints();
  ASSERT_FALSE(rolled.has_value());
  EXPECT_EQ(rolled.error().code, index::Code::io_error);
  EXPECT_EQ(*index::current_generation(base.folder.path()), before);
  EXPECT_TRUE(roll(*base.live, base.folder.path(), base.batch).has_value());
}

TEST(Roll, VersionsAreKeptOnlyUntilTheRecordsAreWritten) {
  const auto feed = random_feed(3, 120);
  const LiveBase base(feed, 60);
  apply(*base.live, feed, 60, 100);
  index::RollPoint point = base.live->roll_point({3, 4});
  apply(*base.live, feed, 100, 101);
  EXPECT_TRUE(base.live->snapshot().pin_at(100).has_value());
  index::RollOptions options;
  bool told = false;
  options.unpinned = [&] {
    told = true;
    apply(*base.live, feed, 101, 102);
    EXPECT_FALSE(base.live->snapshot().pin_at(100).has_value());
  };
  const auto rolled =
      index::roll_generation(base.folder.path(), base.batch, std::move(point), options);
  ASSERT_TRUE(rolled.has_value()) << rolled.error().text();
  EXPECT_TRUE(told);
  EXPECT_EQ(rolled->manifest.seq, 100U);
}

TEST(Roll, OfAnUnchangedBaseHasTheSameFiles) {
  const auto feed = random_feed(5, 150);
  const LiveBase base(feed, 150);
  const auto rolled = roll(*base.live, base.folder.path(), base.batch);
  ASSERT_TRUE(rolled.has_value()) << rolled.error().text();
  for (const char* file : {"records.bin", "slots.bin", "identities.bin", "shared.bin", "voids.bin",
                           "ids.bin", "knowledge.ndjson"})
    EXPECT_EQ(*index::read_file(base.batch + "/" + file),
              *index::read_file(rolled->folder + "/" + file))
        << file;
}

TEST(Roll, CountsWhatIsInIt) {
  const auto feed = random_feed(6, 200);
  const TemporaryFolder one;
  const TemporaryFolder two;
  const std::string batch = build(one.path(), feed, 100);
  const std::string whole = build(two.path(), feed, 200);
  const auto live = open(one.path());
  apply(*live, feed, 100, 200);
  const auto rolled = roll(*live, one.path(), batch);
  ASSERT_TRUE(rolled.has_value());
  const auto want = index::read_manifest(whole);
  ASSERT_TRUE(want.has_value());
  EXPECT_EQ(rolled->manifest.customers, want->customers);
  EXPECT_EQ(rolled->manifest.accounts, want->accounts);
  EXPECT_EQ(rolled->manifest.entries, want->entries);
  EXPECT_EQ(rolled->manifest.identities, want->identities);
  EXPECT_EQ(rolled->manifest.slots, want->slots);
  EXPECT_EQ(rolled->manifest.newest_at, want->newest_at);
  EXPECT_EQ(rolled->manifest.sources.size(), want->sources.size());
}

TEST(Roll, CarriesTheIdsOfTheBatchOn) {
  const auto feed = random_feed(7, 120);
  const TemporaryFolder folder;
  std::string ids = build(folder.path(), feed, 80);
  const auto live = open(folder.path());
  for (int turn = 0; turn < 3; ++turn) {
    apply(*live, feed, 80 + static_cast<std::size_t>(turn) * 10,
          90 + static_cast<std::size_t>(turn) * 10);
    const auto rolled = roll(*live, folder.path(), ids);
    ASSERT_TRUE(rolled.has_value());
    index::remove_old_generations(folder.path());
    ids = rolled->folder;
  }
  EXPECT_EQ(index::BatchIds::open(ids)->size(), 80U);
}

TEST(Roll, BuildsTheTextIndexAnew) {
  const auto feed = random_feed(8, 150);
  const TemporaryFolder folder;
  const std::string batch = build(folder.path(), feed, 100, true);
  const auto live = open(folder.path());
  apply(*live, feed, 100, 150);
  const auto rolled = roll(*live, folder.path(), batch);
  ASSERT_TRUE(rolled.has_value()) << rolled.error().text();
  EXPECT_TRUE(rolled->manifest.has_text);
  EXPECT_NE(open(folder.path())->text(), nullptr);
}

// A customer with so many entries that his older ones stand in tails, shared between versions.
TEST(Roll, OfALongRecordHoldsItsTails) {
  std::vector<std::string> feed;
  for (int n = 0; n < 1'500; ++n) {
    Saying saying("desk", "e" + std::to_string(n), 1'000'000 + n % 977);
    saying.of({"crm:long"}).entry(index::Kind::case_, "k" + std::to_string(n % 1'100));
    feed.push_back(saying.subject("Case " + std::to_string(n)).bytes());
  }
  const TemporaryFolder folder;
  std::string ids = build(folder.path(), feed, 400);
  const auto live = open(folder.path());
  for (std::size_t at = 400; at < feed.size(); at += 275) {
    apply(*live, feed, at, at + 200);
    index::RollPoint point = live->roll_point({1, 1});
    apply(*live, feed, at + 200, at + 275);
    const auto rolled = index::roll_generation(folder.path(), ids, std::move(point), {});
    ASSERT_TRUE(rolled.has_value()) << rolled.error().text();
    ids = rolled->folder;
    const auto loaded = open(folder.path());
    EXPECT_EQ(loaded->generation().seq, at + 200);
    apply(*loaded, feed, at + 200, at + 275);
    EXPECT_EQ(*loaded->state_hash(), *live->state_hash());
    expect_same(*live, *loaded);
  }
}

// Crash or failure at each step: the old generation or the new one, never none; and what is left
// behind does not hinder the next roll.
TEST(Roll, StoppedAtAnyStepLeavesTheOldOneOrTheNewOne) {
  const auto feed = random_feed(9, 150);
  const TemporaryFolder folder;
  const std::string batch = build(folder.path(), feed, 100);
  const auto live = open(folder.path());
  apply(*live, feed, 100, 150);
  for (const char* step : {"roll.records_written", "generation.renamed", "generation.files_synced",
                           "generation.manifest_written", "generation.current_written"}) {
    SCOPED_TRACE(step);
    bool reached = false;
    fs::path crashed = folder.path() + "-crashed";
    index::arm_failpoints([&](std::string_view name) {
      if (name != step) return false;
      reached = true;
      fs::copy(folder.path(), crashed, fs::copy_options::recursive);  // as a crash would leave it
      return true;
    });
    const auto failed = roll(*live, folder.path(), batch);
    index::disarm_failpoints();
    ASSERT_TRUE(reached);
    ASSERT_FALSE(failed.has_value());
    EXPECT_NE(failed.error().text().find(step), std::string::npos);
    const bool installed = std::string(step) == "generation.current_written";
    EXPECT_EQ(open(folder.path())->generation().seq, installed ? 150U : 100U);
    EXPECT_FALSE(fs::exists(fs::path(folder.path()) / "generations" / "building"));
    EXPECT_EQ(index::complete_generations(folder.path()).size(), installed ? 2U : 1U);
    // The crashed copy opens as one of the two, and rolls.
    const auto after = open(crashed.string());
    const index::EventSeq seq = after->generation().seq;
    EXPECT_EQ(seq, installed ? 150U : 100U);
    apply(*after, feed, seq, 150);
    expect_same(*live, *after);
    const auto again = roll(*after, crashed.string(), {});
    ASSERT_TRUE(again.has_value()) << again.error().text();
    index::remove_old_generations(crashed.string());
    expect_same(*live, *open(crashed.string()));
    fs::remove_all(crashed);
  }
}

TEST(Roll, ThatCannotWriteSaysWhyAndChangesNothing) {
  const auto feed = random_feed(10, 60);
  const TemporaryFolder folder;
  const std::string batch = build(folder.path(), feed, 50);
  const auto live = open(folder.path());
  apply(*live, feed, 50, 60);
  fs::remove(batch + "/ids.bin");
  const auto failed = roll(*live, folder.path(), batch);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, index::Code::io_error);
  EXPECT_NE(failed.error().place.find("ids.bin"), std::string::npos);
  EXPECT_EQ(*index::current_generation(folder.path()), fs::path(batch).filename().string());
  EXPECT_EQ(index::complete_generations(folder.path()).size(), 1U);
}

// Control: the comparison sees one event that is missing from a roll.
TEST(Roll, TheComparisonSeesALostEvent) {
  const auto feed = random_feed(11, 100);
  const TemporaryFolder folder;
  const std::string batch = build(folder.path(), feed, 50);
  const auto live = open(folder.path());
  apply(*live, feed, 50, 99);
  ASSERT_TRUE(roll(*live, folder.path(), batch).has_value());
  apply(*live, feed, 99, 100);
  const auto loaded = open(folder.path());
  EXPECT_NE(all_answers(*live, UnixMillis{kTimes[2]}), all_answers(*loaded, UnixMillis{kTimes[2]}));
}

}  // namespace
}  // namespace concord::test
