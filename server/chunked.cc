#include "server/chunked.h"

#include "index/base/assert.h"
#include "index/base/limits.h"

namespace concord::server {
namespace {

constexpr std::size_t kSizeLineBytesMax = 128;
constexpr std::size_t kSizeDigitsMax = 15;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

struct SizeLine {
  ChunkOutcome outcome = ChunkOutcome::need_more;
  std::size_t bytes = 0;  // of the line, with CRLF
  std::size_t size = 0;   // of the chunk
};

// 1*HEXDIG [ ";" anything visible ] CRLF. The first wrong byte decides, whole line or not.
SizeLine read_size_line(std::string_view rest) {
  SizeLine line;
  std::size_t i = 0;
  for (; i < rest.size() && hex_digit(rest[i]) >= 0; ++i) {
    if (i == kSizeDigitsMax) return {ChunkOutcome::malformed, 0, 0};
    line.size = line.size * 16 + static_cast<std::size_t>(hex_digit(rest[i]));
  }
  if (i == rest.size()) return line;
  if (i == 0 || (rest[i] != ';' && rest[i] != '\r')) return {ChunkOutcome::malformed, 0, 0};
  while (i < rest.size() && rest[i] != '\r') {
    const char c = rest[i++];
    const bool visible = (c >= ' ' && c < '\x7f') || c == '\t';
    if (!visible || i == kSizeLineBytesMax) return {ChunkOutcome::malformed, 0, 0};
  }
  if (i + 1 >= rest.size()) return line;
  if (rest[i + 1] != '\n') return {ChunkOutcome::malformed, 0, 0};
  line.bytes = i + 2;
  line.outcome = ChunkOutcome::complete;
  return line;
}

// A CRLF at the front of `rest`.
ChunkOutcome read_line_end(std::string_view rest) {
  if (!rest.empty() && rest[0] != '\r') return ChunkOutcome::malformed;
  if (rest.size() > 1 && rest[1] != '\n') return ChunkOutcome::malformed;
  return rest.size() < 2 ? ChunkOutcome::need_more : ChunkOutcome::complete;
}

// One element: a size line, data, or a line end. `complete` here means "this element".
ChunkOutcome read_element(std::string_view coded, std::size_t body_bytes_max,
                          ChunkProgress& progress) {
  using Phase = ChunkProgress::Phase;
  const std::string_view rest = coded.substr(progress.at);
  if (progress.phase == Phase::size_line) {
    const SizeLine line = read_size_line(rest);
    if (line.outcome != ChunkOutcome::complete) return line.outcome;
    if (line.size > body_bytes_max - progress.decoded) return ChunkOutcome::over_limit;
    progress.at += line.bytes;
    const std::size_t framing = progress.at - progress.decoded;
    if (framing > body_bytes_max + index::kHttpHeaderBytesMax) return ChunkOutcome::over_limit;
    progress.left = line.size;
    progress.phase = line.size == 0 ? Phase::last_line : Phase::data;
    return ChunkOutcome::complete;
  }
  if (progress.phase == Phase::data) {
    const std::size_t taken = rest.size() < progress.left ? rest.size() : progress.left;
    progress.at += taken;
    progress.decoded += taken;
    progress.left -= taken;
    if (progress.left > 0) return ChunkOutcome::need_more;
    progress.phase = Phase::data_end;
    return ChunkOutcome::complete;
  }
  const ChunkOutcome outcome = read_line_end(rest);
  if (outcome == ChunkOutcome::complete) progress.at += 2;
  return outcome;
}

}  // namespace

ChunkOutcome read_chunks(std::string_view coded, std::size_t body_bytes_max,
                         ChunkProgress& progress) {
  using Phase = ChunkProgress::Phase;
  for (;;) {
    const Phase phase = progress.phase;
    const ChunkOutcome outcome = read_element(coded, body_bytes_max, progress);
    if (outcome != ChunkOutcome::complete || phase == Phase::last_line) return outcome;
    if (phase == Phase::data_end) progress.phase = Phase::size_line;
  }
}

void append_chunk_data(std::string_view coded, index::Buffer& out) {
  for (;;) {
    const SizeLine line = read_size_line(coded);
    CONCORD_ASSERT(line.outcome == ChunkOutcome::complete);
    if (line.size == 0) return;
    out.append(coded.substr(line.bytes, line.size));
    coded.remove_prefix(line.bytes + line.size + 2);
  }
}

}  // namespace concord::server
