// Promise: a base that is opened again has all that was acknowledged, or says what is missing and
// takes nothing new. Method: real folders, closed and opened again at every seq tried, and damaged
// in each way of the table in live_open.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "index/base/files.h"
#include "index/generation.h"
#include "index/reindex.h"
#include "tests/index/live/feeding.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::Code;
using index::EventSeq;
using index::Live;
using index::Taken;
using Status = index::EventOutcome::Status;
using Mode = index::WriteState::Mode;
using testing::HasSubstr;

constexpr index::UnixMillis kAsOf{1'020'000};

index::EventDraft draft_of(const std::string& bytes) {
  index::EventDraft draft;
  (*index::decode_event(bytes))->UnPackTo(&draft);
  return draft;
}

class Folder {
 public:
  explicit Folder(std::uint64_t seed, std::size_t batch = 20) : feed_(random_feed(seed, 120)) {
    index_batch(batch);
  }
  // A generation of the first `count` events.
  void index_batch(std::size_t count) {
    index::ReindexOptions options;
    options.threads = 1;
    options.text = false;
    options.identity_types = story_identity_types();
    auto reindex = index::Reindex::start(folder_.path(), options);
    ASSERT_TRUE(reindex.has_value()) << reindex.error().text();
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE((*reindex)->add(feed_[i]).has_value());
    const auto done = (*reindex)->finish();
    ASSERT_TRUE(done.has_value()) << done.error().text();
    batch_ = count;
  }
  [[nodiscard]] index::Result<std::unique_ptr<Live>> try_open() const {
    index::LiveOptions options;
    options.threads = 1;
    options.ballast_bytes = 1 << 16;
    return Live::open(folder_.path(), options);
  }
  [[nodiscard]] std::unique_ptr<Live> open() const {
    auto live = try_open();
    EXPECT_TRUE(live.has_value()) << live.error().text();
    return live ? std::move(*live) : nullptr;
  }
  // Event number `seq`, from 1, as a client would send it.
  [[nodiscard]] index::EventDraft event(EventSeq seq) const { return draft_of(feed_[seq - 1]); }
  // Sends the events after what is there, up to `to`.
  void send_up_to(Live& live, EventSeq to) const {
    for (EventSeq seq = live.engine().snapshot().revision() + 1; seq <= to; ++seq) {
      std::vector<index::EventDraft> one;
      one.push_back(event(seq));
      const auto outcome = Sent(live, std::move(one)).wait().front();
      ASSERT_EQ(outcome.status, Status::accepted) << outcome.error.text();
      ASSERT_EQ(outcome.revision, seq);
    }
  }
  // Events 1..seq, told one by one to an engine in memory.
  [[nodiscard]] std::unique_ptr<index::Engine> told(EventSeq seq) const {
    auto engine = index::Engine::empty(story_identity_types());
    for (EventSeq i = 1; i <= seq; ++i) {
      auto made = index::make_incoming(event(i), engine->normaliser(), {kReceived});
      EXPECT_TRUE(engine->apply(made->bytes).has_value());
    }
    return engine;
  }
  void expect_state(const Live& live, EventSeq seq) const {
    EXPECT_EQ(live.engine().snapshot().revision(), seq);
    const auto want = told(seq);
    EXPECT_EQ(first_difference(all_answers(*want, kAsOf), all_answers(live.engine(), kAsOf)), "")
        << seq;
    EXPECT_EQ(want->state_hash(1).value(), live.engine().state_hash(1).value()) << seq;
  }
  [[nodiscard]] fs::path path() const { return folder_.path(); }
  [[nodiscard]] std::size_t batch() const { return batch_; }

 private:
  TemporaryFolder folder_;
  std::vector<std::string> feed_;
  std::size_t batch_ = 0;
};

bool found(const Live& live, const std::string& what) {
  for (const index::OpenFinding& one : live.report().findings) {
    EXPECT_FALSE(one.text.empty());
    if (one.what == what) return true;
  }
  return false;
}

void flip_middle(const fs::path& path) {
  std::string bytes = *index::read_file(path.string());
  ASSERT_FALSE(bytes.empty());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TEST(Open, GoesOnAfterTheGeneration) {
  const Folder folder(1);
  const auto live = folder.open();
  ASSERT_TRUE(live);
  EXPECT_EQ(live->write_state().mode, Mode::writable) << live->write_state().because;
  EXPECT_FALSE(live->report().stale);
  EXPECT_TRUE(found(*live, "new_log"));
  folder.expect_state(*live, 20);
  folder.send_up_to(*live, 21);
  folder.expect_state(*live, 21);
}

TEST(Open, StateOfGenerationAndLogIsTheLiveOneAtEverySeq) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    const Folder folder(seed);
    for (EventSeq seq = 20; seq <= 60; seq += 1 + seq % 4) {
      const auto live = folder.open();
      ASSERT_TRUE(live);
      EXPECT_EQ(live->report().replayed, live->engine().snapshot().revision() - 20);
      folder.expect_state(*live, live->engine().snapshot().revision());
      folder.send_up_to(*live, seq);
      folder.expect_state(*live, seq);
    }
  }
}

TEST(Open, RepeatsAreKnownAfterARestart) {
  const Folder folder(4);
  folder.send_up_to(*folder.open(), 30);
  const auto live = folder.open();
  ASSERT_TRUE(live);
  for (const EventSeq seq : {EventSeq{3}, EventSeq{20}, EventSeq{21}, EventSeq{30}}) {
    std::vector<index::EventDraft> again;
    again.push_back(folder.event(seq));
    const auto outcome = Sent(*live, std::move(again)).wait().front();
    EXPECT_EQ(outcome.status, Status::duplicate) << seq;
    EXPECT_EQ(outcome.revision, seq);
    std::vector<index::EventDraft> changed;
    changed.push_back(folder.event(seq));
    changed.front().department = "another";
    const auto refused = Sent(*live, std::move(changed)).wait().front();
    EXPECT_EQ(refused.status, Status::rejected) << seq;
    EXPECT_EQ(refused.error.code, Code::id_reused);
  }
  folder.expect_state(*live, 30);
}

