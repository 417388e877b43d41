// What we do wrong is an assertion, and it stays on in production: a failed one stops the process.
// Thread class: any-thread.
#pragma once

namespace concord::index {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}  // namespace concord::index

#define CONCORD_ASSERT(condition) \
  (static_cast<bool>(condition)   \
       ? void(0)                  \
       : ::concord::index::assertion_failed(#condition, __FILE__, __LINE__))
