// Holds: pieces deflated apart join into one valid gzip stream; what cannot be written is said.
#include "datasets/generate/output.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>

#include "tests/datasets/generate/extract_reader.h"

namespace concord::datasets {
namespace {

std::filesystem::path scratch(const char* name) {
  return std::filesystem::path(testing::TempDir()) / name;
}

TEST(OutputFile, PiecesJoinIntoOneGzipStream) {
  const auto path = scratch("pieces.gz");
  std::string all;
  {
    OutputFile file;
    ASSERT_TRUE(file.open(path.string(), true));
    for (int i = 0; i < 5; ++i) {
      Piece piece;
      for (int part = 0; part < 3; ++part) {
        const std::string text(static_cast<std::size_t>(1'000 * i + part),
                               static_cast<char>('a' + i));
        add_compressed(piece, text);
        all += text;
      }
      ASSERT_TRUE(file.add(piece));
    }
    ASSERT_TRUE(file.close());
    EXPECT_EQ(file.bytes(), std::filesystem::file_size(path));
  }
  EXPECT_EQ(whole_file(path), all);
}

TEST(OutputFile, AnEmptyFileIsAValidGzipStream) {
  const auto path = scratch("empty.gz");
  OutputFile file;
  ASSERT_TRUE(file.open(path.string(), true));
  ASSERT_TRUE(file.add(Piece()));
  ASSERT_TRUE(file.close());
  EXPECT_EQ(whole_file(path), "");
  EXPECT_GT(std::filesystem::file_size(path), 18U);
}

TEST(OutputFile, AMissingFolderIsNamed) {
  OutputFile file;
  const auto opened = file.open("/nowhere/at/all.csv", false);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, index::Code::io_error);
  EXPECT_EQ(opened.error().place, "/nowhere/at/all.csv");
}

TEST(OutputFile, AFullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full: not checked";
  OutputFile file;
  ASSERT_TRUE(file.open("/dev/full", false));
  const std::string much(1 << 20, 'x');
  const bool added = file.add(much).has_value();
  const bool closed = file.close().has_value();
  EXPECT_FALSE(added && closed);
}

}  // namespace
}  // namespace concord::datasets