TEST(Open, OneProcessHoldsTheFolder) {
  const Folder folder(5);
  auto live = folder.open();
  ASSERT_TRUE(live);
  const auto second = folder.try_open();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_THAT(second.error().place, HasSubstr("LOCK"));
  const auto build = index::Reindex::start(folder.path().string(), {});
  ASSERT_FALSE(build.has_value());
  EXPECT_EQ(build.error().code, Code::conflict);
  live.reset();
  EXPECT_TRUE(folder.try_open().has_value());
}

TEST(Open, WithoutDataSaysHowToGetSome) {
  const TemporaryFolder folder;
  for (const std::string& path : {folder.path(), folder.path() + "/none"}) {
    const auto live = Live::open(path, {});
    ASSERT_FALSE(live.has_value());
    EXPECT_EQ(live.error().code, Code::not_found);
    EXPECT_THAT(live.error().detail, HasSubstr("concord index"));
  }
  EXPECT_FALSE(fs::exists(folder.path() + "/none"));
}

// From here on: the table of live_open.cc.

TEST(Open, ALogThatCannotBeReadLeavesTheGenerationStale) {
  const Folder folder(6);
  folder.send_up_to(*folder.open(), 40);
  fs::remove(folder.path() / "log" / "CURRENT");
  const auto live = folder.open();
  ASSERT_TRUE(live);
  EXPECT_TRUE(live->report().stale);
  EXPECT_EQ(live->write_state().mode, Mode::read_only);
  EXPECT_FALSE(live->write_state().because.empty());
  EXPECT_FALSE(live->report().findings.empty());
  EXPECT_EQ(live->would_take(1), Taken::read_only);
  const EventSeq there = live->engine().snapshot().revision();
  EXPECT_EQ(there, live->report().verified_to);
  folder.expect_state(*live, there);
}

TEST(Open, DamageInTheLogStopsBeforeIt) {
  const Folder folder(7);
  folder.send_up_to(*folder.open(), 60);
  std::size_t damaged = 0;
  for (const auto& entry : fs::directory_iterator(folder.path() / "log")) {
    if (entry.path().extension() != ".log" || entry.file_size() == 0) continue;
    flip_middle(entry.path());
    ++damaged;
  }
  ASSERT_GT(damaged, 0U);
  const auto live = folder.open();
  ASSERT_TRUE(live);
  EXPECT_TRUE(live->report().stale);
  EXPECT_EQ(live->write_state().mode, Mode::read_only);
  const EventSeq there = live->engine().snapshot().revision();
  EXPECT_GE(there, 20U);
  EXPECT_LT(there, 60U);
  EXPECT_EQ(there, live->report().verified_to);
  folder.expect_state(*live, there);
}

TEST(Open, AMissingTailIsNotForgotten) {
  const Folder folder(8);
  folder.send_up_to(*folder.open(), 30);
  fs::copy(folder.path() / "log", folder.path() / "kept", fs::copy_options::recursive);
  folder.send_up_to(*folder.open(), 40);
  fs::remove_all(folder.path() / "log");  // somebody puts an older copy back
  fs::rename(folder.path() / "kept", folder.path() / "log");
  const auto live = folder.open();
  ASSERT_TRUE(live);
  EXPECT_TRUE(found(*live, "tail_missing"));
  EXPECT_TRUE(live->report().stale);
  EXPECT_EQ(live->write_state().mode, Mode::read_only);
  folder.expect_state(*live, 30);
}

TEST(Open, ALogOfAnotherHistoryIsNotUsed) {
  const Folder folder(9);
  folder.send_up_to(*folder.open(), 30);
  const Folder other(10);
  other.send_up_to(*other.open(), 30);
  fs::remove_all(folder.path() / "log");
  fs::copy(other.path() / "log", folder.path() / "log", fs::copy_options::recursive);
  const auto live = folder.open();
  ASSERT_TRUE(live);
  EXPECT_TRUE(live->report().stale);
  EXPECT_EQ(live->write_state().mode, Mode::read_only);
  folder.expect_state(*live, 20);
}

TEST(Open, AnOlderGenerationThatTheLogDoesNotReachOverIsStale) {
  Folder folder(11, 10);
  folder.index_batch(20);
  const auto name = index::current_generation(folder.path().string());
  ASSERT_TRUE(name.has_value());
  folder.send_up_to(*folder.open(), 30);
  flip_middle(fs::path(index::generation_folder(folder.path().string(), *name)) / "records.bin");
  const auto live = folder.open();
  ASSERT_TRUE(live);
  EXPECT_TRUE(found(*live, "older_generation"));
  EXPECT_TRUE(live->report().stale);
  EXPECT_EQ(live->write_state().mode, Mode::read_only);
  folder.expect_state(*live, 10);
}

TEST(Open, NothingThatVerifiesDoesNotStart) {
  const Folder folder(12);
  const auto name = index::current_generation(folder.path().string());
  ASSERT_TRUE(name.has_value());
  flip_middle(fs::path(index::generation_folder(folder.path().string(), *name)) / "records.bin");
  const auto live = folder.try_open();
  ASSERT_FALSE(live.has_value());
  EXPECT_EQ(live.error().code, Code::damaged);
  EXPECT_THAT(live.error().text(), HasSubstr("records.bin"));
}

}  // namespace
}  // namespace concord::test
