#include "index/log/log_files.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace concord::index {

struct LogFiles {
  std::shared_ptr<rocksdb::Env> env;
  std::shared_ptr<LogFiles> beneath;  // what a clipped view looks at
};

namespace {

using rocksdb::FSSequentialFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

Result<void> checked(const rocksdb::Status& status, const std::string& path) {
  if (status.ok()) return {};
  const Code code =
      status.IsNotFound() || status.IsPathNotFound() ? Code::not_found : Code::io_error;
  return fail(code, status.ToString(), path);
}

// A file that ends early.
class ClippedFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  ClippedFile(std::unique_ptr<FSSequentialFile>&& file, std::uint64_t end)
      : FSSequentialFileOwnerWrapper(std::move(file)), left_(end) {}
  IOStatus Read(std::size_t n, const IOOptions& options, rocksdb::Slice* result, char* scratch,
                IODebugContext* debug) override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(n, left_));
    IOStatus status = FSSequentialFileOwnerWrapper::Read(wanted, options, result, scratch, debug);
    if (status.ok()) left_ -= result->size();
    return status;
  }
  IOStatus Skip(std::uint64_t n) override {
    n = std::min(n, left_);
    left_ -= n;
    return FSSequentialFileOwnerWrapper::Skip(n);
  }

 private:
  std::uint64_t left_;
};

class ClippedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  ClippedFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target,
                    std::map<std::string, std::uint64_t> ends)
      : FileSystemWrapper(target), ends_(std::move(ends)) {}
  [[nodiscard]] const char* Name() const override { return "concord.clipped"; }

  IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                             std::unique_ptr<FSSequentialFile>* result,
                             IODebugContext* debug) override {
    IOStatus status = target()->NewSequentialFile(path, options, result, debug);
    if (const auto end = ends_.find(path); status.ok() && end != ends_.end())
      *result = std::make_unique<ClippedFile>(std::move(*result), end->second);
    return status;
  }
  // Tables are read so: one that is clipped must not be read at all.
  IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext* debug) override {
    if (ends_.contains(path)) return IOStatus::Corruption(path, "its end is not what was written");
    return target()->NewRandomAccessFile(path, options, result, debug);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions& options, std::uint64_t* size,
                       IODebugContext* debug) override {
    IOStatus status = target()->GetFileSize(path, options, size, debug);
    if (const auto end = ends_.find(path); status.ok() && end != ends_.end())
      *size = std::min(*size, end->second);
    return status;
  }

 private:
  std::map<std::string, std::uint64_t> ends_;
};

class EnvInPlaceFile final : public InPlaceFile {
 public:
  EnvInPlaceFile(std::unique_ptr<rocksdb::RandomRWFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  Result<void> write(std::uint64_t offset, std::string_view bytes) override {
    return checked(file_->Write(offset, {bytes.data(), bytes.size()}), path_);
  }
  Result<void> sync() override { return checked(file_->Fsync(), path_); }

 private:
  std::unique_ptr<rocksdb::RandomRWFile> file_;
  std::string path_;
};

Result<void> write_and_sync(const LogFiles& files, const std::string& path,
                            std::string_view bytes) {
  std::unique_ptr<rocksdb::WritableFile> file;
  auto status = files.env->NewWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Append({bytes.data(), bytes.size()});
  if (status.ok()) status = file->Fsync();
  if (status.ok()) status = file->Close();
  return checked(status, path);
}

}  // namespace

std::shared_ptr<LogFiles> make_log_files(std::shared_ptr<rocksdb::Env> env) {
  return std::make_shared<LogFiles>(LogFiles{std::move(env), nullptr});
}

std::shared_ptr<LogFiles> real_log_files() {
  return make_log_files({rocksdb::Env::Default(), [](rocksdb::Env*) {}});  // the process owns it
}

std::shared_ptr<LogFiles> clipped_log_files(const std::shared_ptr<LogFiles>& files,
                                            std::map<std::string, std::uint64_t> ends) {
  auto system = std::make_shared<ClippedFileSystem>(files->env->GetFileSystem(), std::move(ends));
  return std::make_shared<LogFiles>(LogFiles{rocksdb::NewCompositeEnv(system), files});
}

rocksdb::Env* env_of(const LogFiles& files) { return files.env.get(); }

Result<std::string> read_whole(const LogFiles& files, const std::string& path) {
  std::string bytes;
  const auto status = rocksdb::ReadFileToString(files.env.get(), path, &bytes);
  if (auto read = checked(status, path); !read) return tl::unexpected<Error>(read.error());
  return bytes;
}

