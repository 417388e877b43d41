// A generation on disk: an immutable, complete, verified set of index files built at one seq.
//   DATA/CURRENT                     names the generation in use, with a sum of the name
//   DATA/LOCK                        held by the one process that builds
//   DATA/generations/g000000081235/  MANIFEST records.bin slots.bin identities.bin shared.bin
//                                    knowledge.ndjson ids.bin voids.bin text/…
// Thread class: FileWriter and DataLock one-owner; MappedRecords immutable; functions any-thread.
#pragma once
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/customer/releases.h"
#include "index/snapshot/manifest.h"
#include "index/snapshot/publish.h"
#include "index/snapshot/snapshot_state.h"
#include "index/voids.h"

namespace concord::index {

class BatchIds;  // generation_ids.h

inline constexpr const char* kRecordsFile = "records.bin";
inline constexpr const char* kSlotsFile = "slots.bin";
inline constexpr const char* kIdentitiesFile = "identities.bin";
inline constexpr const char* kSharedFile = "shared.bin";
inline constexpr const char* kKnowledgeFile = "knowledge.ndjson";
inline constexpr const char* kTextFolder = "text";

/// One line of slots.bin.
struct SlotRow {
  std::uint64_t id = 0;
  std::uint64_t record_offset = ~0ULL;  // in records.bin; ~0: merged away, no record
  std::uint64_t redirect_seq = 0;       // 0: not merged away
  std::uint64_t redirect_slot = 0;
};
/// One line of identities.bin.
struct IdentityRow {
  Hash128 hash;
  std::uint64_t slot = 0;
};
/// Before each record in records.bin; becomes its Version in memory. 64 bytes.
struct RecordHeader {
  std::uint64_t total_bytes = 0;  // header, record, tails: a multiple of 64
  std::uint64_t record_bytes = 0;
  std::uint64_t tail_count = 0;
  std::uint64_t seq = 0;
  std::uint64_t spare[4] = {};
};
static_assert(sizeof(RecordHeader) == sizeof(Version));

/// An append-only file with its own buffer. Errors stick and come out of close().
class FileWriter {
 public:
  static Result<FileWriter> create(const std::string& path);
  FileWriter() = default;
  FileWriter(FileWriter&&) noexcept = default;
  FileWriter& operator=(FileWriter&&) noexcept = default;
  void write(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Hands everything to the system, so that readers of the file see it; close() comes later.
  void flush();
  /// Flushes, fsyncs, closes.
  Result<void> close();
  /// The same, a little at a time: who syncs small writes to the same disk, such as the log, never
  /// waits behind much of this file.
  Result<void> close_gently();

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::uint64_t size_ = 0;
  int error_ = 0;
};

/// The right to build in a data folder or to serve it live: one process at a time. Held until
/// destroyed; the system lets go of it when the process dies.
class DataLock {
 public:
  /// Makes the folder when it is not there. Errors: conflict (another process holds it), io_error.
  static Result<DataLock> take(const std::string& data_folder);
  DataLock(DataLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  DataLock& operator=(DataLock&&) = delete;
  DataLock(const DataLock&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int file) : file_(file) {}
  int file_;
};

/// Writes one record (header, record, tails); returns its offset.
std::uint64_t write_record(FileWriter& file, const EncodedRecord& record, EventSeq seq);

/// The same for a published version, as it lies in memory.
std::uint64_t write_version(FileWriter& file, const Version& version);
/// Writes shared.bin into `folder`.
Result<void> write_shared(std::span<const Releases::Stored> releases, const std::string& folder);

/// Gives the files in `building` their name as a generation, sums every one into the manifest,
/// writes that, and makes the generation current: files, folder, MANIFEST, then CURRENT, each
/// synced before the next. Returns the name. On an error what was current stays so, and nothing of
/// the new one is left (`building` is the caller's to remove). Failpoints: generation.renamed,
/// .files_synced, .manifest_written, .current_written.
Result<std::string> install_generation(const std::string& data_folder, const std::string& building,
                                       Manifest manifest, unsigned threads);

/// The records of a records.bin that was just written (it is not verified), read in place.
class MappedRecords {
 public:
  explicit MappedRecords(std::string_view bytes);
  [[nodiscard]] const std::vector<RecordView>& views() const { return views_; }

 private:
  std::vector<RecordView> views_;
  std::deque<std::vector<const wire::Segment*>> tails_;  // of the records that have any
};

std::string generation_name(EventSeq seq, std::uint64_t build);
std::string generation_folder(const std::string& data_folder, const std::string& name);
/// The seq in a generation's name; empty when it is none.
std::optional<EventSeq> seq_of_generation(const std::string& name);
/// Generations that have a manifest, newest first.
std::vector<std::string> complete_generations(const std::string& data_folder);
/// What CURRENT holds for a generation: its name and a sum of it, for a name that differs in one
/// bit may be that of an older one.
std::string current_line(const std::string& name);
/// The generation CURRENT names. Errors: not_found (no data folder), damaged.
Result<std::string> current_generation(const std::string& data_folder);
/// Keeps the current generation and the newest other complete one; removes the rest and what is
/// half-built, but for `in_use`, whose files somebody still reads. Requires: the caller holds the
/// DataLock.
void remove_old_generations(const std::string& data_folder, const std::string& in_use = {});

struct LoadedGeneration {
  std::string name;
  std::string folder;
  Manifest manifest;
  std::shared_ptr<SnapshotState> state;
  Releases releases;
  std::vector<VoidEvent> voids;
  std::string knowledge;  // knowledge.ndjson
  std::shared_ptr<const BatchIds> ids;
};
/// The generation CURRENT names, and no other. Verifies every file's blocks on all cores, loads and
/// verifies every record. Errors: not_found, damaged (place: the file), unsupported, io_error.
Result<LoadedGeneration> load_generation(const std::string& data_folder, unsigned threads,
                                         const Progress& progress);

/// Something that should have been opened and did not verify: CURRENT itself (name empty) or a
/// generation.
struct PassedOver {
  std::string name;
  EventSeq seq = 0;  // what its name says it goes up to
  Error why;
};
struct ChosenGeneration {
  LoadedGeneration loaded;
  std::vector<PassedOver> passed_over;  // in the order they were tried; empty: all is well
  /// The events up to here were in a generation that is passed over: the log must still have those
  /// after `loaded`, or answers would silently be older than before.
  EventSeq must_reach = 0;
};
/// The generation CURRENT names; when that cannot be told or does not verify, the newest complete
/// one that does. Errors: not_found (no data), unsupported (written by another version: never a
/// reason to fall back), damaged (nothing verifies; all reasons are named).
Result<ChosenGeneration> load_generation_or_fallback(const std::string& data_folder,
                                                     unsigned threads, const Progress& progress);

/// Whole-file BLAKE2b of every file. Calls `found` for every damaged file; false when there is one.
bool verify_generation(const std::string& folder, const Manifest& manifest, unsigned threads,
                       const std::function<void(const Error&)>& found, const Progress& progress);

}  // namespace concord::index
