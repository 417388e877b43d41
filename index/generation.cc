#include "index/generation.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>

#include "index/base/assert.h"
#include "index/base/failpoint.h"
#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/base/parallel.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;
constexpr char kCurrent[] = "CURRENT";
constexpr char kLock[] = "LOCK";
constexpr char kBuilding[] = "building";

std::string padding(std::uint64_t bytes, std::uint64_t unit) {
  return std::string((unit - bytes % unit) % unit, '\0');
}

std::string_view bytes_of(const void* at, std::size_t size) {
  return {static_cast<const char*>(at), size};
}

// The folder and every folder below it.
Result<void> sync_folders(const std::string& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_directory())
      if (auto done = sync_folder(entry.path().string()); !done) return done;
  return sync_folder(folder);
}

// Without its manifest it is nothing: a removal that is cut short leaves no half generation.
void remove_generation(const fs::path& folder) {
  std::error_code ignored;
  fs::remove(folder / "MANIFEST", ignored);
  fs::remove_all(folder, ignored);
}

// Every regular file below the folder but the manifest, by name.
std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != "MANIFEST")
      names.push_back(fs::relative(entry.path(), folder).generic_string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<FileWriter> FileWriter::create(const std::string& path) {
  FileWriter writer;
  writer.path_ = path;
  writer.file_.reset(std::fopen(path.c_str(), "wbx"));
  if (!writer.file_)
    return fail(Code::io_error, std::string("cannot create: ") + std::strerror(errno), path);
  std::setvbuf(writer.file_.get(), nullptr, _IOFBF, 1 << 20);
  return writer;
}

void FileWriter::write(std::string_view bytes) {
  if (error_ == 0 && std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
    error_ = errno != 0 ? errno : EIO;
  size_ += bytes.size();
}

void FileWriter::flush() {
  if (error_ == 0 && std::fflush(file_.get()) != 0) error_ = errno;
}

// A system that cannot sync a part leaves all to close().
Result<void> FileWriter::close_gently() {
  constexpr std::uint64_t kStep = 1UL << 20;  // some 10 ms of a plain disk
  constexpr unsigned kWhole =
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  CONCORD_ASSERT(file_ != nullptr);
  flush();
  for (std::uint64_t at = 0; at < size_ && error_ == 0; at += kStep) {
    if (failpoint("generation.sync_part")) {
      error_ = EIO;
      break;
    }
    if (::sync_file_range(::fileno(file_.get()), static_cast<off64_t>(at), kStep, kWhole) == 0)
      continue;
    // An error that is told here is not told again by fsync: only "cannot do that" may pass.
    if (errno != ENOSYS && errno != EINVAL && errno != ESPIPE && errno != EOPNOTSUPP)
      error_ = errno;
    break;
  }
  return close();
}

Result<void> FileWriter::close() {
  CONCORD_ASSERT(file_ != nullptr);
  flush();
  if (error_ == 0 && ::fsync(::fileno(file_.get())) != 0) error_ = errno;
  file_.reset();
  if (error_ != 0)
    return fail(Code::io_error, std::string("cannot write: ") + std::strerror(error_), path_);
  return {};
}

namespace {

// Who holds the lock, for the message of who does not get it; of no other consequence.
void sign(int file) {
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file, 0) != 0) return;
  [[maybe_unused]] const auto written = ::pwrite(file, text.data(), text.size(), 0);
}

std::string signature(int file) {
  char text[24] = {};
  const auto read = ::pread(file, text, sizeof text - 1, 0);
  std::string_view digits(text, read > 0 ? static_cast<std::size_t>(read) : 0);
  digits = digits.substr(0, digits.find('\n'));
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return {};
  return " (process " + std::string(digits) + ")";
}

}  // namespace

Result<DataLock> DataLock::take(const std::string& data_folder) {
  std::error_code error;
  fs::create_directories(data_folder, error);
  if (error) return fail(Code::io_error, "cannot make the folder: " + error.message(), data_folder);
  if (fs::exists(fs::path(data_folder) / "MANIFEST", error))
    return fail(Code::conflict, "is a backup: make a data folder of it with `concord restore`",
                data_folder);
  const std::string path = (fs::path(data_folder) / kLock).string();
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0)
    return fail(Code::io_error, std::string("cannot open: ") + std::strerror(errno), path);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
    sign(file);
    return DataLock(file);
  }
  const int refused = errno;
  const std::string holder = signature(file);
  ::close(file);
  if (refused == EWOULDBLOCK)
    return fail(Code::conflict,
                "another process" + holder +
                    " holds this data folder: ask a running service by --url, or stop it; wait for "
                    "a build to end",
                path);
  return fail(Code::io_error, std::string("cannot lock: ") + std::strerror(refused), path);
}

