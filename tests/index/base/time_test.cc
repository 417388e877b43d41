// Promise: times are read and written exactly, for every day of the years 1 to 9999, and what is no
// time is refused. Method: a slow calendar that counts days one by one is held against ours.
#include "index/base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace concord::index {
namespace {

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

unsigned days_in(int year, unsigned month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// The day after, the way a child does it.
CivilDate day_after(CivilDate date) {
  if (++date.day <= days_in(date.year, date.month)) return date;
  date.day = 1;
  if (++date.month <= 12) return date;
  return {date.year + 1, 1, 1};
}

std::optional<std::int64_t> ms_of(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? std::optional(time->ms) : std::nullopt;
}

rc::Gen<UnixMillis> any_time() {
  return rc::gen::map(rc::gen::inRange(kTimeMin.ms, kTimeMax.ms + 1),
                      [](std::int64_t ms) { return UnixMillis{ms}; });
}

TEST(CivilDays, EveryDayOfTenThousandYears) {
  CivilDate date{1, 1, 1};
  std::int64_t wrong = 0;
  for (std::int64_t day = -719'162; date.year <= 9999; ++day, date = day_after(date)) {
    const CivilDate back = civil_from_days(day);
    if (days_from_civil(date) != day || back.year != date.year || back.month != date.month ||
        back.day != date.day || !is_valid(date))
      ++wrong;
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(days_from_civil({1970, 1, 1}), 0);
  EXPECT_EQ(days_from_civil({2000, 2, 29}), 11'016);
}

TEST(CivilDays, DatesThatAreNone) {
  for (const CivilDate date :
       {CivilDate{0, 1, 1}, CivilDate{10'000, 1, 1}, CivilDate{2026, 0, 1}, CivilDate{2026, 13, 1},
        CivilDate{2026, 1, 0}, CivilDate{2026, 1, 32}, CivilDate{2026, 4, 31},
        CivilDate{2026, 2, 29}, CivilDate{1900, 2, 29}, CivilDate{2000, 2, 30},
        CivilDate{-1, 1, 1}})
    EXPECT_FALSE(is_valid(date)) << date.year << '-' << date.month << '-' << date.day;
  EXPECT_TRUE(is_valid({2000, 2, 29}));
  EXPECT_TRUE(is_valid({2024, 2, 29}));
}

TEST(Rfc3339, KnownTimes) {
  EXPECT_EQ(ms_of("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ms_of("2026-11-22T09:00:00Z"), 1'795'338'000'000);
  EXPECT_EQ(ms_of("2026-11-22t09:00:00z"), 1'795'338'000'000);
  EXPECT_EQ(ms_of("2026-11-22 09:00:00Z"), 1'795'338'000'000);
  EXPECT_EQ(ms_of("2026-11-22T10:00:00+01:00"), 1'795'338'000'000);
  EXPECT_EQ(ms_of("2026-11-21T23:30:00-09:30"), 1'795'338'000'000);
  EXPECT_EQ(ms_of("2026-11-22T09:00:00.5Z"), 1'795'338'000'500);
  EXPECT_EQ(ms_of("2026-11-22T09:00:00.123456789Z"), 1'795'338'000'123);
  EXPECT_EQ(ms_of("2026-11-22"), 1'795'305'600'000);
  EXPECT_EQ(ms_of("2016-12-31T23:59:60Z"), ms_of("2016-12-31T23:59:59Z"));
  EXPECT_EQ(ms_of("1969-12-31T23:59:59.999Z"), -1);
  EXPECT_EQ(ms_of("0001-01-01T00:00:00Z"), kTimeMin.ms);
  EXPECT_EQ(ms_of("9999-12-31T23:59:59.999Z"), kTimeMax.ms);
}

TEST(Rfc3339, WhatIsNoTime) {
  for (const char* text : {"",
                           "2026",
                           "2026-11",
                           "2026-11-2",
                           "2026-11-222",
                           "26-11-22",
                           "2026/11/22",
                           "2026-1122",
                           "2026-13-01",
                           "2026-02-29",
                           "0000-01-01",
                           "+026-11-22",
                           "2026-11-22T",
                           "2026-11-22Z",
                           "2026-11-22T09:00Z",
                           "2026-11-22T09:00:00",
                           "2026-11-22T24:00:00Z",
                           "2026-11-22T09:60:00Z",
                           "2026-11-22T09:00:61Z",
                           "2026-11-22T09:00:00.Z",
                           "2026-11-22T09:00:00.1234567890Z",
                           "2026-11-22T09:00:00,5Z",
                           "2026-11-22T09:00:00+1:00",
                           "2026-11-22T09:00:00+01",
                           "2026-11-22T09:00:00+0100",
                           "2026-11-22T09:00:00+24:00",
                           "2026-11-22T09:00:00+01:60",
                           "2026-11-22T09:00:00ZZ",
                           "2026-11-22T09:00:00Z ",
                           " 2026-11-22T09:00:00Z",
                           "2026-11-22_09:00:00Z",
                           "2026-11-22T-9:00:00Z",
                           "2026-11-22T09-00-00Z",
                           "0001-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "today"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Rfc3339, AnEmbeddedZeroEndsNothing) {
  EXPECT_FALSE(parse_rfc3339(std::string_view("2026-11-22\0", 11)));
  EXPECT_FALSE(parse_rfc3339(std::string_view("2026-11-22T09:00:00Z\0", 21)));
}

TEST(Rfc3339, MillisecondsAreWrittenOnlyWhenThereAreAny) {
  EXPECT_EQ(to_rfc3339({0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339({1}), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(to_rfc3339({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(kTimeMin), "0001-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(kTimeMax), "9999-12-31T23:59:59.999Z");
}

RC_GTEST_PROP(Rfc3339, ReadsBackWhatItWrites, ()) {
  const UnixMillis time = *any_time();
  const std::string text = to_rfc3339(time);
  RC_ASSERT(text.size() <= kTimeCharsMax);
  RC_ASSERT(parse_rfc3339(text) == time);
}

RC_GTEST_PROP(Rfc3339, TextsSortAsTimesWhenWholeSeconds, ()) {
  const UnixMillis a{*rc::gen::inRange(kTimeMin.ms / 1000, kTimeMax.ms / 1000) * 1000};
  const UnixMillis b{*rc::gen::inRange(kTimeMin.ms / 1000, kTimeMax.ms / 1000) * 1000};
  RC_ASSERT((a < b) == (to_rfc3339(a) < to_rfc3339(b)));
}

RC_GTEST_PROP(Rfc3339, AZoneMovesTheTimeByItself, ()) {
  const std::int64_t zone = *rc::gen::inRange<std::int64_t>(-23 * 60 - 59, 24 * 60);
  const std::int64_t ms = *rc::gen::inRange(kTimeMin.ms + 2 * kDayMs, kTimeMax.ms - 2 * kDayMs);
  std::string text = to_rfc3339({ms + zone * 60'000});
  const auto two = [](std::int64_t n) {
    return std::string{static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
  };
  const std::int64_t east = zone < 0 ? -zone : zone;
  text.back() = zone < 0 ? '-' : '+';
  text += two(east / 60) + ":" + two(east % 60);
  RC_ASSERT(ms_of(text) == ms);
}

RC_GTEST_PROP(Rfc3339, AnySpoiledTextIsRefusedOrStillATime, (std::uint8_t at, char c)) {
  std::string text = to_rfc3339(*any_time());
  text[at % text.size()] = c;
  const auto time = parse_rfc3339(text);
  if (time) RC_ASSERT(*time >= kTimeMin && *time <= kTimeMax);
}

TEST(Durations, KnownOnes) {
  EXPECT_EQ(parse_duration_ms("0s"), 0);
  EXPECT_EQ(parse_duration_ms("250ms"), 250);
  EXPECT_EQ(parse_duration_ms("15s"), 15'000);
  EXPECT_EQ(parse_duration_ms("30m"), 1'800'000);
  EXPECT_EQ(parse_duration_ms("24h"), kDayMs);
  EXPECT_EQ(parse_duration_ms("90d"), 90 * kDayMs);
  EXPECT_EQ(parse_duration_ms("2w"), 14 * kDayMs);
  EXPECT_EQ(parse_duration_ms("0002w"), 14 * kDayMs);
}

TEST(Durations, WhatIsNone) {
  for (const char* text : {"", "d", "5", "5 d", " 5d", "5d ", "-5d", "+5d", "1.5h", "5D", "5y",
                           "5mss", "0x5d", "1h30m", "99999999999999999999d"})
    EXPECT_FALSE(parse_duration_ms(text)) << text;
  EXPECT_FALSE(parse_duration_ms(std::string_view()));
}

TEST(Durations, NoneOverflows) {
  EXPECT_EQ(parse_duration_ms(std::to_string(kDurationMsMax) + "ms"), kDurationMsMax);
  EXPECT_FALSE(parse_duration_ms(std::to_string(kDurationMsMax + 1) + "ms"));
  EXPECT_FALSE(parse_duration_ms("100000000000w"));
  EXPECT_FALSE(parse_duration_ms("9223372036854775807w"));
}

}  // namespace
}  // namespace concord::index
