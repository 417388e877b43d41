// Promise: generations are rolled again and again under reading and writing threads: no read fails
// or changes, no write is lost, memory stays bounded, and what is on disk goes on like what is
// live. Method: a real folder and a real log; every answer of customers nobody writes about is
// held against what it was.
#include "index/upkeep.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "index/base/files.h"
#include "index/generation.h"
#include "index/incoming.h"
#include "index/log/durable_log.h"
#include "index/reindex.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::Engine;
using index::Live;
using index::UnixMillis;
constexpr UnixMillis kAsOf{1'020'000};

struct Base {
  std::unique_ptr<Live> live;
  std::unique_ptr<index::Upkeep> upkeep;
};

void build(const std::string& folder, const std::vector<std::string>& feed) {
  index::ReindexOptions options;
  options.identity_types = story_identity_types();
  options.threads = 1;
  options.text = false;
  auto reindex = index::Reindex::start(folder, options);
  ASSERT_TRUE(reindex.has_value()) << reindex.error().text();
  for (const std::string& event : feed) ASSERT_TRUE((*reindex)->add(event).has_value());
  ASSERT_TRUE((*reindex)->finish().has_value());
}

// A live base over a generation and a durable log.
Base open(const std::string& folder, index::UpkeepOptions options) {
  index::LiveOptions wanted;
  wanted.threads = 1;
  wanted.ballast_bytes = 1 << 16;
  Base base;
  auto live = Live::open(folder, wanted);
  EXPECT_TRUE(live.has_value()) << live.error().text();
  base.live = std::move(*live);
  options.data_folder = folder;
  base.upkeep = std::make_unique<index::Upkeep>(*base.live, std::move(options));
  return base;
}

// Hands events in, in runs of `run`, and waits for each run.
std::size_t send(Live& live, const std::vector<index::EventDraft>& drafts) {
  auto submission = std::make_shared<index::Submission>();
  for (const index::EventDraft& draft : drafts) {
    auto one = index::make_incoming(draft, live.engine().normaliser(), {UnixMillis{2'000'000}});
    EXPECT_TRUE(one.has_value()) << one.error().text();
    submission->events.push_back(std::move(*one));
  }
  EXPECT_EQ(live.submit(submission), index::Taken::taken);
  while (!submission->finished.load(std::memory_order_acquire)) std::this_thread::yield();
  std::size_t accepted = 0;
  for (const index::EventOutcome& one : submission->outcomes)
    accepted += one.status == index::EventOutcome::Status::accepted ? 1 : 0;
  return accepted;
}

index::EventDraft case_of(const std::string& customer, std::uint64_t number) {
  Saying saying("desk", "e" + std::to_string(number), 1'010'000 + static_cast<int>(number % 1000));
  saying.of({customer.c_str()})
      .department("service")
      .entry(index::Kind::case_, "k" + std::to_string(number % 40))
      .subject("Case " + std::to_string(number));
  return saying.draft;
}

std::string context_of(const Engine& engine, const char* key) {
  const auto pin = engine.snapshot().pin();
  const auto found = engine.snapshot().resolve(pin, key);
  if (found.outcome != index::Resolution::Outcome::found) return "none";
  const index::Customer customer = engine.snapshot().customer(pin, found.customer, kAsOf);
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  for (const index::ContextField field :
       {index::ContextField::revision, index::ContextField::attention,
        index::ContextField::identities, index::ContextField::timeline})
    write_context_field(out, field, customer, {kAsOf, 50, nullptr});
  out.end_object();
  return std::string(buffer.view());
}