DataLock::~DataLock() {
  if (file_ >= 0) ::close(file_);
}

namespace {

// `tail(i)`: the bytes of tail number i.
template <typename Tail>
std::uint64_t write_parts(FileWriter& file, std::string_view record, std::uint64_t tails,
                          EventSeq seq, Tail&& tail) {
  const std::uint64_t offset = file.size();
  RecordHeader header;
  header.record_bytes = record.size();
  header.tail_count = tails;
  header.seq = seq;
  std::uint64_t bytes = sizeof header + record.size();
  for (std::uint64_t i = 0; i < tails; ++i) bytes += tail(i).size();
  const std::string pad = padding(bytes, 64);
  header.total_bytes = bytes + pad.size();
  file.write(bytes_of(&header, sizeof header));
  file.write(record);
  for (std::uint64_t i = 0; i < tails; ++i) file.write(tail(i));
  file.write(pad);
  return offset;
}

}  // namespace

std::uint64_t write_record(FileWriter& file, const EncodedRecord& record, EventSeq seq) {
  return write_parts(file, record.record, record.tails.size(), seq,
                     [&](std::uint64_t i) { return record.tails[i].bytes(); });
}

std::uint64_t write_version(FileWriter& file, const Version& version) {
  return write_parts(
      file, bytes_of(&version + 1, version.record_bytes), version.tail_count, version.seq,
      [&](std::uint64_t i) { return bytes_of(version.labels[i], version.labels[i]->bytes()); });
}

Result<void> write_shared(std::span<const Releases::Stored> releases, const std::string& folder) {
  auto shared = FileWriter::create((fs::path(folder) / kSharedFile).string());
  if (!shared) return tl::unexpected<Error>(shared.error());
  for (const Releases::Stored& release : releases) {
    const std::uint64_t head[2] = {release.seq, release.bytes.size()};
    shared->write(bytes_of(head, sizeof head));
    shared->write(release.bytes);
    shared->write(padding(release.bytes.size(), 8));
  }
  return shared->close();
}

MappedRecords::MappedRecords(std::string_view bytes) {
  while (!bytes.empty()) {
    RecordHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    const char* record = bytes.data() + sizeof header;
    const char* tail = record + header.record_bytes;
    std::span<const wire::Segment* const> tails;
    if (header.tail_count > 0) {
      auto& pointers = tails_.emplace_back();
      for (std::uint64_t i = 0; i < header.tail_count; ++i) {
        const auto& label = *reinterpret_cast<const wire::TailLabel*>(tail);
        pointers.push_back(&segment_of(label));
        tail += label.bytes();
      }
      tails = pointers;
    }
    views_.emplace_back(wire::GetRecord(record), tails);
    bytes.remove_prefix(header.total_bytes);
  }
}

std::string generation_name(EventSeq seq, std::uint64_t build) {
  char name[40];
  std::snprintf(name, sizeof name, "g%012llu-%03llu", static_cast<unsigned long long>(seq),
                static_cast<unsigned long long>(build));
  return name;
}

std::string current_line(const std::string& name) {
  return name + " " + to_hex(hash128(name)) + "\n";
}

std::string generation_folder(const std::string& data_folder, const std::string& name) {
  return (fs::path(data_folder) / "generations" / name).string();
}

