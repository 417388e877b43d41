#include "tests/faults/log/sim_files.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

namespace concord::test {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Disk = std::shared_ptr<SimDisk>;
using State = SimDisk::State;

IOStatus status_of(State state, const std::string& path = {}) {
  switch (state) {
    case State::ok: return IOStatus::OK();
    case State::missing: return IOStatus::PathNotFound(path);
    case State::io_error: return IOStatus::IOError(path, "Input/output error");
    case State::no_space: return IOStatus::NoSpace(path);
  }
  return IOStatus::IOError();
}

std::string_view view(const Slice& bytes) { return {bytes.data(), bytes.size()}; }

std::string clean(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(Disk disk, SimDisk::File file) : disk_(std::move(disk)), file_(std::move(file)) {}
  IOStatus Read(std::size_t n, const IOOptions& /*options*/, Slice* result, char* scratch,
                IODebugContext* /*debug*/) override {
    std::string bytes;
    const State state = disk_->read(file_, at_, n, bytes);
    std::memcpy(scratch, bytes.data(), bytes.size());
    *result = Slice(scratch, bytes.size());
    at_ += bytes.size();
    return status_of(state);
  }
  IOStatus Skip(std::uint64_t n) override {
    at_ += n;
    return IOStatus::OK();
  }

 private:
  Disk disk_;
  SimDisk::File file_;
  std::uint64_t at_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccessFile(Disk disk, SimDisk::File file)
      : disk_(std::move(disk)), file_(std::move(file)) {}
  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& /*options*/, Slice* result,
                char* scratch, IODebugContext* /*debug*/) const override {
    std::string bytes;
    const State state = disk_->read(file_, offset, n, bytes);
    std::memcpy(scratch, bytes.data(), bytes.size());
    *result = Slice(scratch, bytes.size());
    return status_of(state);
  }

 private:
  Disk disk_;
  SimDisk::File file_;
};

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  WritableFile(Disk disk, SimDisk::File file) : disk_(std::move(disk)), file_(std::move(file)) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions& /*options*/,
                  IODebugContext* /*debug*/) override {
    return status_of(disk_->append(file_, view(data)));
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& /*options*/,
                    IODebugContext* /*debug*/) override {
    return status_of(disk_->cut(file_, size));
  }
  IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }
  IOStatus Flush(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return status_of(disk_->sync(file_));
  }
  bool IsSyncThreadSafe() const override { return true; }
  std::uint64_t GetFileSize(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    std::uint64_t size = 0;
    disk_->size(file_, size);
    return size;
  }

 private:
  Disk disk_;
  SimDisk::File file_;
};

class InPlace final : public rocksdb::FSRandomRWFile {
 public:
  InPlace(Disk disk, SimDisk::File file) : disk_(std::move(disk)), file_(std::move(file)) {}
  IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions& /*options*/,
                 IODebugContext* /*debug*/) override {
    return status_of(disk_->write(file_, offset, view(data), true));
  }
  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& /*options*/, Slice* result,
                char* scratch, IODebugContext* /*debug*/) const override {
    std::string bytes;
    const State state = disk_->read(file_, offset, n, bytes);
    std::memcpy(scratch, bytes.data(), bytes.size());
    *result = Slice(scratch, bytes.size());
    return status_of(state);
  }
  IOStatus Flush(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return status_of(disk_->sync(file_));
  }
  IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }

 private:
  Disk disk_;
  SimDisk::File file_;
};

class Folder final : public rocksdb::FSDirectory {
 public:
  Folder(Disk disk, std::string path) : disk_(std::move(disk)), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return status_of(disk_->sync_folder(path_));
  }

 private:
  Disk disk_;
  std::string path_;
};