TEST(Upkeep, RollsAgainAndAgainUnderReadsAndWrites) {
  const auto feed = random_feed(21, 150);
  const TemporaryFolder folder;
  build(folder.path(), feed);
  index::UpkeepOptions options;
  options.roll_events = 0;
  options.roll_ms = 0;
  options.log_keep_events = 100;
  const char* const wanted = std::getenv("CONCORD_ROLLS");
  const int rolls_wanted = wanted != nullptr ? std::atoi(wanted) : 200;
  std::string live_answers;
  index::EventSeq last = 0;
  {
    Base base = open(folder.path(), options);
    const Engine& engine = base.live->engine();
    const char* const kQuiet[] = {"crm:0", "crm:1", "account:acme0", "email:p4@example.test"};
    std::vector<std::string> want;
    for (const char* key : kQuiet) want.push_back(context_of(engine, key));
    std::atomic<bool> done{false};
    std::atomic<std::size_t> wrong{0}, asked{0}, lost{0};
    std::thread reader([&] {
      while (!done.load())
        for (std::size_t i = 0; i < std::size(kQuiet); ++i, ++asked)
          if (context_of(engine, kQuiet[i]) != want[i]) ++wrong;
    });
    std::thread writer([&] {
      for (std::uint64_t n = 0; !done.load(); n += 5) {
        std::vector<index::EventDraft> run;
        for (std::uint64_t i = n; i < n + 5; ++i)
          run.push_back(case_of("crm:busy" + std::to_string(i % 7), i));
        if (send(*base.live, run) != run.size()) ++lost;
      }
    });
    int rolled = 0;
    while (rolled < rolls_wanted) {
      const auto roll = base.upkeep->roll();
      ASSERT_TRUE(roll.has_value()) << roll.error().text();
      rolled += roll->has_value() ? 1 : 0;
      EXPECT_LE(index::complete_generations(folder.path()).size(), 3U);
    }
    done = true;
    reader.join();
    writer.join();
    EXPECT_EQ(wrong.load(), 0U);
    EXPECT_EQ(lost.load(), 0U);
    EXPECT_GT(asked.load(), 100U);
    EXPECT_EQ(base.upkeep->state().rolls, static_cast<std::uint64_t>(rolls_wanted));
    EXPECT_EQ(base.upkeep->state().rolls_failed, 0U);
    // Nothing replaced is kept for good.
    send(*base.live, {case_of("crm:busy0", 1'000'000)});
    EXPECT_LE(base.live->counts().retired_versions, 16U);
    live_answers = all_answers(engine, kAsOf);
    last = engine.snapshot().revision();
    EXPECT_GT(base.live->durable_log()->figures().first, 1U);  // the log was trimmed
  }
  // What is on disk is the same, through the newest generation and through the older one.
  const Base again = open(folder.path(), options);
  EXPECT_EQ(again.live->engine().snapshot().revision(), last);
  EXPECT_EQ(first_difference(live_answers, all_answers(again.live->engine(), kAsOf)), "");
}

TEST(Upkeep, TheOlderGenerationAndTheLogGiveTheSameState) {
  const auto feed = random_feed(22, 120);
  const TemporaryFolder folder;
  build(folder.path(), feed);
  index::UpkeepOptions options;
  options.log_keep_events = 1;  // as little as is allowed
  std::string want;
  index::Hash128 hash;
  {
    Base base = open(folder.path(), options);
    for (std::uint64_t n = 0; n < 90; n += 30) {
      std::vector<index::EventDraft> run;
      for (std::uint64_t i = n; i < n + 30; ++i) run.push_back(case_of("crm:0", i));
      ASSERT_EQ(send(*base.live, run), 30U);
      ASSERT_TRUE(base.upkeep->roll().value().has_value());
    }
    want = all_answers(base.live->engine(), kAsOf);
    hash = *base.live->engine().state_hash();
  }
  const auto names = index::complete_generations(folder.path());
  ASSERT_GE(names.size(), 2U);
  const fs::path records =
      fs::path(index::generation_folder(folder.path(), names[0])) / "records.bin";
  std::string bytes = *index::read_file(records.string());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(records, std::ios::binary | std::ios::trunc) << bytes;
  Base base = open(folder.path(), options);
  EXPECT_EQ(base.live->engine().generation().name, names[1]);
  EXPECT_EQ(base.live->write_state().mode, index::WriteState::Mode::writable)
      << base.live->write_state().because;
  EXPECT_FALSE(base.live->report().stale);
  EXPECT_EQ(base.live->report().findings.front().what, "older_generation");
  EXPECT_EQ(*base.live->engine().state_hash(), hash);
  EXPECT_EQ(first_difference(want, all_answers(base.live->engine(), kAsOf)), "");
  // The next roll takes the damaged one's place.
  ASSERT_TRUE(base.upkeep->roll().value().has_value());
}

