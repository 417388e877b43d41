// Holds: same seed, same bytes, on any number of threads; another seed, another world; a run that
// cannot be done says why, and leaves nothing that looks finished.
#include "datasets/generate/generate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "index/base/hash.h"

namespace concord::datasets {
namespace {

namespace fs = std::filesystem;

fs::path scratch(const std::string& name) {
  const fs::path path = fs::path(testing::TempDir()) / ("concord_generate_" + name);
  fs::remove_all(path);
  return path;
}

/// Every file below `folder`: relative path and hash of its bytes.
std::map<std::string, std::string> hashes(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    all[fs::relative(entry.path(), folder).string()] = to_hex(index::hash128(bytes));
  }
  return all;
}

std::map<std::string, std::string> world(const std::string& name, std::uint64_t seed,
                                         unsigned threads) {
  const fs::path out = scratch(name);
  const auto report =
      generate({.customers = 1'300, .seed = seed, .out = out.string(), .threads = threads});
  EXPECT_TRUE(report) << (report ? "" : report.error().text());
  auto all = hashes(out);
  fs::remove_all(out);
  return all;
}

TEST(Generate, SameSeedSameBytesOnAnyNumberOfThreads) {
  const auto one = world("one", 42, 1);
  EXPECT_EQ(one.size(), 36U + 3U);  // the extracts, truth, expected, sources
  EXPECT_EQ(world("again", 42, 1), one);
  EXPECT_EQ(world("two", 42, 2), one);
  EXPECT_EQ(world("eight", 42, 8), one);
}

TEST(Generate, AnotherSeedIsAnotherWorld) {
  const auto one = world("seed1", 1, 2);
  const auto two = world("seed2", 2, 2);
  for (const auto& [path, hash] : one) {
    if (path == "sources.toml") {
      EXPECT_EQ(two.at(path), hash);
    } else if (!path.starts_with("knowledge/")) {  // the pages are the same but for planted faults
      EXPECT_NE(two.at(path), hash) << path;
    }
  }
}

TEST(Generate, OldFilesAreReplacedWhole) {
  const fs::path out = scratch("replaced");
  ASSERT_TRUE(generate({.customers = 400, .seed = 1, .out = out.string()}));
  ASSERT_TRUE(generate({.customers = 50, .seed = 1, .out = out.string()}));
  const auto second = hashes(out);
  const fs::path fresh = scratch("fresh");
  ASSERT_TRUE(generate({.customers = 50, .seed = 1, .out = fresh.string()}));
  EXPECT_EQ(second, hashes(fresh));
}

TEST(Generate, ProgressGrowsToTheEnd) {
  const fs::path out = scratch("progress");
  std::vector<std::uint64_t> seen;
  ASSERT_TRUE(generate({.customers = 9'000, .seed = 1, .out = out.string()},
                       [&](std::uint64_t done, std::uint64_t total) {
                         EXPECT_EQ(total, 9'000U);
                         EXPECT_TRUE(seen.empty() || done > seen.back());
                         seen.push_back(done);
                       }));
  ASSERT_GT(seen.size(), 1U);
  EXPECT_EQ(seen.back(), 9'000U);
  fs::remove_all(out);
}

TEST(Generate, RefusesWhatItCannotDo) {
  const fs::path out = scratch("refused");
  for (const std::uint32_t customers : {0U, kCustomersMax + 1}) {
    const auto report = generate({.customers = customers, .seed = 1, .out = out.string()});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, index::Code::bad_input);
    EXPECT_NE(report.error().detail.find("customers"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(out));
  const auto nowhere = generate({.customers = 1, .seed = 1, .out = ""});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, index::Code::bad_input);
}

TEST(Generate, AnUnfinishedFolderHasNoMapping) {
  const fs::path out = scratch("unfinished");
  ASSERT_TRUE(generate({.customers = 20, .seed = 1, .out = out.string()}));
  ASSERT_TRUE(fs::exists(out / "sources.toml"));
  fs::remove_all(out / "legal");
  std::ofstream(out / "legal") << "a file where a folder must be";
  const auto report = generate({.customers = 20, .seed = 1, .out = out.string()});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, index::Code::io_error);
  EXPECT_NE(report.error().place.find("legal"), std::string::npos) << report.error().text();
  EXPECT_FALSE(fs::exists(out / "sources.toml"));
}

}  // namespace
}  // namespace concord::datasets
