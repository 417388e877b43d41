// Holds: times are written as the stated format and zone say, on both sides of every change of
// clocks, so that a mapping can read back the moment that was meant.
#include "datasets/generate/calendar.h"

#include <gtest/gtest.h>

#include <string>

#include "index/base/time.h"

namespace concord::datasets {
namespace {

Ms at(const char* text) { return index::parse_rfc3339(text)->ms; }

std::string written(TimeFormat format, Zone zone, Ms when) {
  char out[kTimeTextMax];
  return {out, write_time(out, format, zone, when)};
}

TEST(Calendar, NowIsTheFirstOfNovember2026) { EXPECT_EQ(kWorldNow, at("2026-11-01T00:00:00Z")); }

TEST(Calendar, EveryFormat) {
  const Ms when = at("2026-07-04T18:05:09Z");
  EXPECT_EQ(written(TimeFormat::rfc3339_utc, Zone::utc, when), "2026-07-04T18:05:09Z");
  EXPECT_EQ(written(TimeFormat::rfc3339_offset, Zone::berlin, when), "2026-07-04T20:05:09+02:00");
  EXPECT_EQ(written(TimeFormat::rfc3339_offset, Zone::new_york, when), "2026-07-04T14:05:09-04:00");
  EXPECT_EQ(written(TimeFormat::iso_seconds, Zone::utc, when), "2026-07-04 18:05:09");
  EXPECT_EQ(written(TimeFormat::iso_date, Zone::utc, when), "2026-07-04");
  EXPECT_EQ(written(TimeFormat::german_minutes, Zone::berlin, when), "04.07.2026 20:05");
  EXPECT_EQ(written(TimeFormat::german_date, Zone::berlin, when), "04.07.2026");
  EXPECT_EQ(written(TimeFormat::slash_minutes, Zone::new_york, when), "2026/07/04 14:05");
  EXPECT_EQ(written(TimeFormat::unix_s, Zone::utc, when), std::to_string(when / 1000));
  EXPECT_EQ(written(TimeFormat::unix_ms, Zone::utc, when), std::to_string(when));
}

TEST(Calendar, ClocksChangeWhenTheyDo) {
  struct Change {
    Zone zone;
    const char* last;   // the last second before the change
    const char* first;  // the first one after it
    int before, after;
  };
  for (const Change& c :
       {Change{Zone::berlin, "2024-03-31T00:59:59Z", "2024-03-31T01:00:00Z", 60, 120},
        Change{Zone::berlin, "2024-10-27T00:59:59Z", "2024-10-27T01:00:00Z", 120, 60},
        Change{Zone::berlin, "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", 60, 120},
        Change{Zone::berlin, "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z", 120, 60},
        Change{Zone::new_york, "2024-03-10T06:59:59Z", "2024-03-10T07:00:00Z", -300, -240},
        Change{Zone::new_york, "2024-11-03T05:59:59Z", "2024-11-03T06:00:00Z", -240, -300},
        Change{Zone::new_york, "2026-03-08T06:59:59Z", "2026-03-08T07:00:00Z", -300, -240},
        Change{Zone::new_york, "2026-11-01T05:59:59Z", "2026-11-01T06:00:00Z", -240, -300}}) {
    EXPECT_EQ(offset_minutes(c.zone, at(c.last)), c.before) << c.last;
    EXPECT_EQ(offset_minutes(c.zone, at(c.first)), c.after) << c.first;
  }
}

TEST(Calendar, ByDayKeepsTheOrderAndAvoidsTheNight) {
  const Ms midnight = at("2025-10-26T00:00:00Z");
  Ms before = by_day(midnight - kMinuteMs);
  for (Ms when = midnight; when < midnight + kDayMs; when += 7 * kMinuteMs) {
    const Ms moved = by_day(when);
    EXPECT_GE(moved, before);
    EXPECT_GE(moved, when);
    EXPECT_GE(moved % kDayMs, 8 * kHourMs);
    before = moved;
  }
}

}  // namespace
}  // namespace concord::datasets
