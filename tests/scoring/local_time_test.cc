// Promise: quiet hours are the customer's own, by a table that is part of the policy set.
#include "scoring/local_time.h"

#include <gtest/gtest.h>

#include "index/base/time.h"

namespace concord::scoring {
namespace {

index::UnixMillis at(const char* text) { return *index::parse_rfc3339(text); }

TEST(LocalTimeTest, DaylightSavingFollowsTheRules) {
  const Zone berlin{"Europe/Berlin", 60, Daylight::eu};
  const Zone york{"America/New_York", -300, Daylight::us};
  struct Row {
    const Zone& zone;
    const char* time;
    int want;
  };
  for (const Row& row :
       {Row{berlin, "2026-01-15T12:00:00Z", 60}, Row{berlin, "2026-03-29T00:59:59Z", 60},
        Row{berlin, "2026-03-29T01:00:00Z", 120}, Row{berlin, "2026-10-25T00:59:59Z", 120},
        Row{berlin, "2026-10-25T01:00:00Z", 60}, Row{york, "2026-03-08T06:59:59Z", -300},
        Row{york, "2026-03-08T07:00:00Z", -240}, Row{york, "2026-11-01T05:59:59Z", -240},
        Row{york, "2026-11-01T06:00:00Z", -300}}) {
    EXPECT_EQ(offset_minutes(row.zone, at(row.time)), row.want) << row.zone.name << row.time;
  }
}

TEST(LocalTimeTest, QuietHoursReachOverMidnightAndEnd) {
  const Zone berlin{"Europe/Berlin", 60, Daylight::eu};
  EXPECT_TRUE(is_quiet(berlin, 20 * 60, 8 * 60, at("2026-01-15T19:00:00Z")));  // 20:00
  EXPECT_FALSE(is_quiet(berlin, 20 * 60, 8 * 60, at("2026-01-15T18:59:59Z")));
  EXPECT_TRUE(is_quiet(berlin, 20 * 60, 8 * 60, at("2026-01-16T06:59:59Z")));
  EXPECT_FALSE(is_quiet(berlin, 20 * 60, 8 * 60, at("2026-01-16T07:00:00Z")));
  EXPECT_EQ(quiet_until(berlin, 20 * 60, 8 * 60, at("2026-01-15T22:30:10Z")),
            at("2026-01-16T07:00:00Z"));
  // The night the clocks go forward: 08:00 on the wall is 06:00 UTC.
  EXPECT_EQ(quiet_until(berlin, 20 * 60, 8 * 60, at("2026-03-28T22:00:00Z")).ms % 60'000, 0);
  EXPECT_FALSE(is_quiet(berlin, 20 * 60, 8 * 60,
                        quiet_until(berlin, 20 * 60, 8 * 60, at("2026-03-28T22:00:00Z"))));
  EXPECT_FALSE(is_quiet(berlin, 300, 300, at("2026-01-15T04:00:00Z")));  // equal: never
}

// The nights on which the clocks move, for hours of rest that begin, end or lie in the hour that is
// left out or comes twice: the end that is named is the first minute that is not quiet.
TEST(LocalTimeTest, OnNightsWhenTheClocksMoveRestEndsWhenTheWallSaysSo) {
  const Zone zones[] = {{"Europe/Berlin", 60, Daylight::eu},
                        {"Europe/Lisbon", 0, Daylight::eu},
                        {"America/New_York", -300, Daylight::us},
                        {"Asia/Kolkata", 330, Daylight::none}};
  constexpr std::int64_t kMinute = 60'000;
  std::size_t asked = 0;
  for (const Zone& zone : zones)
    for (const char* night : {"2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z",
                              "2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"})
      for (const auto& [from, to] : {std::pair{22 * 60, 7 * 60},
                                     {2 * 60, 3 * 60},
                                     {2 * 60 + 30, 2 * 60 + 45},
                                     {1 * 60 + 15, 2 * 60 + 30},
                                     {0, 2 * 60},
                                     {3 * 60, 0},
                                     {20 * 60, 2 * 60 + 10}}) {
        const auto begin = static_cast<std::uint32_t>(from);
        const auto end = static_cast<std::uint32_t>(to);
        for (int offset = -14 * 60; offset <= 14 * 60; offset += 7) {
          const index::UnixMillis now{at(night).ms + offset * kMinute + 12'345};
          if (!is_quiet(zone, begin, end, now)) continue;
          index::UnixMillis slow{now.ms / kMinute * kMinute};
          while (is_quiet(zone, begin, end, slow)) slow.ms += kMinute;
          ASSERT_EQ(quiet_until(zone, begin, end, now).ms, slow.ms)
              << zone.name << " " << night << " " << from << "-" << to << " " << offset;
          ++asked;
        }
      }
  EXPECT_GT(asked, 5'000U);
}

TEST(LocalTimeTest, BeforeTheEpochToo) {
  const Zone utc{"UTC", 0, Daylight::none};
  EXPECT_EQ(local_minute(utc, {-1}), 1439U);
}

}  // namespace
}  // namespace concord::scoring
