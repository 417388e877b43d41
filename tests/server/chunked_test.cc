#include "server/chunked.h"

#include <gtest/gtest.h>

#include <string>

namespace concord::server {
namespace {

ChunkOutcome read(std::string_view coded, std::size_t body_bytes_max = 100) {
  ChunkProgress progress;
  index::Buffer out;
  std::size_t consumed = 0;
  return read_chunks(coded, body_bytes_max, progress, out, consumed);
}

TEST(Chunked, CompleteKnowsItsEnd) {
  ChunkProgress progress;
  index::Buffer out;
  std::size_t consumed = 0;
  EXPECT_EQ(read_chunks("3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\nGET", 100, progress, out, consumed),
            ChunkOutcome::complete);
  EXPECT_EQ(consumed, 21U);
  EXPECT_EQ(out.view(), "abcd");
}

TEST(Chunked, ReadsOnWhereItStopped) {
  const std::string_view whole = "3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    ChunkProgress progress;
    index::Buffer out;
    std::size_t consumed = 0;
    EXPECT_EQ(read_chunks(whole.substr(0, cut), 100, progress, out, consumed),
              ChunkOutcome::need_more);
    ASSERT_LE(consumed, cut);
    EXPECT_EQ(read_chunks(whole.substr(consumed), 100, progress, out, consumed),
              ChunkOutcome::complete);
    EXPECT_EQ(consumed, whole.size());
    EXPECT_EQ(out.view(), "abcd") << cut;
  }
}

TEST(Chunked, EachPrefixNeedsMore) {
  const std::string_view whole = "3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\n";
  for (std::size_t i = 0; i < whole.size(); ++i)
    EXPECT_EQ(read(whole.substr(0, i)), ChunkOutcome::need_more) << i;
  EXPECT_EQ(read(whole), ChunkOutcome::complete);
}

TEST(Chunked, TheFirstWrongByteDecides) {
  for (const char* bad : {"g", "\r", ";", "3 ", "3\n", "3\rx", "3;\n", "3;\x01", "3\r\nabcd",
                          "3\r\nabc\rx", "3\r\nabc\n", "0\r\nX", "0\r\n\rX", "1234567890123456"})
    EXPECT_EQ(read(bad), ChunkOutcome::malformed) << bad;
}

TEST(Chunked, LimitsDataAndFraming) {
  EXPECT_EQ(read("a\r\n0123456789\r\n0\r\n\r\n", 10), ChunkOutcome::complete);
  EXPECT_EQ(read("b\r\n", 10), ChunkOutcome::over_limit);
  EXPECT_EQ(read("5\r\n01234\r\n6\r\n", 10), ChunkOutcome::over_limit);
  EXPECT_EQ(read("fffffffffffffff\r\n", 10), ChunkOutcome::over_limit);
  std::string tiny;
  for (int i = 0; i < 3000; ++i) tiny += "1\r\na\r\n";
  EXPECT_EQ(read(tiny + "0\r\n\r\n", 5000), ChunkOutcome::over_limit);
}

}  // namespace
}  // namespace concord::server
