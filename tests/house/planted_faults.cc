// A fault on purpose, so that a test can see the sanitizer of its preset find it: a sanitizer that
// is switched off, or blinded by a suppression, would let every other run pass.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <thread>

#include "index/base/parallel.h"

namespace {

void race() {
  int shared = 0;
  concord::index::parallel_chunks(8, 1, 4, [&](std::size_t, std::size_t, std::size_t) {
    ++shared;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // so that others get chunks too
  });
  std::printf("%d\n", shared);
}

void use_after_free() {
  char* const bytes = static_cast<char*>(std::malloc(8));
  volatile char* const kept = bytes;
  std::free(bytes);
  std::printf("%d\n", kept[3]);  // NOLINT(clang-analyzer-unix.Malloc): the fault
}

void overflow() {
  volatile int most = std::numeric_limits<int>::max();
  std::printf("%d\n", most + 1);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view fault = argc == 2 ? argv[1] : "";
  if (fault == "race") race();
  if (fault == "use_after_free") use_after_free();
  if (fault == "overflow") overflow();
}
