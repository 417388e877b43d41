// Promise: what is acknowledged is in the log and in every later answer; a repeat changes nothing;
// what the log did not take is never acknowledged. Method: a Live over a log in memory that can be
// held and made to fail.
#include "index/live.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/index/live/feeding.h"

namespace concord::test {
namespace {

using index::Code;
using index::EventSeq;
using index::Live;
using index::Taken;
using Status = index::EventOutcome::Status;
using Mode = index::WriteState::Mode;

struct World {
  explicit World(index::LiveOptions options = {}) {
    auto moody = std::make_unique<MoodyLog>();
    log = moody.get();
    live = Live::over(index::Engine::empty(story_identity_types()), std::move(moody), options);
  }
  MoodyLog* log;
  std::unique_ptr<Live> live;
};

Saying note(int n, const std::string& text = "said") {
  Saying saying("helpdesk", "e" + std::to_string(n), 1'000'000 + n);
  saying.of({"crm:1"}).entry(index::Kind::note, "n" + std::to_string(n)).text(text);
  return saying;
}
std::vector<index::EventDraft> drafts(std::initializer_list<Saying> sayings) {
  std::vector<index::EventDraft> all;
  for (const Saying& one : sayings) all.emplace_back(one.draft);
  return all;
}

std::uint32_t entries_of(const Live& live, const char* key) {
  const index::Snapshot& snapshot = live.engine().snapshot();
  const auto pin = snapshot.pin();
  const auto found = snapshot.resolve(pin, key);
  return found.outcome == index::Resolution::Outcome::found
             ? snapshot.find(pin, found.customer).entry_count()
             : 0;
}

TEST(Live, AnEventIsReadableWhenItIsAcknowledged) {
  World world;
  for (int n = 1; n <= 20; ++n) {
    Sent sent(*world.live, drafts({note(n)}));
    const auto& outcomes = sent.wait();
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(outcomes[0].status, Status::accepted);
    EXPECT_EQ(outcomes[0].revision, static_cast<EventSeq>(n));
    EXPECT_GE(sent.published_then(), outcomes[0].revision);
    EXPECT_EQ(entries_of(*world.live, "crm:1"), static_cast<std::uint32_t>(n));
  }
  const auto counts = world.live->counts();
  EXPECT_EQ(counts.events, 20U);
  EXPECT_EQ(counts.log_seq, 20U);
  EXPECT_EQ(counts.published, 20U);
  EXPECT_EQ(counts.queue_events, 0U);
  EXPECT_EQ(counts.queue_bytes, 0U);
}

TEST(Live, ARepeatIsADuplicateAndAnIdUsedAgainIsRefused) {
  World world;
  EXPECT_EQ(send(*world.live, note(1)).status, Status::accepted);
  EXPECT_EQ(send(*world.live, note(2)).status, Status::accepted);
  const auto again = send(*world.live, note(1));
  EXPECT_EQ(again.status, Status::duplicate);
  EXPECT_EQ(again.revision, 1U);
  const auto reused = send(*world.live, note(1, "something else"));
  EXPECT_EQ(reused.status, Status::rejected);
  EXPECT_EQ(reused.error.code, Code::id_reused);
  EXPECT_EQ(reused.error.place, "/id");
  Saying other = note(1);
  other.draft.source = "shop";  // ids are unique in their source only
  EXPECT_EQ(send(*world.live, other).status, Status::accepted);
  EXPECT_EQ(world.live->counts().log_seq, 3U);
  const auto sources = world.live->source_counts();
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].source, "helpdesk");
  EXPECT_EQ(sources[0].accepted, 2U);
  EXPECT_EQ(sources[0].duplicate, 1U);
  EXPECT_EQ(sources[0].rejected, 1U);
}

