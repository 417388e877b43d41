// The manifest of a generation: what is in it, how far it goes, and checksums of every file.
// Text, one JSON object on the first line and its BLAKE2b on the second.
// Thread class: any-thread (functions); Manifest is a plain value.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/customer/identity_types.h"

namespace concord::index {

/// Called on long work, on some thread, one call at a time; `total` 0: not known.
using Progress =
    std::function<void(std::string_view step, std::uint64_t done, std::uint64_t total)>;

inline constexpr std::uint64_t kBlockBytes = 4ULL << 20;  // one checksum a block

struct FileSums {
  std::string name;  // inside the generation's folder
  std::uint64_t bytes = 0;
  std::string blake2b;                // of the whole file, hex
  std::vector<std::uint64_t> blocks;  // XXH3 of each kBlockBytes
};

struct SourceInfo {
  std::string name;
  std::string department;
  std::int64_t expect_every_ms = 0;  // 0: it does not say
  std::uint64_t events = 0;
  std::int64_t last_at_ms = kNoTime;     // newest event time
  std::vector<std::string> may;          // types of event it may send
  EventSeq counted_to = 0;               // events up to here are in `events`
  std::int64_t last_heard_ms = kNoTime;  // newest `received_at`
  // What answers show, from the last source_state event (said_at_ms: its time; kNoTime: never).
  Freshness state = Freshness::unstated;
  std::int64_t said_at_ms = kNoTime;
  std::int64_t said_last_at_ms = kNoTime;
};

struct Manifest {
  std::uint32_t format = 6;
  EventSeq seq = 0;
  Hash128 chain;
  UnixMillis newest_at;
  std::uint64_t customers = 0;
  std::uint64_t accounts = 0;
  std::uint64_t entries = 0;
  std::uint64_t identities = 0;
  std::uint64_t knowledge = 0;
  std::uint64_t slots = 0;
  bool has_text = false;
  std::vector<SourceInfo> sources;  // by name
  EventSeq sources_seq = 0;         // the last source_state event; 0: none yet
  IdentityTypes identity_types;
  std::vector<FileSums> files;  // by name
};

/// Checksums of one file. Errors: io_error, not_found.
Result<FileSums> sum_file(const std::string& folder, const std::string& name);

/// Reads a file and compares every block (and, when `deep`, the BLAKE2b of the whole).
/// Errors: damaged; the place is the file and, where known, the byte range.
Result<void> verify_file(const std::string& folder, const FileSums& sums, bool deep);

/// Writes MANIFEST durably. Call when every file it names is synced.
Result<void> write_manifest(const std::string& folder, const Manifest& manifest);
/// Errors: not_found, damaged, unsupported (a newer or an older format).
Result<Manifest> read_manifest(const std::string& folder);

}  // namespace concord::index
