// Promise: a condition that makes no new string, list or map allocates nothing once warm.
// Method: this program's operator new counts.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/scoring/cel/host.h"

namespace {
std::atomic<std::int64_t> allocations{0};
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* at = std::malloc(size == 0 ? 1 : size)) return at;
  std::abort();
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace concord::cel {
namespace {

std::int64_t allocations_of(std::string_view source) {
  testing::World world;
  const std::vector<Value> variables = world.values();
  const auto program = Program::compile(source, world.environment);
  EXPECT_TRUE(program.has_value()) << source;
  program->evaluate({variables}, world.scratch);
  const std::int64_t before = allocations;
  for (int i = 0; i < 100; ++i) program->evaluate({variables}, world.scratch);
  return allocations - before;
}

TEST(Allocation, NoneForConditions) {
  for (const std::string_view source :
       {"customer.language == 'de' && intent != 'cancel'", "score * 2.0 > 0.5 ? 1 < 2 : 2 < 1",
        "entries.exists(e, e.kind == 'x' && e.amount > 10)", "entries.all(e, e.at < now)",
        "entries.exists(a, entries.exists(b, a.at > b.at))", "tags.vip == 'yes' && 'vip' in tags",
        "intent in ['repair', 'offer']", "now - customer.since > duration('720h')",
        "now.getHours('+01:00') < 20 && now.getHours('Europe/Berlin') < 20",
        "entries[1].amount > 5 || 1 / 0 == 1", "intent.matches('^re')",
        "entries.filter(e, e.kind == 'order').size() == 1"})  // in the scratch, once warm
    EXPECT_EQ(allocations_of(source), 0) << source;
}

// A control: the counter counts.
TEST(Allocation, APatternMadeWhileRunningIsCounted) {
  EXPECT_GT(allocations_of("intent.matches(intent)"), 0);
}

}  // namespace
}  // namespace concord::cel
