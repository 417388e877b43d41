// The files that a `path` of sources.toml means, and the reader that fits them.
// Thread class: any-thread (functions).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "datasets/import/records.h"
#include "datasets/import/sources.h"

namespace concord::datasets {

struct FoundFile {
  std::string name;  // relative to the files' folder
  std::string path;
  std::uint64_t bytes = 0;
};

/// In the order of their names, byte by byte. Empty when there is none.
std::vector<FoundFile> files_of(const std::string& folder, const std::string& path);

/// Errors: as CsvReader::open and LineReader::open.
index::Result<std::unique_ptr<RecordReader>> open_records(const Reading& reading,
                                                          const std::string& path);

}  // namespace concord::datasets
