// Named places where a test can make the world fail or stop: before and after each step that a
// crash may tear. Not armed (always, but in fault tests) a place costs one relaxed load.
// Use:  if (failpoint("generation.before_rename")) return
// failpoint_error("generation.before_rename"); A name is `room.step`, said once in the sources.
// Thread class: any-thread.
#pragma once
#include <atomic>
#include <functional>
#include <string_view>

#include "index/base/result.h"

namespace concord::index {

/// Asked at every place that is passed while armed; true: the step there fails. It may also stop
/// the process, or freeze a simulated disk. It is called by any thread, several at a time.
using FailpointHook = std::function<bool(std::string_view name)>;

/// Arms all places, one hook for the process. The old one is not asked any more once this returns.
void arm_failpoints(FailpointHook hook);
void disarm_failpoints();

namespace failpoint_detail {
extern std::atomic<bool> armed;
bool asked(std::string_view name);
}  // namespace failpoint_detail

inline bool failpoint(std::string_view name) {
  return failpoint_detail::armed.load(std::memory_order_relaxed) && failpoint_detail::asked(name);
}

/// What a step that failed at a failpoint says: io_error, with the name.
inline tl::unexpected<Error> failpoint_error(std::string_view name) {
  return fail(Code::io_error, "failed on purpose", std::string(name));
}

}  // namespace concord::index
