#include "datasets/import/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace concord::datasets {
namespace {

using index::Code;
using index::fail;
using index::Result;

class PlainInput final : public Input {
 public:
  PlainInput(int file, std::string path) : file_(file), path_(std::move(path)) {}
  ~PlainInput() override { ::close(file_); }
  PlainInput(const PlainInput&) = delete;
  PlainInput& operator=(const PlainInput&) = delete;

  Result<std::size_t> read(char* out, std::size_t size) override {
    for (;;) {
      const ssize_t got = ::read(file_, out, size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(Code::io_error, std::strerror(errno), path_);
      bytes_read_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }
  [[nodiscard]] std::uint64_t bytes_read() const override { return bytes_read_; }

 private:
  int file_;
  std::string path_;
  std::uint64_t bytes_read_ = 0;
};

class GzipInput final : public Input {
 public:
  GzipInput(gzFile file, std::string path) : file_(file), path_(std::move(path)) {}
  ~GzipInput() override { gzclose_r(file_); }
  GzipInput(const GzipInput&) = delete;
  GzipInput& operator=(const GzipInput&) = delete;

  Result<std::size_t> read(char* out, std::size_t size) override {
    const auto wanted = static_cast<unsigned>(std::min<std::size_t>(size, 1U << 30));
    const int got = gzread(file_, out, wanted);
    if (got > 0) return static_cast<std::size_t>(got);
    int status = Z_OK;
    const char* words = gzerror(file_, &status);
    if (got < 0 || status != Z_OK)
      return fail(status == Z_ERRNO ? Code::io_error : Code::damaged,
                  status == Z_BUF_ERROR ? "the gzip file is cut off" : std::string(words), path_);
    return std::size_t{0};
  }
  [[nodiscard]] std::uint64_t bytes_read() const override {
    const z_off_t at = gzoffset(file_);
    return at < 0 ? 0 : static_cast<std::uint64_t>(at);
  }

 private:
  gzFile file_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<Input>> open_input(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail(errno == ENOENT ? Code::not_found : Code::io_error, std::strerror(errno), path);
  struct stat info {};
  if (::fstat(file, &info) != 0 || S_ISDIR(info.st_mode)) {
    ::close(file);
    return fail(Code::io_error, "is not a file", path);
  }
  if (!path.ends_with(".gz")) return std::unique_ptr<Input>(new PlainInput(file, path));
  gzFile archive = gzdopen(file, "rb");
  if (archive == nullptr) {
    ::close(file);
    return fail(Code::io_error, "no memory for unpacking", path);
  }
  gzbuffer(archive, 128 * 1024);
  std::unique_ptr<Input> input(new GzipInput(archive, path));
  if (info.st_size > 0 && gzdirect(archive) != 0)
    return fail(Code::damaged, "is not a gzip file, though its name says so", path);
  return input;
}

}  // namespace concord::datasets
