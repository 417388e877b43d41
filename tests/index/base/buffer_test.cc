// Promise: a buffer holds what was put in, in order, whatever it takes to grow; it can be reused.
#include "index/base/buffer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace concord::index {
namespace {

RC_GTEST_PROP(BufferText, HoldsWhatWasPutIn, (std::vector<std::string> parts)) {
  Buffer buffer;
  std::string want;
  for (const std::string& part : parts) {
    buffer.append(part);
    buffer.push('|');
    want += part + '|';
  }
  RC_ASSERT(buffer.view() == want);
  RC_ASSERT(buffer.size() == want.size());
}

TEST(BufferText, GrowsPastAnySizeAtOnce) {
  Buffer buffer(1);
  const std::string large(1'000'000, 'x');
  buffer.append("a");
  buffer.append(large);
  EXPECT_EQ(buffer.size(), large.size() + 1);
  EXPECT_EQ(buffer.view().substr(1), large);
}

TEST(BufferText, AnEmptyViewIsNothing) {
  Buffer buffer;
  buffer.append({});
  EXPECT_EQ(buffer.view(), "");
  EXPECT_EQ(buffer.data(), nullptr);
}

TEST(BufferText, ClearKeepsTheMemory) {
  Buffer buffer;
  buffer.append(std::string(1000, 'x'));
  const char* const memory = buffer.data();
  buffer.clear();
  EXPECT_EQ(buffer.size(), 0U);
  buffer.append(std::string(900, 'y'));
  EXPECT_EQ(buffer.data(), memory);
  buffer.truncate(3);
  EXPECT_EQ(buffer.view(), "yyy");
}

TEST(BufferText, MovesWithoutACopy) {
  Buffer from;
  from.append("abc");
  const char* const memory = from.data();
  Buffer to(std::move(from));
  EXPECT_EQ(to.data(), memory);
  Buffer other;
  other.append("x");
  other = std::move(to);
  EXPECT_EQ(other.view(), "abc");
}

TEST(BufferText, ReservedRoomIsWrittenInPlace) {
  Buffer buffer;
  buffer.append("a");
  char* const room = buffer.reserve_more(5000);
  room[0] = 'b';
  room[4999] = 'c';
  EXPECT_EQ(buffer.view(), "a");
  buffer.advance(1);
  EXPECT_EQ(buffer.view(), "ab");
}

}  // namespace
}  // namespace concord::index
