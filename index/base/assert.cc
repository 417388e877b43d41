#include "index/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace concord::index {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "concord: assertion failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace concord::index
