// Promise: a log file's torn end is told from rot. Method: files put together by the format's
// rules, then cut and changed at every place.
#include "index/log/wal_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace concord::test {
namespace {

using index::scan_wal;
using index::WalScan;

constexpr std::size_t kBlock = 32768;

void add_fragment(std::string& out, char type, std::string_view bytes) {
  const std::string covered = std::string(1, type) + std::string(bytes);
  const std::uint32_t crc = index::crc32c(covered);
  const std::uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
  const auto length = static_cast<std::uint16_t>(bytes.size());
  out.append(reinterpret_cast<const char*>(&masked), 4);
  out.append(reinterpret_cast<const char*>(&length), 2);
  out.append(covered);
}

void add_record(std::string& out, std::string_view bytes) {
  bool begins = true;
  do {
    std::size_t left = kBlock - out.size() % kBlock;
    if (left < 7) {
      out.append(left, '\0');
      left = kBlock;
    }
    const std::string_view piece = bytes.substr(0, left - 7);
    bytes.remove_prefix(piece.size());
    const bool ends = bytes.empty();
    add_fragment(out, static_cast<char>(begins ? (ends ? 1 : 2) : (ends ? 4 : 3)), piece);
    begins = false;
  } while (!bytes.empty());
}

struct Sample {
  std::string bytes;
  std::vector<std::size_t> ends{0};  // of the records
};
Sample sample() {
  Sample out;
  std::mt19937_64 random(7);
  for (const std::size_t size : {10U, 300U, 70'000U, 1U, 0U, 33'000U, 500U}) {
    std::string record(size, ' ');
    for (char& c : record) c = static_cast<char>(random() & 0xff);
    add_record(out.bytes, record);
    out.ends.push_back(out.bytes.size());
  }
  return out;
}

TEST(WalScan, KnowsTheCheckValueOfItsChecksum) {
  EXPECT_EQ(index::crc32c("123456789"), 0xe3069283U);
}

TEST(WalScan, AWholeFileIsClean) {
  const Sample file = sample();
  const WalScan scan = scan_wal(file.bytes);
  EXPECT_TRUE(scan.clean);
  EXPECT_EQ(scan.good_end, file.bytes.size());
  EXPECT_TRUE(scan_wal("").clean);
}

TEST(WalScan, EveryLengthIsATornEndAndNeverRot) {
  const Sample file = sample();
  std::size_t record = 0;
  for (std::size_t length = 0; length < file.bytes.size();
       length += length < 400 || length > file.bytes.size() - 600 ? 1 : 997) {
    while (file.ends[record + 1] <= length) ++record;
    const WalScan scan = scan_wal(std::string_view(file.bytes).substr(0, length));
    ASSERT_FALSE(scan.rotten) << length;
    ASSERT_EQ(scan.good_end, file.ends[record]) << length;
    ASSERT_EQ(scan.clean, length == file.ends[record]) << length;
  }
}

TEST(WalScan, AFlipBeforeTheLastRecordIsRotInItATornEnd) {
  const Sample file = sample();
  const std::size_t last = file.ends[file.ends.size() - 2];
  for (std::size_t at = 0; at < file.bytes.size(); at += at + 600 < last ? 1499 : 1) {
    std::string bytes = file.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const WalScan scan = scan_wal(bytes);
    ASSERT_FALSE(scan.clean) << at;
    ASSERT_LE(scan.good_end, at) << at;
    ASSERT_EQ(scan.rotten, at < last) << at;
  }
}

TEST(WalScan, ZerosAtTheEndAreATornEndInTheMiddleRot) {
  const Sample file = sample();
  const WalScan end = scan_wal(file.bytes + std::string(5000, '\0'));
  EXPECT_FALSE(end.clean);
  EXPECT_FALSE(end.rotten);
  EXPECT_EQ(end.good_end, file.bytes.size());
  std::string bytes = file.bytes;
  bytes.replace(512, 512, 512, '\0');
  EXPECT_TRUE(scan_wal(bytes).rotten);
}

}  // namespace
}  // namespace concord::test
