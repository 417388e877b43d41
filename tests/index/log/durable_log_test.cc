// Promise: what was appended is there after the log is opened again, with its ids and its chain; a
// redacted payload is in no file; a full or failed log says so. Method: the real file system.
#include "index/log/durable_log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "index/base/failpoint.h"
#include "index/base/files.h"
#include "tests/index/log/log_support.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::Append;
using index::Code;
using index::DurableLog;
using index::DurableLogOptions;
using index::EventSeq;
using index::Finding;
using index::Hash128;
using index::OpenedLog;
using index::Position;

class DurableLogTest : public testing::Test {
 protected:
  [[nodiscard]] DurableLogOptions options() const {
    DurableLogOptions out;
    out.folder = folder_.path() + "/data/log";
    out.ballast_bytes = 1 << 20;
    return out;
  }
  static OpenedLog open(const DurableLogOptions& options) {
    auto opened = index::open_durable_log(options);
    if (!opened) ADD_FAILURE() << opened.error().text();
    return std::move(*opened);
  }
  static Position append(DurableLog& log, const std::vector<std::string>& frame) {
    const auto done = log.append(0, *log.tail(0), 1, framed(frame));
    EXPECT_TRUE(done.has_value() && done->outcome == Append::done);
    return done->position;
  }
  // How many files under the folder hold `bytes`.
  [[nodiscard]] int files_with(const std::string& bytes) const {
    int found = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      if (entry.is_regular_file())
        if (const auto text = index::read_file(entry.path().string()); text)
          found += text->find(bytes) != std::string::npos ? 1 : 0;
    return found;
  }
  const TempFolder folder_;
};

TEST_F(DurableLogTest, GoesOnWhereItStopped) {
  Position end;
  {
    const OpenedLog first = open(options());
    ASSERT_TRUE(first.writable);
    ASSERT_EQ(first.findings.size(), 1U);
    EXPECT_EQ(first.findings[0].what, Finding::new_log);
    append(*first.log, {"a", "b"});
    end = append(*first.log, {"c"});
    EXPECT_EQ(first.log->figures().first, 1U);
    EXPECT_EQ(first.log->figures().commits, 2U);
  }
  const OpenedLog again = open(options());
  EXPECT_TRUE(again.writable);
  EXPECT_TRUE(again.findings.empty());
  EXPECT_EQ(again.verified_to, 3U);
  EXPECT_EQ(*again.log->tail(0), end);
  EXPECT_EQ(again.log->read(0, 1, 1 << 20)->front().bytes, "b");
  const std::vector<Hash128> asked{framed({"b"})[0].id_key};
  EXPECT_EQ((*again.log->known_ids(0, asked))[0].seq, 2U);
  EXPECT_EQ(append(*again.log, {"d"}).seq, 4U);
  EXPECT_EQ(again.log->figures().mark, 3U) << "synced a second later, or at the end";
}

// A power cut between write and sync, on the real file system: the marks are of the event before.
TEST_F(DurableLogTest, CutsATornTail) {
  const fs::path marks = folder_.path() + "/data/mark";
  append(*open(options()).log, {"a"});
  fs::copy(marks, folder_.path() + "/kept");
  append(*open(options()).log, {"b"});
  fs::remove_all(marks);
  fs::rename(folder_.path() + "/kept", marks);
  int cut = 0;
  for (const auto& entry : fs::directory_iterator(options().folder))
    if (entry.path().extension() == ".log" && entry.file_size() > 0 && ++cut == 1)
      fs::resize_file(entry.path(), entry.file_size() - 3);
  ASSERT_EQ(cut, 1);
  const OpenedLog again = open(options());
  ASSERT_EQ(again.findings.size(), 1U);
  EXPECT_EQ(again.findings[0].what, Finding::torn_tail) << again.findings[0].text;
  ASSERT_TRUE(again.writable) << again.findings[0].text;
  EXPECT_EQ(again.verified_to, 1U);
  EXPECT_EQ(append(*again.log, {"c"}).seq, 2U);
}

