// Promise: an error says its place and its reason; our own bugs stop the process, in production
// too.
#include "index/base/result.h"

#include <gtest/gtest.h>

#include <set>

#include "index/base/assert.h"

namespace concord::index {
namespace {

TEST(Errors, SayPlaceThenReason) {
  EXPECT_EQ((Error{Code::bad_input, "no such word", "a.csv:3"}).text(), "a.csv:3: no such word");
  EXPECT_EQ((Error{Code::bad_input, "no such word", {}}).text(), "no such word");
}

TEST(Errors, TravelInResults) {
  const auto half = [](int n) -> Result<int> {
    if (n % 2 != 0) return fail(Code::bad_input, "odd", "n");
    return n / 2;
  };
  EXPECT_EQ(half(4).value(), 2);
  ASSERT_FALSE(half(3));
  EXPECT_EQ(half(3).error().code, Code::bad_input);
  const Result<void> passed_on = fail(half(3).error());
  EXPECT_EQ(passed_on.error().text(), "n: odd");
}

// The words are part of the HTTP contract.
TEST(Errors, CodesHaveStableWords) {
  const std::pair<Code, std::string_view> kWant[] = {{Code::bad_input, "bad_input"},
                                                     {Code::not_found, "not_found"},
                                                     {Code::ambiguous_key, "ambiguous_key"},
                                                     {Code::over_limit, "over_limit"},
                                                     {Code::damaged, "damaged"},
                                                     {Code::unsupported, "unsupported"},
                                                     {Code::conflict, "conflict"},
                                                     {Code::cursor_stale, "cursor_stale"},
                                                     {Code::io_error, "io_error"}};
  for (const auto& [code, word] : kWant) EXPECT_EQ(name_of(code), word);
  EXPECT_EQ(name_of(static_cast<Code>(255)), "unknown");
}

TEST(AssertionDeathTest, NamesConditionFileAndLine) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  CONCORD_ASSERT(1 + 1 == 2);
  EXPECT_DEATH(CONCORD_ASSERT(1 + 1 == 3),
               "concord: assertion failed: 1 \\+ 1 == 3 at .*result_test.cc:[0-9]+");
}

}  // namespace
}  // namespace concord::index
