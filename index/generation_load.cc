// Loading a generation: every block is checked on the way into memory, every record verified.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <mutex>

#include "index/base/assert.h"
#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/base/parallel.h"
#include "index/generation.h"
#include "index/generation_ids.h"
#include "index/snapshot/snapshot_writer.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;

// The first error of several threads: the one of the lowest place counts, so that it is always the
// same one.
class FirstError {
 public:
  void set(std::size_t place, Error error) {
    const std::scoped_lock lock(mutex_);
    if (found_ && place >= place_) return;
    found_ = true;
    place_ = place;
    error_ = std::move(error);
  }
  [[nodiscard]] Result<void> result() const {
    if (found_) return tl::unexpected<Error>(error_);
    return {};
  }

 private:
  std::mutex mutex_;
  bool found_ = false;
  std::size_t place_ = 0;
  Error error_;
};

const FileSums* sums_of(const Manifest& manifest, std::string_view name) {
  for (const FileSums& file : manifest.files)
    if (file.name == name) return &file;
  return nullptr;
}

tl::unexpected<Error> wrong_size(std::size_t bytes, const FileSums& sums, const std::string& path) {
  return fail(
      Code::damaged,
      "has " + std::to_string(bytes) + " bytes, the manifest says " + std::to_string(sums.bytes),
      path);
}

Error wrong_block(std::size_t block, const std::string& path) {
  return {Code::damaged,
          "bytes " + std::to_string(block * kBlockBytes) + " and on are not what was written",
          path};
}

// Copies a file to `to`, checking each block.
Result<void> read_checked(const std::string& folder, const FileSums& sums, char* to,
                          unsigned threads, const Progress& progress) {
  const std::string path = (fs::path(folder) / sums.name).string();
  const auto file = MappedFile::open(path);
  if (!file) return tl::unexpected<Error>(file.error());
  if (file->bytes().size() != sums.bytes) return wrong_size(file->bytes().size(), sums, path);
  FirstError errors;
  std::atomic<std::uint64_t> done{0};
  parallel_chunks(sums.blocks.size(), 1, threads, [&](std::size_t i, std::size_t, std::size_t) {
    const std::string_view block = file->bytes().substr(i * kBlockBytes, kBlockBytes);
    std::memcpy(to + i * kBlockBytes, block.data(), block.size());
    if (hash64({to + i * kBlockBytes, block.size()}) != sums.blocks[i])
      errors.set(i, wrong_block(i, path));
    const std::uint64_t now = ++done;
    if (progress && now % 64 == 0) progress("load", now, sums.blocks.size());
  });
  return errors.result();
}

// Compares every block where it lies.
Result<void> check_in_place(const std::string& folder, const FileSums& sums, unsigned threads) {
  const std::string path = (fs::path(folder) / sums.name).string();
  const auto file = MappedFile::open(path);
  if (!file) return tl::unexpected<Error>(file.error());
  if (file->bytes().size() != sums.bytes) return wrong_size(file->bytes().size(), sums, path);
  FirstError errors;
  parallel_chunks(sums.blocks.size(), 1, threads, [&](std::size_t i, std::size_t, std::size_t) {
    if (hash64(file->bytes().substr(i * kBlockBytes, kBlockBytes)) != sums.blocks[i])
      errors.set(i, wrong_block(i, path));
  });
  return errors.result();
}

Result<std::string> read_small(const std::string& folder, const Manifest& manifest,
                               const std::string& name, unsigned threads) {
  const FileSums* sums = sums_of(manifest, name);
  const std::string path = (fs::path(folder) / name).string();
  if (sums == nullptr) return fail(Code::damaged, "is not in the manifest", path);
  std::string bytes(sums->bytes, '\0');
  if (auto read = read_checked(folder, *sums, bytes.data(), threads, {}); !read)
    return tl::unexpected<Error>(read.error());
  return bytes;
}

// Where the pointers to a record's tails are put.
struct TailsAt {
  const wire::Segment** segments;
  const wire::TailLabel** labels;
};

// The tails in `bytes`, one behind the other, with as many rows as `entries` says. False: they are
// not whole.
bool adopt_tails(std::string_view bytes, std::uint64_t count, std::uint64_t entries, TailsAt to) {
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!verify_tail(bytes)) return false;
    const auto& label = *reinterpret_cast<const wire::TailLabel*>(bytes.data());
    if (label.rows() > entries) return false;
    entries -= label.rows();
    to.segments[i] = &segment_of(label);
    to.labels[i] = &label;
    bytes.remove_prefix(label.bytes());
  }
  return entries == 0;
}

