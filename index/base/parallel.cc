#include "index/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "index/base/assert.h"

#ifndef CONCORD_PLAIN_THREADS
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#endif

namespace concord::index {

unsigned hardware_threads() { return std::max(1U, std::thread::hardware_concurrency()); }

void parallel_chunks(std::size_t n, std::size_t grain, unsigned threads,
                     const std::function<void(std::size_t, std::size_t, std::size_t)>& body) {
  CONCORD_ASSERT(grain > 0);
  if (threads == 0) threads = hardware_threads();
  const std::size_t chunks = (n + grain - 1) / grain;
  const auto run = [&](std::size_t chunk) {
    body(chunk * grain, std::min(n, (chunk + 1) * grain), chunk);
  };
  if (threads == 1 || chunks <= 1) {
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) run(chunk);
    return;
  }
#ifdef CONCORD_PLAIN_THREADS
  // Relaxed: taking a chunk must order nothing, or the thread sanitizer sees no race between
  // chunks.
  std::atomic<std::size_t> next{0};
  const auto take = [&] { return next.fetch_add(1, std::memory_order_relaxed); };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < std::min<std::size_t>(threads, chunks); ++i)
    workers.emplace_back([&] {
      for (std::size_t chunk = take(); chunk < chunks; chunk = take()) run(chunk);
    });
  for (std::thread& worker : workers) worker.join();
#else
  // oneTBB keeps to the hardware's threads unless told that more are meant.
  std::optional<tbb::global_control> more;
  if (threads > hardware_threads())
    more.emplace(tbb::global_control::max_allowed_parallelism, threads);
  tbb::task_arena arena(static_cast<int>(threads));
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, chunks, run, tbb::simple_partitioner()); });
#endif
}

}  // namespace concord::index
