// The chunked transfer coding of a request body (RFC 9112, section 7.1), read strictly: exact CRLF,
// no trailer fields, short extensions (ignored). Ours because Beast 1.74 asserts when an empty
// chunked body arrives byte by byte, and accepts control characters in extensions.
// The result never depends on how the bytes were cut. Thread class: any-thread (pure functions).
#pragma once
#include <cstddef>
#include <string_view>

#include "index/base/buffer.h"

namespace concord::server {

enum class ChunkOutcome { need_more, complete, malformed, over_limit };

/// Where the reading of one body stands.
struct ChunkProgress {
  enum class Phase { size_line, data, data_end, last_line };
  Phase phase = Phase::size_line;
  std::size_t left = 0;     // data bytes still missing from this chunk
  std::size_t decoded = 0;  // data bytes of all chunks so far
  std::size_t framing = 0;  // other bytes so far
};

/// Reads on in `coded`, the coded body from the first byte not consumed yet, appends its data to
/// `out` and adds to `consumed`. What is not consumed (part of a size line) must come again.
/// `over_limit`: more than `body_bytes_max` of data, or as much again (and 8 KiB) of framing.
ChunkOutcome read_chunks(std::string_view coded, std::size_t body_bytes_max,
                         ChunkProgress& progress, index::Buffer& out, std::size_t& consumed);

}  // namespace concord::server
