// What an import did: totals per file, every row refused with its place, words nobody mapped.
// Thread class: one-owner while the import runs, then immutable.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "index/base/json_writer.h"
#include "index/base/types.h"

namespace concord::datasets {

inline constexpr std::size_t kRejectionsKept = 10'000;    // listed; all are counted
inline constexpr std::size_t kUnmappedWordsKept = 1'000;  // different words of one source and field

/// A row, or a whole file (line 0), that was refused.
struct Rejection {
  std::string source;        // empty: a lookup
  std::string file;          // as sources.toml names it, * replaced
  std::uint64_t line = 0;    // where the row begins, from 1
  std::uint32_t column = 0;  // number of the column, from 1; 0: the row
  std::string field;         // its name in the header, or a place in a JSON line
  std::string code;          // see docs/data.md, "The report"
  std::string reason;

  /// "tickets.csv:12: column 3 "changed": not a time …"
  [[nodiscard]] std::string text() const;
};

struct FileTotals {
  std::string source;
  std::string file;
  std::uint64_t rows = 0;        // records read, good and bad
  std::uint64_t events = 0;      // numbered and handed on
  std::uint64_t rejected = 0;    // rows refused
  std::uint64_t duplicates = 0;  // same id, same content: dropped
  std::uint64_t skipped = 0;     // not wanted by `only`
  std::uint64_t retracted = 0;   // of the events: made because a newer full file lacks the item
  std::int64_t newest_at_ms = index::kNoTime;
};

struct LookupTotals {
  std::string name;
  std::string file;
  std::uint64_t rows = 0;
  std::uint64_t keys = 0;
};

struct ImportReport {
  std::vector<FileTotals> files;  // in the order they were read; a file mapped twice stands twice
  std::vector<LookupTotals> lookups;
  std::vector<Rejection> rejections;                 // the first kRejectionsKept
  std::map<std::string, std::uint64_t> rejected_by;  // code → rows, files and lookup rows
  std::uint64_t rows = 0, events = 0, rejected = 0, duplicates = 0, skipped = 0;
  std::uint64_t files_refused = 0;  // whole files
  /// (source, field) → word → rows
  std::map<std::pair<std::string, std::string>, std::map<std::string, std::uint64_t>> unmapped;
  index::UnixMillis newest_at{index::kNoTime};  // the base clock `data`
  std::string zone_tables;                      // version of the time-zone tables

  void reject(Rejection rejection);
  void count_unmapped(const std::string& source, const std::string& field, const std::string& word,
                      std::uint64_t rows_with_it);
};

/// report.json
void write_report(index::JsonWriter& out, const ImportReport& report);

}  // namespace concord::datasets