Result<std::string> read_end(const LogFiles& files, const std::string& path, std::size_t count) {
  std::unique_ptr<rocksdb::RandomAccessFile> file;
  std::uint64_t size = 0;
  auto status = files.env->GetFileSize(path, &size);
  if (status.ok()) status = files.env->NewRandomAccessFile(path, &file, rocksdb::EnvOptions());
  std::string scratch(std::min<std::uint64_t>(count, size), '\0');
  rocksdb::Slice bytes;
  if (status.ok())
    status = file->Read(size - scratch.size(), scratch.size(), &bytes, scratch.data());
  if (auto read = checked(status, path); !read) return tl::unexpected<Error>(read.error());
  return bytes.ToString();
}

Result<std::vector<std::string>> names_in(const LogFiles& files, const std::string& folder) {
  std::vector<std::string> names;
  const auto status = files.env->GetChildren(folder, &names);
  if (status.IsNotFound() || status.IsPathNotFound()) return std::vector<std::string>{};
  if (auto read = checked(status, folder); !read) return tl::unexpected<Error>(read.error());
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  std::sort(names.begin(), names.end());
  return names;
}

bool is_there(const LogFiles& files, const std::string& path) {
  return files.env->FileExists(path).ok();
}

std::uint64_t size_of(const LogFiles& files, const std::string& path) {
  std::uint64_t size = 0;
  return files.env->GetFileSize(path, &size).ok() ? size : 0;
}

Result<void> make_folders(const LogFiles& files, const std::string& folder) {
  if (folder.empty() || folder == "/" || is_there(files, folder)) return {};
  const std::string above = folder_of(folder);
  if (auto made = make_folders(files, above); !made) return made;
  if (auto made = checked(files.env->CreateDirIfMissing(folder), folder); !made) return made;
  return sync_folder_of(files, above);
}

Result<void> remove_if_there(const LogFiles& files, const std::string& path) {
  if (!is_there(files, path)) return {};
  return checked(files.env->DeleteFile(path), path);
}

Result<void> write_durably(const LogFiles& files, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  Result<void> done = write_and_sync(files, temporary, bytes);
  if (done) done = checked(files.env->RenameFile(temporary, path), path);
  if (done) return sync_folder_of(files, folder_of(path));
  files.env->DeleteFile(temporary).PermitUncheckedError();  // the first error is the one to tell
  return done;
}

Result<void> sync_one(const LogFiles& files, const std::string& path) {
  std::unique_ptr<rocksdb::WritableFile> file;
  auto status = files.env->ReopenWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Fsync();
  return checked(status, path);
}

Result<void> cut_file(const LogFiles& files, const std::string& path, std::uint64_t size) {
  // Through the open file: RocksDB's real file system has no Truncate by name.
  std::unique_ptr<rocksdb::WritableFile> file;
  auto status = files.env->ReopenWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Truncate(size);
  if (status.ok()) status = file->Fsync();
  if (status.ok()) status = file->Close();
  return checked(status, path);
}

Result<void> sync_folder_of(const LogFiles& files, const std::string& folder) {
  std::unique_ptr<rocksdb::Directory> opened;
  auto status = files.env->NewDirectory(folder, &opened);
  if (status.ok()) status = opened->Fsync();
  return checked(status, folder);
}

Result<void> reserve(const LogFiles& files, const std::string& path, std::uint64_t bytes) {
  rocksdb::EnvOptions options;
  options.fallocate_with_keep_size = false;
  std::unique_ptr<rocksdb::WritableFile> file;
  auto status = files.env->NewWritableFile(path, &file, options);
  // Written, not only allocated: some file systems take an allocation for a wish.
  const std::string zeros(std::min<std::uint64_t>(bytes, 1U << 20), '\0');
  for (std::uint64_t done = 0; status.ok() && done < bytes; done += zeros.size())
    status = file->Append({zeros.data(), std::min<std::uint64_t>(zeros.size(), bytes - done)});
  if (status.ok()) status = file->Fsync();
  if (status.ok()) status = file->Close();
  if (!status.ok()) files.env->DeleteFile(path).PermitUncheckedError();
  return checked(status, path);
}

Result<std::unique_ptr<InPlaceFile>> open_in_place(const LogFiles& files, const std::string& path) {
  std::unique_ptr<rocksdb::RandomRWFile> file;
  const auto status = files.env->NewRandomRWFile(path, &file, rocksdb::EnvOptions());
  if (auto opened = checked(status, path); !opened) return tl::unexpected<Error>(opened.error());
  return std::make_unique<EnvInPlaceFile>(std::move(file), path);
}

bool is_no_space(const Error& error) {
  // RocksDB's own words for its sub-code; nothing else of a status gets out of this file.
  return error.code == Code::io_error && error.detail.find("No space left") != std::string::npos;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace concord::index
