// Promise: verify names every damaged part, one damage hides no other, and what is sound is called
// sound. Method: a folder with two generations and a log, damaged part by part.
#include "index/verify_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/generation.h"
#include "index/reindex.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::Code;

void flip(const std::string& path) {
  std::string bytes = *index::read_file(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 2);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class Verify : public testing::Test {
 protected:
  Verify() {
    for (const std::size_t count : {20U, 40U}) {
      index::ReindexOptions options;
      options.identity_types = story_identity_types();
      options.threads = 1;
      options.text = false;
      auto reindex = index::Reindex::start(data_, options);
      for (const std::string& event : random_feed(51, count)) EXPECT_TRUE((*reindex)->add(event));
      names_.push_back((*reindex)->finish()->generation);
    }
    const auto manifest = index::read_manifest(index::generation_folder(data_, names_[1]));
    index::DurableLogOptions options;
    options.folder = data_ + "/log";
    options.ballast_bytes = 0;
    options.base = options.verify_from = {0, manifest->seq, manifest->chain};
    const auto opened = index::open_durable_log(options);
    EXPECT_TRUE(opened.has_value() && opened->writable);
    std::vector<index::FramedEvent> frame;
    for (const char* id : {"a", "b", "c"})
      frame.push_back({std::string(500, *id), index::event_id_key("s", id), index::hash128(id)});
    EXPECT_TRUE(opened->log->append(0, *opened->log->tail(0), 0, frame).has_value());
  }
  std::vector<index::VerifiedPart> verify(bool deep = true) {
    index::VerifyOptions options;
    options.threads = 1;
    options.deep = deep;
    auto parts = index::verify_data(data_, options);
    EXPECT_TRUE(parts.has_value());
    return parts ? *parts : std::vector<index::VerifiedPart>{};
  }
  // "part name" of what is not sound.
  std::vector<std::string> damaged() {
    std::vector<std::string> out;
    for (const index::VerifiedPart& part : verify())
      if (!part.sound()) out.push_back(part.part);
    return out;
  }
  TemporaryFolder folder_;
  std::string data_ = folder_.path() + "/data";
  std::vector<std::string> names_;
};

TEST_F(Verify, CallsSoundWhatIsSound) {
  for (const bool deep : {false, true}) {
    const auto parts = verify(deep);
    ASSERT_EQ(parts.size(), 4U);
    for (const index::VerifiedPart& part : parts) {
      EXPECT_TRUE(part.sound()) << part.part;
      EXPECT_TRUE(part.findings.empty()) << part.findings[0].text;
      EXPECT_FALSE(part.skipped);
    }
    EXPECT_EQ(parts[0].name, names_[1]);
    EXPECT_EQ(parts[1].seq, 40U);
    EXPECT_EQ(parts[2].seq, 20U);
    EXPECT_EQ(parts[3].seq, 43U);
  }
}

TEST_F(Verify, NamesEveryDamagedPart) {
  flip(index::generation_folder(data_, names_[0]) + "/records.bin");
  EXPECT_EQ(damaged(), std::vector<std::string>{"generation"});
  flip(index::generation_folder(data_, names_[1]) + "/ids.bin");
  flip(data_ + "/CURRENT");
  EXPECT_EQ(damaged(), (std::vector<std::string>{"current", "generation", "generation"}));
  fs::remove(index::generation_folder(data_, names_[1]) + "/slots.bin");
  const auto parts = verify();
  EXPECT_EQ(parts[1].findings.size(), 2U);
  EXPECT_NE(parts[1].findings[0].place.find("ids.bin"), std::string::npos);
  EXPECT_NE(parts[1].findings[1].place.find("slots.bin"), std::string::npos);
}

TEST_F(Verify, FindsALogThatLostItsTail) {
  index::DurableLogOptions options;
  options.folder = data_ + "/log";
  ASSERT_TRUE(index::write_marks(options, {0, 99, {}}).has_value());
  EXPECT_EQ(damaged(), std::vector<std::string>{"log"});
  const auto parts = verify();
  EXPECT_TRUE(std::any_of(parts[3].findings.begin(), parts[3].findings.end(),
                          [](const auto& one) { return one.what == "tail_missing"; }));
}

TEST_F(Verify, LeavesTheLogOfARunningServiceAlone) {
  const auto lock = index::DataLock::take(data_);
  ASSERT_TRUE(lock.has_value());
  const auto parts = verify();
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_TRUE(parts[3].skipped);
  EXPECT_TRUE(parts[3].sound());
  EXPECT_FALSE(parts[1].skipped);
}

TEST_F(Verify, NoDataIsNotSound) {
  const auto parts = index::verify_data(folder_.path() + "/none", {});
  ASSERT_FALSE(parts.has_value());
  EXPECT_EQ(parts.error().code, Code::not_found);
}

}  // namespace
}  // namespace concord::test
