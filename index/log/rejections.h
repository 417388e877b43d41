// What was refused at the door, kept so that it can be looked at, mended and tried again.
// Thread class: any-thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"

namespace concord::index {

struct Rejection {
  std::uint64_t id = 0;    // given by keep(), from 1, never given twice
  std::int64_t at_ms = 0;  // when it was refused, by the caller's clock
  std::string source;      // empty: it could not be told
  std::string format;  // how `raw` is to be read again: native, segment, cloudevents, debezium, …
  std::string code;    // stable word of the reason
  std::string place;   // JSON pointer or line; may be empty
  std::string reason;  // a sentence
  std::string raw;     // the input as it came, cut at raw_bytes_max
  bool raw_cut = false;  // `raw` is not all of it: it cannot be tried again from here
};

struct RejectionLimits {
  std::uint64_t count_max = 100'000;
  std::uint64_t bytes_max = 64ULL << 20;    // of all that is kept
  std::size_t raw_bytes_max = 64ULL << 10;  // of one input
};

struct RejectionCounts {
  std::uint64_t kept = 0;     // listed now
  std::uint64_t bytes = 0;    // they take, about
  std::uint64_t total = 0;    // ever kept
  std::uint64_t dropped = 0;  // ever dropped, oldest first, to stay within the limits
};

class RejectionStore {
 public:
  virtual ~RejectionStore() = default;
  /// Keeps them, synced, in one write; `id` in them is not looked at. Returns the first id: the
  /// rest follow it. Errors: io_error (nothing is kept).
  virtual Result<std::uint64_t> keep(std::span<const Rejection> all) = 0;
  /// Newest first, ids below `before_id` (0: from the newest), of `source` unless it is empty.
  virtual Result<std::vector<Rejection>> list(std::uint64_t before_id, std::size_t count_max,
                                              std::string_view source) = 0;
  /// Errors: not_found, damaged.
  virtual Result<Rejection> get(std::uint64_t id) = 0;
  /// After it was tried again with success. Errors: not_found, io_error.
  virtual Result<void> remove(std::uint64_t id) = 0;
  /// `one.id` again, with what a new trial said of it. Errors: not_found, io_error.
  virtual Result<void> replace(const Rejection& one) = 0;
  virtual RejectionCounts counts() = 0;
};

}  // namespace concord::index
