// Promise: a damaged generation is refused with the file's name, or answers exactly as before;
// never a wrong answer, never a crash. Method: every file of a small generation is flipped, cut,
// emptied, deleted, swapped and zeroed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/generation.h"
#include "index/reindex.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using index::Engine;
constexpr index::UnixMillis kAsOf{1'020'000};

std::string slurp(const fs::path& path) { return *index::read_file(path.string()); }
void spill(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string build(const std::string& folder, std::uint64_t seed, std::size_t events, bool text) {
  index::ReindexOptions options;
  options.identity_types = story_identity_types();
  options.text = text;
  options.threads = 1;
  auto reindex = index::Reindex::start(folder, options);
  EXPECT_TRUE(reindex.has_value());
  for (const std::string& event : random_feed(seed, events))
    EXPECT_TRUE((*reindex)->add(event).has_value());
  Saying page("wiki", "p1", 5);
  page.draft.type = static_cast<std::uint8_t>(index::EventType::knowledge);
  page.draft.knowledge = std::make_unique<index::wire::KnowledgeT>();
  page.draft.knowledge->key = "returns";
  page.draft.knowledge->title = "How to return";
  EXPECT_TRUE((*reindex)->add(page.bytes()).has_value());
  const auto report = (*reindex)->finish();
  EXPECT_TRUE(report.has_value()) << report.error().text();
  return report->generation;
}

// What an engine says about everything; what it says when it does not open.
struct Told {
  bool opened = false;
  std::string words;
};
std::string returns_page(const index::Engine& engine) {
  const auto pages = engine.knowledge();
  const index::KnowledgePage* page = pages->find(index::hash64("returns"));
  return page == nullptr ? std::string() : page->json;
}

Told tell(const std::string& folder) {
  const auto engine = Engine::open(folder, 1);
  if (!engine) return {false, engine.error().text()};
  const auto pin = (*engine)->snapshot().pin();
  return {true, (*engine)->generation().name + all_answers(**engine, kAsOf) +
                    returns_page(**engine) +
                    std::string((*engine)->snapshot().sources(pin).json)};
}

class Damage : public testing::Test {
 protected:
  Damage() {
    build(folder_.path(), 1, 20, false);  // an older generation that must not be answered from
    name_ = build(folder_.path(), 2, 40, true);
    generation_ = index::generation_folder(folder_.path(), name_);
    sound_ = tell(folder_.path());
    EXPECT_TRUE(sound_.opened) << sound_.words;
    files_.emplace_back(fs::path(folder_.path()) / "CURRENT");
    for (const auto& entry : fs::recursive_directory_iterator(generation_))
      if (entry.is_regular_file()) files_.push_back(entry.path());
    std::sort(files_.begin(), files_.end());
  }
  // After `what` was done to `path`.
  void expect_refused_or_equal(const fs::path& path, const std::string& what) {
    const Told told = tell(folder_.path());
    if (told.opened) {
      EXPECT_EQ(first_difference(sound_.words, told.words), "") << path << " " << what;
      return;
    }
    ++refused_;
    const std::string file = path.filename().string();
    EXPECT_TRUE(told.words.find(file) != std::string::npos ||
                told.words.find(folder_.path() + ":") == 0)
        << path << " " << what << ": " << told.words;
  }
  // Damages `path` in one way and puts it back.
  void damage(const fs::path& path, const std::string& whole, std::string_view bytes,
              const std::string& what) {
    spill(path, bytes);
    expect_refused_or_equal(path, what);
    spill(path, whole);
  }

  TemporaryFolder folder_;
  std::string name_;
  fs::path generation_;
  Told sound_;
  std::vector<fs::path> files_;
  std::size_t refused_ = 0;
};

TEST_F(Damage, FlippedBytes) {
  std::size_t done = 0;
  for (const fs::path& path : files_) {
    const std::string whole = slurp(path);
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 60);
    for (std::size_t at = 0; at < whole.size(); at += step) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      damage(path, whole, bytes, "flipped at " + std::to_string(at));
      ++done;
    }
  }
  EXPECT_EQ(refused_, done);  // every byte is under some sum
  EXPECT_EQ(tell(folder_.path()).words, sound_.words);
}

TEST_F(Damage, EveryBitOfTheNameOfTheGeneration) {
  const fs::path path = fs::path(folder_.path()) / "CURRENT";
  const std::string whole = slurp(path);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    damage(path, whole, bytes, "bit " + std::to_string(bit));
  }
  EXPECT_EQ(refused_, whole.size() * 8);
}

TEST_F(Damage, CutShortGrownOrGone) {
  for (const fs::path& path : files_) {
    const std::string whole = slurp(path);
    for (const std::size_t tenths : {0U, 1U, 5U, 9U})
      damage(path, whole, std::string_view(whole).substr(0, whole.size() * tenths / 10), "cut");
    if (!whole.empty())
      damage(path, whole, std::string_view(whole).substr(0, whole.size() - 1), "one byte less");
    damage(path, whole, whole + std::string(1, '\0'), "one byte more");
    fs::remove(path);
    expect_refused_or_equal(path, "deleted");
    spill(path, whole);
  }
  EXPECT_GT(refused_, files_.size() * 3);
}

