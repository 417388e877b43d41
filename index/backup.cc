#include "index/backup.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>

#include "index/base/failpoint.h"
#include "index/base/files.h"
#include "index/base/parallel.h"
#include "index/generation.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;
constexpr char kManifest[] = "MANIFEST";
constexpr char kPolicies[] = "policies";

// A folder that goes away unless it gets its name.
class Aside {
 public:
  static Result<Aside> make(const std::string& final_name, const char* suffix) {
    Aside aside;
    aside.final_ = fs::path(final_name).lexically_normal().string();
    while (aside.final_.size() > 1 && aside.final_.back() == '/') aside.final_.pop_back();
    aside.folder_ = aside.final_ + suffix;
    std::error_code error;
    fs::remove_all(aside.folder_, error);
    if (!error) fs::create_directories(aside.folder_, error);
    if (error)
      return fail(Code::io_error, "cannot make the folder: " + error.message(), aside.folder_);
    return aside;
  }
  Aside(Aside&& other) noexcept
      : folder_(std::move(other.folder_)), final_(std::move(other.final_)) {
    other.folder_.clear();
  }
  Aside& operator=(Aside&&) = delete;
  Aside(const Aside&) = delete;
  ~Aside() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  // Synced files in, one rename, the folder around it synced.
  Result<void> give_name() {
    for (const auto& entry : fs::recursive_directory_iterator(folder_))
      if (entry.is_directory())
        if (auto done = sync_folder(entry.path().string()); !done) return done;
    if (auto done = sync_folder(folder_); !done) return done;
    if (failpoint("backup.before_rename")) return failpoint_error("backup.before_rename");
    std::error_code error;
    fs::remove(final_, error);  // an empty folder may stand there
    fs::rename(folder_, final_, error);
    if (error) return fail(Code::io_error, "cannot rename: " + error.message(), final_);
    folder_.clear();
    const std::string around = fs::path(final_).parent_path().string();
    return sync_folder(around.empty() ? "." : around);
  }

 private:
  Aside() = default;
  std::string folder_, final_;
};

Result<void> copy_synced(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::copy_file(from, to, error);
  if (error)
    return fail(Code::io_error, "cannot copy to " + to.string() + ": " + error.message(),
                from.string());
  return sync_file(to.string());
}

// Names of the files below a folder, sorted.
std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder).string());
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> copy_files(const std::vector<std::string>& names, const fs::path& from,
                        const fs::path& to, const Progress& progress) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (progress) progress("copy", i, names.size());
    if (auto done = copy_synced(from / names[i], to / names[i]); !done) return done;
  }
  return {};
}

Result<void> copy_generation(const BackupSource& source, const fs::path& to,
                             const Progress& progress) {
  const fs::path from = generation_folder(source.data_folder, source.generation);
  if (auto done =
          copy_files(files_in(from), from, to / "generations" / source.generation, progress);
      !done)
    return done;
  return write_file_durably((to / "CURRENT").string(), current_line(source.generation));
}

// The policy sets that kept decisions were made under. One that is being written has another name.
Result<void> copy_policies(const BackupSource& source, const fs::path& to,
                           const Progress& progress) {
  const fs::path from = fs::path(source.data_folder) / kPolicies;
  std::error_code error;
  if (!fs::is_directory(from, error)) return {};
  for (const auto& set : fs::directory_iterator(from, error)) {
    const fs::path name = set.path().filename();
    if (!set.is_directory() || name.extension() == ".building") continue;
    if (auto done = copy_files(files_in(set.path()), set.path(), to / kPolicies / name, progress);
        !done)
      return done;
  }
  if (error) return fail(Code::io_error, "cannot read: " + error.message(), from.string());
  return {};
}

// The checkpoint has to be made on the log's own device.
Result<Position> copy_log(const BackupSource& source, const fs::path& to,
                          const Progress& progress) {
  const fs::path near = fs::path(source.data_folder) / "checkpoint.tmp";
  std::error_code ignored;
  fs::remove_all(near, ignored);
  auto position = source.log->checkpoint(near.string());
  Result<void> done;
  if (!position)
    done = fail(position.error());
  else
    done = copy_files(files_in(near), near, to / "log", progress);
  fs::remove_all(near, ignored);
  if (!done) return fail(done.error());
  return position;
}

DurableLogOptions log_at(const fs::path& folder, const Manifest& generation) {
  DurableLogOptions options;
  options.folder = (folder / "log").string();
  options.ballast_bytes = 0;
  options.base = options.verify_from = Position{0, generation.seq, generation.chain};
  return options;
}

// Opens the copied log as a start would, and tells how far it really goes.
Result<Position> verify_log(const fs::path& folder, const Manifest& generation,
                            const Position& at_least) {
  const DurableLogOptions options = log_at(folder, generation);
  if (auto done = write_marks(options, at_least); !done) return fail(done.error());
  auto opened = open_durable_log(options);
  if (!opened) return fail(opened.error());
  for (const FindingRow& row : opened->findings)
    if (!leaves_writable(row.what)) return fail(Code::damaged, row.text, row.place);
  if (opened->log == nullptr) return fail(Code::damaged, "cannot be read", options.folder);
  auto tail = opened->log->tail(0);
  opened->log.reset();
  if (!tail) return tail;
  if (auto done = write_marks(options, *tail); !done) return fail(done.error());
  return tail;
}

