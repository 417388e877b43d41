// Promise: the generated demo imports exactly as it was written: every row made to be refused is
// refused for the reason it was made for, every row written twice is dropped once, no other is
// lost.
#include "datasets/generate/generate.h"
#include "index/base/files.h"
#include "index/base/json_reader.h"
#include "tests/datasets/import/import_support.h"

namespace concord::datasets {
namespace {

TEST(Demo, EveryFileGivesWhatTheGeneratorSays) {
  const TempFolder folder;
  GenerateOptions options;
  options.customers = 400;
  options.seed = 7;
  options.out = folder.path();
  options.threads = 2;
  const auto world = generate(options);
  ASSERT_TRUE(world.has_value()) << world.error().text();
  const auto sources = read_sources(folder.path() + "/sources.toml");
  ASSERT_TRUE(sources.has_value()) << sources.error().text();
  KeepingSink sink;
  const auto report = import_events(*sources, "", 2, sink);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->rows, world->rows);
  EXPECT_EQ(report->rejected, world->rejected);
  EXPECT_EQ(report->duplicates, world->duplicates);
  EXPECT_EQ(report->files_refused, 0u);
  EXPECT_GT(report->rejected, 0u);
  EXPECT_GT(report->duplicates, 0u);

  index::JsonReader reader;
  const auto text = index::read_file(folder.path() + "/expected.json");
  ASSERT_TRUE(text.has_value());
  const auto expected = reader.parse(*text);
  ASSERT_TRUE(expected.has_value()) << expected.error().text();
  const auto files = expected->find("files");
  ASSERT_TRUE(files.has_value());
  EXPECT_EQ(files->size(), report->files.size());
  for (const FileTotals& file : report->files) {
    SCOPED_TRACE(file.file);
    const auto wanted = files->find(file.file);
    ASSERT_TRUE(wanted.has_value());
    EXPECT_EQ(file.rows, wanted->find("rows")->as_uint64());
    EXPECT_EQ(file.events, wanted->find("events")->as_uint64());
    EXPECT_EQ(file.rejected, wanted->find("rejected")->as_uint64());
    EXPECT_EQ(file.duplicates, wanted->find("duplicates")->as_uint64());
    std::uint64_t bad_time = 0;
    for (const Rejection& one : report->rejections)
      bad_time += one.file == file.file && one.code == "bad_time" ? 1 : 0;
    EXPECT_EQ(bad_time, wanted->find("rejected_for")->find("bad_time")->as_uint64());
  }
}

}  // namespace
}  // namespace concord::datasets
