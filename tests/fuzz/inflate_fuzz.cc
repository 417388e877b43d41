// Any bytes as a compressed body: within the limits or refused in words, and the same each time.
// The first byte chooses the coding and the limits.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "index/base/assert.h"
#include "server/inflate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concord;
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto coding =
      (data[0] & 1) != 0 ? server::ContentCoding::gzip : server::ContentCoding::deflate;
  const server::InflateLimits limits{std::size_t{1} << (data[0] >> 4), 100, 4096};
  index::Buffer out;
  const auto done = server::append_inflated(bytes, coding, limits, out);
  CONCORD_ASSERT(done ? out.size() <= limits.bytes_max : out.size() == 0);
  CONCORD_ASSERT(done || !done.error().detail.empty());
  index::Buffer again;
  CONCORD_ASSERT(server::append_inflated(bytes, coding, limits, again).has_value() ==
                 done.has_value());
  CONCORD_ASSERT(out.view() == again.view());
  return 0;
}