Result<std::vector<FileSums>> sums_below(const fs::path& folder, unsigned threads) {
  std::vector<std::string> names = files_in(folder);
  std::erase_if(names, [](const std::string& name) { return name == "LOCK"; });
  std::vector<FileSums> sums(names.size());
  std::mutex mutex;
  Result<void> status;
  parallel_chunks(names.size(), 1, threads, [&](std::size_t i, std::size_t, std::size_t) {
    auto one = sum_file(folder.string(), names[i]);
    const std::scoped_lock lock(mutex);
    if (one)
      sums[i] = std::move(*one);
    else
      status = fail(one.error());
  });
  if (!status) return fail(status.error());
  return sums;
}

BackupReport report_of(const Manifest& manifest, std::string generation) {
  BackupReport report{std::move(generation), manifest.seq, manifest.chain, manifest.files.size(),
                      0};
  for (const FileSums& file : manifest.files) report.bytes += file.bytes;
  return report;
}

bool is_empty_or_missing(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return !error;
  return fs::is_directory(folder, error) && fs::is_empty(folder, error) && !error;
}

}  // namespace

bool is_backup(const std::string& folder) {
  std::error_code ignored;
  return fs::exists(fs::path(folder) / kManifest, ignored);
}

Result<BackupReport> write_backup(const BackupSource& source, const std::string& out,
                                  const BackupOptions& options) {
  if (!is_empty_or_missing(out))
    return fail(Code::conflict, "is there already: a backup gets a name of its own", out);
  auto aside = Aside::make(out, ".building");
  if (!aside) return fail(aside.error());
  const fs::path to = aside->folder();
  if (auto done = copy_generation(source, to, options.progress); !done) return fail(done.error());
  if (auto done = copy_policies(source, to, options.progress); !done) return fail(done.error());
  const fs::path copied = to / "generations" / source.generation;
  auto generation = read_manifest(copied.string());
  if (!generation) return fail(generation.error());
  std::optional<Error> damage;
  verify_generation(
      copied.string(), *generation, options.threads, [&](const Error& error) { damage = error; },
      options.progress);
  if (damage) return fail(*damage);
  Position position{0, generation->seq, generation->chain};
  if (source.log != nullptr) {
    auto at_least = copy_log(source, to, options.progress);
    if (!at_least) return fail(at_least.error());
    auto tail = verify_log(to, *generation, *at_least);
    if (!tail) return fail(tail.error());
    position = *tail;
  }
  auto sums = sums_below(to, options.threads);
  if (!sums) return fail(sums.error());
  Manifest manifest = std::move(*generation);
  manifest.seq = position.seq;
  manifest.chain = position.chain;
  manifest.files = std::move(*sums);
  if (auto done = write_manifest(to.string(), manifest); !done) return fail(done.error());
  if (auto done = aside->give_name(); !done) return fail(done.error());
  return report_of(manifest, source.generation);
}

Result<BackupReport> verify_backup(const std::string& backup, const BackupOptions& options) {
  const auto manifest = read_manifest(backup);
  if (!manifest && manifest.error().code == Code::not_found)
    return fail(Code::not_found, "no backup here: it has a MANIFEST at its top", backup);
  if (!manifest) return fail(manifest.error());
  std::optional<Error> damage;
  verify_generation(
      backup, *manifest, options.threads,
      [&](const Error& error) {
        if (!damage || error.place < damage->place) damage = error;
      },
      options.progress);
  if (damage) return fail(Code::damaged, damage->detail, damage->place);
  const auto generation = current_generation(backup);
  if (!generation) return fail(generation.error());
  return report_of(*manifest, *generation);
}

Result<BackupReport> restore_backup(const std::string& backup, const std::string& data_folder,
                                    const MarkFiles& marks, const BackupOptions& options) {
  if (!is_empty_or_missing(data_folder))
    return fail(Code::conflict, "is not empty: restore into a new folder", data_folder);
  auto report = verify_backup(backup, options);
  if (!report) return report;
  const auto manifest = read_manifest(backup);
  if (!manifest) return fail(manifest.error());
  auto aside = Aside::make(data_folder, ".restoring");
  if (!aside) return fail(aside.error());
  std::vector<std::string> names;
  for (const FileSums& file : manifest->files) names.push_back(file.name);
  if (auto done = copy_files(names, backup, aside->folder(), options.progress); !done)
    return fail(done.error());
  // What was copied, once more: the disk it went to may be the bad one.
  std::optional<Error> damage;
  verify_generation(
      aside->folder(), *manifest, options.threads, [&](const Error& error) { damage = error; },
      options.progress);
  if (damage) return fail(*damage);
  if (auto done = aside->give_name(); !done) return fail(done.error());
  if (!marks.first.empty() || !marks.second.empty()) {
    DurableLogOptions wanted = log_at(data_folder, *manifest);
    wanted.mark_file = marks.first;
    wanted.mark_file_2 = marks.second;
    if (auto done = write_marks(wanted, Position{0, manifest->seq, manifest->chain}); !done)
      return fail(done.error());
  }
  return report;
}

}  // namespace concord::index
