// Promise: the log counts events without a gap, knows what a writer expected, and its chain holds
// after trimming and redacting. Method: the same tests for each carrier behind the interface.
#include "index/log/event_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "index/base/hash.h"
#include "index/log/durable_log.h"
#include "tests/index/log/log_support.h"

namespace concord::test {
namespace {

using index::Append;
using index::Code;
using index::EventLog;
using index::Hash128;
using index::Position;

struct Carrier {
  const char* name;
  std::unique_ptr<EventLog> (*make)(const std::string& folder);
};
std::unique_ptr<EventLog> make_memory(const std::string& /*folder*/) {
  return index::make_memory_log();
}
std::unique_ptr<EventLog> make_durable(const std::string& folder) {
  index::DurableLogOptions options;
  options.folder = folder + "/log";
  options.ballast_bytes = 0;
  auto opened = index::open_durable_log(options);
  EXPECT_TRUE(opened.has_value() && opened->writable);
  return std::move(opened->log);
}

class AnyLog : public testing::TestWithParam<Carrier> {
 protected:
  Position append(const std::vector<std::string>& frame, std::uint64_t epoch = 1) {
    const auto done = log_->append(0, *log_->tail(0), epoch, framed(frame));
    EXPECT_TRUE(done.has_value());
    EXPECT_EQ(done->outcome, Append::done);
    return done->position;
  }
  const TempFolder folder_;
  const std::unique_ptr<EventLog> log_ = GetParam().make(folder_.path());
};
INSTANTIATE_TEST_SUITE_P(Carriers, AnyLog,
                         testing::Values(Carrier{"memory", make_memory},
                                         Carrier{"rocksdb", make_durable}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(AnyLog, NumbersEventsFromOneWithoutAGap) {
  EXPECT_EQ(log_->tail(0)->seq, 0U);
  append({"a", "b"});
  EXPECT_EQ(append({"c"}).seq, 3U);
  const auto all = log_->read(0, 0, 1 << 20);
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*all)[i].seq, i + 1);
    EXPECT_EQ((*all)[i].bytes, std::string(1, static_cast<char>('a' + i)));
  }
  EXPECT_EQ(log_->read(0, 2, 1 << 20)->size(), 1U);
  EXPECT_TRUE(log_->read(0, 3, 1 << 20)->empty());
  EXPECT_EQ(log_->read(0, 0, 2)->size(), 2U);  // about two bytes
}

TEST_P(AnyLog, AWriterThatIsBehindChangesNothing) {
  const Position empty = *log_->tail(0);
  const Position tail = append({"a"});
  const auto frame = framed({"x"});
  const auto late = log_->append(0, empty, 1, frame);
  ASSERT_TRUE(late.has_value());
  EXPECT_EQ(late->outcome, Append::behind);
  EXPECT_EQ(late->position, tail);
  Position forged = tail;
  forged.chain.low ^= 1;  // the right number, another history
  EXPECT_EQ(log_->append(0, forged, 1, frame)->outcome, Append::behind);
  EXPECT_EQ(log_->tail(0)->seq, 1U);
}

TEST_P(AnyLog, AnOlderEpochIsFenced) {
  append({"a"}, 5);
  const auto frame = framed({"x"});
  EXPECT_EQ(log_->append(0, *log_->tail(0), 4, frame)->outcome, Append::behind);
  EXPECT_EQ(log_->append(0, *log_->tail(0), 6, frame)->outcome, Append::done);
  EXPECT_EQ(log_->append(0, *log_->tail(0), 5, frame)->outcome, Append::behind);
}

// The chain as any reader can check it: from a known position over what is read.
Hash128 chain_over(Hash128 chain, const std::vector<index::LoggedEvent>& events) {
  for (const index::LoggedEvent& one : events) {
    if (!one.bytes.empty()) {
      EXPECT_EQ(index::payload_hash_of(one.salt, one.bytes), one.payload_hash);
    }
    chain = index::chain_next(chain, one.seq, one.payload_hash);
  }
  return chain;
}

TEST_P(AnyLog, TheChainHoldsAfterTrimmingAndRedacting) {
  const Position two = append({"a", "b"});
  append({"secret"});
  const Position end = append({"d", "e"});
  EXPECT_EQ(chain_over({}, *log_->read(0, 0, 1 << 20)), end.chain);
  ASSERT_TRUE(log_->redact(0, 3).has_value());
  const auto after = log_->read(0, 2, 1 << 20);
  ASSERT_EQ(after->size(), 3U);
  EXPECT_EQ(after->front().bytes, "");
  EXPECT_EQ(chain_over(two.chain, *after), end.chain);
  ASSERT_TRUE(log_->trim(0, 2).has_value());
  EXPECT_EQ(chain_over(two.chain, *log_->read(0, 2, 1 << 20)), end.chain);
  EXPECT_EQ(*log_->tail(0), end);
  // Control: another order or another word is another chain.
  EXPECT_NE(index::chain_next(two.chain, 3, index::blake2b_128("Secret")),
            index::chain_next(two.chain, 3, index::blake2b_128("secret")));
  EXPECT_NE(index::chain_next(two.chain, 4, index::blake2b_128("secret")),
            index::chain_next(two.chain, 3, index::blake2b_128("secret")));
}

TEST_P(AnyLog, WhatIsTrimmedIsGoneAndSaysSo) {
  append({"a", "b", "c"});
  ASSERT_TRUE(log_->trim(0, 2).has_value());
  ASSERT_TRUE(log_->trim(0, 1).has_value());  // already
  EXPECT_EQ(log_->read(0, 1, 100).error().code, Code::cursor_stale);
  EXPECT_EQ(log_->read(0, 2, 100)->front().seq, 3U);
  EXPECT_EQ(append({"d"}).seq, 4U);
  EXPECT_EQ(log_->trim(0, 9).error().code, Code::bad_input);
  EXPECT_EQ(log_->redact(0, 2).error().code, Code::not_found);
  EXPECT_EQ(log_->redact(0, 9).error().code, Code::not_found);
}

TEST_P(AnyLog, KnowsTheIdsItHas) {
  append({"a", "b"});
  append({"c"});
  const auto key = [](const char* id) { return index::event_id_key("test", id); };
  const std::vector<Hash128> asked{key("c"), key("nobody"), key("a"),
                                   index::event_id_key("tes", "ta")};
  const auto before = log_->known_ids(0, asked);
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ((*before)[0], (index::KnownId{3, index::blake2b_128("c")}));
  EXPECT_EQ((*before)[1].seq, 0U);
  EXPECT_EQ((*before)[2].seq, 1U);
  EXPECT_EQ((*before)[3].seq, 0U) << "the source ends where the id begins";
  ASSERT_TRUE(log_->redact(0, 3).has_value());
  ASSERT_TRUE(log_->trim(0, 1).has_value());
  const auto after = log_->known_ids(0, asked);
  EXPECT_EQ((*after)[0], (index::KnownId{3, Hash128{}})) << "known, but not what it said";
  EXPECT_EQ((*after)[2].seq, 1U) << "trimmed, not forgotten";
  EXPECT_EQ(log_->known_ids(1, asked).error().code, Code::not_found);
}

TEST_P(AnyLog, TheSaltHidesWhatARedactedPayloadWas) {
  append({"yes", "no"});
  const auto all = log_->read(0, 0, 1 << 20);
  EXPECT_NE((*all)[0].salt, (*all)[1].salt);
  EXPECT_NE((*all)[0].payload_hash, index::payload_hash_of({}, "yes"));
  ASSERT_TRUE(log_->redact(0, 1).has_value());
  const index::LoggedEvent gone = log_->read(0, 0, 1 << 20)->front();
  EXPECT_EQ(gone.salt, Hash128{});
  EXPECT_EQ(gone.content, Hash128{});
  EXPECT_EQ(gone.payload_hash, (*all)[0].payload_hash);
}

TEST_P(AnyLog, AFrameIsBoundedButOneEventMayBeLarge) {
  const std::string half(index::kFrameBytesMax / 2 + 1, 'x');
  const auto two = framed({half, half});
  EXPECT_EQ(log_->append(0, {}, 1, two).error().code, Code::over_limit);
  EXPECT_EQ(log_->tail(0)->seq, 0U);
  append({half + half});
}

TEST_P(AnyLog, ThereIsOnePartition) {
  EXPECT_EQ(log_->tail(1).error().code, Code::not_found);
  EXPECT_EQ(log_->append(1, {}, 1, {}).error().code, Code::not_found);
  EXPECT_EQ(log_->wait(1, 0, 0).error().code, Code::not_found);
}

TEST_P(AnyLog, WaitingEndsWithTheNextEvent) {
  EXPECT_EQ(log_->wait(0, 0, 1)->seq, 0U);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    append({"a"});
  });
  EXPECT_EQ(log_->wait(0, 0, 60'000)->seq, 1U);
  writer.join();
}

// Events that are kept are there after a trim, the others are not; redacting takes both away.
TEST_P(AnyLog, WhatIsKeptOutlivesTheTrim) {
  auto frame = framed({"a", "decided", "b", "decided too"});
  const Hash128 one{1, 7};
  const Hash128 two{2, 7};
  frame[1].keep_as = one;
  frame[3].keep_as = two;
  ASSERT_EQ(log_->append(0, *log_->tail(0), 1, frame)->outcome, Append::done);
  append({"c"});
  for (const bool trimmed : {false, true}) {
    SCOPED_TRACE(trimmed);
    if (trimmed) {
      ASSERT_TRUE(log_->trim(0, 4).has_value());
    }
    const auto kept = log_->kept(two);
    ASSERT_TRUE(kept.has_value() && kept->has_value());
    EXPECT_EQ((*kept)->bytes, "decided too");
    EXPECT_EQ((*kept)->seq, 4U);
    EXPECT_EQ((*kept)->keep_as, two);
    EXPECT_FALSE(log_->kept(Hash128{3, 7})->has_value());
    const auto all = log_->read_kept(0, 1 << 20);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].bytes, "decided");
    EXPECT_EQ((*all)[0].keep_as, one);
    EXPECT_EQ(log_->read_kept(0, 1)->size(), 1U);  // about one byte
    EXPECT_EQ(log_->read_kept(2, 1 << 20)->front().seq, 4U);
    EXPECT_TRUE(log_->read_kept(4, 1 << 20)->empty());
  }
  EXPECT_EQ(log_->read(0, 1, 1 << 20).error().code, Code::cursor_stale);
  ASSERT_TRUE(log_->redact(0, 2).has_value()) << "trimmed, but kept";
  EXPECT_FALSE(log_->kept(one)->has_value());
  EXPECT_EQ(log_->redact(0, 2).error().code, Code::not_found);
  EXPECT_EQ(log_->redact(0, 3).error().code, Code::not_found) << "trimmed, and never kept";
  EXPECT_EQ(log_->read_kept(0, 1 << 20)->size(), 1U);
}

TEST_P(AnyLog, ARedactedEventIsNoLongerKept) {
  auto frame = framed({"decided"});
  frame[0].keep_as = Hash128{1, 7};
  ASSERT_EQ(log_->append(0, *log_->tail(0), 1, frame)->outcome, Append::done);
  ASSERT_TRUE(log_->redact(0, 1).has_value());
  EXPECT_FALSE(log_->kept(Hash128{1, 7})->has_value());
  EXPECT_TRUE(log_->read_kept(0, 1 << 20)->empty());
  EXPECT_EQ(log_->read(0, 0, 1 << 20)->front().bytes, "");
}

}  // namespace
}  // namespace concord::test
