// ids.bin: the names of the events that came with a batch, so that a live event which says one of
// them again is told from news. 40 bytes an event, sorted, mapped and not loaded.
// Thread class: IdsWriter one-owner; BatchIds immutable (any-thread).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "index/base/files.h"
#include "index/base/result.h"
#include "index/base/types.h"
#include "index/generation.h"

namespace concord::index {

inline constexpr const char* kIdsFile = "ids.bin";

/// One line of ids.bin.
struct IdRow {
  Hash128 id_key;   // event_id_key(source, id)
  Hash128 content;  // content_hash
  EventSeq seq = 0;
  auto operator<=>(const IdRow&) const = default;
};
static_assert(sizeof(IdRow) == 40);

/// Takes rows in any order and writes them sorted. Bounded memory: sorted runs go to a file beside
/// ids.bin and are merged at the end.
class IdsWriter {
 public:
  /// Errors: io_error.
  static Result<IdsWriter> create(const std::string& folder);
  void add(const IdRow& row);
  /// Writes ids.bin, synced, and removes the runs. Once. Errors: io_error.
  Result<void> finish();

  static constexpr std::size_t kRunRows = 1UL << 18;  // 10 MB in memory

 private:
  void end_run();
  std::string folder_;
  FileWriter runs_;
  std::vector<IdRow> run_;
};

/// The ids of a generation. Requires: the file's blocks have been checked.
class BatchIds {
 public:
  /// Errors: not_found, io_error, damaged when it does not end with a whole row.
  static Result<BatchIds> open(const std::string& folder);
  /// The first event of the batch with this id. Looks at a few dozen rows that lie close together.
  [[nodiscard]] std::optional<IdRow> find(Hash128 id_key) const;
  [[nodiscard]] std::size_t size() const { return file_.bytes().size() / sizeof(IdRow); }

 private:
  [[nodiscard]] IdRow row(std::size_t place) const;
  MappedFile file_;
};

}  // namespace concord::index