class SimFileSystem final : public rocksdb::FileSystem {
 public:
  explicit SimFileSystem(Disk disk) : disk_(std::move(disk)) {}
  const char* Name() const override { return "concord.sim"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& /*options*/,
                             std::unique_ptr<rocksdb::FSSequentialFile>* out,
                             IODebugContext* /*debug*/) override {
    return open<SequentialFile>(path, false, false, out);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& /*options*/,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* out,
                               IODebugContext* /*debug*/) override {
    return open<RandomAccessFile>(path, false, false, out);
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions& /*options*/,
                           std::unique_ptr<rocksdb::FSWritableFile>* out,
                           IODebugContext* /*debug*/) override {
    return open<WritableFile>(path, true, true, out);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& /*options*/,
                              std::unique_ptr<rocksdb::FSWritableFile>* out,
                              IODebugContext* /*debug*/) override {
    return open<WritableFile>(path, true, false, out);
  }
  IOStatus NewRandomRWFile(const std::string& path, const FileOptions& /*options*/,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* out,
                           IODebugContext* /*debug*/) override {
    return open<InPlace>(path, false, false, out);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& /*options*/,
                        std::unique_ptr<rocksdb::FSDirectory>* out,
                        IODebugContext* /*debug*/) override {
    *out = std::make_unique<Folder>(disk_, clean(path));
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {
    return disk_->exists(clean(path)) ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& folder, const IOOptions& /*options*/,
                       std::vector<std::string>* out, IODebugContext* /*debug*/) override {
    return status_of(disk_->names(clean(folder), *out), folder);
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {
    return status_of(disk_->remove(path), path);
  }
  IOStatus CreateDir(const std::string& path, const IOOptions& /*options*/,
                     IODebugContext* /*debug*/) override {
    return status_of(disk_->make_folder(clean(path)), path);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& /*options*/,
                              IODebugContext* /*debug*/) override {
    return status_of(disk_->make_folder(clean(path)), path);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions& /*options*/,
                     IODebugContext* /*debug*/) override {
    return status_of(disk_->remove_folder(clean(path)), path);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions& /*options*/, std::uint64_t* out,
                       IODebugContext* /*debug*/) override {
    SimDisk::File file;
    State state = disk_->open(path, false, false, file);
    if (state == State::ok) state = disk_->size(file, *out);
    return status_of(state, path);
  }
  IOStatus GetFileModificationTime(const std::string& /*path*/, const IOOptions& /*options*/,
                                   std::uint64_t* out, IODebugContext* /*debug*/) override {
    *out = 0;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {
    return status_of(disk_->rename(from, to), from);
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& /*options*/,
                    IODebugContext* /*debug*/) override {
    return status_of(disk_->link(from, to), from);
  }
  // One process: nobody to lock out.
  IOStatus LockFile(const std::string& /*path*/, const IOOptions& /*options*/,
                    rocksdb::FileLock** out, IODebugContext* /*debug*/) override {
    *out = new rocksdb::FileLock;
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {
    delete lock;
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions& /*options*/, std::string* out,
                            IODebugContext* /*debug*/) override {
    *out = "/";
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string& /*path*/, const IOOptions& /*options*/,
                     std::shared_ptr<rocksdb::Logger>* /*out*/,
                     IODebugContext* /*debug*/) override {
    return IOStatus::NotSupported();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions& /*options*/, std::string* out,
                           IODebugContext* /*debug*/) override {
    *out = path;
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions& /*options*/, bool* out,
                       IODebugContext* /*debug*/) override {
    *out = disk_->is_folder(clean(path));
    return IOStatus::OK();
  }

 private:
  template <typename Kind, typename Base>
  IOStatus open(const std::string& path, bool create, bool empty, std::unique_ptr<Base>* out) {
    SimDisk::File file;
    const State state = disk_->open(path, create, empty, file);
    if (state == State::ok) *out = std::make_unique<Kind>(disk_, file);
    return status_of(state, path);
  }
  Disk disk_;
};

// RocksDB sleeps a second after an error of its work behind, so as not to fill a log: not here.
class SleeplessClock final : public rocksdb::SystemClockWrapper {
 public:
  using SystemClockWrapper::SystemClockWrapper;
  const char* Name() const override { return "concord.sleepless"; }
  void SleepForMicroseconds(int /*micros*/) override { std::this_thread::yield(); }
};

class SimEnv final : public rocksdb::EnvWrapper {
 public:
  explicit SimEnv(std::unique_ptr<rocksdb::Env> env) : EnvWrapper(std::move(env)) {
    system_clock_ = std::make_shared<SleeplessClock>(system_clock_);
  }
};

}  // namespace

std::shared_ptr<index::LogFiles> files_on(const std::shared_ptr<SimDisk>& disk) {
  return index::make_log_files(
      std::make_shared<SimEnv>(rocksdb::NewCompositeEnv(std::make_shared<SimFileSystem>(disk))));
}

}  // namespace concord::test
