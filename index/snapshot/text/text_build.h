// Builds the text index of a generation: shards in parallel, then one file.
// Thread class: any-thread (functions).
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/snapshot/text/text_terms.h"
#include "index/snapshot/text/text_types.h"

namespace concord::index {

inline constexpr const char* kTextStoreFile = "text.glass";
inline constexpr const char* kTextDocsFile = "docs.bin";

struct TextBuildOptions {
  unsigned threads = 0;                  // 0: all of the machine
  std::uint32_t shard_documents = 8192;  // one shard is one flush of Xapian's; small ones are quick
  std::uint32_t merged_at_once = 32;     // shards; each holds a few files open. At least 2
  PrefixBy prefix_by = PrefixBy::leads;  // words: a live shard
  /// Called as shards are finished, with the documents done so far; one call at a time.
  std::function<void(std::size_t done)> progress = {};
};

/// Writes the index of all of `source` into `folder` (made when missing; files of an earlier build
/// are replaced) and syncs files and folder. Returns the names of the files, for the manifest.
/// Equal documents give the same docs.bin and the same answers, whatever their order and the
/// options. (text.glass carries a random id of Xapian's: it never gives the same bytes.)
/// Errors: bad_input (two documents of one DocRef), over_limit, io_error.
Result<std::vector<std::string>> build_text_index(const TextSource& source,
                                                  const std::string& folder,
                                                  const TextBuildOptions& options = {});

}  // namespace concord::index
