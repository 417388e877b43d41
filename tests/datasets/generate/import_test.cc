// Holds: the mapping that comes with a world fits the real import: every file is read, the planted
// bad rows and no others are refused, every count of expected.json is met.
#include "datasets/import/import.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "datasets/generate/generate.h"
#include "datasets/import/sources.h"
#include "index/base/files.h"
#include "index/base/json_reader.h"

namespace concord::datasets {
namespace {

namespace fs = std::filesystem;

class CountingSink : public EventSink {
 public:
  Result<void> accept(index::EventSeq seq, std::string_view) override {
    EXPECT_EQ(seq, ++events);
    return {};
  }
  index::EventSeq events = 0;
};

TEST(GeneratedWorld, ImportsWithTheCountsItExpects) {
  const fs::path out = fs::path(testing::TempDir()) / "concord_generate_import";
  fs::remove_all(out);
  ASSERT_TRUE(generate({.customers = 4'000, .seed = 23, .out = out.string()}));
  const auto sources = read_sources((out / "sources.toml").string());
  ASSERT_TRUE(sources) << sources.error().text();
  CountingSink sink;
  const auto report = import_events(*sources, "", 2, sink);
  ASSERT_TRUE(report) << report.error().text();

  const auto text = index::read_file((out / "expected.json").string());
  ASSERT_TRUE(text);
  index::JsonReader reader;
  const auto expected = reader.parse(*text);
  ASSERT_TRUE(expected);
  EXPECT_EQ(report->files.size(), expected->find("files")->size());
  EXPECT_EQ(report->files_refused, 0U);
  std::map<std::string, std::uint64_t> unknown;  // by source
  for (const FileTotals& file : report->files) {
    SCOPED_TRACE(file.file);
    const auto of = expected->find("files")->find(file.file);
    ASSERT_TRUE(of);
    const auto count = [&](const char* name) { return *of->find(name)->as_uint64(); };
    EXPECT_EQ(file.rows, count("rows"));
    EXPECT_EQ(file.events, count("events"));
    EXPECT_EQ(file.rejected, count("rejected"));
    EXPECT_EQ(file.duplicates, count("duplicates"));
    unknown[file.source] += count("unknown_status");
  }
  EXPECT_EQ(sink.events, report->events);
  for (const auto& [place, words] : report->unmapped) {
    EXPECT_EQ(place.second, "status") << place.first;
    for (const auto& [word, rows] : words) {
      EXPECT_EQ(word, "???") << place.first;
      unknown[place.first] -= rows;
    }
  }
  for (const auto& [source, left] : unknown) EXPECT_EQ(left, 0U) << source;
  if (HasFailure())
    for (std::size_t i = 0; i < report->rejections.size() && i < 20; ++i)
      ADD_FAILURE() << report->rejections[i].text();
  fs::remove_all(out);
}

}  // namespace
}  // namespace concord::datasets
