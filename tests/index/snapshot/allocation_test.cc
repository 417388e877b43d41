// Promise: answering allocates nothing once the caller's buffers are warm: resolve, the customer
// with his accounts, and every member of the context answer at or after the record's newest time.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/index/snapshot/published.h"

namespace {
thread_local std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* at = std::malloc(size)) return at;
  std::abort();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace concord::test {
namespace {

using index::ContextField;

void render(const index::Snapshot& snapshot, std::string_view key, index::UnixMillis as_of,
            index::Resolution& found, index::Buffer& buffer) {
  const index::ReadPin pin = snapshot.pin();
  snapshot.resolve(pin, key, found);
  ASSERT_EQ(found.outcome, index::Resolution::Outcome::found);
  const index::Customer customer = snapshot.customer(pin, found.customer, as_of);
  const index::ContextQuestion question{as_of, 20, &found};
  buffer.clear();
  index::JsonWriter out(buffer);
  out.begin_object();
  for (int i = 0; i < index::kContextFieldCount; ++i) {
    const auto field = static_cast<ContextField>(i);
    if (field == ContextField::policy_version || field == ContextField::answer_id ||
        field == ContextField::do_not || field == ContextField::next ||
        field == ContextField::authority)
      continue;
    index::write_context_field(out, field, customer, question);
  }
  out.end_object();
}

TEST(Allocation, AWarmAnswerAllocatesNothing) {
  Base base;
  for (const std::string& event : random_feed(12, 400)) base.hear(event);
  base.hear(Saying("crm", "x", 1'000'500)
                .of({"crm:1", "phone:030 987654321", "email:some.body.long@example.test"})
                .membership("acme0", "buyer"));
  const index::UnixMillis as_of{1'020'000};
  index::Resolution found;
  index::Buffer buffer;
  for (const char* key : {"crm:1", "email:Some.Body.Long@Example.test", "phone:030 98 76 54 321"}) {
    SCOPED_TRACE(key);
    render(base.snapshot(), key, as_of, found, buffer);
    const std::size_t before = allocations;
    for (int n = 0; n < 10; ++n) render(base.snapshot(), key, as_of, found, buffer);
    EXPECT_EQ(allocations, before);
    EXPECT_GT(buffer.size(), 1000U);
  }
  const std::string id = to_string(found.customer);
  const std::size_t before = allocations;
  render(base.snapshot(), id, as_of, found, buffer);
  EXPECT_EQ(allocations, before);
  // Control: the counter counts.
  ::operator delete(::operator new(1));
  EXPECT_NE(allocations, before);
}

}  // namespace
}  // namespace concord::test
