#include "index/roll.h"

#include <chrono>
#include <filesystem>
#include <optional>

#include "index/base/failpoint.h"
#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/generation.h"
#include "index/generation_ids.h"
#include "index/reindex_text.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;

std::int64_t steady_ms() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
}

std::string_view bytes_of(const void* at, std::size_t size) {
  return {static_cast<const char*>(at), size};
}

// A folder that goes away unless it is kept.
class Unfinished {
 public:
  explicit Unfinished(std::string folder) : folder_(std::move(folder)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  void keep() { folder_.clear(); }

 private:
  std::string folder_;
};

struct RollFiles {
  FileWriter records, slots, identities;

  Result<void> create(const std::string& folder);
  /// Of all: how it went, errors of writing included.
  Result<void> close();
};

Result<void> RollFiles::create(const std::string& folder) {
  for (const auto& [file, name] : {std::pair{&records, kRecordsFile}, std::pair{&slots, kSlotsFile},
                                   std::pair{&identities, kIdentitiesFile}}) {
    auto made = FileWriter::create((fs::path(folder) / name).string());
    if (!made) return tl::unexpected<Error>(made.error());
    *file = std::move(*made);
  }
  return {};
}

Result<void> RollFiles::close() {
  for (FileWriter* file : {&records, &slots, &identities})
    if (auto done = file->close_gently(); !done) return done;
  return {};
}

// The records, slots and identities of one revision, in slot order, as the batch index writes them.
class RollWriter {
 public:
  RollWriter(const RollPoint& point, RollFiles& files)
      : state_(*point.state), revision_(point.pin.revision()), files_(files) {}

  void write(Manifest& manifest, const Progress& progress);

 private:
  // The survivor of a slot at the revision, one step; nothing when it is not merged away.
  [[nodiscard]] std::optional<SlotRow> merged(std::uint32_t slot) const {
    const Slot& one = state_.slots[slot];
    const EventSeq seq = one.redirect_seq.load(std::memory_order_acquire);
    if (seq == 0 || seq > revision_) return std::nullopt;
    return SlotRow{one.id, ~0ULL, seq, one.redirected_to()};
  }
  // Slots are numbered in the order of their first event: those of later events are at the end.
  [[nodiscard]] std::uint32_t slots() const {
    std::uint32_t count = state_.slots.size();
    while (count > 0 && !merged(count - 1) && state_.version_at(count - 1, revision_) == nullptr)
      --count;
    return count;
  }
  void write_identities(const RecordView& record, std::uint32_t slot);

  const SnapshotState& state_;
  const EventSeq revision_;
  RollFiles& files_;
  std::string identity_;
  std::uint64_t identity_count_ = 0;
};

void RollWriter::write_identities(const RecordView& record, std::uint32_t slot) {
  if (record.portrait().identities() == nullptr) return;
  for (const wire::Identity* one : *record.portrait().identities()) {
    identity_.assign(view_of(one->type())).append(":").append(view_of(one->value()));
    const IdentityRow row{hash128(identity_), slot};
    files_.identities.write(bytes_of(&row, sizeof row));
    ++identity_count_;
  }
}

// Into the system's memory only: while versions are kept for this, no disk is waited for.
void RollWriter::write(Manifest& manifest, const Progress& progress) {
  const std::uint32_t count = slots();
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    SlotRow row{state_.slots[slot].id};
    if (const auto gone = merged(slot)) {
      row = *gone;
    } else if (const Version* version = state_.version_at(slot, revision_)) {
      const RecordView record = version->view();
      row.record_offset = write_version(files_.records, *version);
      (record.is_account() ? manifest.accounts : manifest.customers) += 1;
      manifest.entries += record.entry_count();
      write_identities(record, slot);
    }
    files_.slots.write(bytes_of(&row, sizeof row));
    if (progress && slot % 8192 == 0) progress("records", slot, count);
  }
  manifest.slots = count;
  manifest.identities = identity_count_;
  for (FileWriter* file : {&files_.records, &files_.slots, &files_.identities}) file->flush();
}

