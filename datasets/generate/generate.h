// A seeded world: the extracts eight departments of one company would write about its customers,
// the mapping to import them, and the truth to check an import against.
// Thread class: any-thread (a pure function of its options, but for the folder it writes).
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "index/base/result.h"

namespace concord::datasets {

inline constexpr std::uint32_t kCustomersMax = 10'000'000;

struct GenerateOptions {
  std::uint32_t customers = 10'000;  // 1 … kCustomersMax
  std::uint64_t seed = 1;
  std::string out;       // folder; made when missing
  unsigned threads = 0;  // 0: all of the machine; never changes a byte
};

struct GenerateReport {
  std::uint64_t customers = 0;
  std::uint64_t accounts = 0;
  std::uint64_t rows = 0;                        // of all extracts
  std::uint64_t entries = 0;                     // distinct source/kind/key
  std::uint64_t texts = 0;                       // entries with a text
  std::uint64_t rejected = 0;                    // rows made to be refused
  std::uint64_t duplicates = 0;                  // rows written twice
  std::uint64_t identities = 0;                  // lines of truth.csv
  std::uint64_t entries_max = 0;                 // of one customer
  std::uint64_t bytes = 0;                       // on disk
  std::map<std::string, std::uint64_t> stories;  // how often each was told
};

/// Called between pieces of work, from the calling thread: customers done, of how many.
using GenerateProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Writes the extracts, truth.csv, expected.json and, last of all, sources.toml: a folder without
/// it is unfinished. Files of an earlier run are replaced.
/// Errors: bad_input (options), io_error (with the path).
index::Result<GenerateReport> generate(const GenerateOptions& options,
                                       const GenerateProgress& progress = {});

}  // namespace concord::datasets
