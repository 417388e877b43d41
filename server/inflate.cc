#include "server/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <string>

#include "index/base/assert.h"

namespace concord::server {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr int kZlibFrame = 15;       // zlib's words for the largest window,
constexpr int kGzipFrame = 15 + 16;  // and for gzip around it

bool same_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  });
}

index::Result<void> wrong(index::Code code, ContentCoding coding, const std::string& why) {
  const std::string name = coding == ContentCoding::gzip ? "gzip" : "deflate";
  return index::fail(code, "the " + name + " body " + why, "Content-Encoding");
}

class Inflater {
 public:
  explicit Inflater(ContentCoding coding) {
    const int result =
        ::inflateInit2(&stream_, coding == ContentCoding::gzip ? kGzipFrame : kZlibFrame);
    CONCORD_ASSERT(result == Z_OK);
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

index::Result<void> inflate_all(std::string_view bytes, ContentCoding coding,
                                const InflateLimits& limits, index::Buffer& out) {
  using index::Code;
  CONCORD_ASSERT(bytes.size() <= std::numeric_limits<uInt>::max());
  Inflater inflater(coding);
  z_stream& stream = inflater.stream();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::size_t produced = 0;
  for (;;) {
    // One byte more than allowed, to tell "all of it" from "the limit".
    const std::size_t room = std::min(kPieceBytes, limits.bytes_max - produced + 1);
    stream.next_out = reinterpret_cast<Bytef*>(out.reserve_more(room));
    stream.avail_out = static_cast<uInt>(room);
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t got = room - stream.avail_out;
    out.advance(got);
    produced += got;
    if (produced > limits.bytes_max)
      return wrong(
          Code::over_limit, coding,
          "holds more than " + std::to_string(limits.bytes_max) + " bytes: send less at once");
    if (produced > limits.ratio_free_bytes && produced / limits.ratio_max > bytes.size())
      return wrong(Code::over_limit, coding,
                   "grows more than " + std::to_string(limits.ratio_max) +
                       " times: send it in smaller batches or without compression");
    if (result == Z_STREAM_END) break;
    if (result == Z_BUF_ERROR || (result == Z_OK && stream.avail_in == 0 && stream.avail_out > 0))
      return wrong(Code::bad_input, coding, "ends too early: send it again whole");
    if (result != Z_OK) return wrong(Code::bad_input, coding, "is damaged or in another coding");
  }
  if (stream.avail_in > 0)
    return wrong(Code::bad_input, coding, "goes on behind its end: send one member and no more");
  return {};
}

}  // namespace

std::optional<ContentCoding> content_coding_of(std::string_view field) {
  if (field.empty() || same_word(field, "identity")) return ContentCoding::identity;
  if (same_word(field, "gzip") || same_word(field, "x-gzip")) return ContentCoding::gzip;
  if (same_word(field, "deflate")) return ContentCoding::deflate;
  return std::nullopt;
}

index::Result<void> append_inflated(std::string_view bytes, ContentCoding coding,
                                    const InflateLimits& limits, index::Buffer& out) {
  CONCORD_ASSERT(limits.ratio_max > 0);
  if (coding == ContentCoding::identity) {
    if (bytes.size() > limits.bytes_max)
      return index::fail(index::Code::over_limit,
                         "the body is over " + std::to_string(limits.bytes_max) + " bytes", "");
    out.append(bytes);
    return {};
  }
  const std::size_t before = out.size();
  auto done = inflate_all(bytes, coding, limits, out);
  if (!done) out.truncate(before);
  return done;
}

std::string deflated(std::string_view bytes) {
  CONCORD_ASSERT(bytes.size() < 1UL << 30);
  uLongf size = ::compressBound(static_cast<uLong>(bytes.size()));
  std::string out(size, '\0');
  const int result = ::compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                                 reinterpret_cast<const Bytef*>(bytes.data()),
                                 static_cast<uLong>(bytes.size()), Z_BEST_SPEED);
  CONCORD_ASSERT(result == Z_OK);
  out.resize(size);
  return out;
}

}  // namespace concord::server