TEST_F(Damage, TwoFilesSwappedOrASectorZeroed) {
  for (const fs::path& path : files_) {
    const std::string whole = slurp(path);
    std::string zeroed = whole;
    const std::size_t at = whole.size() / 2 / 512 * 512;
    std::fill(zeroed.begin() + static_cast<std::ptrdiff_t>(at),
              zeroed.begin() + static_cast<std::ptrdiff_t>(std::min(whole.size(), at + 512)), '\0');
    damage(path, whole, zeroed, "zeroed");
  }
  for (std::size_t i = 1; i + 1 < files_.size(); ++i) {
    const std::string one = slurp(files_[i]);
    const std::string two = slurp(files_[i + 1]);
    if (one == two) continue;
    spill(files_[i], two);
    spill(files_[i + 1], one);
    const Told told = tell(folder_.path());
    EXPECT_FALSE(told.opened) << files_[i];
    spill(files_[i], one);
    spill(files_[i + 1], two);
  }
}

TEST_F(Damage, VerifyNamesEachDamagedFile) {
  const auto manifest = index::read_manifest(generation_.string());
  ASSERT_TRUE(manifest.has_value());
  std::set<std::string> want;
  for (const index::FileSums& file : manifest->files) {
    if (file.bytes == 0) continue;
    const fs::path path = generation_ / file.name;
    std::string bytes = slurp(path);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
    spill(path, bytes);
    want.insert(path.string());
  }
  std::set<std::string> found;
  EXPECT_FALSE(
      index::verify_generation(generation_.string(), *manifest, 2,
                               [&](const index::Error& error) { found.insert(error.place); }, {}));
  EXPECT_EQ(found, want);
}

// Control: damage that the sums do not see (a manifest made anew over a changed record) is seen by
// the comparison, so it would have been seen above.
TEST_F(Damage, TheComparisonSeesWhatNoSumSees) {
  const fs::path path = generation_ / index::kRecordsFile;
  std::string bytes = slurp(path);
  const std::size_t at = bytes.find("Subject");
  ASSERT_NE(at, std::string::npos);
  for (std::size_t i = at; i != std::string::npos; i = bytes.find("Subject", i + 1)) bytes[i] = 's';
  spill(path, bytes);
  auto manifest = index::read_manifest(generation_.string());
  ASSERT_TRUE(manifest.has_value());
  for (index::FileSums& file : manifest->files)
    if (file.name == index::kRecordsFile) file = *index::sum_file(generation_.string(), file.name);
  ASSERT_TRUE(index::write_manifest(generation_.string(), *manifest).has_value());
  const Told told = tell(folder_.path());
  ASSERT_TRUE(told.opened) << told.words;
  EXPECT_NE(told.words, sound_.words);
}

TEST_F(Damage, AHalfBuiltGenerationIsNotUsed) {
  // Killed while building, and killed between the manifest and CURRENT.
  const fs::path generations = fs::path(folder_.path()) / "generations";
  fs::create_directory(generations / "building");
  spill(generations / "building" / "events.spool", "half");
  fs::copy(generation_, generations / "g000000999999-001", fs::copy_options::recursive);
  spill(fs::path(folder_.path()) / "CURRENT.tmp", "g000000999999-001 ");
  EXPECT_EQ(tell(folder_.path()).words, sound_.words);
  // The next build clears away and goes on.
  const std::string next = build(folder_.path(), 3, 10, false);
  EXPECT_NE(tell(folder_.path()).words, sound_.words);
  EXPECT_FALSE(fs::exists(generations / "building"));
  EXPECT_TRUE(fs::exists(generations / next));
}

TEST_F(Damage, OneBuilderAtATime) {
  auto first = index::Reindex::start(folder_.path(), {});
  ASSERT_TRUE(first.has_value());
  const auto second = index::Reindex::start(folder_.path(), {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, index::Code::conflict);
  EXPECT_NE(second.error().place.find("LOCK"), std::string::npos);
  EXPECT_EQ(tell(folder_.path()).words, sound_.words);  // reading goes on meanwhile
  first->reset();
  EXPECT_FALSE(fs::exists(fs::path(folder_.path()) / "generations" / "building"));
  EXPECT_EQ(tell(folder_.path()).words, sound_.words);
  EXPECT_TRUE(index::Reindex::start(folder_.path(), {}).has_value());
}

TEST_F(Damage, ClearingAwayKeepsOneToFallBackOnAndWhatIsNotOurs) {
  const fs::path generations = fs::path(folder_.path()) / "generations";
  fs::create_directory(generations / "my notes");
  const std::string third = build(folder_.path(), 3, 60, false);
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(generations))
    left.insert(entry.path().filename().string());
  EXPECT_EQ(left, (std::set<std::string>{name_, third, "my notes"}));
}

TEST(DataFolder, WithoutDataSaysHowToGetSome) {
  const TemporaryFolder folder;
  const auto engine = Engine::open(folder.path() + "/none");
  ASSERT_FALSE(engine.has_value());
  EXPECT_EQ(engine.error().code, index::Code::not_found);
  EXPECT_NE(engine.error().detail.find("concord index"), std::string::npos);
}

}  // namespace
}  // namespace concord::test
