#include "index/log/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include <array>
#include <mutex>
#include <utility>

#include "index/base/assert.h"
#include "index/log/log_files.h"

namespace concord::index {
namespace {

using rocksdb::ColumnFamilyHandle;
using rocksdb::Slice;
using rocksdb::Status;

constexpr std::size_t kBlockCacheBytes = 32UL << 20;
constexpr std::size_t kMemtableBytes = 32UL << 20;    // one family's, before it is written out
constexpr std::size_t kMemtablesBytes = 128UL << 20;  // all of them
constexpr std::uint64_t kWalBytesMax = 128ULL << 20;  // what opening may have to read again
constexpr std::uint64_t kBackgroundSyncBytes = 1ULL << 20;
constexpr std::array<const char*, kFamilyCount> kNames{"default", "events", "ids", "rejections",
                                                       "kept"};

Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const Slice& bytes) { return {bytes.data(), bytes.size()}; }

Error error_of(const Status& status, const std::string& place) {
  const Code code = status.IsCorruption() ? Code::damaged : Code::io_error;
  return {code, status.ToString(), place};
}

// Its own log file would be one more thing written where nobody looks; errors come as values.
class NoLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// The first failure, of a write or of work behind it, stays.
class Failure {
 public:
  void note(const Status& status) {
    const std::scoped_lock lock(mutex_);
    if (!words_.empty()) return;
    words_ = status.ToString();
    no_space_ = status.IsNoSpace();
  }
  std::string words() {
    const std::scoped_lock lock(mutex_);
    return words_;
  }
  bool no_space() {
    const std::scoped_lock lock(mutex_);
    return no_space_;
  }

 private:
  std::mutex mutex_;
  std::string words_;
  bool no_space_ = false;
};

class FailureListener final : public rocksdb::EventListener {
 public:
  explicit FailureListener(std::shared_ptr<Failure> failure) : failure_(std::move(failure)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/, Status* status) override {
    failure_->note(*status);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;  // a failed sync is never tried again: the operator restarts
  }

 private:
  std::shared_ptr<Failure> failure_;
};

rocksdb::DBOptions database_options(const RocksStore::Options& options,
                                    const std::shared_ptr<Failure>& failure) {
  rocksdb::DBOptions db;
  db.env = env_of(*options.files);
  db.create_if_missing = options.create;
  db.create_missing_column_families = options.create;
  db.paranoid_checks = true;
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.track_and_verify_wals_in_manifest = true;
  db.recycle_log_file_num = 0;
  db.max_bgerror_resume_count = 0;
  db.avoid_flush_during_shutdown = true;
  db.max_background_jobs = 2;
  db.bytes_per_sync = kBackgroundSyncBytes;
  db.max_total_wal_size = kWalBytesMax;
  db.db_write_buffer_size = kMemtablesBytes;
  db.max_open_files = 512;
  db.max_file_opening_threads = 1;
  db.skip_stats_update_on_db_open = true;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  db.info_log = std::make_shared<NoLogger>();
  db.listeners = {std::make_shared<FailureListener>(failure)};
  return db;
}

rocksdb::ColumnFamilyOptions family_options(Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = kMemtableBytes;
  options.paranoid_file_checks = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;  // as table_check expects
  if (family == Family::ids) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.memtable_whole_key_filtering = true;
    options.memtable_prefix_bloom_size_ratio = 0.05;
    options.compression = rocksdb::kNoCompression;  // hashes
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class RocksCursor final : public StoreCursor {
 public:
  RocksCursor(std::unique_ptr<rocksdb::Iterator> at, std::string place)
      : at_(std::move(at)), place_(std::move(place)) {}
  void seek(std::string_view key) override { at_->Seek(slice(key)); }
  void seek_before(std::string_view key) override { at_->SeekForPrev(slice(key)); }
  void seek_last() override { at_->SeekToLast(); }
  void next() override { at_->Next(); }
  void previous() override { at_->Prev(); }
  bool valid() override { return at_->Valid(); }
  Result<void> state() override {
    if (at_->status().ok()) return {};
    return fail(error_of(at_->status(), place_));
  }
  std::string_view key() override { return view(at_->key()); }
  std::string_view value() override { return view(at_->value()); }

 private:
  std::unique_ptr<rocksdb::Iterator> at_;
  std::string place_;
};

}  // namespace

struct StoreBatch::Impl {
  struct Step {
    enum class What : std::uint8_t { put, remove, remove_range } what;
    Family family;
    std::string key, value;
  };
  std::vector<Step> steps;
};

StoreBatch::StoreBatch() : impl_(std::make_unique<Impl>()) {}
StoreBatch::~StoreBatch() = default;
StoreBatch::StoreBatch(StoreBatch&&) noexcept = default;
StoreBatch& StoreBatch::operator=(StoreBatch&&) noexcept = default;

void StoreBatch::put(Family family, std::string_view key, std::string_view value) {
  impl_->steps.push_back({Impl::Step::What::put, family, std::string(key), std::string(value)});
}
void StoreBatch::remove(Family family, std::string_view key) {
  impl_->steps.push_back({Impl::Step::What::remove, family, std::string(key), {}});
}
void StoreBatch::remove_range(Family family, std::string_view begin, std::string_view end) {
  impl_->steps.push_back(
      {Impl::Step::What::remove_range, family, std::string(begin), std::string(end)});
}

struct RocksStore::Impl {
  std::shared_ptr<LogFiles> files;  // outlives the database
  std::string folder;
  std::shared_ptr<Failure> failure = std::make_shared<Failure>();
  std::unique_ptr<rocksdb::DB> db;
  std::array<ColumnFamilyHandle*, kFamilyCount> families{};