TEST(Live, RepeatsWithinOneSubmissionAreFoundToo) {
  World world;
  Sent sent(*world.live, drafts({note(1), note(2), note(1), note(2, "other"), note(3)}));
  const auto& outcomes = sent.wait();
  const Status want[] = {Status::accepted, Status::accepted, Status::duplicate, Status::rejected,
                         Status::accepted};
  for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(outcomes[i].status, want[i]) << i;
  EXPECT_EQ(outcomes[2].revision, 1U);
  EXPECT_EQ(outcomes[4].revision, 3U);
}

TEST(Live, WhatTheBatchIndexHoldsIsKnownToo) {
  index::LiveOptions options;
  const auto key = index::event_id_key("helpdesk", "e7");
  const auto content = index::content_hash(note(7).draft);
  options.known_before = [&](index::Hash128 asked) -> std::optional<index::KnownId> {
    if (asked == key) return index::KnownId{5, content};
    return std::nullopt;
  };
  World world(options);
  const auto repeat = send(*world.live, note(7));
  EXPECT_EQ(repeat.status, Status::duplicate);
  EXPECT_EQ(repeat.revision, 5U);
  EXPECT_EQ(send(*world.live, note(7, "else")).error.code, Code::id_reused);
  EXPECT_EQ(send(*world.live, note(8)).revision, 1U);
}

TEST(Live, ReadersSeeWholeFrames) {
  std::vector<EventSeq> published;
  std::set<EventSeq> ends;
  EventSeq end = 0;
  Barrier barrier;
  {
    World world;
    world.log->before_append = [&](std::size_t, MoodyLog::Frame frame) -> index::Result<void> {
      barrier.pass();
      std::size_t bytes = 0;
      for (const auto& event : frame) bytes += event.bytes.size();
      EXPECT_TRUE(frame.size() == 1 || bytes <= index::kFrameBytesMax);
      ends.insert(end += frame.size());
      return {};
    };
    world.live->on_publish([&](EventSeq seq) { published.push_back(seq); });
    std::vector<Sent> all;
    for (int n = 0; n < 300; ++n)
      all.emplace_back(*world.live, drafts({note(n, std::string(1 + n * 7, 'x'))}));
    barrier.open();
    for (Sent& one : all) one.wait();
  }
  EXPECT_EQ(std::set<EventSeq>(published.begin(), published.end()), ends);
  EXPECT_EQ(published.size(), ends.size());
  EXPECT_EQ(published.back(), 300U);
  EXPECT_LT(ends.size(), 150U);  // frames were shared
  EXPECT_GT(ends.size(), 4U);    // and bounded
}

TEST(Live, AFullQueueRefusesAndForgetsNothing) {
  index::LiveOptions options;
  options.queue_events_max = 10;
  Barrier barrier;  // outlives who passes it
  World world(options);
  world.log->before_append = [&](std::size_t, MoodyLog::Frame) -> index::Result<void> {
    barrier.pass();
    return {};
  };
  std::vector<Sent> all;
  for (int n = 0; n < 30; ++n) all.emplace_back(*world.live, drafts({note(n)}));
  std::size_t taken = 0;
  for (const Sent& one : all) taken += one.taken() == Taken::taken ? 1 : 0;
  EXPECT_EQ(taken, 10U);
  EXPECT_EQ(all.back().taken(), Taken::overloaded);
  EXPECT_EQ(world.live->would_take(1), Taken::overloaded);
  EXPECT_EQ(world.live->counts().queue_events, 10U);
  barrier.open();
  for (Sent& one : all) {
    if (one.taken() != Taken::taken) continue;
    EXPECT_EQ(one.wait().front().status, Status::accepted);
  }
  EXPECT_EQ(world.live->counts().queue_events, 0U);
  EXPECT_EQ(world.live->counts().queue_bytes, 0U);
  EXPECT_EQ(world.live->would_take(1), Taken::taken);
  EXPECT_EQ(entries_of(*world.live, "crm:1"), 10U);
}

