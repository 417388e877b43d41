// A new generation out of the live state, while reads and writes go on: events 1..M as they are
// published at one revision, written as they lie in memory, none of them decoded.
// Thread class: RollPoint one-owner; roll_generation any-thread, one at a time in a data folder.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/customer/releases.h"
#include "index/snapshot/manifest.h"
#include "index/snapshot/snapshot.h"
#include "index/voids.h"

namespace concord::index {

class SnapshotState;

/// What a generation at the published revision is made of. The records are held by the pin and read
/// later; what is not versioned is copied.
struct RollPoint {
  ReadPin pin;
  std::shared_ptr<const SnapshotState> state;
  Hash128 chain;  // of the log up to the pin's revision
  UnixMillis newest_at;
  std::vector<SourceInfo> sources;
  EventSeq sources_seq = 0;
  std::vector<Releases::Stored> releases;
  std::vector<VoidEvent> voids;
  std::string knowledge;  // as knowledge.ndjson holds it
  std::uint64_t pages = 0;
  bool text = false;  // write a text index
};

struct RollOptions {
  unsigned threads = 1;            // for the text index and the checksums
  Progress progress;               // may be empty
  std::function<void()> unpinned;  // called when the pin is let go: from here on nobody waits
};

struct RollReport {
  std::string name;
  std::string folder;
  Manifest manifest;
  std::int64_t pinned_ms = 0;  // how long versions had to be kept for it
};

/// Writes the generation beside the others and makes it current: files, folder, MANIFEST, CURRENT,
/// each synced before the next. `ids_folder`: the generation whose ids.bin is carried on; empty:
/// none. Older generations stay (remove_old_generations). The pin is let go of as soon as the
/// records are written. An error changes nothing: what was current stays, what was begun is
/// removed. Requires: the caller's process holds the DataLock. Errors: io_error, damaged.
Result<RollReport> roll_generation(const std::string& data_folder, const std::string& ids_folder,
                                   RollPoint point, const RollOptions& options);

/// Copies ids.bin as a hard link, or byte by byte where the file system has none.
Result<void> link_or_copy(const std::string& from, const std::string& to);

}  // namespace concord::index