// Turns the header before a record into its Version. False: the record does not verify.
bool adopt(char* at, std::size_t room, TailsAt tails) {
  RecordHeader header;
  if (room < sizeof header) return false;
  std::memcpy(&header, at, sizeof header);
  if (header.total_bytes > room || header.total_bytes < sizeof header ||
      header.record_bytes > header.total_bytes - sizeof header || header.record_bytes % 8 != 0)
    return false;
  const char* bytes = at + sizeof header;
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes), header.record_bytes);
  if (!wire::VerifyRecordBuffer(verifier)) return false;
  const wire::Record* record = wire::GetRecord(bytes);
  const auto* in_head = record->head_nested_root()->rows();
  if (in_head == nullptr || in_head->size() > record->entries()) return false;
  if ((record->behind() != nullptr && record->behind()->size() > 0) != (header.tail_count > 0))
    return false;  // the sum over the tails
  const std::size_t tail_bytes = header.total_bytes - sizeof header - header.record_bytes;
  if (!adopt_tails({bytes + header.record_bytes, tail_bytes}, header.tail_count,
                   record->entries() - in_head->size(), tails))
    return false;
  auto* version = new (at) Version;
  version->record = record;
  version->record_bytes = header.record_bytes;
  version->tails = tails.segments;
  version->labels = tails.labels;
  version->tail_count = header.tail_count;
  version->seq = header.seq;
  return true;
}

std::uint64_t tail_count_at(const char* records, std::uint64_t offset) {
  RecordHeader header;
  std::memcpy(&header, records + offset, sizeof header);
  return header.tail_count;
}

Result<void> adopt_records(LoadedGeneration& loaded, const std::vector<SlotRow>& rows,
                           std::size_t records_bytes, unsigned threads, const Progress& progress) {
  SnapshotState& state = *loaded.state;
  const std::string path = (fs::path(loaded.folder) / kRecordsFile).string();
  std::vector<std::uint64_t> first_tail(rows.size());
  std::uint64_t tails = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    first_tail[i] = tails;
    if (rows[i].record_offset == ~0ULL) continue;
    if (records_bytes < sizeof(RecordHeader) ||
        rows[i].record_offset > records_bytes - sizeof(RecordHeader) ||
        rows[i].record_offset % alignof(Version) != 0)
      return fail(Code::damaged, "slots.bin does not point to a record in it", path);
    const std::uint64_t count = tail_count_at(state.arena.data(), rows[i].record_offset);
    if (count > records_bytes / sizeof(wire::TailLabel) - tails)
      return fail(Code::damaged, "a record has more tails than there is room", path);
    tails += count;
  }
  state.tail_pointers.resize(tails);
  state.tail_labels.resize(tails);
  FirstError errors;
  std::atomic<std::uint64_t> done{0};
  constexpr std::size_t kGrain = 4096;
  parallel_chunks(
      rows.size(), kGrain, threads, [&](std::size_t begin, std::size_t end, std::size_t) {
        for (std::size_t i = begin; i < end; ++i) {
          if (rows[i].record_offset == ~0ULL) continue;
          char* at = state.arena.data() + rows[i].record_offset;
          const TailsAt to{state.tail_pointers.data() + first_tail[i],
                           state.tail_labels.data() + first_tail[i]};
          if (!adopt(at, records_bytes - rows[i].record_offset, to)) {
            errors.set(i, {Code::damaged,
                           "the record at byte " + std::to_string(rows[i].record_offset) +
                               " does not verify",
                           path});
            return;
          }
          state.slots[static_cast<std::uint32_t>(i)].newest.store(
              std::launder(reinterpret_cast<const Version*>(at)));
        }
        done += end - begin;
        if (progress) progress("verify records", done, rows.size());
      });
  return errors.result();
}

template <typename Row>
Result<std::vector<Row>> read_rows(const LoadedGeneration& loaded, const char* name,
                                   unsigned threads) {
  const auto read = read_small(loaded.folder, loaded.manifest, name, threads);
  if (!read) return tl::unexpected<Error>(read.error());
  const std::string& bytes = *read;
  if (bytes.size() % sizeof(Row) != 0)
    return fail(Code::damaged, "does not end with a whole row",
                (fs::path(loaded.folder) / name).string());
  std::vector<Row> rows(bytes.size() / sizeof(Row));
  if (!rows.empty()) std::memcpy(rows.data(), bytes.data(), rows.size() * sizeof(Row));
  return rows;
}

