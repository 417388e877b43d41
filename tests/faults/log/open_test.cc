// Promise: the decision table of opening: each thing that can be wrong with a log is told as what
// it is, leaves it writable or not as the table says, and what is not writable is not touched.
// Method: one row a test; a sound log, one thing done to it, opened.
#include <gtest/gtest.h>

#include <algorithm>

#include "index/log/log_mark.h"
#include "index/log/log_verify.h"
#include "tests/faults/log/log_story.h"
#include "tests/faults/log/sim_files.h"

namespace concord::test {
namespace {

using index::EventSeq;
using index::Family;
using index::Finding;
using index::Hash128;
using index::OpenedLog;
using index::Position;
using index::StoreBatch;

class OpenLog : public testing::Test {
 protected:
  // Six events in three frames, closed in good order.
  void SetUp() override {
    const auto opened = open();
    for (const std::vector<std::string>& texts : std::vector<std::vector<std::string>>{
             {"one", "two"}, {"three", "four"}, {"five", "six"}}) {
      const auto done = opened.log->append(0, *opened.log->tail(0), 1, frame_of(texts));
      ASSERT_TRUE(done.has_value());
      positions_.push_back(done->position);
    }
  }
  OpenedLog open() {
    index::DurableLogOptions options = options_on(disk_);
    options.base = base_;
    options.verify_from = verify_from_;
    auto opened = index::open_durable_log(options);
    if (!opened) ADD_FAILURE() << opened.error().text();
    return std::move(*opened);
  }
  // Behind the log's back, in its own store.
  void change(const std::function<void(index::RocksStore&, StoreBatch&)>& how) {
    bool no_space = false;
    const auto store =
        index::RocksStore::open({"/data/log", files_on(disk_), false, false}, no_space);
    ASSERT_TRUE(store.has_value());
    StoreBatch batch;
    how(**store, batch);
    ASSERT_TRUE((*store)->write(std::move(batch)).has_value());
  }
  void edit(const std::function<void(DiskImage&)>& how) {
    DiskImage image = disk_->image();
    how(image);
    disk_ = std::make_shared<SimDisk>(image);
  }
  static std::pair<const std::string, std::string>& log_file(DiskImage& image) {
    return *std::find_if(image.begin(), image.end(),
                         [](const auto& file) { return file.first.ends_with(".log"); });
  }
  static index::EventRecord record_of(index::RocksStore& store, EventSeq seq) {
    return *index::decode_event_record(**store.get(Family::events, index::seq_key(seq)), seq);
  }
  // Refused, with `what` about `seq`, readable up to `verified_to`; the disk is as it was.
  void expect_refused(Finding what, EventSeq seq, EventSeq verified_to) {
    const DiskImage before = disk_->image();
    const OpenedLog opened = open();
    EXPECT_FALSE(opened.writable);
    ASSERT_FALSE(opened.findings.empty());
    const index::FindingRow& row = opened.findings.back();
    EXPECT_EQ(row.what, what) << row.text;
    EXPECT_EQ(row.seq, seq) << row.text;
    EXPECT_GT(row.text.size(), 60U) << row.text;
    EXPECT_EQ(opened.verified_to, verified_to);
    if (opened.log) {
      EXPECT_EQ(opened.log->tail(0)->seq, verified_to);
      EXPECT_EQ(opened.log->health(), index::DurableLog::Health::read_only);
      const EventSeq from = verify_from_.seq;
      const auto all = opened.log->read(0, from, 1 << 20);
      if (verified_to > from) {
        EXPECT_EQ(all->size(), verified_to - from);
      }
      EXPECT_FALSE(opened.log->append(0, *opened.log->tail(0), 1, frame_of({"seven"})).has_value());
    }
    EXPECT_TRUE(disk_->image() == before) << "something was written";
  }
  void expect_writable(Finding what, EventSeq tail) {
    const OpenedLog opened = open();
    EXPECT_TRUE(opened.writable);
    ASSERT_EQ(opened.findings.size(), 1U);
    EXPECT_EQ(opened.findings[0].what, what);
    EXPECT_TRUE(index::leaves_writable(what));
    EXPECT_EQ(opened.log->tail(0)->seq, tail);
    EXPECT_TRUE(opened.log->append(0, *opened.log->tail(0), 1, frame_of({"next"})).has_value());
  }
  std::shared_ptr<SimDisk> disk_ = std::make_shared<SimDisk>();
  std::vector<Position> positions_;
  Position base_, verify_from_;
};

TEST_F(OpenLog, SoundIsOpenedWithoutAWord) { EXPECT_TRUE(open().findings.empty()); }

TEST_F(OpenLog, TornTailAboveTheMarkIsCutAndKeptAside) {
  edit([&](DiskImage& image) {
    std::string& bytes = log_file(image).second;
    bytes.resize(bytes.size() - 5);
    const index::Head mark{positions_[1], 1, 2};  // as it was a second before
    image["/data/mark/A"] = image["/data/mark/B"] = index::encode_mark(mark);
  });
  expect_writable(Finding::torn_tail, 4);
  DiskImage after = disk_->image();
  const auto kept = std::find_if(after.begin(), after.end(), [](const auto& file) {
    return file.first.ends_with(".log.broken");
  });
  ASSERT_NE(kept, after.end());
  EXPECT_NE(kept->second.find("five"), std::string::npos);
  EXPECT_TRUE(open().findings.empty()) << "said once";
}

TEST_F(OpenLog, TornTailBelowTheMarkIsNeverCut) {
  edit([](DiskImage& image) {
    std::string& bytes = log_file(image).second;
    bytes.resize(bytes.size() - 5);
  });
  expect_refused(Finding::tail_missing, 5, 4);
}

TEST_F(OpenLog, WithoutAMarkItSaysSo) {
  edit([](DiskImage& image) {
    image.erase("/data/mark/A");
    image.erase("/data/mark/B");
  });
  expect_writable(Finding::mark_missing, 6);
  EXPECT_TRUE(open().findings.empty()) << "made anew";
}

TEST_F(OpenLog, OneDamagedMarkIsWrittenAgain) {
  edit([](DiskImage& image) { image["/data/mark/A"][20] ^= 1; });
  expect_writable(Finding::mark_damaged, 6);
  EXPECT_TRUE(open().findings.empty());
}

TEST_F(OpenLog, AMarkThatLagsIsNoFault) {
  edit([&](DiskImage& image) {
    image["/data/mark/A"] = index::encode_mark({positions_[0], 1, 1});
    image["/data/mark/B"] = index::encode_mark({positions_[1], 1, 2});
  });
  EXPECT_TRUE(open().findings.empty());
}

TEST_F(OpenLog, AMarkAheadMeansAcknowledgedEventsAreGone) {
  Position ahead = positions_.back();
  ahead.seq = 9;
  edit([&](DiskImage& image) { image["/data/mark/B"] = index::encode_mark({ahead, 1, 9}); });
  expect_refused(Finding::tail_missing, 7, 6);
}

TEST_F(OpenLog, AMarkThatKnowsMoreChangesMeansOneIsGone) {
  edit([&](DiskImage& image) {
    image["/data/mark/B"] = index::encode_mark({positions_.back(), 1, 99});
  });
  expect_refused(Finding::tail_missing, 6, 6);
}

TEST_F(OpenLog, AGenerationAheadMeansAcknowledgedEventsAreGone) {
  verify_from_ = {0, 8, Hash128{1, 1}};
  expect_refused(Finding::tail_missing, 7, 6);
}

TEST_F(OpenLog, ALogThatIsGoneIsNotBegunAnew) {
  edit([](DiskImage& image) {
    std::erase_if(image, [](const auto& file) { return file.first.starts_with("/data/log/"); });
  });
  expect_refused(Finding::tail_missing, 1, 0);
  edit([](DiskImage& image) { image["/data/mark/A"] = image["/data/mark/B"] = "rotten"; });
  expect_refused(Finding::tail_missing, 1, 0);
}

TEST_F(OpenLog, ABeginningCutShortIsBegunAgain) {
  edit([](DiskImage& image) {
    image["/data/log/CREATING"] = "";
    image.erase("/data/mark/A");
    image.erase("/data/mark/B");
  });
  expect_writable(Finding::new_log, 0);
}

TEST_F(OpenLog, AMissingEventIsAGap) {
  change([](index::RocksStore&, StoreBatch& batch) {
    batch.remove(Family::events, index::seq_key(3));
  });
  expect_refused(Finding::gap, 3, 2);
}

TEST_F(OpenLog, AGenerationOlderThanTheLogsBeginningIsAGap) {
  {
    const OpenedLog opened = open();
    ASSERT_TRUE(opened.log->trim(0, 4).has_value());
  }
  verify_from_ = positions_[0];
  const OpenedLog opened = open();
  EXPECT_FALSE(opened.writable);
  EXPECT_EQ(opened.findings.back().what, Finding::gap);
  verify_from_ = positions_[1];
  EXPECT_TRUE(open().writable);
}

TEST_F(OpenLog, AChangedPayloadIsDamage) {
  change([](index::RocksStore& store, StoreBatch& batch) {
    std::string bytes = **store.get(Family::events, index::seq_key(4));
    bytes.back() ^= 1;
    batch.put(Family::events, index::seq_key(4), bytes);
  });
  expect_refused(Finding::damaged_event, 4, 3);
}

TEST_F(OpenLog, ABadPlaceInTheMiddleOfTheLogFileIsDamage) {
  std::size_t at = 0;
  edit([&](DiskImage& image) {
    std::string& bytes = log_file(image).second;
    at = bytes.find("three");
    bytes[at] ^= 1;
  });
  const DiskImage before = disk_->image();
  const OpenedLog opened = open();
  EXPECT_FALSE(opened.writable);
  EXPECT_EQ(opened.findings[0].what, Finding::damaged_event);
  EXPECT_NE(opened.findings[0].place.find(".log, byte "), std::string::npos);
  EXPECT_EQ(opened.verified_to, 2U) << "served up to the last good event";
  EXPECT_TRUE(disk_->image() == before);
}

TEST_F(OpenLog, AnEventPutInItsPlaceBreaksTheChain) {
  change([](index::RocksStore& store, StoreBatch& batch) {
    index::EventRecord forged = record_of(store, 3);
    forged.event.bytes = "Three";
    forged.event.payload_hash = index::payload_hash_of(forged.event.salt, forged.event.bytes);
    batch.put(Family::events, index::seq_key(3), index::encode_event_record(forged));
  });
  expect_refused(Finding::chain_broken, 3, 2);
}

TEST_F(OpenLog, AnIdThatIsNotKnownWouldLetARepetitionIn) {
  change([](index::RocksStore&, StoreBatch& batch) {
    batch.remove(Family::ids, index::id_key_bytes(frame_of({"two"})[0].id_key));
  });
  expect_refused(Finding::ids_damaged, 2, 6);
}

TEST_F(OpenLog, AHeadBehindTheEventsIsAMismatch) {
  const Position four = positions_[1];
  change([&](index::RocksStore&, StoreBatch& batch) { index::put_head(batch, {four, 1, 99}); });
  edit([&](DiskImage& image) {
    image["/data/mark/A"] = image["/data/mark/B"] = index::encode_mark({four, 1, 2});
  });
  expect_refused(Finding::head_mismatch, 4, 4);
}

TEST_F(OpenLog, AHeadAheadOfTheEventsIsAMismatch) {
  Position eight = positions_.back();
  eight.seq = 8;
  change([&](index::RocksStore&, StoreBatch& batch) { index::put_head(batch, {eight, 1, 99}); });
  expect_refused(Finding::head_mismatch, 7, 6);
}

TEST_F(OpenLog, AHeadWithAnotherChainIsAMismatch) {
  Position other = positions_.back();
  other.chain.low ^= 1;
  change([&](index::RocksStore&, StoreBatch& batch) { index::put_head(batch, {other, 1, 99}); });
  edit([&](DiskImage& image) {
    image["/data/mark/A"] = image["/data/mark/B"] = index::encode_mark({positions_[0], 1, 1});
  });
  expect_refused(Finding::head_mismatch, 6, 6);
}

TEST_F(OpenLog, AGenerationOfAnotherLogIsAnotherHistory) {
  verify_from_ = positions_[0];
  verify_from_.chain.high ^= 1;
  expect_refused(Finding::other_history, 2, 2);
}

TEST_F(OpenLog, AMarkOfAnotherLogIsAnotherHistory) {
  Position other = positions_[1];
  other.chain.high ^= 1;
  edit([&](DiskImage& image) {
    image["/data/mark/A"] = image["/data/mark/B"] = index::encode_mark({other, 1, 2});
  });
  expect_refused(Finding::other_history, 4, 3);
}

TEST_F(OpenLog, WithoutItsCurrentFileItIsUnreadable) {
  edit([](DiskImage& image) { image.erase("/data/log/CURRENT"); });
  expect_refused(Finding::log_unreadable, 0, 0);
}

TEST_F(OpenLog, AWrongManifestIsUnreadable) {
  edit([](DiskImage& image) {
    for (auto& [path, bytes] : image)
      if (path.find("MANIFEST-") != std::string::npos) bytes[bytes.size() / 2] ^= 1;
  });
  const OpenedLog opened = open();
  EXPECT_FALSE(opened.writable);
  EXPECT_NE(opened.findings.back().text.find("restore"), std::string::npos);
}

TEST_F(OpenLog, DeepVerifyFindsWhatOpeningAtANewerGenerationDoesNotLookAt) {
  change([](index::RocksStore& store, StoreBatch& batch) {
    std::string bytes = **store.get(Family::events, index::seq_key(1));
    bytes.back() ^= 1;
    batch.put(Family::events, index::seq_key(1), bytes);
  });
  verify_from_ = positions_[1];
  const OpenedLog opened = open();
  ASSERT_TRUE(opened.writable);
  const auto found = opened.log->deep_verify({});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].what, Finding::damaged_event);
  EXPECT_EQ(found[0].seq, 1U);
}

