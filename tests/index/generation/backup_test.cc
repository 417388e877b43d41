// Promise: a backup is whole and at one seq, or it is not there; a damaged one is refused with the
// place; a restored one is the base as of the backup's seq and takes events again.
// Method: real folders with a generation and a log, written to while they are copied.
#include "index/backup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <thread>

#include "index/base/failpoint.h"
#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/generation.h"
#include "index/reindex.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::BackupOptions;
using index::Code;
using index::DurableLog;
using index::Position;

constexpr index::EventSeq kBatch = 30;

class Backup : public testing::Test {
 protected:
  Backup() {
    index::ReindexOptions options;
    options.identity_types = story_identity_types();
    options.threads = 1;
    options.text = false;
    auto reindex = index::Reindex::start(data_, options);
    for (const std::string& event : random_feed(31, kBatch)) EXPECT_TRUE((*reindex)->add(event));
    generation_ = (*reindex)->finish()->generation;
    log_ = open_log(data_);
  }
  std::unique_ptr<DurableLog> open_log(const std::string& data) {
    const auto manifest = index::read_manifest(index::generation_folder(data, generation_));
    EXPECT_TRUE(manifest.has_value());
    index::DurableLogOptions options;
    options.folder = data + "/log";
    options.ballast_bytes = 0;
    options.base = options.verify_from = {0, manifest->seq, manifest->chain};
    auto opened = index::open_durable_log(options);
    EXPECT_TRUE(opened.has_value());
    for (const index::FindingRow& row : opened->findings) findings_.push_back(row);
    EXPECT_TRUE(opened->writable);
    return std::move(opened->log);
  }
  void append(std::size_t count) {
    std::vector<index::FramedEvent> frame;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string id = std::to_string(next_++);
      frame.push_back({"event " + id, index::event_id_key("s", id), index::hash128(id)});
    }
    const auto done = log_->append(0, *log_->tail(0), 0, frame);
    ASSERT_TRUE(done.has_value());
    ASSERT_EQ(done->outcome, index::Append::done);
  }
  index::Result<index::BackupReport> back_up(const std::string& out) {
    return index::write_backup({data_, generation_, log_.get()}, out, BackupOptions{1, {}});
  }

  TemporaryFolder folder_;
  std::string data_ = folder_.path() + "/data";
  std::string out_ = folder_.path() + "/backup";
  std::string generation_;
  std::unique_ptr<DurableLog> log_;
  std::vector<index::FindingRow> findings_;
  std::uint64_t next_ = 0;
};

// What is kept of decisions is in it, from the first event to the last.
TEST_F(Backup, HoldsWhatIsKept) {
  index::FramedEvent decision{"decided", index::event_id_key("concord", "d-1"), {1, 1}};
  decision.keep_as = decision.id_key;
  ASSERT_TRUE(log_->append(0, *log_->tail(0), 0, std::span(&decision, 1)).has_value());
  append(3);
  ASSERT_TRUE(back_up(out_).has_value());
  const std::string restored = folder_.path() + "/restored";
  ASSERT_TRUE(index::restore_backup(out_, restored, {}, BackupOptions{1, {}}).has_value());
  log_ = open_log(restored);
  const auto kept = log_->kept(decision.id_key);
  ASSERT_TRUE(kept.has_value() && kept->has_value());
  EXPECT_EQ((*kept)->bytes, "decided");
  EXPECT_TRUE(log_->deep_verify({}).empty());
}

TEST_F(Backup, RestoredItGoesOnFromItsSeq) {
  append(20);
  const auto report = back_up(out_);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->seq, kBatch + 20);
  EXPECT_EQ(report->generation, generation_);
  append(5);  // not in it
  const std::string restored = folder_.path() + "/restored";
  const auto back = index::restore_backup(out_, restored, {}, BackupOptions{1, {}});
  ASSERT_TRUE(back.has_value()) << back.error().text();
  EXPECT_EQ(back->seq, report->seq);
  findings_.clear();
  log_ = open_log(restored);  // the mark knows of no later event
  EXPECT_TRUE(findings_.empty()) << findings_[0].text;
  EXPECT_EQ(log_->tail(0)->seq, report->seq);
  EXPECT_EQ(log_->tail(0)->chain, report->chain);
  EXPECT_TRUE(log_->deep_verify({}).empty());
  append(3);
  EXPECT_EQ(*index::current_generation(restored), generation_);
}

TEST_F(Backup, AMarkElsewhereIsSetBackToo) {
  append(20);
  ASSERT_TRUE(back_up(out_).has_value());
  index::DurableLogOptions options;
  options.folder = folder_.path() + "/restored/log";
  options.ballast_bytes = 0;
  options.mark_file = folder_.path() + "/mark-elsewhere";
  options.mark_file_2 = folder_.path() + "/mark-elsewhere-2";
  options.base = options.verify_from = Position{0, kBatch, {}};
  ASSERT_TRUE(index::write_marks(options, {0, kBatch + 999, {}}).has_value());
  const auto back = index::restore_backup(out_, folder_.path() + "/restored",
                                          {options.mark_file, options.mark_file_2}, {});
  ASSERT_TRUE(back.has_value()) << back.error().text();
  const auto manifest =
      index::read_manifest(index::generation_folder(folder_.path() + "/restored", generation_));
  options.base = options.verify_from = {0, manifest->seq, manifest->chain};
  const auto opened = index::open_durable_log(options);
  ASSERT_TRUE(opened.has_value());
  EXPECT_TRUE(opened->findings.empty()) << opened->findings[0].text;
  EXPECT_TRUE(opened->writable);
}

