// Holds: a row is written in its extract's own format, and what is counted is what was written.
#include "datasets/generate/sink.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/datasets/generate/extract_reader.h"

namespace concord::datasets {
namespace {

constexpr Ms kAt = 1'780'000'000'000;  // 2026-05-28T20:26:40Z

void payment(Sink& sink, const std::string& no, const char* way) {
  Row row(sink, Extract::payments);
  row.text(no).text("40").none().money(-123'405).text("EUR").text(way).text("gebucht").time(kAt);
  row.end(Step::first);
}

TEST(Row, CsvQuotesOnlyWhatNeedsItAndWritesItsOwnNothing) {
  Sink sink(1, 1);
  payment(sink, "P1", "a;b \"c\"\nd");
  EXPECT_EQ(sink.rows[index_of(Extract::payments)].view(),
            "P1;40;-;-1234,05;EUR;\"a;b \"\"c\"\"\nd\";gebucht;28.05.2026\n");
}

TEST(Row, NdjsonEscapesAndLeavesOutWhatIsAbsent) {
  Sink sink(1, 1);
  Row row(sink, Extract::posts);
  row.text("J1").text("@a").none().text("in").flag(true).none().text("new").text("say \"x\"\n");
  row.text("de").none().none().none().time(kAt).time(kAt).with_text(true).end(Step::first);
  EXPECT_EQ(sink.rows[index_of(Extract::posts)].view(),
            "{\"post_id\":\"J1\",\"handle\":\"@a\",\"direction\":\"in\",\"public\":true,"
            "\"state\":\"new\",\"text\":\"say \\\"x\\\"\\n\",\"language\":\"de\","
            "\"posted_at\":1780000000,\"at\":1780000000}\n");
  EXPECT_EQ(sink.counts[index_of(Extract::posts)].texts, 1U);
}

TEST(Row, CountsAreWhatIsInTheFile) {
  constexpr std::size_t kRows = 60'000;
  Sink sink(3, 1);
  for (std::size_t i = 0; i < kRows; ++i) payment(sink, "P" + std::to_string(i), "Karte");
  const std::size_t n = index_of(Extract::payments);
  const ExtractCounts& counts = sink.counts[n];
  std::size_t lines = 0, late = 0, bad_time = 0, no_key = 0, cut = 0, unknown = 0;
  std::set<std::string> distinct;
  const auto count = [&](const std::vector<std::vector<std::string>>& rows) {
    for (const auto& row : rows) {
      ++lines;
      cut += row.size() == 1;
      if (row.size() == 1) continue;
      no_key += row[0] == "-";
      bad_time += row[7] != "28.05.2026";
      unknown += row[6] == "???";
      if (row[0] != "-" && row[7] == "28.05.2026") distinct.insert(row[0]);
    }
    return rows.size();
  };
  count(read_csv(std::string(sink.rows[n].view()), ';'));
  late = count(read_csv(std::string(sink.late[n].view()), ';'));
  EXPECT_EQ(lines, counts.rows);
  EXPECT_EQ(distinct.size(), kRows);  // nothing true is lost
  EXPECT_EQ(counts.entries, kRows);
  EXPECT_EQ(counts.events(), kRows);
  EXPECT_EQ(bad_time, counts.bad_time);
  EXPECT_EQ(no_key, counts.no_key);
  EXPECT_EQ(cut, counts.cut_short);
  EXPECT_EQ(unknown, counts.unknown_status);
  EXPECT_EQ(late, counts.late + counts.duplicates + counts.rejected());
  for (const std::uint64_t some : {counts.late, counts.duplicates, counts.bad_time, counts.no_key,
                                   counts.cut_short, counts.unknown_status})
    EXPECT_GT(some, 0U);
  EXPECT_LT(counts.rejected(), kRows / 500);
}

}  // namespace
}  // namespace concord::datasets
