// Promise: a wish about turns is about the calling thread alone, and what was wished is so.
#include "index/base/scheduling.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <functional>
#include <thread>

namespace concord::index {
namespace {

struct Turns {
  int policy = -1;
  int nice = -1;
};

Turns turns() {
  return {::sched_getscheduler(0), ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()))};
}

Turns after(const std::function<void()>& wish) {
  Turns out;
  std::thread([&] {
    wish();
    out = turns();
  }).join();
  return out;
}

TEST(Scheduling, AThreadThatRunsWhenIdleGivesWayToAll) {
  const Turns idle = after(run_when_idle);
  EXPECT_TRUE(idle.policy == SCHED_IDLE || idle.nice == 19) << idle.policy << " " << idle.nice;
}

TEST(Scheduling, AThreadGivesWayAsFarAsItSays) {
  const Turns before = turns();
  EXPECT_EQ(after([] { give_way(7); }).nice, 7);
  EXPECT_EQ(turns().nice, before.nice);  // ours is as it was
}

TEST(Scheduling, AThreadIsCalledWhatItSays) {
  char name[16] = {};
  after([&] {
    name_thread("fifteen-letters");
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
  });
  EXPECT_STREQ(name, "fifteen-letters");
}

TEST(Scheduling, ShortTurnsChangeNeitherPolicyNorShare) {
  const Turns wished = after([] {
    give_way(3);
    answer_soon();
  });
  EXPECT_EQ(wished.policy, SCHED_OTHER);
  EXPECT_EQ(wished.nice, 3);
}

}  // namespace
}  // namespace concord::index