TEST_F(Backup, WhileWritesGoOnItIsAtOneSeq) {
  append(5);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    while (!done.load()) append(3);
  });
  for (int turn = 0; turn < 3; ++turn) {
    const std::string out = out_ + std::to_string(turn);
    const auto report = back_up(out);
    EXPECT_TRUE(report.has_value()) << report.error().text();
    EXPECT_GE(report->seq, kBatch + 5);
    EXPECT_TRUE(index::verify_backup(out, {}).has_value());
    const std::string restored = folder_.path() + "/restored" + std::to_string(turn);
    EXPECT_TRUE(index::restore_backup(out, restored, {}, {}).has_value());
    EXPECT_EQ(open_log(restored)->tail(0)->seq, report->seq);
  }
  done = true;
  writer.join();
}

TEST_F(Backup, DamageAnywhereIsRefusedWithTheFile) {
  append(20);
  ASSERT_TRUE(back_up(out_).has_value());
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(out_)) {
    if (!entry.is_regular_file() || entry.file_size() == 0) continue;
    ++files;
    const std::string path = entry.path().string();
    const std::string whole = *index::read_file(path);
    for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ 4);
      std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
      const auto back = index::restore_backup(out_, folder_.path() + "/restored", {}, {});
      ASSERT_FALSE(back.has_value()) << path << " at " << at;
      EXPECT_EQ(back.error().place, path);
      EXPECT_FALSE(fs::exists(folder_.path() + "/restored"));
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole;
  }
  EXPECT_GT(files, 10U);
  EXPECT_TRUE(index::verify_backup(out_, {}).has_value());
}

TEST_F(Backup, AMissingFileIsRefusedWithItsName) {
  ASSERT_TRUE(back_up(out_).has_value());
  const std::string gone = out_ + "/generations/" + generation_ + "/ids.bin";
  fs::remove(gone);
  const auto report = index::verify_backup(out_, {});
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().place, gone);
}

TEST_F(Backup, IsNeverHalf) {
  append(5);
  index::arm_failpoints([](std::string_view name) { return name == "backup.before_rename"; });
  const auto failed = back_up(out_);
  index::disarm_failpoints();
  ASSERT_FALSE(failed.has_value());
  EXPECT_FALSE(fs::exists(out_));
  EXPECT_FALSE(fs::exists(out_ + ".building"));
  EXPECT_FALSE(fs::exists(data_ + "/checkpoint.tmp"));
  append(1);  // the base is as it was
  EXPECT_TRUE(back_up(out_).has_value());
}

TEST_F(Backup, ADamagedGenerationIsNotBackedUp) {
  const std::string records = index::generation_folder(data_, generation_) + "/records.bin";
  std::string bytes = *index::read_file(records);
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
  std::ofstream(records, std::ios::binary | std::ios::trunc) << bytes;
  const auto report = back_up(out_);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Code::damaged);
  EXPECT_NE(report.error().place.find("records.bin"), std::string::npos);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(Backup, NeitherOverwritesAnything) {
  ASSERT_TRUE(back_up(out_).has_value());
  EXPECT_EQ(back_up(out_).error().code, Code::conflict);
  const auto back = index::restore_backup(out_, data_, {}, {});
  ASSERT_FALSE(back.has_value());
  EXPECT_EQ(back.error().code, Code::conflict);
  EXPECT_EQ(back.error().place, data_);
}

TEST_F(Backup, IsRestoredAndNotServed) {
  ASSERT_TRUE(back_up(out_).has_value());
  EXPECT_TRUE(index::is_backup(out_));
  EXPECT_FALSE(index::is_backup(data_));
  const auto lock = index::DataLock::take(out_);
  ASSERT_FALSE(lock.has_value());
  EXPECT_NE(lock.error().detail.find("concord restore"), std::string::npos);
  EXPECT_EQ(index::verify_backup(data_, {}).error().code, Code::not_found);
}

TEST_F(Backup, OfABatchWithoutALogIsWholeToo) {
  log_.reset();
  fs::remove_all(data_ + "/log");
  fs::remove_all(data_ + "/mark");
  const auto report = back_up(out_);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->seq, kBatch);
  const std::string restored = folder_.path() + "/restored";
  ASSERT_TRUE(index::restore_backup(out_, restored, {}, {}).has_value());
  EXPECT_EQ(open_log(restored)->tail(0)->seq, kBatch);
}

}  // namespace
}  // namespace concord::test