TEST_F(DurableLogTest, RemembersTheEpochThatFencesOlderWriters) {
  {
    const OpenedLog first = open(options());
    ASSERT_EQ(first.log->append(0, {}, 7, framed({"a"}))->outcome, Append::done);
  }
  const OpenedLog again = open(options());
  EXPECT_EQ(again.log->append(0, *again.log->tail(0), 6, framed({"b"}))->outcome, Append::behind);
  EXPECT_EQ(again.log->append(0, *again.log->tail(0), 7, framed({"b"}))->outcome, Append::done);
}

TEST_F(DurableLogTest, BeginsBehindAGeneration) {
  DurableLogOptions with_base = options();
  with_base.base = {0, 1000, Hash128{1, 2}};
  Position end;
  {
    const OpenedLog first = open(with_base);
    EXPECT_EQ(*first.log->tail(0), with_base.base);
    end = append(*first.log, {"a", "b", "c"});
    EXPECT_EQ(end.seq, 1003U);
    EXPECT_EQ(first.log->read(0, 999, 10).error().code, Code::cursor_stale);
    EXPECT_EQ(first.log->read(0, 1000, 1)->front().seq, 1001U);
  }
  DurableLogOptions newer = with_base;  // as after a newer generation
  newer.verify_from = end;
  EXPECT_TRUE(open(newer).findings.empty());
}

TEST_F(DurableLogTest, AnErasedPayloadIsInNoFile) {
  const std::string canary = "canary-of-one-customer-0123456789";
  {
    const OpenedLog opened = open(options());
    append(*opened.log, {"before", canary});
    append(*opened.log, {"after"});
    ASSERT_GE(files_with(canary), 1) << "control: it is found while it is there";
    std::ofstream(folder_.path() + "/data/log/000004.log.broken") << canary;
    ASSERT_TRUE(opened.log->redact(0, 2).has_value());
    ASSERT_GE(files_with(canary), 1) << "control: deleting is not erasing";
    const auto purged = opened.log->purge();
    ASSERT_TRUE(purged.has_value()) << purged.error().text();
    EXPECT_EQ(files_with(canary), 0);
    EXPECT_TRUE(opened.log->deep_verify({}).empty());
    EXPECT_EQ(opened.log->read(0, 0, 1 << 20)->at(1).bytes, "");
  }
  EXPECT_EQ(files_with(canary), 0);
  const OpenedLog again = open(options());
  EXPECT_TRUE(again.findings.empty());
  EXPECT_EQ((*again.log->known_ids(0, std::vector<Hash128>{framed({canary})[0].id_key}))[0].seq,
            2U);
}

TEST_F(DurableLogTest, ATrimmedLogStillVerifies) {
  Position three;
  {
    const OpenedLog opened = open(options());
    three = append(*opened.log, {"a", "b", "c"});
    append(*opened.log, {"d"});
    ASSERT_TRUE(opened.log->trim(0, 3).has_value());
    EXPECT_TRUE(opened.log->deep_verify({}).empty());
    EXPECT_EQ(opened.log->figures().first, 4U);
  }
  DurableLogOptions later = options();
  later.verify_from = three;
  const OpenedLog again = open(later);
  EXPECT_TRUE(again.findings.empty());
  EXPECT_EQ(again.log->read(0, 3, 100)->front().bytes, "d");
  EXPECT_EQ((*again.log->known_ids(0, std::vector<Hash128>{framed({"a"})[0].id_key}))[0].seq, 1U);
}

TEST_F(DurableLogTest, ACheckpointIsALogOfItsOwn) {
  const OpenedLog opened = open(options());
  append(*opened.log, {"a", "b"});
  const std::string copy = folder_.path() + "/copy/log";
  fs::create_directories(folder_.path() + "/copy");
  const auto at = opened.log->checkpoint(copy);
  ASSERT_TRUE(at.has_value()) << at.error().text();
  EXPECT_EQ(at->seq, 2U);
  append(*opened.log, {"c"});
  DurableLogOptions restored;
  restored.folder = copy;
  restored.ballast_bytes = 0;
  ASSERT_TRUE(index::write_marks(restored, *at).has_value());
  const OpenedLog twin = open(restored);
  EXPECT_TRUE(twin.writable);
  EXPECT_TRUE(twin.findings.empty());
  EXPECT_EQ(*twin.log->tail(0), *at);
  EXPECT_FALSE(opened.log->checkpoint(copy).has_value()) << "it exists";
}

