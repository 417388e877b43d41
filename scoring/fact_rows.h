// Scoring's side array: what was gathered of a customer, kept in a few bytes, so that the next
// question need not walk the timeline again. A row is used only while it is right: for one policy
// set, one revision, the same accounts, and a stretch of as_of in which nothing it holds changes.
// An answer from a row is the answer without it.
// Thread class: any-thread.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "index/base/hash.h"
#include "index/snapshot/snapshot.h"
#include "scoring/facts.h"

namespace concord::scoring {

/// The first moment after `as_of` at which gather() might find something else, all else equal;
/// never too late, sometimes too early. Requires: `facts` were gathered at `as_of`.
std::int64_t facts_change_at(const PolicyData& policy, const index::Customer& customer,
                             index::UnixMillis as_of, const Facts& facts);

class FactRows {
 public:
  /// Keeps rows of up to about `bytes_max`; over that, a part of them is forgotten.
  explicit FactRows(std::size_t bytes_max) : shard_bytes_max_(bytes_max / kShards) {}
  FactRows(const FactRows&) = delete;
  FactRows& operator=(const FactRows&) = delete;

  /// Fills `facts` as gather() would, but for `sums`; false: there is no right row.
  bool find(const PolicyData& policy, const index::Customer& customer, index::UnixMillis as_of,
            Facts& facts);
  /// Keeps what was gathered at `as_of`.
  void keep(const PolicyData& policy, const index::Customer& customer, index::UnixMillis as_of,
            const Facts& facts);

  struct Counts {
    std::uint64_t found = 0;
    std::uint64_t missed = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Row {
    index::Hash128 policy;
    index::EventSeq revision = 0;
    std::int64_t from_ms = 0;   // right from here
    std::int64_t until_ms = 0;  // to before here
    std::string bytes;          // accounts, then facts
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, Row> rows;
    std::size_t bytes = 0;
  };
  static constexpr std::size_t kShards = 64;
  Shard& shard_of(index::CustomerId id);

  std::size_t shard_bytes_max_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> found_{0};
  std::atomic<std::uint64_t> missed_{0};
};

}  // namespace concord::scoring
