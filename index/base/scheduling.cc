#include "index/base/scheduling.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "index/base/assert.h"

namespace concord::index {
namespace {

constexpr std::uint64_t kShortSliceNs = 100'000;  // the shortest there is
constexpr int kNicest = 19;
constexpr std::size_t kNameMax = 15;

// As sched_setattr(2) has it; the C library does not declare it everywhere.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // the slice
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};
static_assert(sizeof(Attributes) == 48);

}  // namespace

void name_thread(const char* name) {
  CONCORD_ASSERT(std::strlen(name) <= kNameMax);
  ::pthread_setname_np(::pthread_self(), name);  // where it is not allowed, it has none
}

void answer_soon() {
  Attributes wanted;
  wanted.nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
  wanted.runtime = kShortSliceNs;
  ::syscall(SYS_sched_setattr, 0, &wanted, 0U);
}

void give_way(int nice) { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice); }

void run_when_idle() {
  const sched_param none{};
  if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) give_way(kNicest);
}

}  // namespace concord::index
