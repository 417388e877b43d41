#include "index/reindex.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "index/base/assert.h"
#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/base/parallel.h"
#include "index/live.h"
#include "index/reindex_fold.h"
#include "index/reindex_intake.h"
#include "index/reindex_text.h"
#include "index/sources.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;
constexpr char kSpool[] = "events.spool";
constexpr std::size_t kWindow = 8192;               // records folded before they are written
constexpr std::uint64_t kWindowBytes = 32UL << 20;  // of their events; one record may be larger

std::string_view bytes_of(const void* at, std::size_t size) {
  return {static_cast<const char*>(at), size};
}

// What one surviving slot becomes.
struct Folded {
  bool present = false;
  bool account = false;
  EventSeq seq = 0;
  std::uint64_t entries = 0;
  EncodedRecord encoded;
  std::vector<Hash128> identities;
};

}  // namespace

struct Reindex::Impl {
  std::string data_folder;
  std::string building;  // folder of the unfinished generation; empty once it is finished
  ReindexOptions options;
  std::optional<DataLock> lock;
  bool finished = false;
  std::unique_ptr<ReindexIntake> intake;

  ~Impl() {
    if (building.empty()) return;
    std::error_code ignored;
    fs::remove_all(building, ignored);
  }

  [[nodiscard]] std::string file(const char* name) const { return building + "/" + name; }
  void fold_window(const ReindexPlan& plan, std::size_t begin, std::vector<Folded>& window) const;
  [[nodiscard]] std::size_t window_at(const ReindexPlan& plan, std::size_t begin) const;
  Result<void> write_records(const ReindexPlan& plan, Manifest& manifest);
  Result<void> write_text(Manifest& manifest);
  Result<std::string> install(Manifest manifest);
};

Reindex::Reindex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reindex::~Reindex() = default;

Result<std::unique_ptr<Reindex>> Reindex::start(const std::string& data_folder,
                                                ReindexOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->data_folder = data_folder;
  impl->options = std::move(options);
  auto lock = DataLock::take(data_folder);
  if (!lock) return tl::unexpected<Error>(lock.error());
  impl->lock.emplace(std::move(*lock));
  if (auto done = remove_unused_log(data_folder); !done) return tl::unexpected<Error>(done.error());
  if (const std::string log = data_folder + "/log"; fs::exists(log))
    return fail(Code::conflict,
                "events came in live here after the batch: build into a new folder, or remove this "
                "one when they are not wanted any more",
                log);
  const std::string building = data_folder + "/generations/building";
  std::error_code error;
  fs::remove_all(building, error);
  fs::create_directories(building, error);
  if (error) return fail(Code::io_error, "cannot make the folder: " + error.message(), building);
  impl->building = building;
  auto spool = FileWriter::create(impl->file(kSpool));
  if (!spool) return tl::unexpected<Error>(spool.error());
  auto ids = IdsWriter::create(building);
  if (!ids) return tl::unexpected<Error>(ids.error());
  impl->intake = std::make_unique<ReindexIntake>(impl->options, std::move(*spool), std::move(*ids));
  return std::unique_ptr<Reindex>(new Reindex(std::move(impl)));
}

Result<void> Reindex::add(std::string_view event_bytes) {
  CONCORD_ASSERT(!impl_->finished);
  return impl_->intake->add(event_bytes);
}

// Records of slots begin..begin+window.size(), on all threads.
void Reindex::Impl::fold_window(const ReindexPlan& plan, std::size_t begin,
                                std::vector<Folded>& window) const {
  parallel_chunks(window.size(), 64, options.threads,
                  [&](std::size_t from, std::size_t to, std::size_t) {
                    thread_local RecordEncoder encoder;
                    for (std::size_t i = from; i < to; ++i) {
                      const auto slot = static_cast<std::uint32_t>(begin + i);
                      if (!plan.survives(slot)) continue;
                      const CustomerRecord record = plan.fold_slot(slot);
                      Folded& folded = window[i];
                      folded.present = true;
                      folded.account = record.is_account;
                      folded.seq = record.seq;
                      encoder.encode(record, folded.encoded);
                      folded.entries = wire::GetRecord(folded.encoded.record.data())->entries();
                      for (const auto& [text, state] : record.identities)
                        folded.identities.push_back(hash128(text));
                    }
                  });
}

// How many slots from `begin` on are folded together: bounded in number and in bytes of events.
std::size_t Reindex::Impl::window_at(const ReindexPlan& plan, std::size_t begin) const {
  std::size_t count = 0;
  for (std::uint64_t bytes = 0; begin + count < plan.slots() && count < kWindow; ++count) {
    bytes += plan.event_bytes(static_cast<std::uint32_t>(begin + count));
    if (count > 0 && bytes > kWindowBytes) break;
  }
  return count;
}

