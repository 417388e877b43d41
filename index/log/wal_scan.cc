#include "index/log/wal_scan.h"

#include <array>
#include <cstring>
#include <optional>

namespace concord::index {
namespace {

constexpr std::size_t kBlockBytes = 32768;
constexpr std::size_t kHeaderBytes = 7;
enum FragmentType : unsigned char { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = make_table();

struct Fragment {
  unsigned char type;
  std::size_t end;
};

// The fragment that begins at `at`, if it is whole and what was written.
std::optional<Fragment> fragment_at(std::string_view bytes, std::size_t at) {
  const std::size_t block_end = (at / kBlockBytes + 1) * kBlockBytes;
  if (at + kHeaderBytes > bytes.size() || at + kHeaderBytes > block_end) return std::nullopt;
  const auto type = static_cast<unsigned char>(bytes[at + 6]);
  if (type < kFull || type > kLast) return std::nullopt;
  std::uint32_t stored = 0;
  std::uint16_t length = 0;
  std::memcpy(&stored, bytes.data() + at, 4);
  std::memcpy(&length, bytes.data() + at + 4, 2);
  const std::size_t end = at + kHeaderBytes + length;
  if (end > bytes.size() || end > block_end) return std::nullopt;
  const std::uint32_t crc = crc32c(bytes.substr(at + 6, 1U + length));
  const std::uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
  if (masked != stored) return std::nullopt;
  return Fragment{type, end};
}

bool record_begins_behind(std::string_view bytes, std::size_t bad_at) {
  for (std::size_t at = bad_at + 1; at + kHeaderBytes <= bytes.size(); ++at) {
    const auto type = static_cast<unsigned char>(bytes[at + 6]);
    if ((type == kFull || type == kFirst) && fragment_at(bytes, at)) return true;
  }
  return false;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
  crc = ~crc;
  for (const char c : bytes)
    crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

WalScan scan_wal(std::string_view bytes) {
  WalScan scan;
  bool inside = false;  // between a first fragment and its last
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t left_in_block = kBlockBytes - at % kBlockBytes;
    if (left_in_block < kHeaderBytes) {  // filled up
      at += left_in_block;
      continue;
    }
    const auto fragment = fragment_at(bytes, at);
    const bool begins = fragment && (fragment->type == kFull || fragment->type == kFirst);
    if (!fragment || begins == inside) break;
    at = fragment->end;
    inside = fragment->type == kFirst || fragment->type == kMiddle;
    if (!inside) scan.good_end = at;
  }
  scan.bad_at = at < bytes.size() ? at : bytes.size();
  scan.clean = at >= bytes.size() && !inside;
  // A beginning where the middle was due is a record behind a torn one, too.
  scan.rotten =
      at < bytes.size() && ((inside && fragment_at(bytes, at)) || record_begins_behind(bytes, at));
  return scan;
}

}  // namespace concord::index
