#include "index/base/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace concord::index {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> os_error(const char* what, const std::string& path) {
  const Code code = errno == ENOENT ? Code::not_found : Code::io_error;
  return fail(code, std::string(what) + ": " + std::strerror(errno), path);
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return os_error("cannot write", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> write_and_sync(const std::string& path, std::string_view bytes) {
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (fd.get() < 0) return os_error("cannot create", path);
  if (auto written = write_all(fd.get(), bytes, path); !written) return written;
  if (::fsync(fd.get()) != 0) return os_error("cannot fsync", path);
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::uint64_t bytes_max) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return os_error("cannot open", path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return os_error("cannot stat", path);
  if (S_ISDIR(info.st_mode)) return fail(Code::bad_input, "is a folder, not a file", path);
  if (static_cast<std::uint64_t>(info.st_size) > bytes_max)
    return fail(Code::over_limit, "over " + std::to_string(bytes_max) + " bytes", path);
  std::string bytes;
  char chunk[1 << 16];
  for (;;) {
    const ssize_t n = ::read(fd.get(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error("cannot read", path);
    if (n == 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(n));
    if (bytes.size() > bytes_max)
      return fail(Code::over_limit, "over " + std::to_string(bytes_max) + " bytes", path);
  }
}

Result<void> write_file_durably(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  Result<void> written = write_and_sync(temporary, bytes);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0)
    written = os_error("cannot rename to", path);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return sync_folder(folder.empty() ? "." : folder);
}

Result<void> sync_file(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return os_error("cannot open", path);
  if (::fsync(fd.get()) != 0) return os_error("cannot fsync", path);
  return {};
}

Result<void> sync_folder(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return os_error("cannot open folder", path);
  if (::fsync(fd.get()) != 0) return os_error("cannot fsync folder", path);
  return {};
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return os_error("cannot open", path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return os_error("cannot stat", path);
  if (S_ISDIR(info.st_mode)) return fail(Code::bad_input, "is a folder, not a file", path);
  MappedFile file;
  if (info.st_size == 0) return file;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (at == MAP_FAILED) return os_error("cannot map", path);
  file.data_ = static_cast<const char*>(at);
  file.size_ = size;
  return file;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}
MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace concord::index
