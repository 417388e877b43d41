// Where a RocksDB log file (a write-ahead log, or a MANIFEST: the same format) stops being whole,
// and whether that is a torn end or rot. Every commit is synced before the next one is written, so
// a power cut can tear only the last record; a whole record behind a bad place is rot.
// The format: blocks of 32 KiB; fragments of a masked CRC32C, a length, a type and the bytes.
// Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>
#include <string_view>

namespace concord::index {

struct WalScan {
  std::uint64_t good_end = 0;  // end of the last whole record before anything bad
  std::uint64_t bad_at = 0;    // where the first bad fragment begins; the size when none is
  bool clean = true;           // nothing but whole records
  bool rotten = false;         // a whole record, or the beginning of one, stands behind `bad_at`
};
WalScan scan_wal(std::string_view bytes);

/// CRC32C (Castagnoli).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace concord::index