Result<void> Reindex::Impl::write_records(const ReindexPlan& plan, Manifest& manifest) {
  auto records = FileWriter::create(file(kRecordsFile));
  auto slots = FileWriter::create(file(kSlotsFile));
  auto identities = FileWriter::create(file(kIdentitiesFile));
  for (const auto* one : {&records, &slots, &identities})
    if (!*one) return tl::unexpected<Error>(one->error());
  std::vector<SlotMerge> merged_at(plan.slots());
  for (const SlotMerge& merge : intake->merges) merged_at[merge.loser] = merge;
  std::vector<Folded> window;
  for (std::size_t begin = 0; begin < plan.slots(); begin += window.size()) {
    window.clear();
    window.resize(window_at(plan, begin));
    fold_window(plan, begin, window);
    for (std::size_t i = 0; i < window.size(); ++i) {
      const Folded& folded = window[i];
      SlotRow row;
      row.id = intake->slot_ids[begin + i];
      if (folded.present) {
        row.record_offset = write_record(*records, folded.encoded, folded.seq);
        (folded.account ? manifest.accounts : manifest.customers) += 1;
        manifest.entries += folded.entries;
        manifest.identities += folded.identities.size();
      } else {
        row.redirect_seq = merged_at[begin + i].seq;
        row.redirect_slot = merged_at[begin + i].survivor;
      }
      slots->write(bytes_of(&row, sizeof row));
      for (const Hash128& hash : folded.identities) {
        const IdentityRow identity{hash, begin + i};
        identities->write(bytes_of(&identity, sizeof identity));
      }
    }
    if (options.progress) options.progress("records", begin + window.size(), plan.slots());
  }
  manifest.slots = plan.slots();
  for (FileWriter* one : {&*records, &*slots, &*identities})
    if (auto done = one->close(); !done) return done;
  return {};
}

Result<void> Reindex::Impl::write_text(Manifest& manifest) {
  const std::vector<KnowledgePage> pages = knowledge_pages(intake->knowledge);
  auto knowledge = FileWriter::create(file(kKnowledgeFile));
  if (!knowledge) return tl::unexpected<Error>(knowledge.error());
  for (const KnowledgePage& page : pages) {
    knowledge->write(page.json);
    knowledge->write("\n");
  }
  if (auto done = knowledge->close(); !done) return done;
  manifest.knowledge = static_cast<std::uint64_t>(std::count_if(
      pages.begin(), pages.end(), [](const KnowledgePage& page) { return !page.withdrawn; }));
  if (!options.text) return {};
  const auto bytes = MappedFile::open(file(kRecordsFile));
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  const MappedRecords records(bytes->bytes());
  const auto documents =
      build_text(records.views(), pages, file(kTextFolder), options.threads, options.progress);
  if (!documents) return tl::unexpected<Error>(documents.error());
  intake->report.text_documents = *documents;
  manifest.has_text = true;
  return {};
}

Result<std::string> Reindex::Impl::install(Manifest manifest) {
  if (options.progress) options.progress("checksums", 0, 0);
  auto name = install_generation(data_folder, building, std::move(manifest), options.threads);
  if (!name) return name;
  building.clear();
  remove_old_generations(data_folder);
  return name;
}

Result<ReindexReport> Reindex::finish() {
  Impl& impl = *impl_;
  CONCORD_ASSERT(!impl.finished);
  impl.finished = true;
  ReindexIntake& intake = *impl.intake;
  if (auto done = intake.finish(); !done) return tl::unexpected<Error>(done.error());
  Manifest manifest;
  manifest.seq = intake.events.size();
  manifest.chain = intake.chain;
  manifest.newest_at = UnixMillis{intake.events.empty() ? 0 : intake.newest_at_ms};
  manifest.sources = intake.sources;
  say_first(manifest.sources, manifest.newest_at);
  manifest.sources_seq = intake.sources_seq;
  manifest.identity_types = impl.options.identity_types;
  Result<void> done;
  {
    const auto spool = MappedFile::open(impl.file(kSpool));
    if (!spool) return tl::unexpected<Error>(spool.error());
    const IdentityNormaliser normaliser(impl.options.identity_types);
    const ReindexPlan plan(intake, spool->bytes(), normaliser);
    done = impl.write_records(plan, manifest);
  }
  std::error_code ignored;
  fs::remove(impl.file(kSpool), ignored);
  if (done) done = write_shared(intake.releases.all(), impl.building);
  if (done) done = write_voids({}, impl.building);  // a batch holds no conditional events
  if (done) done = impl.write_text(manifest);
  if (!done) return tl::unexpected<Error>(done.error());
  ReindexReport report = intake.report;
  report.customers = manifest.customers;
  report.accounts = manifest.accounts;
  report.entries = manifest.entries;
  report.identities = manifest.identities;
  report.knowledge = manifest.knowledge;
  auto name = impl.install(std::move(manifest));
  if (!name) return tl::unexpected<Error>(name.error());
  report.generation = *name;
  return report;
}

}  // namespace concord::index
