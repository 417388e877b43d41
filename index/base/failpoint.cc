#include "index/base/failpoint.h"

#include <mutex>
#include <shared_mutex>
#include <utility>

namespace concord::index {
namespace failpoint_detail {

std::atomic<bool> armed{false};

namespace {
std::shared_mutex guard;
FailpointHook& the_hook() {
  static FailpointHook hook;
  return hook;
}
}  // namespace

bool asked(std::string_view name) {
  const std::shared_lock lock(guard);
  return the_hook() != nullptr && the_hook()(name);
}

}  // namespace failpoint_detail

void arm_failpoints(FailpointHook hook) {
  const std::unique_lock lock(failpoint_detail::guard);
  failpoint_detail::the_hook() = std::move(hook);
  failpoint_detail::armed.store(failpoint_detail::the_hook() != nullptr, std::memory_order_relaxed);
}

void disarm_failpoints() { arm_failpoints(nullptr); }

}  // namespace concord::index