// The last event of a log, kept under a key, and what can be wrong with its copy.
class KeptLog : public OpenLog {
 protected:
  void SetUp() override {
    OpenLog::SetUp();
    auto frame = frame_of({"seven"});
    frame[0].keep_as = kKey;
    const auto opened = open();
    ASSERT_TRUE(opened.log->append(0, *opened.log->tail(0), 1, frame).has_value());
  }
  static constexpr Hash128 kKey{7, 7};
};

TEST_F(KeptLog, IsSoundAsItIs) {
  const OpenedLog opened = open();
  EXPECT_TRUE(opened.writable);
  EXPECT_TRUE(opened.findings.empty());
  EXPECT_TRUE(opened.log->deep_verify({}).empty());
}

TEST_F(KeptLog, AChangedCopyIsDamage) {
  change([](index::RocksStore& store, StoreBatch& batch) {
    std::string bytes = **store.get(Family::kept, index::kept_key(kKey));
    bytes.back() ^= 1;
    batch.put(Family::kept, index::kept_key(kKey), bytes);
  });
  expect_refused(Finding::kept_damaged, 7, 6);
}

TEST_F(KeptLog, ACopyThatSaysSomethingElseIsDamage) {
  change([](index::RocksStore& store, StoreBatch& batch) {
    auto forged = *index::decode_kept(**store.get(Family::kept, index::kept_key(kKey)), kKey);
    forged.event.bytes = "Seven";
    forged.payload_hash = index::payload_hash_of(forged.salt, forged.event.bytes);
    batch.put(Family::kept, index::kept_key(kKey), index::encode_kept(forged));
  });
  expect_refused(Finding::kept_damaged, 7, 6);
}

