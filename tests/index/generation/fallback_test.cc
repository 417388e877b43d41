// Promise: when the current generation does not verify, the newest complete one that does is
// opened, and it is said what was passed over and how far the log must reach; never a wrong answer.
// Method: two generations, damaged in every way that decides.
#include <gtest/gtest.h>

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

std::string build(const std::string& folder, std::uint64_t seed, std::size_t events) {
  index::ReindexOptions options;
  options.identity_types = story_identity_types();
  options.text = false;
  auto reindex = index::Reindex::start(folder, options);
  EXPECT_TRUE(reindex.has_value());
  for (const std::string& event : random_feed(seed, events))
    EXPECT_TRUE((*reindex)->add(event).has_value());
  const auto report = (*reindex)->finish();
  EXPECT_TRUE(report.has_value());
  return report->generation;
}

void flip(const fs::path& path) {
  std::string bytes = *index::read_file(path.string());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class Fallback : public testing::Test {
 protected:
  fs::path of(const std::string& name, const char* file) {
    return fs::path(index::generation_folder(folder_.path(), name)) / file;
  }
  index::Result<index::ChosenGeneration> open() {
    return index::load_generation_or_fallback(folder_.path(), 1, {});
  }
  TemporaryFolder folder_;
  std::string older_ = build(folder_.path(), 1, 20);
  std::string newer_ = build(folder_.path(), 1, 40);
  fs::path current_ = fs::path(folder_.path()) / "CURRENT";
};

TEST_F(Fallback, SoundTakesTheCurrentOne) {
  const auto chosen = open();
  ASSERT_TRUE(chosen.has_value());
  EXPECT_EQ(chosen->loaded.name, newer_);
  EXPECT_TRUE(chosen->passed_over.empty());
  EXPECT_EQ(chosen->must_reach, 0U);
}

TEST_F(Fallback, EachDamagedFileLeadsToTheOlderOne) {
  for (const char* file : {"MANIFEST", "records.bin", "slots.bin", "identities.bin", "ids.bin"}) {
    SCOPED_TRACE(file);
    const std::string whole = *index::read_file(of(newer_, file).string());
    flip(of(newer_, file));
    const auto chosen = open();
    ASSERT_TRUE(chosen.has_value()) << chosen.error().text();
    EXPECT_EQ(chosen->loaded.name, older_);
    ASSERT_EQ(chosen->passed_over.size(), 1U);
    EXPECT_EQ(chosen->passed_over[0].name, newer_);
    EXPECT_NE(chosen->passed_over[0].why.text().find(file), std::string::npos);
    EXPECT_EQ(chosen->must_reach, 40U);
    std::ofstream(of(newer_, file), std::ios::binary | std::ios::trunc) << whole;
  }
}

TEST_F(Fallback, DamagedCurrentTakesTheNewestCompleteOne) {
  flip(current_);
  const auto chosen = open();
  ASSERT_TRUE(chosen.has_value());
  EXPECT_EQ(chosen->loaded.name, newer_);
  ASSERT_EQ(chosen->passed_over.size(), 1U);
  EXPECT_TRUE(chosen->passed_over[0].name.empty());
  EXPECT_NE(chosen->passed_over[0].why.text().find("CURRENT"), std::string::npos);
}

TEST_F(Fallback, MissingCurrentTakesTheNewestCompleteOne) {
  fs::remove(current_);
  const auto chosen = open();
  ASSERT_TRUE(chosen.has_value());
  EXPECT_EQ(chosen->loaded.name, newer_);
  EXPECT_EQ(chosen->passed_over.size(), 1U);
}

TEST_F(Fallback, NothingThatVerifiesSaysEachReason) {
  flip(of(newer_, "records.bin"));
  flip(of(older_, "slots.bin"));
  const auto chosen = open();
  ASSERT_FALSE(chosen.has_value());
  EXPECT_EQ(chosen.error().code, Code::damaged);
  EXPECT_NE(chosen.error().text().find("records.bin"), std::string::npos);
  EXPECT_NE(chosen.error().text().find("slots.bin"), std::string::npos);
  EXPECT_NE(chosen.error().text().find("Restore a backup"), std::string::npos);
}

TEST_F(Fallback, AGenerationOfAnotherVersionIsNoReasonToFallBack) {
  // Whole and well summed, but of a format this program does not know.
  auto manifest = index::read_manifest(index::generation_folder(folder_.path(), newer_));
  ASSERT_TRUE(manifest.has_value());
  std::string text = *index::read_file(of(newer_, "MANIFEST").string());
  const std::string format = "\"format\":" + std::to_string(manifest->format);
  const std::size_t at = text.find(format);
  ASSERT_NE(at, std::string::npos);
  std::string line = text.substr(0, text.find('\n'));
  line.replace(at, format.size(), "\"format\":9999");
  index::Blake2b sum;
  sum.add(line);
  std::ofstream(of(newer_, "MANIFEST"), std::ios::binary | std::ios::trunc)
      << line << "\n"
      << sum.finish_hex() << "\n";
  const auto chosen = open();
  ASSERT_FALSE(chosen.has_value());
  EXPECT_EQ(chosen.error().code, Code::unsupported);
}

TEST_F(Fallback, NoDataSaysSo) {
  const TemporaryFolder empty;
  const auto chosen = index::load_generation_or_fallback(empty.path(), 1, {});
  ASSERT_FALSE(chosen.has_value());
  EXPECT_EQ(chosen.error().code, Code::not_found);
}

TEST(GenerationName, SaysItsSeqOrIsNone) {
  EXPECT_EQ(index::seq_of_generation(index::generation_name(81235, 1)), 81235U);
  EXPECT_EQ(index::seq_of_generation("g1-1"), 1U);
  for (const char* other : {"", "g", "building", "g-1", "g12", "notes", "g12x-1", "g0000000001 -1"})
    EXPECT_FALSE(index::seq_of_generation(other).has_value()) << other;
}

}  // namespace
}  // namespace concord::test
