// Decide for every customer of a base at one revision: the same answers as one by one, in the order
// of the records' places, whatever the number of threads.
// Thread class: any-thread (a function over a pinned snapshot).
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

#include "index/snapshot/snapshot.h"
#include "scoring/decide.h"
#include "scoring/policy.h"

namespace concord::scoring {

struct BatchQuestion {
  index::UnixMillis as_of;
  index::Direction direction = index::Direction::outbound;
  std::uint32_t top = 3;     // actions written a customer
  unsigned threads = 0;      // 0: all the machine has
  FactRows* rows = nullptr;  // what was gathered before, and is kept for the next run; null: none
};

/// Counts of a run. The caller holds the clock.
struct BatchCounts {
  std::uint64_t customers = 0;  // decided
  std::uint64_t gates = 0;      // customers × actions of the catalogue
  std::uint64_t ranked = 0;     // actions that survived
  std::uint64_t no_action = 0;  // customers with none
  std::uint64_t forgotten = 0;  // records that hold nobody back any more: tasks of departments
  std::array<std::uint64_t, kStageCount> dropped_at{};
};

/// Called in order, on the calling thread: whole NDJSON lines of one stretch of customers.
/// Each line: {"customer_id","revision","answer_id","actions":[{"action","priority_micro"}],
/// "no_action"}.
using BatchSink = std::function<void(std::string_view lines)>;
/// (customers looked at, all places), on the calling thread, a few hundred times a run at most.
using BatchProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// `sink` and `progress` may be empty: then nothing is written and only the counts are made.
BatchCounts decide_all(const Policy& policy, const index::Snapshot& snapshot,
                       const index::ReadPin& pin, const BatchQuestion& question,
                       const BatchSink& sink, const BatchProgress& progress);

}  // namespace concord::scoring