Result<void> load_tables(LoadedGeneration& loaded, unsigned threads) {
  SnapshotWriter writer(loaded.state);
  const std::string path = (fs::path(loaded.folder) / kIdentitiesFile).string();
  const auto rows = read_rows<IdentityRow>(loaded, kIdentitiesFile, threads);
  if (!rows) return tl::unexpected<Error>(rows.error());
  NormalisedIdentity identity;
  identity.strength = IdentityClass::looks_up;
  for (const IdentityRow& row : *rows) {
    if (row.slot >= loaded.state->slots.size())
      return fail(Code::damaged, "points to a customer that is not there", path);
    identity.hash = row.hash;
    writer.bind(identity, static_cast<std::uint32_t>(row.slot));
  }
  return {};
}

Result<void> load_shared(LoadedGeneration& loaded, unsigned threads) {
  const std::string path = (fs::path(loaded.folder) / kSharedFile).string();
  const auto bytes = read_small(loaded.folder, loaded.manifest, kSharedFile, threads);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  std::string_view rest = *bytes;
  while (!rest.empty()) {
    std::uint64_t head[2];
    if (rest.size() < sizeof head) return fail(Code::damaged, "cut short", path);
    std::memcpy(head, rest.data(), sizeof head);
    rest.remove_prefix(sizeof head);
    if (head[1] > rest.size()) return fail(Code::damaged, "cut short", path);
    // Padded to 8 bytes, so that the event can be read in place.
    const std::string event(rest.substr(0, head[1]));
    const auto decoded = decode_event(event);
    if (!decoded || !Releases::is_release(**decoded))
      return fail(Code::damaged, "holds something that is not a release", path);
    loaded.releases.add(head[0], event);
    rest.remove_prefix(std::min<std::size_t>(rest.size(), (head[1] + 7) / 8 * 8));
  }
  return {};
}

Result<void> load_voids(LoadedGeneration& loaded, unsigned threads) {
  auto rows = read_rows<VoidEvent>(loaded, kVoidsFile, threads);
  if (!rows) return tl::unexpected<Error>(rows.error());
  if (!is_sound(*rows, loaded.manifest.seq))
    return fail(Code::damaged, "names events that cannot be void",
                (fs::path(loaded.folder) / kVoidsFile).string());
  loaded.voids = std::move(*rows);
  return {};
}

Result<void> load_slots(LoadedGeneration& loaded, std::vector<SlotRow>& rows, unsigned threads) {
  auto read = read_rows<SlotRow>(loaded, kSlotsFile, threads);
  if (!read) return tl::unexpected<Error>(read.error());
  rows = std::move(*read);
  const std::string path = (fs::path(loaded.folder) / kSlotsFile).string();
  if (rows.size() != loaded.manifest.slots)
    return fail(Code::damaged, "does not have the manifest's number of customers", path);
  SnapshotWriter writer(loaded.state);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (writer.slot_of(CustomerId{rows[i].id}) != SnapshotWriter::kNoSlot)
      return fail(Code::damaged, "two customers have one id", path);
    const std::uint32_t slot = writer.add_slot(CustomerId{rows[i].id});
    if (rows[i].redirect_seq == 0) continue;
    // The one known first survives: so no ring of merges can be.
    if (rows[i].redirect_slot >= i)
      return fail(Code::damaged, "a merged customer does not point to an older one", path);
    writer.redirect(slot, static_cast<std::uint32_t>(rows[i].redirect_slot), rows[i].redirect_seq);
  }
  return {};
}

Result<void> load_knowledge(LoadedGeneration& loaded, unsigned threads) {
  auto bytes = read_small(loaded.folder, loaded.manifest, kKnowledgeFile, threads);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  loaded.knowledge = std::move(*bytes);
  return {};
}

Result<void> open_ids(LoadedGeneration& loaded) {
  if (sums_of(loaded.manifest, kIdsFile) == nullptr)
    return fail(Code::damaged, "ids.bin is not in the manifest", loaded.folder);
  auto ids = BatchIds::open(loaded.folder);
  if (!ids) return tl::unexpected<Error>(ids.error());
  loaded.ids = std::make_shared<const BatchIds>(std::move(*ids));
  return {};
}

