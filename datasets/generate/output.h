// The files of a world while they are written: plain or gzip, piece by piece, in order.
// Thread class: compress is any-thread; OutputFile is one-owner.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "index/base/buffer.h"
#include "index/base/result.h"

namespace concord::datasets {

/// A piece of a file as it will lie on disk. Pieces of one file join into one valid gzip stream.
struct Piece {
  index::Buffer bytes;  // deflated, for compressed files
  std::uint64_t plain_bytes = 0;
  std::uint32_t plain_crc = 0;
};
/// Adds `plain` to the piece (deflated into a block of its own) so that pieces can be made in
/// parallel and joined later.
void add_compressed(Piece& piece, std::string_view plain);

class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  index::Result<void> open(const std::string& path, bool compressed);
  /// For plain files.
  index::Result<void> add(std::string_view bytes);
  /// For compressed files.
  index::Result<void> add(const Piece& piece);
  /// Writes the trailer and closes; errors of delayed writes show here.
  index::Result<void> close();
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  index::Result<void> put(std::string_view bytes);

  std::string path_;
  std::FILE* file_ = nullptr;
  bool compressed_ = false;
  std::uint64_t bytes_ = 0;  // on disk
  std::uint64_t plain_bytes_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace concord::datasets
