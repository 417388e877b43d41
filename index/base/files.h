// Files the careful way: whole reads, read-only maps, durable writes (fsync of file and folder).
// Thread class: any-thread (functions); MappedFile is immutable.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"

namespace concord::index {

/// Errors: not_found, io_error, over_limit when larger than `bytes_max`.
Result<std::string> read_file(const std::string& path, std::uint64_t bytes_max = 1ULL << 32);

/// Writes `path`.tmp, fsyncs it, renames it over `path`, fsyncs the folder. On an error `path` is
/// what it was, and `path`.tmp is gone.
Result<void> write_file_durably(const std::string& path, std::string_view bytes);
Result<void> sync_file(const std::string& path);
Result<void> sync_folder(const std::string& path);

/// A read-only private map of a whole file. An empty file maps to an empty view.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  MappedFile() = default;
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace concord::index
