// Promise: a failpoint does nothing until it is armed, and then exactly what the hook says.
#include "index/base/failpoint.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace concord::test {
namespace {

using index::failpoint;

TEST(Failpoint, AsksNobodyUntilItIsArmed) {
  std::vector<std::string> passed;
  EXPECT_FALSE(failpoint("room.first"));
  index::arm_failpoints([&](std::string_view name) {
    passed.emplace_back(name);
    return name == "room.second";
  });
  EXPECT_FALSE(failpoint("room.first"));
  EXPECT_TRUE(failpoint("room.second"));
  index::disarm_failpoints();
  EXPECT_FALSE(failpoint("room.second"));
  EXPECT_EQ(passed, (std::vector<std::string>{"room.first", "room.second"}));
}

TEST(Failpoint, SaysWhereItFailed) {
  const auto failed = []() -> index::Result<void> {
    return index::failpoint_error("room.second");
  }();
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, index::Code::io_error);
  EXPECT_EQ(failed.error().place, "room.second");
}

}  // namespace
}  // namespace concord::test