std::vector<index::FramedEvent> kept_as(const std::string& text, Hash128 key) {
  auto frame = framed({text});
  frame[0].keep_as = key;
  return frame;
}

TEST_F(DurableLogTest, WhatIsKeptIsThereAfterTrimCheckpointAndRestart) {
  const Hash128 key{4, 2};
  const std::string copy = folder_.path() + "/copy/log";
  Position one;
  {
    const OpenedLog opened = open(options());
    const auto done = opened.log->append(0, *opened.log->tail(0), 1, kept_as("decided", key));
    ASSERT_TRUE(done.has_value() && done->outcome == Append::done);
    one = done->position;
    append(*opened.log, {"after"});
    ASSERT_TRUE(opened.log->trim(0, 1).has_value());
    EXPECT_TRUE(opened.log->deep_verify({}).empty());
    fs::create_directories(folder_.path() + "/copy");
    ASSERT_TRUE(opened.log->checkpoint(copy).has_value());
  }
  DurableLogOptions later = options();
  later.verify_from = one;
  DurableLogOptions restored = later;
  restored.folder = copy;
  ASSERT_TRUE(index::write_marks(restored, one).has_value());
  for (const DurableLogOptions& wanted : {later, restored}) {
    const OpenedLog again = open(wanted);
    EXPECT_TRUE(again.writable);
    ASSERT_TRUE(again.log->kept(key)->has_value());
    EXPECT_EQ((*again.log->kept(key))->bytes, "decided");
    EXPECT_EQ(again.log->read_kept(0, 1 << 20)->size(), 1U);
    EXPECT_TRUE(again.log->deep_verify({}).empty());
  }
}

TEST_F(DurableLogTest, AnErasedCopyIsInNoFile) {
  const std::string canary = "canary-of-one-decision-0123456789";
  const OpenedLog opened = open(options());
  ASSERT_TRUE(opened.log->append(0, *opened.log->tail(0), 1, kept_as(canary, {4, 2})).has_value());
  append(*opened.log, {"after"});
  ASSERT_TRUE(opened.log->trim(0, 2).has_value());
  ASSERT_GE(files_with(canary), 1) << "control: it is kept";
  ASSERT_TRUE(opened.log->redact(0, 1).has_value());
  ASSERT_TRUE(opened.log->purge().has_value());
  EXPECT_EQ(files_with(canary), 0);
  EXPECT_TRUE(opened.log->deep_verify({}).empty());
}

TEST_F(DurableLogTest, AFailureEndsWritingUntilItIsOpenedAgain) {
  for (const std::string step : {"log.before_write", "log.after_write"}) {
    SCOPED_TRACE(step);
    EventSeq before = 0;
    {
      const OpenedLog opened = open(options());
      before = opened.log->tail(0)->seq;
      index::arm_failpoints([&](std::string_view name) { return name == step; });
      const auto failed = opened.log->append(0, *opened.log->tail(0), 1, framed({step}));
      index::disarm_failpoints();
      if (failed) {
        EXPECT_EQ(failed->outcome, Append::unknown);
      }
      EXPECT_EQ(opened.log->health(), DurableLog::Health::write_failed);
      EXPECT_NE(opened.log->why().find(step), std::string::npos);
      EXPECT_EQ(opened.log->append(0, *opened.log->tail(0), 1, framed({"x"})).error().code,
                Code::io_error);
      EXPECT_FALSE(opened.log->rejections().keep({}).has_value());
      EXPECT_TRUE(opened.log->read(0, 0, 100).has_value());
    }
    const OpenedLog again = open(options());
    EXPECT_TRUE(again.writable);
    EXPECT_EQ(again.log->tail(0)->seq, step == "log.after_write" ? before + 1 : before);
  }
}

TEST_F(DurableLogTest, KeepsItsBallast) {
  open(options());
  const std::string ballast = options().folder + "/BALLAST";
  EXPECT_EQ(fs::file_size(ballast), 1U << 20);
  fs::remove(ballast);
  open(options());
  EXPECT_EQ(fs::file_size(ballast), 1U << 20);
}

TEST_F(DurableLogTest, NeedsAFolder) {
  EXPECT_EQ(index::open_durable_log({}).error().code, Code::bad_input);
}

}  // namespace
}  // namespace concord::test
