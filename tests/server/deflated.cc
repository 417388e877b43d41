#include "tests/server/deflated.h"

#include <zlib.h>

#include "index/base/assert.h"

namespace concord::server {
namespace {

std::string deflate_in_frame(std::string_view bytes, int window_bits) {
  z_stream stream{};
  CONCORD_ASSERT(::deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY) ==
                 Z_OK);
  std::string out(::deflateBound(&stream, static_cast<uLong>(bytes.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CONCORD_ASSERT(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

}  // namespace

std::string gzip_of(std::string_view bytes) { return deflate_in_frame(bytes, 15 + 16); }
std::string zlib_of(std::string_view bytes) { return deflate_in_frame(bytes, 15); }
std::string raw_deflate_of(std::string_view bytes) { return deflate_in_frame(bytes, -15); }

}  // namespace concord::server
