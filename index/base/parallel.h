// The only door to oneTBB. Built with CONCORD_PLAIN_THREADS it uses std::thread instead (for the
// thread sanitizer, which cannot see into oneTBB). Splits never change a result: work is cut into
// fixed chunks by index, and reductions join in chunk order.
// Thread class: any-thread; `body` runs on several threads at once.
#pragma once
#include <cstddef>
#include <functional>

namespace concord::index {

/// Number of hardware threads this process may use, at least 1.
unsigned hardware_threads();

/// Calls body(begin, end, chunk) for each chunk [i*grain, min(n, (i+1)*grain)), on up to `threads`
/// threads (0: hardware_threads()). Returns when all are done. Chunks may run in any order.
/// `body` must not throw. Requires grain > 0.
void parallel_chunks(std::size_t n, std::size_t grain, unsigned threads,
                     const std::function<void(std::size_t, std::size_t, std::size_t)>& body);

}  // namespace concord::index
