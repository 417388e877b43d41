#include "server/chunked.h"

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

// One element at the front of `rest`: a size line, data, or a line end; cut off when whole (data
// also in parts). `complete` here means "this element".
ChunkOutcome read_element(std::string_view& rest, std::size_t body_bytes_max,
                          ChunkProgress& progress, index::Buffer& out) {
  using Phase = ChunkProgress::Phase;
  if (progress.phase == Phase::size_line) {
    const SizeLine line = read_size_line(rest);
    if (line.outcome != ChunkOutcome::complete) return line.outcome;
    if (line.size > body_bytes_max - progress.decoded) return ChunkOutcome::over_limit;
    rest.remove_prefix(line.bytes);
    progress.framing += line.bytes;
    if (progress.framing > body_bytes_max + index::kHttpHeaderBytesMax)
      return ChunkOutcome::over_limit;
    progress.left = line.size;
    progress.phase = line.size == 0 ? Phase::last_line : Phase::data;
    return ChunkOutcome::complete;
  }
  if (progress.phase == Phase::data) {
    const std::string_view data = rest.substr(0, progress.left);
    out.append(data);
    rest.remove_prefix(data.size());
    progress.decoded += data.size();
    progress.left -= data.size();
    if (progress.left > 0) return ChunkOutcome::need_more;
    progress.phase = Phase::data_end;
    return ChunkOutcome::complete;
  }
  const ChunkOutcome outcome = read_line_end(rest);
  if (outcome != ChunkOutcome::complete) return outcome;
  rest.remove_prefix(2);
  progress.framing += 2;
  return outcome;
}

}  // namespace

ChunkOutcome read_chunks(std::string_view coded, std::size_t body_bytes_max,
                         ChunkProgress& progress, index::Buffer& out, std::size_t& consumed) {
  using Phase = ChunkProgress::Phase;
  std::string_view rest = coded;
  for (;;) {
    const Phase phase = progress.phase;
    const ChunkOutcome outcome = read_element(rest, body_bytes_max, progress, out);
    if (outcome != ChunkOutcome::complete || phase == Phase::last_line) {
      consumed += coded.size() - rest.size();
      return outcome;
    }
    if (phase == Phase::data_end) progress.phase = Phase::size_line;
  }
}

}  // namespace concord::server
