// Promise: an event whose id came with the batch is found by it, however many there are; any other
// id is not. Method: a batch through the index, and tables larger than one run, against a map.
#include "index/generation_ids.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "index/base/hash.h"
#include "index/log/event_log.h"
#include "index/reindex.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::BatchIds;
using index::Hash128;
using index::IdRow;
using index::IdsWriter;

IdRow row_of(std::uint64_t number) {
  return {index::event_id_key("source", std::to_string(number)), {number, ~number}, number};
}

TEST(BatchIds, FindsEachOfManyAndNoOther) {
  const TemporaryFolder folder;
  auto writer = IdsWriter::create(folder.path());
  ASSERT_TRUE(writer.has_value());
  constexpr std::uint64_t kRows = IdsWriter::kRunRows * 2 + 12'345;
  for (std::uint64_t n = 1; n <= kRows; ++n) writer->add(row_of(n));
  ASSERT_TRUE(writer->finish().has_value());
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/ids.runs"));
  const auto ids = BatchIds::open(folder.path());
  ASSERT_TRUE(ids.has_value());
  EXPECT_EQ(ids->size(), kRows);
  for (std::uint64_t n = 1; n <= kRows; n += 7) {
    const auto found = ids->find(row_of(n).id_key);
    ASSERT_TRUE(found.has_value()) << n;
    EXPECT_EQ(*found, row_of(n));
    EXPECT_FALSE(ids->find(row_of(kRows + n).id_key).has_value());
  }
}

TEST(BatchIds, KeysThatAreNotSpreadEvenlyAreFoundToo) {
  const TemporaryFolder folder;
  auto writer = IdsWriter::create(folder.path());
  ASSERT_TRUE(writer.has_value());
  std::map<Hash128, IdRow> want;
  for (std::uint64_t n = 0; n < 3'000; ++n) {
    // All at the low end, some at the very top, some with one half in common.
    const Hash128 key = n % 3 == 0   ? Hash128{n, 1}
                        : n % 3 == 1 ? Hash128{~0ULL - n, 2}
                                     : Hash128{77, n};
    want[key] = {key, {n, n}, n + 1};
    writer->add(want[key]);
  }
  ASSERT_TRUE(writer->finish().has_value());
  const auto ids = BatchIds::open(folder.path());
  ASSERT_TRUE(ids.has_value());
  for (const auto& [key, row] : want) EXPECT_EQ(ids->find(key), row);
  for (const Hash128 other : {Hash128{1, 0}, Hash128{~0ULL, ~0ULL}, Hash128{0, 0}, Hash128{77, 1}})
    EXPECT_EQ(ids->find(other).has_value(), want.contains(other));
}

TEST(BatchIds, OfAnIdUsedTwiceTheFirstIsTold) {
  const TemporaryFolder folder;
  auto writer = IdsWriter::create(folder.path());
  ASSERT_TRUE(writer.has_value());
  const Hash128 key{5, 5};
  writer->add({key, {1, 1}, 9});
  writer->add({key, {1, 1}, 4});
  ASSERT_TRUE(writer->finish().has_value());
  EXPECT_EQ(BatchIds::open(folder.path())->find(key)->seq, 4U);
}

TEST(BatchIds, AnEmptyBatchHasNone) {
  const TemporaryFolder folder;
  auto writer = IdsWriter::create(folder.path());
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(writer->finish().has_value());
  const auto ids = BatchIds::open(folder.path());
  ASSERT_TRUE(ids.has_value());
  EXPECT_FALSE(ids->find({1, 2}).has_value());
}

TEST(BatchIds, HalfARowIsRefused) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() + "/ids.bin") << std::string(41, 'x');
  const auto ids = BatchIds::open(folder.path());
  ASSERT_FALSE(ids.has_value());
  EXPECT_EQ(ids.error().code, index::Code::damaged);
  EXPECT_NE(ids.error().place.find("ids.bin"), std::string::npos);
}

TEST(BatchIds, TheBatchIndexWritesThem) {
  const TemporaryFolder folder;
  index::ReindexOptions options;
  options.identity_types = story_identity_types();
  options.text = false;
  auto reindex = index::Reindex::start(folder.path(), options);
  ASSERT_TRUE(reindex.has_value());
  std::vector<Saying> said;
  for (int n = 0; n < 50; ++n) {
    said.emplace_back("crm", "id-" + std::to_string(n), 1000 + n);
    said.back().of({"crm:7"}).entry(index::Kind::case_, "c" + std::to_string(n % 5));
    ASSERT_TRUE((*reindex)->add(said.back().bytes()).has_value());
  }
  const auto report = (*reindex)->finish();
  ASSERT_TRUE(report.has_value());
  const auto ids = BatchIds::open(index::generation_folder(folder.path(), report->generation));
  ASSERT_TRUE(ids.has_value());
  for (int n = 0; n < 50; ++n) {
    const auto found = ids->find(index::event_id_key("crm", "id-" + std::to_string(n)));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->seq, static_cast<index::EventSeq>(n + 1));
    EXPECT_EQ(found->content, index::content_hash(said[n].draft));
  }
  EXPECT_FALSE(ids->find(index::event_id_key("crm", "id-50")).has_value());
  EXPECT_FALSE(ids->find(index::event_id_key("shop", "id-1")).has_value());
}

}  // namespace
}  // namespace concord::test