TEST(Upkeep, RollsByItselfAfterSoManyEventsAndAtASignal) {
  const TemporaryFolder folder;
  build(folder.path(), random_feed(23, 20));
  index::UpkeepOptions options;
  options.roll_events = 10;
  Base base = open(folder.path(), options);
  const auto wait_for = [&](std::uint64_t rolls) {
    while (base.upkeep->state().rolls < rolls) std::this_thread::yield();
  };
  std::vector<index::EventDraft> ten;
  for (std::uint64_t i = 0; i < 10; ++i) ten.push_back(case_of("crm:0", i));
  send(*base.live, ten);
  wait_for(1);
  EXPECT_EQ(base.live->engine().generation().seq, 30U);
  send(*base.live, {case_of("crm:0", 11)});
  base.upkeep->request_roll();
  wait_for(2);
  EXPECT_EQ(base.live->engine().generation().seq, 31U);
  EXPECT_FALSE(base.upkeep->roll().value().has_value());  // nothing new: nothing done
}

TEST(Upkeep, ALiveEventThatTheBatchSaidIsADuplicateAfterRollsToo) {
  const TemporaryFolder folder;
  Saying said("crm", "the-same", 5);
  said.of({"crm:7"}).entry(index::Kind::case_, "c1").subject("once");
  build(folder.path(), {said.bytes()});
  index::UpkeepOptions options;
  for (int turn = 0; turn < 2; ++turn) {
    Base base = open(folder.path(), options);
    EXPECT_EQ(send(*base.live, {said.draft}), 0U);
    Saying other = said;
    other.subject("twice");
    EXPECT_EQ(send(*base.live, {other.draft}), 0U);
    EXPECT_EQ(send(*base.live, {case_of("crm:7", static_cast<std::uint64_t>(turn))}), 1U);
    ASSERT_TRUE(base.upkeep->roll().value().has_value());
  }
}

TEST(Upkeep, ABackupTakenUnderWritesIsTheStateAtItsSeq) {
  const auto feed = random_feed(24, 80);
  const TemporaryFolder folder;
  const std::string data = folder.path() + "/data";
  build(data, feed);
  constexpr std::uint64_t kEvents = 300;
  std::vector<index::BackupReport> backups;
  {
    Base base = open(data, {});
    std::atomic<bool> done{false};
    std::thread writer([&] {
      for (std::uint64_t n = 0; n < kEvents; n += 5) {
        std::vector<index::EventDraft> run;
        for (std::uint64_t i = n; i < n + 5; ++i) run.push_back(case_of("crm:0", i));
        EXPECT_EQ(send(*base.live, run), 5U);
      }
      done = true;
    });
    for (int turn = 0; turn < 3; ++turn) {
      const auto report = base.upkeep->backup(folder.path() + "/b" + std::to_string(turn));
      EXPECT_TRUE(report.has_value()) << report.error().text();
      if (report) backups.push_back(*report);
      EXPECT_TRUE(base.upkeep->roll().has_value());
    }
    writer.join();
    EXPECT_TRUE(done.load());
  }
  // The same events, one after the other, as a base that was never copied has them.
  for (std::size_t i = 0; i < backups.size(); ++i) {
    const std::string restored = folder.path() + "/r" + std::to_string(i);
    ASSERT_TRUE(index::restore_backup(folder.path() + "/b" + std::to_string(i), restored, {}, {}));
    const Base back = open(restored, {});
    EXPECT_EQ(back.live->engine().snapshot().revision(), backups[i].seq);
    EXPECT_EQ(back.live->write_state().mode, index::WriteState::Mode::writable);
    const TemporaryFolder other;
    build(other.path(), feed);
    Base fresh = open(other.path(), {});
    std::vector<index::EventDraft> run;
    for (std::uint64_t n = 0; n < backups[i].seq - feed.size(); ++n)
      run.push_back(case_of("crm:0", n));
    ASSERT_EQ(send(*fresh.live, run), run.size());
    EXPECT_EQ(*back.live->engine().state_hash(), *fresh.live->engine().state_hash());
  }
}

}  // namespace
}  // namespace concord::test