Result<void> write_knowledge(std::string_view pages, const std::string& folder) {
  auto file = FileWriter::create((fs::path(folder) / kKnowledgeFile).string());
  if (!file) return tl::unexpected<Error>(file.error());
  file->write(pages);
  return file->close();
}

Result<void> write_text(const std::string& knowledge, const std::string& folder,
                        const RollOptions& options) {
  const auto pages = read_knowledge(knowledge, kKnowledgeFile);
  if (!pages) return tl::unexpected<Error>(pages.error());
  const auto bytes = MappedFile::open((fs::path(folder) / kRecordsFile).string());
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  const MappedRecords records(bytes->bytes());
  const auto documents =
      build_text(records.views(), *pages, (fs::path(folder) / kTextFolder).string(),
                 options.threads, options.progress);
  if (!documents) return tl::unexpected<Error>(documents.error());
  return {};
}

Result<void> carry_ids(const std::string& from, const std::string& folder) {
  if (!from.empty())
    return link_or_copy((fs::path(from) / kIdsFile).string(),
                        (fs::path(folder) / kIdsFile).string());
  auto none = IdsWriter::create(folder);
  return none ? none->finish() : tl::unexpected<Error>(none.error());
}

Manifest manifest_of(const RollPoint& point) {
  Manifest manifest;
  manifest.seq = point.pin.revision();
  manifest.chain = point.chain;
  manifest.newest_at = point.newest_at;
  manifest.sources = point.sources;
  manifest.sources_seq = point.sources_seq;
  manifest.knowledge = point.pages;
  manifest.has_text = point.text;
  manifest.identity_types = point.state->normaliser.types();
  return manifest;
}

}  // namespace

Result<void> link_or_copy(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (!error) return {};
  fs::copy_file(from, to, error);
  if (error) return fail(Code::io_error, "cannot copy to " + to + ": " + error.message(), from);
  return sync_file(to);
}

Result<RollReport> roll_generation(const std::string& data_folder, const std::string& ids_folder,
                                   RollPoint given, const RollOptions& options) {
  const std::int64_t begun_ms = steady_ms();
  std::optional<RollPoint> point(std::move(given));
  RollReport report;
  report.manifest = manifest_of(*point);
  const std::string building = generation_folder(data_folder, "building");
  std::error_code error;
  fs::remove_all(building, error);
  fs::create_directories(building, error);
  if (error) return fail(Code::io_error, "cannot make the folder: " + error.message(), building);
  Unfinished unfinished(building);
  RollFiles files;
  Result<void> done = files.create(building);
  if (done) RollWriter(*point, files).write(report.manifest, options.progress);
  const auto releases = std::move(point->releases);
  const auto voids = std::move(point->voids);
  const std::string knowledge = std::move(point->knowledge);
  const bool text = point->text;
  point.reset();
  report.pinned_ms = steady_ms() - begun_ms;
  if (options.unpinned) options.unpinned();
  if (done) done = files.close();
  if (done) done = write_shared(releases, building);
  if (done) done = write_voids(voids, building);
  if (done) done = write_knowledge(knowledge, building);
  if (done && failpoint("roll.records_written")) return failpoint_error("roll.records_written");
  if (done) done = carry_ids(ids_folder, building);
  if (done && text) done = write_text(knowledge, building, options);
  if (!done) return tl::unexpected<Error>(done.error());
  const auto name = install_generation(data_folder, building, report.manifest, options.threads);
  if (!name) return tl::unexpected<Error>(name.error());
  unfinished.keep();
  report.name = *name;
  report.folder = generation_folder(data_folder, *name);
  auto written = read_manifest(report.folder);
  if (!written) return tl::unexpected<Error>(written.error());
  report.manifest = std::move(*written);
  return report;
}

}  // namespace concord::index