TEST(Live, NothingIsTakenWhileTheFirstInLineWaitsTooLong) {
  index::LiveOptions options;
  options.queue_wait_ms_max = 1;
  Barrier barrier;  // outlives who passes it
  World world(options);
  std::atomic<bool> writing{false};
  world.log->before_append = [&](std::size_t, MoodyLog::Frame) -> index::Result<void> {
    writing = true;
    barrier.pass();
    return {};
  };
  Sent written(*world.live, drafts({note(0)}));  // in the log's hands: it does not wait in line
  while (!writing) std::this_thread::yield();
  Sent first(*world.live, drafts({note(1)}));
  EXPECT_EQ(first.taken(), Taken::taken);
  while (world.live->would_take(1) == Taken::taken) std::this_thread::yield();
  EXPECT_EQ(Sent(*world.live, drafts({note(2)})).taken(), Taken::overloaded);
  barrier.open();
  EXPECT_EQ(written.wait().front().status, Status::accepted);
  EXPECT_EQ(first.wait().front().status, Status::accepted);
  EXPECT_EQ(world.live->would_take(1), Taken::taken);
  EXPECT_EQ(entries_of(*world.live, "crm:1"), 2U);
}

TEST(Live, TheQueueIsBoundedInBytes) {
  index::LiveOptions options;
  options.queue_bytes_max = 20'000;
  Barrier barrier;  // outlives who passes it
  World world(options);
  world.log->before_append = [&](std::size_t, MoodyLog::Frame) -> index::Result<void> {
    barrier.pass();
    return {};
  };
  std::vector<Sent> all;
  for (int n = 0; n < 10; ++n)
    all.emplace_back(*world.live, drafts({note(n, std::string(5000, 'x'))}));
  EXPECT_LE(world.live->counts().queue_bytes, 20'000U);
  EXPECT_EQ(world.live->would_take(19'000), Taken::overloaded);
  EXPECT_EQ(all.back().taken(), Taken::overloaded);
  barrier.open();
}

// What a write that failed leaves behind, at the first, the second, the third frame.
class FailingWrite : public testing::TestWithParam<std::tuple<std::size_t, bool, bool>> {};

TEST_P(FailingWrite, NothingIsAcknowledgedAndReadsGoOn) {
  const auto [failing, written, full] = GetParam();
  index::LiveOptions options;
  options.disk_full = [&full = full] { return full; };
  World world(options);
  world.log->writes_though_failing = written;
  world.log->before_append = [&, at = failing](std::size_t append,
                                               MoodyLog::Frame) -> index::Result<void> {
    if (append >= at) return index::fail(Code::io_error, "no space or no disk", "log");
    return {};
  };
  for (std::size_t n = 0; n < failing; ++n)
    EXPECT_EQ(send(*world.live, note(static_cast<int>(n))).status, Status::accepted);
  Sent sent(*world.live, drafts({note(100), note(0), note(100), note(100, "other")}));
  const auto& outcomes = sent.wait();
  EXPECT_EQ(outcomes[0].status, Status::unknown);
  EXPECT_EQ(outcomes[1].status, failing == 0 ? Status::unknown : Status::duplicate);
  EXPECT_EQ(outcomes[2].status, Status::unknown);
  EXPECT_EQ(outcomes[3].status, Status::unknown);
  const auto state = world.live->write_state();
  EXPECT_EQ(state.mode, full ? Mode::disk_full : Mode::read_only);
  EXPECT_NE(state.because.find("no space or no disk"), std::string::npos);
  const Taken refused = full ? Taken::disk_full : Taken::read_only;
  EXPECT_EQ(world.live->would_take(1), refused);
  EXPECT_EQ(Sent(*world.live, drafts({note(101)})).taken(), refused);
  EXPECT_EQ(entries_of(*world.live, "crm:1"), failing);
  EXPECT_EQ(world.live->counts().published, failing);
  EXPECT_EQ(world.live->counts().queue_events, 0U);
  EXPECT_GE(world.live->counts().unknown, 3U);
}
INSTANTIATE_TEST_SUITE_P(Live, FailingWrite,
                         testing::Combine(testing::Values(0U, 1U, 2U), testing::Bool(),
                                          testing::Bool()));

TEST(Live, WhatWasQueuedBehindAFailedWriteIsUnknown) {
  Barrier barrier;
  World world;
  world.log->before_append = [&](std::size_t, MoodyLog::Frame) -> index::Result<void> {
    barrier.pass();
    return index::fail(Code::io_error, "gone");
  };
  std::vector<Sent> all;
  for (int n = 0; n < 50; ++n)
    all.emplace_back(*world.live, drafts({note(n, std::string(9000, 'x'))}));
  barrier.open();
  for (Sent& one : all) EXPECT_EQ(one.wait().front().status, Status::unknown);
  EXPECT_EQ(world.live->counts().unknown, 50U);
  EXPECT_EQ(world.live->counts().events, 0U);
}

// A durable event that the state cannot take (only damage can do that) ends the writing; nothing
// after it becomes readable.
TEST(Live, AnEventThatCannotBeAppliedEndsTheWriting) {
  World world;
  EXPECT_EQ(send(*world.live, note(1)).status, Status::accepted);
  auto submission = std::make_shared<index::Submission>();
  const auto& normaliser = world.live->engine().normaliser();
  submission->events.push_back(incoming(normaliser, note(2).draft));
  submission->events.push_back(incoming(normaliser, note(3).draft));
  submission->events.push_back(incoming(normaliser, note(4).draft));
  submission->events[1].prepared.identities.clear();  // now it names nobody
  std::atomic<bool> done{false};
  submission->on_done = [&] { done = true; };
  ASSERT_EQ(world.live->submit(submission), Taken::taken);
  while (!done) std::this_thread::yield();
  EXPECT_EQ(submission->outcomes[0].status, Status::accepted);
  EXPECT_EQ(submission->outcomes[1].status, Status::unknown);
  EXPECT_EQ(submission->outcomes[2].status, Status::unknown);
  EXPECT_EQ(world.live->write_state().mode, Mode::read_only);
  EXPECT_NE(world.live->write_state().because.find("event 3"), std::string::npos);
  EXPECT_EQ(entries_of(*world.live, "crm:1"), 2U);
  EXPECT_EQ(world.live->counts().published, 2U);
}

TEST(Live, StoppingAnswersWhatWasTaken) {
  std::vector<Sent> all;
  Barrier barrier;
  {
    World world;
    world.log->before_append = [&](std::size_t, MoodyLog::Frame) -> index::Result<void> {
      barrier.pass();
      return {};
    };
    for (int n = 0; n < 100; ++n) all.emplace_back(*world.live, drafts({note(n)}));
    barrier.open();
  }
  for (Sent& one : all) EXPECT_EQ(one.wait().front().status, Status::accepted);
}

TEST(Live, AnEmptySubmissionIsDoneAtOnce) {
  World world;
  EXPECT_TRUE(Sent(*world.live, {}).wait().empty());
}

TEST(Live, ManySubmittersKeepTheirOrder) {
  World world;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      EventSeq before = 0;
      for (int n = 0; n < 200; ++n) {
        const auto outcome = send(*world.live, note(t * 1000 + n));
        if (outcome.status != Status::accepted || outcome.revision <= before) ++wrong;
        before = outcome.revision;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(world.live->counts().log_seq, 800U);
  EXPECT_EQ(entries_of(*world.live, "crm:1"), 800U);
}

// A slow reader holds replaced versions back: that is seen, and ends with the reader.
TEST(Live, VersionsHeldBackByAReaderAreCounted) {
  World world;
  for (int n = 0; n < 5; ++n) send(*world.live, note(n));
  std::size_t held = 0;
  {
    const auto pin = world.live->engine().snapshot().pin();
    for (int n = 5; n < 50; ++n) send(*world.live, note(n));
    held = world.live->counts().retired_versions;
  }
  EXPECT_GE(held, 40U);
  send(*world.live, note(50));
  EXPECT_LT(world.live->counts().retired_versions, 5U);
}

}  // namespace
}  // namespace concord::test
