// Promise: a table whose end is not what was written is not given to RocksDB. Method: a table of a
// real log, each byte of its end changed, each length of it.
#include "index/log/table_check.h"

#include <gtest/gtest.h>

#include "index/base/files.h"
#include "index/log/durable_log.h"
#include "tests/index/log/log_support.h"

namespace concord::test {
namespace {

std::string some_table(const std::string& folder) {
  index::DurableLogOptions options;
  options.folder = folder + "/log";
  options.ballast_bytes = 0;
  const auto opened = index::open_durable_log(options);
  EXPECT_TRUE(opened->log->append(0, {}, 1, framed({"a", "b", "c"})).has_value());
  EXPECT_TRUE(opened->log->purge().has_value());
  for (const auto& entry : std::filesystem::directory_iterator(options.folder))
    if (entry.path().extension() == ".sst") return *index::read_file(entry.path().string());
  return {};
}

bool is_sound(const std::string& table) {
  const std::size_t count = std::min(table.size(), index::kTableEndBytes);
  return index::table_end_is_sound(std::string_view(table).substr(table.size() - count),
                                   table.size());
}

TEST(TableCheck, KnowsAnEndThatIsNotWhatWasWritten) {
  const TempFolder folder;
  const std::string table = some_table(folder.path());
  ASSERT_GT(table.size(), 800U);
  ASSERT_TRUE(is_sound(table)) << "control";
  std::size_t found = 0;
  for (std::size_t at = table.size() - 700; at < table.size(); ++at) {
    std::string changed = table;
    changed[at] = static_cast<char>(changed[at] ^ 0x80);
    found += is_sound(changed) ? 0 : 1;
  }
  EXPECT_GT(found, 650U) << "all but the footer's padding, version and index handle";
  for (std::size_t size = 0; size < table.size(); ++size)
    ASSERT_FALSE(is_sound(table.substr(0, size))) << size;
}

TEST(TableCheck, ABitThatStoppedTheProcessIsFound) {
  const TempFolder folder;
  std::string table = some_table(folder.path());
  // The properties end right before the metaindex, which begins with its first entry's three
  // lengths: the highest bit of their last byte says "this block has a hash index".
  const std::size_t key = table.find("rocksdb.properties", table.size() - 200);
  ASSERT_NE(key, std::string::npos);
  const std::size_t trailer = 5;
  const std::size_t last = key - 3 - trailer - 1;
  table[last] = static_cast<char>(table[last] ^ 0x80);
  EXPECT_FALSE(is_sound(table));
}

}  // namespace
}  // namespace concord::test
