// Batch index: events 1..N in, one generation out. Bounded memory: the events wait in a spool file;
// only what finds them again is kept in memory (about 24 bytes an event), with the releases, the
// knowledge pages, the ids being sorted (10 MB) and the records being written (events of 32 MB, or
// one larger customer).
// Thread class: one-owner; works on `threads` threads inside.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/snapshot/manifest.h"

namespace concord::index {

struct ReindexOptions {
  unsigned threads = 0;  // 0: all
  bool text = true;      // build the text index too
  IdentityTypes identity_types;
  std::vector<SourceInfo> sources;  // name, department, expect_every_ms, may
  Progress progress;                // may be empty
};

struct ReindexRejection {
  std::string source;
  std::string event_id;
  Error error;
};

struct ReindexReport {
  std::string generation;
  EventSeq seq = 0;  // events taken
  std::uint64_t rejected = 0;
  std::uint64_t dropped_identities = 0;      // look-up identities that could not be normalised
  std::vector<ReindexRejection> rejections;  // the first kRejectionsKept
  std::uint64_t customers = 0;
  std::uint64_t accounts = 0;
  std::uint64_t entries = 0;
  std::uint64_t identities = 0;
  std::uint64_t merged = 0;  // customers that turned out to be another one
  std::uint64_t knowledge = 0;
  std::uint64_t text_documents = 0;
};
inline constexpr std::size_t kRejectionsKept = 1000;

class Reindex {
 public:
  /// Makes the data folder and a fresh generation folder. Errors: conflict (another process works
  /// here, or the folder has a log: its events would be lost to answers), io_error.
  static Result<std::unique_ptr<Reindex>> start(const std::string& data_folder,
                                                ReindexOptions options);
  /// A generation that is not finished leaves nothing behind.
  ~Reindex();

  /// The next event, encoded. What is wrong with an event is in the report; an error is ours
  /// (io_error).
  Result<void> add(std::string_view event_bytes);
  /// Builds, syncs and makes the generation current. Once; nothing is added afterwards.
  Result<ReindexReport> finish();

 private:
  struct Impl;
  explicit Reindex(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace concord::index
