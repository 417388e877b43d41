// Promise: whatever was acknowledged is there after kill -9, and the state is the one its events
// make. Method: a child runs a live base on a real folder and tells each acknowledgement through a
// pipe; it is killed after 20 to 120 ms; the next child opens what is left, compares it with the
// events told one by one to an engine in memory, and goes on. A power cut is another matter
// (tests/faults/power): the system's cache outlives a process.
// CONCORD_KILLS changes the number of rounds.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/live.h"
#include "index/reindex.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::EventSeq;
using Status = index::EventOutcome::Status;

constexpr std::size_t kBatch = 30;           // events in the generation
constexpr std::size_t kInFlight = 64;        // events not acknowledged yet
constexpr std::size_t kRoundsOfOneBase = 6;  // then a fresh one: replay must stay short
constexpr index::UnixMillis kReceived{2'000'000};
constexpr index::UnixMillis kAsOf{1'020'000};

// What a child tells: it feeds from now on (`revision` 0), or an acknowledgement.
struct Word {
  std::uint64_t number = 0;
  EventSeq revision = 0;
};

// Event `number` of a story, from 1: any child can tell it again.
class Story {
 public:
  explicit Story(std::uint64_t seed) : feed_(random_feed(seed, 1'500)) {}
  [[nodiscard]] std::size_t size() const { return feed_.size(); }
  [[nodiscard]] index::Incoming tell(std::size_t number,
                                     const index::IdentityNormaliser& normaliser) const {
    index::EventDraft draft;
    (*index::decode_event(feed_[number - 1]))->UnPackTo(&draft);
    auto made = index::make_incoming(std::move(draft), normaliser, {kReceived});
    CONCORD_ASSERT(made.has_value());
    return std::move(*made);
  }
  [[nodiscard]] const std::string& batch(std::size_t number) const { return feed_[number]; }

 private:
  std::vector<std::string> feed_;
};

struct Round {
  std::string folder;
  std::uint64_t seed = 0;
  std::uint64_t acknowledged = 0;    // the highest number so far
  bool acknowledge_at_once = false;  // the planted fault: before anything is written
};

[[noreturn]] void leave(const std::string& why) {
  std::fprintf(stderr, "kill_test: %s\n", why.c_str());
  _exit(why.empty() ? 0 : 1);
}

void make_base(const Round& round, const Story& story) {
  index::ReindexOptions options;
  options.threads = 1;
  options.text = false;
  options.identity_types = story_identity_types();
  auto reindex = index::Reindex::start(round.folder, options);
  if (!reindex) leave(reindex.error().text());
  for (std::size_t i = 0; i < kBatch; ++i)
    if (auto added = (*reindex)->add(story.batch(i)); !added) leave(added.error().text());
  if (auto done = (*reindex)->finish(); !done) leave(done.error().text());
}

// Is everything there that was acknowledged, and nothing but what was sent?
void compare(index::Live& live, const Round& round, const Story& story) {
  const EventSeq published = live.engine().snapshot().revision();
  if (published < round.acknowledged)
    leave("lost: acknowledged up to " + std::to_string(round.acknowledged) + ", there up to " +
          std::to_string(published));
  auto told = index::Engine::open(round.folder, 1);
  if (!told) leave(told.error().text());
  for (EventSeq seq = kBatch + 1; seq <= published; ++seq) {
    const index::Incoming event = story.tell(seq, live.engine().normaliser());
    if (!(*told)->stage(event.prepared, event.bytes)) leave("an event does not apply");
  }
  (*told)->publish();
  const std::string want = all_answers(**told, kAsOf);
  if (const auto wrong = first_difference(want, all_answers(live.engine(), kAsOf)); !wrong.empty())
    leave("another state " + wrong);
  if ((*told)->state_hash(1).value() != live.engine().state_hash(1).value())
    leave("another state by its hash");
}

void write_word(int pipe, Word word) {
  if (::write(pipe, &word, sizeof word) != sizeof word) _exit(2);
}

// Tells the story on until it is killed.
void feed(index::Live& live, const Round& round, const Story& story, int pipe) {
  std::atomic<std::uint64_t> in_flight{0};
  EventSeq next = live.engine().snapshot().revision() + 1;
  write_word(pipe, {next, 0});
  for (; next <= story.size(); ++next) {
    while (in_flight >= kInFlight) std::this_thread::yield();
    ++in_flight;
    auto submission = std::make_shared<index::Submission>();
    submission->events.push_back(story.tell(next, live.engine().normaliser()));
    const auto* of = submission.get();
    submission->on_done = [&, of, number = next] {
      const index::EventOutcome& outcome = of->outcomes.front();
      if (outcome.status != Status::accepted || outcome.revision != number) _exit(3);
      if (!round.acknowledge_at_once) write_word(pipe, {number, outcome.revision});
      --in_flight;
    };
    if (round.acknowledge_at_once) write_word(pipe, {next, next});
    if (live.submit(submission) != index::Taken::taken) _exit(4);
  }
  ::pause();
}

[[noreturn]] void child(const Round& round, int pipe) {
  const Story story(round.seed);
  if (!fs::exists(fs::path(round.folder) / "CURRENT")) make_base(round, story);
  index::LiveOptions options;
  options.threads = 1;
  options.ballast_bytes = 1 << 16;
  auto live = index::Live::open(round.folder, options);
  if (!live) leave(live.error().text());
  if ((*live)->write_state().mode != index::WriteState::Mode::writable)
    leave((*live)->write_state().because);
  compare(**live, round, story);
  feed(**live, round, story, pipe);
  _exit(5);
}

// One child's life. Returns what went wrong; `acknowledged` is carried on.
bool live_and_die(Round& round, std::uint64_t dice) {
  int ends[2];
  CONCORD_ASSERT(::pipe(ends) == 0);
  const pid_t pid = ::fork();
  CONCORD_ASSERT(pid >= 0);
  if (pid == 0) {
    ::close(ends[0]);
    child(round, ends[1]);
  }
  ::close(ends[1]);
  Word word;
  bool killed = false;
  std::uint64_t acknowledged = round.acknowledged;
  while (::read(ends[0], &word, sizeof word) == sizeof word) {
    if (word.revision != 0) {
      acknowledged = std::max(acknowledged, word.number);
      continue;
    }
    // From here on the pipe keeps what is told.
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + dice % 100));
    ::kill(pid, SIGKILL);
    killed = true;
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  round.acknowledged = acknowledged;
  return killed && WIFSIGNALED(status);
}

// The sanitizers make a round five times as long and look for other things.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kRounds = 50;
#else
constexpr std::size_t kRounds = 500;
#endif

std::size_t rounds_wanted() {
  const char* const wanted = std::getenv("CONCORD_KILLS");
  return wanted == nullptr ? kRounds : static_cast<std::size_t>(std::atoi(wanted));
}

TEST(KillMinusNine, LosesNothingThatWasAcknowledged) {
  const TemporaryFolder folder;
  Round round;
  std::uint64_t acknowledged = 0;
  const std::size_t rounds = rounds_wanted();
  for (std::size_t i = 0; i < rounds; ++i) {
    if (i % kRoundsOfOneBase == 0) {
      if (i > 0) fs::remove_all(round.folder);
      acknowledged += round.acknowledged;
      round = {folder.path() + "/data" + std::to_string(i), i + 1, 0, false};
    }
    ASSERT_TRUE(live_and_die(round, index::mix64(i))) << "round " << i << ": see above";
  }
  acknowledged += round.acknowledged;
  std::printf("%zu kills, %llu events acknowledged\n", rounds,
              static_cast<unsigned long long>(acknowledged));
  EXPECT_GT(acknowledged, rounds * 10);
}

// Control: who acknowledges before the write is found out.
TEST(KillMinusNine, AcknowledgingTooEarlyIsSeen) {
  const TemporaryFolder folder;
  bool lost = false;
  for (std::size_t i = 0; i < 20 && !lost; ++i) {
    Round round{folder.path() + "/data" + std::to_string(i), 1'000 + i, 0, true};
    ASSERT_TRUE(live_and_die(round, index::mix64(i)));
    lost = !live_and_die(round, index::mix64(i + 1));
  }
  EXPECT_TRUE(lost);
}

}  // namespace
}  // namespace concord::test