namespace {

// Checksums of all files, on `threads` threads.
Result<std::vector<FileSums>> sum_files(const std::string& folder, unsigned threads) {
  const std::vector<std::string> names = files_below(folder);
  std::vector<FileSums> files(names.size());
  std::mutex mutex;
  Result<void> status;
  parallel_chunks(names.size(), 1, threads, [&](std::size_t i, std::size_t, std::size_t) {
    auto sums = sum_file(folder, names[i]);
    const std::scoped_lock lock(mutex);
    if (!sums)
      status = tl::unexpected<Error>(sums.error());
    else
      files[i] = std::move(*sums);
  });
  if (!status) return tl::unexpected<Error>(status.error());
  return files;
}

Result<void> passed(std::string_view name) {
  if (failpoint(name)) return failpoint_error(name);
  return {};
}

Result<void> finish_generation(const std::string& data_folder, const std::string& name,
                               Manifest manifest, unsigned threads) {
  const std::string folder = generation_folder(data_folder, name);
  auto files = sum_files(folder, threads);
  if (!files) return tl::unexpected<Error>(files.error());
  manifest.files = std::move(*files);
  for (const FileSums& file : manifest.files)
    if (auto done = sync_file((fs::path(folder) / file.name).string()); !done) return done;
  if (auto done = sync_folders(folder); !done) return done;
  if (auto done = passed("generation.files_synced"); !done) return done;
  if (auto done = write_manifest(folder, manifest); !done) return done;
  if (auto done = sync_folder((fs::path(data_folder) / "generations").string()); !done) return done;
  if (auto done = passed("generation.manifest_written"); !done) return done;
  if (auto done =
          write_file_durably((fs::path(data_folder) / kCurrent).string(), current_line(name));
      !done)
    return done;
  return passed("generation.current_written");
}

}  // namespace

Result<std::string> install_generation(const std::string& data_folder, const std::string& building,
                                       Manifest manifest, unsigned threads) {
  std::uint64_t build = 1;
  while (fs::exists(generation_folder(data_folder, generation_name(manifest.seq, build)))) ++build;
  const std::string name = generation_name(manifest.seq, build);
  const std::string folder = generation_folder(data_folder, name);
  std::error_code error;
  fs::rename(building, folder, error);
  if (error) return fail(Code::io_error, "cannot rename: " + error.message(), building);
  auto done = passed("generation.renamed");
  if (done) done = finish_generation(data_folder, name, std::move(manifest), threads);
  if (done) return name;
  // It may be current although the last sync failed: then it stays.
  if (const auto current = current_generation(data_folder); !current || *current != name)
    remove_generation(folder);
  return tl::unexpected<Error>(done.error());
}

Result<std::string> current_generation(const std::string& data_folder) {
  const std::string path = (fs::path(data_folder) / kCurrent).string();
  auto text = read_file(path, 256);
  if (!text && text.error().code == Code::not_found)
    return fail(Code::not_found, "no data here: build it with `concord index`", data_folder);
  if (!text) return text;
  std::string name = text->substr(0, text->find(' '));
  if (name.empty() || name.find('/') != std::string::npos || *text != current_line(name))
    return fail(Code::damaged, "does not name a generation as it was written", path);
  return name;
}

std::optional<EventSeq> seq_of_generation(const std::string& name) {
  const std::size_t dash = name.find('-');
  if (name.size() < 3 || name[0] != 'g' || dash == std::string::npos || dash < 2 || dash > 20 ||
      name.find_first_not_of("0123456789-", 1) != std::string::npos)
    return std::nullopt;
  return std::stoull(name.substr(1, dash - 1));
}

std::vector<std::string> complete_generations(const std::string& data_folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::path(data_folder) / "generations", ignored))
    if (seq_of_generation(entry.path().filename().string()) &&
        fs::exists(entry.path() / "MANIFEST", ignored))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end(), std::greater<>());
  return names;
}

void remove_old_generations(const std::string& data_folder, const std::string& in_use) {
  const auto current = current_generation(data_folder);
  if (!current) return;
  const std::vector<std::string> complete = complete_generations(data_folder);
  // The newest complete one beside the current stays as the fall-back.
  const auto kept = std::find_if(complete.begin(), complete.end(),
                                 [&](const std::string& name) { return name != *current; });
  std::vector<fs::path> gone;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::path(data_folder) / "generations", ignored)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name == kBuilding || seq_of_generation(name);  // not what others put there
    if (ours && name != *current && name != in_use && (kept == complete.end() || name != *kept))
      gone.push_back(entry.path());
  }
  for (const fs::path& path : gone) remove_generation(path);
}

bool verify_generation(const std::string& folder, const Manifest& manifest, unsigned threads,
                       const std::function<void(const Error&)>& found, const Progress& progress) {
  std::mutex mutex;
  bool sound = true;
  std::uint64_t done = 0;
  parallel_chunks(manifest.files.size(), 1, threads, [&](std::size_t i, std::size_t, std::size_t) {
    const auto result = verify_file(folder, manifest.files[i], true);
    const std::scoped_lock lock(mutex);
    if (progress) progress("verify", ++done, manifest.files.size());
    if (result) return;
    sound = false;
    found(result.error());
  });
  return sound;
}

}  // namespace concord::index
