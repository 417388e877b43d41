// Promise: whatever rots in a generation, in its manifest or in CURRENT: right answers, or the
// older generation and the place said, or a refusal with the place; never silently something else.
// Method: two generations; in the newer one bytes flipped, sectors zeroed, files cut, one at a time
// (a sample; CONCORD_ROT_ALL=1: every byte, sector and length).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "index/base/files.h"
#include "index/generation.h"
#include "index/generation_ids.h"
#include "index/log/event_log.h"
#include "index/reindex.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::Engine;
constexpr index::UnixMillis kAsOf{1'020'000};
constexpr std::size_t kSector = 512;

enum class Verdict : std::uint8_t { right, fell_back, refused, silent };

class Rot : public testing::Test {
 protected:
  Rot() {
    build(30);
    newer_ = build(60);
    want_ = answers();
    files_.push_back(data_ + "/CURRENT");
    for (const auto& entry : fs::recursive_directory_iterator(folder_of(newer_)))
      if (entry.is_regular_file()) files_.push_back(entry.path().string());
  }
  std::string folder_of(const std::string& name) const {
    return index::generation_folder(data_, name);
  }
  std::string build(std::size_t count) {
    index::ReindexOptions options;
    options.identity_types = story_identity_types();
    options.threads = 1;
    auto reindex = index::Reindex::start(data_, options);
    const auto feed = random_feed(41, 60);
    for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE((*reindex)->add(feed[i]).has_value());
    return (*reindex)->finish()->generation;
  }
  // What the newest generation says; a refusal in words. Sets what was passed over.
  std::string answers() {
    passed_over_.clear();
    auto chosen = index::load_generation_or_fallback(data_, 1, {});
    if (!chosen) return "refused: " + chosen.error().text();
    for (const index::PassedOver& one : chosen->passed_over) passed_over_ += one.why.text() + "\n";
    name_ = chosen->loaded.name;
    std::string ids;
    for (std::size_t i = 0; i < 60; ++i) {
      const auto row =
          chosen->loaded.ids->find(index::event_id_key("crm", "e" + std::to_string(i)));
      ids += row ? std::to_string(row->seq) : "-";
    }
    auto engine = Engine::over(std::move(chosen->loaded));
    if (!engine) return "refused: " + engine.error().text();
    return all_answers(**engine, kAsOf) + ids;
  }
  Verdict judge(const std::string& damaged) {
    const std::string got = answers();
    const std::string file = fs::path(damaged).filename().string();
    if (got.starts_with("refused: "))
      return got.find(file) == std::string::npos ? Verdict::silent : Verdict::refused;
    if (!passed_over_.empty())
      return passed_over_.find(file) == std::string::npos ? Verdict::silent : Verdict::fell_back;
    return got == want_ && name_ == newer_ ? Verdict::right : Verdict::silent;
  }
  // Writes `bytes` over the file, looks, and puts it back.
  void rot(const std::string& path, const std::string& whole, const std::string& bytes,
           const std::string& what) {
    if (bytes == whole) return;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    const Verdict verdict = judge(path);
    EXPECT_NE(verdict, Verdict::silent) << path << ": " << what;
    ++count_[static_cast<std::size_t>(verdict)];
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole;
  }
  // How far apart places are in `size`, so that there are about `samples`.
  static std::size_t step(std::size_t size, std::size_t samples) {
    return std::getenv("CONCORD_ROT_ALL") != nullptr ? 1 : std::max<std::size_t>(1, size / samples);
  }
  std::size_t all() const { return count_[0] + count_[1] + count_[2] + count_[3]; }

  TemporaryFolder folder_;
  std::string data_ = folder_.path();
  std::string newer_;
  std::string want_;
  std::string passed_over_;
  std::string name_;
  std::vector<std::string> files_;
  std::size_t count_[4] = {};
};

TEST_F(Rot, EveryByteFlippedSectorZeroedLengthCut) {
  for (const std::string& path : files_) {
    const std::string whole = *index::read_file(path);
    for (std::size_t at = 0; at < whole.size(); at += step(whole.size(), 25)) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      rot(path, whole, bytes, "flipped at " + std::to_string(at));
    }
    const std::size_t sectors = (whole.size() + kSector - 1) / kSector;
    for (std::size_t at = 0; at < sectors; at += step(sectors, 10)) {
      std::string bytes = whole;
      const std::size_t count = std::min(kSector, whole.size() - at * kSector);
      bytes.replace(at * kSector, count, count, '\0');
      rot(path, whole, bytes, "sector " + std::to_string(at) + " zeroed");
    }
    for (std::size_t size = 0; size < whole.size(); size += step(whole.size(), 10))
      rot(path, whole, whole.substr(0, size), "cut to " + std::to_string(size));
  }
  EXPECT_EQ(count_[static_cast<std::size_t>(Verdict::silent)], 0U);
  EXPECT_GT(count_[static_cast<std::size_t>(Verdict::fell_back)], files_.size() * 20);
  EXPECT_EQ(answers(), want_);
}

// Both generations rotten: refused, and both places said.
TEST_F(Rot, NothingLeftIsARefusal) {
  for (const std::string& name : index::complete_generations(data_))
    fs::resize_file(folder_of(name) + "/identities.bin", 8);
  EXPECT_EQ(judge(folder_of(newer_) + "/identities.bin"), Verdict::refused);
}

// Control: with the checks off (the manifest made anew over what rotted) damage is silent, and the
// comparison sees that it is.
TEST_F(Rot, WithoutTheChecksItWouldBeSilent) {
  const std::string folder = folder_of(newer_);
  std::size_t silent = 0;
  for (const char* name : {"records.bin", "ids.bin"}) {
    const std::string path = folder + "/" + name;
    const std::string whole = *index::read_file(path);
    for (std::size_t at = 0; at < whole.size(); at += whole.size() / 40) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x11);
      std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
      auto manifest = index::read_manifest(folder);
      for (index::FileSums& file : manifest->files)
        if (file.name == name) file = *index::sum_file(folder, name);
      ASSERT_TRUE(index::write_manifest(folder, *manifest).has_value());
      silent += judge(path) == Verdict::silent ? 1 : 0;
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole;
  }
  EXPECT_GT(silent, 5U);
}

}  // namespace
}  // namespace concord::test
