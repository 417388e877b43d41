// The bytes of an extract, plain or unpacked from gzip, from front to back.
// Thread class: one-owner.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "index/base/result.h"

namespace concord::datasets {

class Input {
 public:
  virtual ~Input() = default;
  /// Fills up to `size` bytes; 0 at the end. Errors: io_error, damaged (the archive is cut off or
  /// does not verify); what came before is good.
  virtual index::Result<std::size_t> read(char* out, std::size_t size) = 0;
  /// Bytes of the file on disk that have been read so far: for progress.
  [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;
};

/// A name ending in ".gz" is unpacked. Errors: not_found, io_error, damaged (not a gzip file).
index::Result<std::unique_ptr<Input>> open_input(const std::string& path);

}  // namespace concord::datasets
