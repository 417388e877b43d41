// Compressed bytes: which coding a request's Content-Encoding names, the bytes behind it, with a
// bound on what a few bytes may become, and the way back. Thread class: any-thread (pure
// functions).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/base/buffer.h"
#include "index/base/result.h"

namespace concord::server {

enum class ContentCoding : std::uint8_t { identity, gzip, deflate };
/// Of a field value as sent: "", "identity", "gzip", "x-gzip", "deflate" (RFC 9110: in zlib's
/// frame), any case. None: answer 415; also for a list, as nobody compresses twice but a bomb.
std::optional<ContentCoding> content_coding_of(std::string_view field);

/// Counts and bytes. Event batches shrink 10 to 50 times; a bomb of zeros 1,000 times.
struct InflateLimits {
  std::size_t bytes_max = 0;                   // of what comes out
  std::size_t ratio_max = 200;                 // bytes out for each byte in …
  std::size_t ratio_free_bytes = 1024 * 1024;  // … when more than this comes out
};

/// Appends what is behind `bytes`; on an error `out` is as it was. One member, to its last byte:
/// what follows it is refused, as two readers could disagree on it.
/// Errors, with what to do: over_limit (size, ratio), bad_input (damaged, cut off, more behind).
/// Cost: never more than bytes_max + 64 KiB of memory and its time.
index::Result<void> append_inflated(std::string_view bytes, ContentCoding coding,
                                    const InflateLimits& limits, index::Buffer& out);

/// `bytes` as ContentCoding::deflate, quickly rather than small. Requires: below 1 GiB.
std::string deflated(std::string_view bytes);

}  // namespace concord::server
