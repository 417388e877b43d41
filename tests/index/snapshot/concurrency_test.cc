// Promise: readers take no lock and see whole revisions only, whatever the writer does meanwhile.
// Method: one thread applies a story, others pin, ask and compare with the answers that a lone
// thread gave at each revision. Run under the thread sanitizer as well.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "index/base/hash.h"
#include "tests/index/snapshot/published.h"

namespace concord::test {
namespace {

using index::UnixMillis;
constexpr UnixMillis kAsOf{1'020'000};
const char* const kKeys[] = {"crm:0",
                             "crm:1",
                             "crm:2",
                             "shop:s3",
                             "account:acme0",
                             "phone:03012345610",
                             "email:p4@example.test",
                             "email:p5@example.test"};
constexpr std::size_t kKeyCount = std::size(kKeys);

// Everything the snapshot says about a key at a pin, in a few bytes.
std::uint64_t answer(const index::Snapshot& snapshot, const index::ReadPin& pin,
                     std::string_view key, index::Resolution& found, index::Buffer& buffer) {
  snapshot.resolve(pin, key, found);
  buffer.clear();
  index::JsonWriter out(buffer);
  out.begin_object().key("owners").integer(found.owners);
  for (std::uint32_t i = 0; i < found.candidate_count; ++i) out.key("c").id(found.candidates[i]);
  if (found.outcome == index::Resolution::Outcome::found) {
    const index::Customer customer = snapshot.customer(pin, found.customer, kAsOf);
    const index::ContextQuestion question{kAsOf, 50, &found};
    for (const index::ContextField field :
         {index::ContextField::revision, index::ContextField::matched,
          index::ContextField::accounts, index::ContextField::attention,
          index::ContextField::consents, index::ContextField::open,
          index::ContextField::merged_from, index::ContextField::timeline})
      write_context_field(out, field, customer, question);
  }
  return index::hash64(buffer.view());
}

TEST(Concurrency, EveryAnswerIsThatOfItsRevision) {
  constexpr std::size_t kEvents = 400;
  const auto feed = random_feed(4711, kEvents);
  std::vector<std::array<std::uint64_t, kKeyCount>> want(kEvents + 1);
  {
    Base alone;
    index::Resolution found;
    index::Buffer buffer;
    for (std::size_t seq = 0;; ++seq) {
      const auto pin = alone.snapshot().pin();
      for (std::size_t k = 0; k < kKeyCount; ++k)
        want[seq][k] = answer(alone.snapshot(), pin, kKeys[k], found, buffer);
      if (seq == kEvents) break;
      alone.hear(feed[seq]);
    }
  }
  Base base;
  std::atomic<bool> done{false};
  std::atomic<std::size_t> wrong{0};
  std::atomic<std::size_t> asked{0};
  std::vector<std::thread> readers;
  for (unsigned reader = 0; reader < 3; ++reader)
    readers.emplace_back([&, reader] {
      index::Resolution found;
      index::Buffer buffer;
      std::uint64_t dice = reader;
      while (!done.load()) {
        const auto pin = base.snapshot().pin();
        for (int n = 0; n < 3; ++n) {  // the same pin for a while: its revision must stay
          const std::size_t k = index::mix64(++dice) % kKeyCount;
          if (answer(base.snapshot(), pin, kKeys[k], found, buffer) != want[pin.revision()][k])
            ++wrong;
          ++asked;
        }
        // An older revision answers as it did, or says that it is gone.
        const auto older = base.snapshot().pin_at(pin.revision() / 2);
        if (older &&
            answer(base.snapshot(), *older, kKeys[0], found, buffer) != want[older->revision()][0])
          ++wrong;
      }
    });
  for (const std::string& event : feed) {
    base.hear(event);
    std::this_thread::yield();
  }
  while (asked.load() < 500) std::this_thread::yield();
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0U);
  EXPECT_EQ(base.snapshot().revision(), kEvents);
  // Control: the answers of two revisions differ, so a torn one would have been seen.
  EXPECT_NE(want[kEvents / 2], want[kEvents]);
}

}  // namespace
}  // namespace concord::test
