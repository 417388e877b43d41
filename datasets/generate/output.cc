#include "datasets/generate/output.h"

#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "index/base/assert.h"

namespace concord::datasets {
namespace {

constexpr int kLevel = 1;  // speed: the texts are a tenth, the rest packs well at any level

const Bytef* bytes_of(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

char byte_of(std::uint64_t value, int shift) {
  return static_cast<char>(static_cast<unsigned char>(value >> shift & 0xff));
}

}  // namespace

void add_compressed(Piece& piece, std::string_view plain) {
  if (plain.empty()) return;
  z_stream stream{};
  CONCORD_ASSERT(deflateInit2(&stream, kLevel, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  CONCORD_ASSERT(plain.size() < (1ULL << 31));
  const auto size = static_cast<uInt>(plain.size());
  const std::size_t room = deflateBound(&stream, size) + 16;
  char* out = piece.bytes.reserve_more(room);
  stream.next_in = const_cast<Bytef*>(bytes_of(plain));
  stream.avail_in = size;
  stream.next_out = reinterpret_cast<Bytef*>(out);
  stream.avail_out = static_cast<uInt>(room);
  // A full flush ends on a byte and forgets what came before: the next piece needs nothing of this.
  CONCORD_ASSERT(deflate(&stream, Z_FULL_FLUSH) == Z_OK && stream.avail_in == 0);
  piece.bytes.advance(stream.total_out);
  deflateEnd(&stream);
  const uLong crc = crc32(crc32(0, nullptr, 0), bytes_of(plain), size);
  piece.plain_crc = static_cast<std::uint32_t>(
      crc32_combine(piece.plain_crc, crc, static_cast<z_off_t>(plain.size())));
  piece.plain_bytes += plain.size();
}

OutputFile::~OutputFile() {
  if (file_ != nullptr) std::fclose(file_);
}

index::Result<void> OutputFile::put(std::string_view bytes) {
  bytes_ += bytes.size();
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) return {};
  return index::fail(index::Code::io_error, std::strerror(errno), path_);
}

index::Result<void> OutputFile::open(const std::string& path, bool compressed) {
  path_ = path;
  compressed_ = compressed;
  file_ = std::fopen(path.c_str(), "wb");
  if (file_ == nullptr) return index::fail(index::Code::io_error, std::strerror(errno), path_);
  // No name and no time in the header: equal content, equal bytes.
  constexpr std::string_view kHeader("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
  return compressed_ ? put(kHeader) : index::Result<void>{};
}

index::Result<void> OutputFile::add(std::string_view bytes) {
  CONCORD_ASSERT(!compressed_);
  return bytes.empty() ? index::Result<void>{} : put(bytes);
}

index::Result<void> OutputFile::add(const Piece& piece) {
  CONCORD_ASSERT(compressed_);
  if (piece.plain_bytes == 0) return {};
  crc_ = static_cast<std::uint32_t>(
      crc32_combine(crc_, piece.plain_crc, static_cast<z_off_t>(piece.plain_bytes)));
  plain_bytes_ += piece.plain_bytes;
  return put(piece.bytes.view());
}

index::Result<void> OutputFile::close() {
  if (compressed_) {
    char trailer[10] = {0x03, 0x00};  // the empty last block, then CRC and length
    for (int i = 0; i < 4; ++i) {
      trailer[2 + i] = byte_of(crc_, 8 * i);
      trailer[6 + i] = byte_of(plain_bytes_, 8 * i);
    }
    if (auto written = put({trailer, sizeof trailer}); !written) return written;
  }
  const int failed = std::fclose(file_);
  file_ = nullptr;
  if (failed == 0) return {};
  return index::fail(index::Code::io_error, std::strerror(errno), path_);
}

}  // namespace concord::datasets
