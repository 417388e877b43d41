// Promise: the work is done on another thread that gives way to all; what it asks for is done on
// the thread that waits, whose turns are ordinary.
#include "index/base/idle_worker.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

namespace concord::index {
namespace {

bool gives_way_to_all() {
  return ::sched_getscheduler(0) == SCHED_IDLE ||
         ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())) == 19;
}

TEST(IdleWorker, WorksOnAThreadThatGivesWayAndAsksTheOneThatWaits) {
  IdleWorker worker("idle-test");
  const auto here = std::this_thread::get_id();
  std::vector<int> order;
  for (int round = 0; round < 3; ++round)
    worker.run([&] {
      EXPECT_NE(std::this_thread::get_id(), here);
      EXPECT_TRUE(gives_way_to_all());
      for (int i = 0; i < 100; ++i) {
        worker.ask([&] {
          EXPECT_EQ(std::this_thread::get_id(), here);
          EXPECT_FALSE(gives_way_to_all());
          order.push_back(i);
        });
        ASSERT_EQ(order.back(), i) << "it returned before the step was done";
      }
    });
  EXPECT_EQ(order.size(), 300U);
}

TEST(IdleWorker, SeveralThreadsOfOneWorkMayAsk) {
  IdleWorker worker("idle-test");
  int steps = 0;  // of the asking thread alone, so it needs no lock
  worker.run([&] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) worker.ask([&] { ++steps; });
      });
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_EQ(steps, 800);
}

TEST(IdleWorker, IsLetGoOfWithoutWork) { const IdleWorker worker("idle-test"); }

}  // namespace
}  // namespace concord::index
