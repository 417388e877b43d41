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
  std::size_t at = 0;       // bytes of the coded body read so far
  std::size_t left = 0;     // data bytes still missing from this chunk
  std::size_t decoded = 0;  // data bytes of all chunks so far
};

/// Reads on in `coded`, which holds the coded body from its first byte; `progress.at` is behind its
/// last byte when complete. `over_limit`: more than `body_bytes_max` of data, or as much again (and
/// 8 KiB) of framing around it.
ChunkOutcome read_chunks(std::string_view coded, std::size_t body_bytes_max,
                         ChunkProgress& progress);

/// Appends the data of a body that read_chunks found complete.
void append_chunk_data(std::string_view coded, index::Buffer& out);

}  // namespace concord::server
