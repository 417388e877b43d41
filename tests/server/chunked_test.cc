#include "server/chunked.h"

#include <gtest/gtest.h>

#include <string>

namespace concord::server {
namespace {

ChunkOutcome read(std::string_view coded, std::size_t body_bytes_max = 100) {
  ChunkProgress progress;
  return read_chunks(coded, body_bytes_max, progress);
}

TEST(Chunked, CompleteKnowsItsEnd) {
  ChunkProgress progress;
  EXPECT_EQ(read_chunks("3\r\nabc\r\n0\r\n\r\nGET", 100, progress), ChunkOutcome::complete);
  EXPECT_EQ(progress.at, 13U);
  EXPECT_EQ(progress.decoded, 3U);
  index::Buffer out;
  append_chunk_data("3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\nGET", out);
  EXPECT_EQ(out.view(), "abcd");
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