TEST_F(KeptLog, AMissingCopyIsDamage) {
  change([](index::RocksStore&, StoreBatch& batch) {
    batch.remove(Family::kept, index::kept_key(kKey));
  });
  expect_refused(Finding::kept_damaged, 7, 6);
}

TEST_F(KeptLog, AMissingWayToTheCopyIsDamage) {
  change([](index::RocksStore&, StoreBatch& batch) {
    batch.remove(Family::kept, index::kept_seq_key(7));
  });
  expect_refused(Finding::kept_damaged, 7, 6);
}

TEST_F(KeptLog, ACopyOfARedactedEventIsDamage) {
  change([](index::RocksStore& store, StoreBatch& batch) {
    index::EventRecord record = record_of(store, 7);
    record.redacted = true;
    record.event.bytes.clear();
    record.event.salt = record.event.content = {};
    batch.put(Family::events, index::seq_key(7), index::encode_event_record(record));
  });
  expect_refused(Finding::kept_damaged, 7, 6);
}

TEST_F(KeptLog, DeepVerifyLooksAtCopiesOfTrimmedEventsToo) {
  Position seven;
  {
    const OpenedLog opened = open();
    seven = *opened.log->tail(0);
    ASSERT_TRUE(opened.log->trim(0, 7).has_value());
    ASSERT_TRUE(opened.log->deep_verify({}).empty());
  }
  change([](index::RocksStore& store, StoreBatch& batch) {
    std::string bytes = **store.get(Family::kept, index::kept_key(kKey));
    bytes.back() ^= 1;
    batch.put(Family::kept, index::kept_key(kKey), bytes);
  });
  verify_from_ = seven;
  const OpenedLog opened = open();
  ASSERT_TRUE(opened.writable) << "nothing answers from a copy but replay, which checks it";
  EXPECT_EQ(opened.log->kept(kKey).error().code, index::Code::damaged);
  const auto found = opened.log->deep_verify({});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].what, Finding::kept_damaged);
  EXPECT_EQ(found[0].seq, 7U);
}

TEST_F(KeptLog, ACopyThatNoEventHasIsFound) {
  change([](index::RocksStore&, StoreBatch& batch) {
    batch.put(Family::kept, index::kept_key({8, 8}),
              index::encode_kept({{7, "x", {8, 8}}, {}, index::payload_hash_of({}, "x")}));
  });
  const OpenedLog opened = open();
  ASSERT_TRUE(opened.writable);
  const auto found = opened.log->deep_verify({});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].what, Finding::kept_damaged);
}

}  // namespace
}  // namespace concord::test