// Files that were checked on their way into memory; the others are checked where they lie.
bool is_loaded(std::string_view name) {
  return name == kRecordsFile || name == kSlotsFile || name == kIdentitiesFile ||
         name == kSharedFile || name == kKnowledgeFile || name == kVoidsFile;
}

}  // namespace

namespace {

Result<LoadedGeneration> load_named(const std::string& data_folder, const std::string& name,
                                    unsigned threads, const Progress& progress) {
  LoadedGeneration loaded;
  loaded.name = name;
  loaded.folder = generation_folder(data_folder, name);
  auto manifest = read_manifest(loaded.folder);
  if (!manifest) return tl::unexpected<Error>(manifest.error());
  loaded.manifest = std::move(*manifest);
  loaded.state = std::make_shared<SnapshotState>(loaded.manifest.identity_types);
  const FileSums* records = sums_of(loaded.manifest, kRecordsFile);
  if (records == nullptr)
    return fail(Code::damaged, "records.bin is not in the manifest", loaded.folder);
  SnapshotState& state = *loaded.state;
  Result<void> done = state.arena.reserve(records->bytes);
  if (done) done = read_checked(loaded.folder, *records, state.arena.data(), threads, progress);
  std::vector<SlotRow> rows;
  if (done) done = load_slots(loaded, rows, threads);
  if (done) done = adopt_records(loaded, rows, records->bytes, threads, progress);
  if (done) done = load_tables(loaded, threads);
  if (done) done = load_shared(loaded, threads);
  if (done) done = load_voids(loaded, threads);
  if (done) done = load_knowledge(loaded, threads);
  for (const FileSums& file : loaded.manifest.files)
    if (done && !is_loaded(file.name)) done = check_in_place(loaded.folder, file, threads);
  if (!done) return tl::unexpected<Error>(done.error());
  if (auto done_ids = open_ids(loaded); !done_ids) return tl::unexpected<Error>(done_ids.error());
  state.published.store(loaded.manifest.seq);
  state.floor.store(loaded.manifest.seq);
  return loaded;
}

// One call at a time, whatever thread it comes from.
Progress serialised(const Progress& listener, std::mutex& mutex) {
  if (!listener) return {};
  return [&listener, &mutex](std::string_view step, std::uint64_t done, std::uint64_t total) {
    const std::scoped_lock lock(mutex);
    listener(step, done, total);
  };
}

Error nothing_verifies(const std::string& data_folder, const std::vector<PassedOver>& tried) {
  std::string reasons;
  for (const PassedOver& one : tried) reasons += "; " + one.why.text();
  return {Code::damaged, "no generation verifies" + reasons + ". Restore a backup", data_folder};
}

}  // namespace

Result<LoadedGeneration> load_generation(const std::string& data_folder, unsigned threads,
                                         const Progress& listener) {
  const auto name = current_generation(data_folder);
  if (!name) return tl::unexpected<Error>(name.error());
  std::mutex mutex;
  return load_named(data_folder, *name, threads, serialised(listener, mutex));
}

Result<ChosenGeneration> load_generation_or_fallback(const std::string& data_folder,
                                                     unsigned threads, const Progress& listener) {
  std::mutex mutex;
  const Progress progress = serialised(listener, mutex);
  std::vector<PassedOver> passed_over;
  EventSeq must_reach = 0;
  std::vector<std::string> names = complete_generations(data_folder);
  const auto current = current_generation(data_folder);
  if (current) {
    std::erase(names, *current);
    names.insert(names.begin(), *current);
  } else if (names.empty() && current.error().code == Code::not_found) {
    return tl::unexpected<Error>(current.error());
  } else {
    passed_over.push_back({{}, 0, current.error()});
  }
  for (const std::string& name : names) {
    auto loaded = load_named(data_folder, name, threads, progress);
    if (loaded) return ChosenGeneration{std::move(*loaded), std::move(passed_over), must_reach};
    if (loaded.error().code == Code::unsupported) return tl::unexpected<Error>(loaded.error());
    const EventSeq seq = seq_of_generation(name).value_or(0);
    must_reach = std::max(must_reach, seq);
    passed_over.push_back({name, seq, loaded.error()});
  }
  return tl::unexpected<Error>(nothing_verifies(data_folder, passed_over));
}

}  // namespace concord::index
