// Promise: a write or sync that fails ends writing; nothing is called done that is not on disk,
// reads go on, and the log opens again with all that was acknowledged. Method: one fixed story; the
// first changing call fails, then the second, … until the story passes whole; with EIO once (a
// later call would "succeed"), and with a disk that stays full. Control: a log on a disk whose
// syncs fail in silence.
#include <gtest/gtest.h>

#include "tests/faults/log/log_story.h"

namespace concord::test {
namespace {

using index::Append;
using index::DurableLog;
using index::OpenedLog;

struct Promised {
  std::vector<std::string> events;
  std::vector<std::string> unknown;  // asked for, not acknowledged
};

// Three appends, one larger than a block; stops at the first that is not done.
void tell(DurableLog& log, Promised& promised) {
  for (const std::vector<std::string>& texts : std::vector<std::vector<std::string>>{
           {"first", "second"}, {std::string(70'000, 'x')}, {"third", std::string(3000, 'y')}}) {
    const auto done = log.append(0, *log.tail(0), 1, frame_of(texts));
    if (!done || done->outcome != Append::done) {
      promised.unknown = texts;
      return;
    }
    promised.events.insert(promised.events.end(), texts.begin(), texts.end());
  }
}

std::vector<std::string> texts_in(DurableLog& log) {
  const auto all = log.read(0, 0, 1ULL << 30);
  if (!all) return {"cannot be read: " + all.error().text()};
  std::vector<std::string> out;
  for (const index::LoggedEvent& one : *all) out.push_back(one.bytes);
  return out;
}

// After the failure, in the same process: what was acknowledged can be read, no write is taken.
void expect_refuses_and_reads(DurableLog& log, const Promised& promised,
                              DurableLog::Health wanted) {
  EXPECT_EQ(log.health(), wanted) << log.why();
  EXPECT_FALSE(log.why().empty());
  EXPECT_EQ(texts_in(log), promised.events);
  const auto again = log.append(0, *log.tail(0), 1, frame_of({"again"}));
  EXPECT_FALSE(again.has_value());
  EXPECT_FALSE(log.redact(0, 1).has_value());
  EXPECT_FALSE(log.rejections().keep({}).has_value());
}

void expect_kept(const std::shared_ptr<SimDisk>& disk, const Promised& promised) {
  const auto opened = index::open_durable_log(options_on(disk));
  ASSERT_TRUE(opened.has_value());
  ASSERT_TRUE(opened->writable) << (opened->findings.empty() ? "" : opened->findings[0].text);
  const std::vector<std::string> got = texts_in(*opened->log);
  std::vector<std::string> with = promised.events;
  with.insert(with.end(), promised.unknown.begin(), promised.unknown.end());
  EXPECT_TRUE(got == promised.events || got == with) << got.size() << " events";
  EXPECT_TRUE(opened->log->deep_verify({}).empty());
}

// The story with call `at` failing. False: there was no such call any more.
bool fails_at(std::uint64_t at, DiskAnswer answer, bool stays) {
  const auto disk = std::make_shared<SimDisk>();
  std::uint64_t seen = 0;
  disk->set_hook([&](DiskCall call, const std::string&, std::uint64_t n) {
    seen = n;
    const bool grows = call == DiskCall::create || call == DiskCall::write;
    if (answer == DiskAnswer::no_space && !grows) return DiskAnswer::done;
    return n == at || (stays && n > at) ? answer : DiskAnswer::done;
  });
  Promised promised;
  {
    const auto opened = index::open_durable_log(options_on(disk));
    if (opened && opened->log) {
      tell(*opened->log, promised);
      if (!opened->writable) {
        EXPECT_TRUE(promised.events.empty());
        EXPECT_FALSE(opened->findings.empty());
      } else if (!promised.unknown.empty()) {
        expect_refuses_and_reads(*opened->log, promised,
                                 answer == DiskAnswer::no_space ? DurableLog::Health::disk_full
                                                                : DurableLog::Health::write_failed);
      }
    }
  }
  disk->set_hook(nullptr);
  expect_kept(disk, promised);
  const auto left = std::make_shared<SimDisk>(disk->image());
  expect_kept(left, promised);
  return seen >= at;
}

TEST(FailedCalls, EachOnceWithAnInputOutputError) {
  std::uint64_t at = 1;
  while (fails_at(at, DiskAnswer::io_error, false) && !HasFatalFailure()) ++at;
  EXPECT_GT(at, 40U);
  std::printf("%llu calls failed, one by one\n", static_cast<unsigned long long>(at - 1));
}

TEST(FailedCalls, EachTheFirstOfADiskThatStaysFull) {
  std::uint64_t at = 1;
  while (fails_at(at, DiskAnswer::no_space, true) && !HasFatalFailure()) ++at;
  EXPECT_GT(at, 40U);
}

// What a failed sync has left unsynced is gone after a power cut; only what was refused may be.
TEST(FailedCalls, AFailedSyncIsNeverTakenForDone) {
  for (std::uint64_t at = 1; at < 80; ++at) {
    SCOPED_TRACE(at);
    const auto disk = std::make_shared<SimDisk>();
    disk->set_seed(at);
    std::uint64_t syncs = 0;
    disk->set_hook([&](DiskCall call, const std::string&, std::uint64_t) {
      return call == DiskCall::sync && ++syncs == at ? DiskAnswer::io_error : DiskAnswer::done;
    });
    Promised promised;
    if (const auto opened = index::open_durable_log(options_on(disk)); opened && opened->writable)
      tell(*opened->log, promised);
    disk->cut_power();
    expect_kept(std::make_shared<SimDisk>(disk->image()), promised);
    if (HasFatalFailure() || syncs < at) return;
  }
}

TEST(FailedCalls, ControlASyncThatFailsInSilenceLoses) {
  const auto disk = std::make_shared<SimDisk>();
  Promised promised;
  {
    const auto opened = index::open_durable_log(options_on(disk));
    disk->set_lying(true);
    tell(*opened->log, promised);
  }
  ASSERT_EQ(promised.events.size(), 5U) << "acknowledged";
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 20 && !lost; ++seed) {
    const auto copy = disk;
    copy->set_seed(seed);
    copy->cut_power();
    const auto opened =
        index::open_durable_log(options_on(std::make_shared<SimDisk>(copy->image())));
    lost = !opened || !opened->log || texts_in(*opened->log) != promised.events;
  }
  EXPECT_TRUE(lost);
}

TEST(DiskFull, FreesTheBallastRefusesWritesAndRestartsWhileFull) {
  const auto disk = std::make_shared<SimDisk>();
  index::DurableLogOptions options = options_on(disk);
  options.ballast_bytes = 256 * 1024;
  Promised promised;
  {
    const auto opened = index::open_durable_log(options);
    ASSERT_TRUE(opened->writable);
    tell(*opened->log, promised);
    disk->set_capacity(disk->used());
    const auto done = opened->log->append(0, *opened->log->tail(0), 1, frame_of({"no room"}));
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done->outcome, Append::unknown);
    promised.unknown = {"no room"};
    expect_refuses_and_reads(*opened->log, promised, DurableLog::Health::disk_full);
    EXPECT_NE(opened->log->why().find("No space left"), std::string::npos) << opened->log->why();
    EXPECT_FALSE(disk->exists("/data/log/BALLAST"));
  }
  for (const std::uint64_t room : {128 * 1024, 0}) {  // what the ballast left; not even that
    SCOPED_TRACE(room);
    disk->set_capacity(disk->used() + room);
    const auto full = index::open_durable_log(options);
    ASSERT_TRUE(full.has_value() && full->log) << "a restart while full works";
    EXPECT_FALSE(full->writable);
    EXPECT_EQ(full->findings.back().what, index::Finding::disk_full);
    EXPECT_EQ(full->log->health(), DurableLog::Health::disk_full);
    EXPECT_EQ(texts_in(*full->log), promised.events);
    EXPECT_FALSE(full->log->append(0, *full->log->tail(0), 1, frame_of({"x"})).has_value());
  }
  disk->set_capacity(1ULL << 30);
  expect_kept(disk, promised);
  EXPECT_TRUE(disk->exists("/data/log/BALLAST")) << "made again when there is room";
}

}  // namespace
}  // namespace concord::test
