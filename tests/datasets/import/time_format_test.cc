// Promise: a time is read exactly as the reference says, on the right clock, or refused.
#include "datasets/import/time_format.h"

#include <gtest/gtest.h>

#include "index/base/time.h"

namespace concord::datasets {
namespace {

std::string read(const char* pattern, const char* text, const char* zone = "UTC") {
  const auto format = TimeFormat::of(pattern);
  EXPECT_TRUE(format.has_value()) << format.error().text();
  const auto time = format->parse(text, Zone::named(zone).value());
  return time ? index::to_rfc3339(*time) : "no";
}

TEST(TimeFormat, Patterns) {
  struct Row {
    const char* pattern;
    const char* text;
    const char* want;
  };
  for (const Row& row : {
           Row{"%d/%m/%Y %H:%M", "9/3/2016 01:23", "2016-03-09T01:23:00Z"},
           Row{"%d.%m.%Y", "29.02.2016", "2016-02-29T00:00:00Z"},
           Row{"%d.%m.%Y", "29.02.2015", "no"},
           Row{"%d.%m.%Y", "1.13.2015", "no"},
           Row{"%d.%m.%Y", "1.1.2015 ", "no"},
           Row{"%Y/%m/%d", "2020/3/18", "2020-03-18T00:00:00Z"},
           Row{"%Y%m%d", "20200318", "2020-03-18T00:00:00Z"},
           Row{"%m/%d/%y %I:%M %p", "7/4/69 12:05 AM", "2069-07-04T00:05:00Z"},
           Row{"%m/%d/%y %I:%M %p", "7/4/70 12:05 pm", "1970-07-04T12:05:00Z"},
           Row{"%d %b %Y", "3 Sep 2021", "2021-09-03T00:00:00Z"},
           Row{"%d %B %Y", "3 september 2021", "2021-09-03T00:00:00Z"},
           Row{"%Y-%m-%dT%H:%M:%S.%f%z", "2021-01-01T00:00:00.25+0130", "2020-12-31T22:30:00.250Z"},
           Row{"%Y-%m-%d %H:%M:%S", "2021-01-01 24:00:00", "no"},
           Row{"%Y-%m-%d %H:%M:%S", "2021-01-01 23:59:60", "2021-01-01T23:59:59Z"},
           Row{"rfc3339", "2021-01-01T00:00:00+01:00", "2020-12-31T23:00:00Z"},
           Row{"unix_s", "1609459200", "2021-01-01T00:00:00Z"},
           Row{"unix_ms", "1609459200125", "2021-01-01T00:00:00.125Z"},
           Row{"unix_s", "1609459200x", "no"},
           Row{"unix_s", "99999999999999", "no"},
       })
    EXPECT_EQ(read(row.pattern, row.text), row.want) << row.pattern << " " << row.text;
}

TEST(TimeFormat, LocalTimesAndTheTwoHoursOfTheYear) {
  const char* pattern = "%Y-%m-%d %H:%M";
  EXPECT_EQ(read(pattern, "2024-01-15 12:00", "Europe/Berlin"), "2024-01-15T11:00:00Z");
  EXPECT_EQ(read(pattern, "2024-07-15 12:00", "Europe/Berlin"), "2024-07-15T10:00:00Z");
  // Does not occur: moved forward by the gap, 02:30 is 03:30.
  EXPECT_EQ(read(pattern, "2024-03-31 02:30", "Europe/Berlin"), "2024-03-31T01:30:00Z");
  EXPECT_EQ(read(pattern, "2024-03-31 03:00", "Europe/Berlin"), "2024-03-31T01:00:00Z");
  EXPECT_EQ(read(pattern, "2024-03-31 01:59", "Europe/Berlin"), "2024-03-31T00:59:00Z");
  // Occurs twice: the first of the two.
  EXPECT_EQ(read(pattern, "2024-10-27 02:30", "Europe/Berlin"), "2024-10-27T00:30:00Z");
  EXPECT_EQ(read(pattern, "2024-10-27 03:00", "Europe/Berlin"), "2024-10-27T02:00:00Z");
  // Clocks that changed at midnight, and a zone without changes.
  EXPECT_EQ(read(pattern, "2017-10-15 00:00", "America/Sao_Paulo"), "2017-10-15T03:00:00Z");
  EXPECT_EQ(read(pattern, "2018-08-15 00:00", "America/Sao_Paulo"), "2018-08-15T03:00:00Z");
  EXPECT_EQ(read(pattern, "2018-08-15 00:00", "Asia/Kolkata"), "2018-08-14T18:30:00Z");
  EXPECT_FALSE(Zone::named("Europe/Berlim").has_value());
}

TEST(TimeFormat, WrongPatternsAreRefused) {
  for (const char* pattern : {"%Q", "%Y-%m", "%H:%M", "", "%Y-%m-%d %I:%M", "100%"})
    EXPECT_FALSE(TimeFormat::of(pattern).has_value()) << pattern;
}

}  // namespace
}  // namespace concord::datasets
