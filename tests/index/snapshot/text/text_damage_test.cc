// Promise: a damaged index is refused with the file named; it neither crashes nor answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/snapshot/text/text_docs.h"
#include "tests/index/snapshot/text/text_support.h"

namespace concord::index::test {
namespace {

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class DamagedIndex : public testing::Test {
 protected:
  void SetUp() override { build_and_open(docs_, folder_.path()); }

  void expect_refused(const char* file, const std::string& what) {
    const auto opened = TextIndex::open(folder_.path());
    ASSERT_FALSE(opened) << what;
    EXPECT_THAT(opened.error().place, testing::EndsWith(file)) << what;
    EXPECT_THAT(opened.error().code, testing::AnyOf(Code::damaged, Code::not_found, Code::io_error))
        << what;
  }

  Docs docs_ = generated(8, 12);
  TempFolder folder_;
};

TEST_F(DamagedIndex, EveryFlippedByteOfDocsBin) {
  const std::string good = read_file(folder_.file(kTextDocsFile)).value();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    write(folder_.file(kTextDocsFile), bad);
    expect_refused(kTextDocsFile, "byte " + std::to_string(at));
  }
  write(folder_.file(kTextDocsFile), good);
  EXPECT_TRUE(TextIndex::open(folder_.path()));
}

TEST_F(DamagedIndex, EveryLengthOfDocsBin) {
  const std::string good = read_file(folder_.file(kTextDocsFile)).value();
  for (std::size_t size = 0; size < good.size(); size += 1 + size / 50) {
    write(folder_.file(kTextDocsFile), good.substr(0, size));
    expect_refused(kTextDocsFile, "length " + std::to_string(size));
  }
  write(folder_.file(kTextDocsFile), good + "x");
  expect_refused(kTextDocsFile, "grown");
}

// A header that verifies but promises rows or words that are not there.
TEST_F(DamagedIndex, ADocsBinThatLies) {
  const std::string good = read_file(folder_.file(kTextDocsFile)).value();
  constexpr std::size_t kRowsAt = 24;
  for (const std::uint64_t rows : {std::uint64_t{0}, std::uint64_t{11}, std::uint64_t{13},
                                   std::uint64_t{1} << 60, UINT64_MAX}) {
    std::string bad = good;
    bad.replace(kRowsAt, 8, std::string(reinterpret_cast<const char*>(&rows), 8));
    const std::uint64_t hash = hash64(std::string_view(bad).substr(16, 48));
    bad.replace(8, 8, std::string(reinterpret_cast<const char*>(&hash), 8));
    write(folder_.file(kTextDocsFile), bad);
    expect_refused(kTextDocsFile, std::to_string(rows) + " rows");
  }
}

TEST_F(DamagedIndex, MissingFiles) {
  std::filesystem::rename(folder_.file(kTextStoreFile), folder_.file("away"));
  expect_refused(kTextStoreFile, "no store");
  std::filesystem::rename(folder_.file("away"), folder_.file(kTextStoreFile));
  std::filesystem::remove(folder_.file(kTextDocsFile));
  expect_refused(kTextDocsFile, "no docs.bin");
}

TEST_F(DamagedIndex, AStoreCutGrownOrReplaced) {
  const std::string good = read_file(folder_.file(kTextStoreFile)).value();
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, good.size() / 2,
                                 good.size() - 1}) {
    write(folder_.file(kTextStoreFile), good.substr(0, size));
    expect_refused(kTextStoreFile, "length " + std::to_string(size));
  }
  write(folder_.file(kTextStoreFile), std::string(good.size(), '\0'));
  expect_refused(kTextStoreFile, "zeros");
  std::string stub = "remote 127.0.0.1:1\n";  // what Xapian would follow, given a path
  write(folder_.file(kTextStoreFile), stub.append(good.size() - stub.size(), '\n'));
  expect_refused(kTextStoreFile, "a stub");
  std::filesystem::remove(folder_.file(kTextStoreFile));
  std::filesystem::create_directory(folder_.file(kTextStoreFile));
  const auto opened = TextIndex::open(folder_.path());
  EXPECT_FALSE(opened);
}

// Xapian has no checksums of its own: what its file is worth is the manifest's to say. A store of
// another index with the right size is still seen when the numbers of documents differ.
TEST_F(DamagedIndex, AStoreOfAnotherIndex) {
  const TempFolder other;
  build_and_open(generated(9, 10), other.path());
  const auto ours = std::filesystem::file_size(folder_.file(kTextStoreFile));
  if (std::filesystem::file_size(other.file(kTextStoreFile)) != ours)
    std::filesystem::resize_file(other.file(kTextStoreFile), ours);
  std::filesystem::copy_file(other.file(kTextStoreFile), folder_.file(kTextStoreFile),
                             std::filesystem::copy_options::overwrite_existing);
  expect_refused(kTextStoreFile, "another index");
}

TEST_F(DamagedIndex, CheckPassesAGoodStore) {
  const auto index = TextIndex::open(folder_.path());
  ASSERT_TRUE(index);
  const auto checked = index->check();
  EXPECT_TRUE(checked) << checked.error().text();
}

TEST(TextBuild, AFolderThatCannotBeWrittenIsAnError) {
  const Docs docs = generated(8, 3);
  const auto built = build_text_index(source_of(docs), "/proc/none/of/that");
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, Code::io_error);
  EXPECT_THAT(built.error().place, testing::HasSubstr("/proc/none"));
}

}  // namespace
}  // namespace concord::index::test