  [[nodiscard]] ColumnFamilyHandle* at(Family family) const {
    return families[static_cast<std::size_t>(family)];
  }
  Status add(rocksdb::WriteBatch& batch, const StoreBatch::Impl::Step& step) const {
    using What = StoreBatch::Impl::Step::What;
    switch (step.what) {
      case What::put: return batch.Put(at(step.family), step.key, step.value);
      case What::remove: return batch.Delete(at(step.family), step.key);
      case What::remove_range: return batch.DeleteRange(at(step.family), step.key, step.value);
    }
    return Status::InvalidArgument();
  }
};

RocksStore::RocksStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksStore::~RocksStore() {
  for (ColumnFamilyHandle* family : impl_->families)
    impl_->db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  impl_->db->Close().PermitUncheckedError();  // every write was synced when it was made
}

Result<std::unique_ptr<RocksStore>> RocksStore::open(const Options& options, bool& no_space) {
  auto impl = std::make_unique<Impl>();
  impl->files = options.files;
  impl->folder = options.folder;
  const auto cache = rocksdb::NewLRUCache(kBlockCacheBytes, 2);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilyCount; ++i)
    families.emplace_back(kNames[i], family_options(static_cast<Family>(i), cache));
  const rocksdb::DBOptions db_options = database_options(options, impl->failure);
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const Status status =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(db_options, options.folder, families, &handles, &db)
          : rocksdb::DB::Open(db_options, options.folder, families, &handles, &db);
  no_space = status.IsNoSpace();
  if (status.IsInvalidArgument() && status.ToString().find("family not found") != std::string::npos)
    return fail(Code::unsupported,
                "this log was written by another version of concord (" + status.ToString() +
                    "): index and feed into a new folder",
                options.folder);
  if (!status.ok()) return fail(error_of(status, options.folder));
  impl->db.reset(db);
  CONCORD_ASSERT(handles.size() == kFamilyCount);
  std::copy(handles.begin(), handles.end(), impl->families.begin());
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(impl)));
}

Result<void> RocksStore::write(StoreBatch batch) {
  if (const std::string words = failure(); !words.empty())
    return fail(Code::io_error, words, impl_->folder);
  constexpr std::size_t kProtectionBytes = 8;
  rocksdb::WriteBatch wanted(0, 0, kProtectionBytes, 0);
  for (const StoreBatch::Impl::Step& step : batch.impl_->steps) {
    const Status added = impl_->add(wanted, step);
    CONCORD_ASSERT(added.ok());
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  const Status status = impl_->db->Write(options, &wanted);
  if (status.ok()) return {};
  impl_->failure->note(status);
  return fail(error_of(status, impl_->folder));
}

Result<std::optional<std::string>> RocksStore::get(Family family, std::string_view key) {
  std::string value;
  const Status status = impl_->db->Get({}, impl_->at(family), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return fail(error_of(status, impl_->folder));
  return std::optional<std::string>{std::move(value)};
}

Result<std::vector<std::optional<std::string>>> RocksStore::get_many(
    Family family, std::span<const std::string> keys) {
  std::vector<Slice> wanted(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<Status> states(keys.size());
  impl_->db->MultiGet({}, impl_->at(family), keys.size(), wanted.data(), values.data(),
                      states.data());
  std::vector<std::optional<std::string>> out(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (states[i].IsNotFound()) continue;
    if (!states[i].ok()) return fail(error_of(states[i], impl_->folder));
    out[i] = values[i].ToString();
  }
  return out;
}

std::unique_ptr<StoreCursor> RocksStore::cursor(Family family) {
  return std::make_unique<RocksCursor>(
      std::unique_ptr<rocksdb::Iterator>(impl_->db->NewIterator({}, impl_->at(family))),
      impl_->folder);
}

Result<void> RocksStore::compact() {
  for (ColumnFamilyHandle* family : impl_->families) {
    Status status = impl_->db->Flush({}, family);
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    if (status.ok()) status = impl_->db->CompactRange(options, family, nullptr, nullptr);
    if (!status.ok()) return fail(error_of(status, impl_->folder));
  }
  return {};
}

Result<void> RocksStore::checkpoint(const std::string& to_folder) {
  rocksdb::Checkpoint* made = nullptr;
  Status status = rocksdb::Checkpoint::Create(impl_->db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> owned(made);
  if (status.ok()) status = made->CreateCheckpoint(to_folder);
  if (!status.ok()) return fail(error_of(status, to_folder));
  return {};
}

Result<void> RocksStore::verify_tables() {
  const Status status = impl_->db->VerifyChecksum();
  if (!status.ok()) return fail(error_of(status, impl_->folder));
  return {};
}

std::string RocksStore::failure() { return impl_->failure->words(); }
bool RocksStore::no_space() { return impl_->failure->no_space(); }

}  // namespace concord::index
