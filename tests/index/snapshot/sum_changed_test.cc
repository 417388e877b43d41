// Promise: the sum over a record's tails after an event is the sum of them all, byte for byte,
// whether it was made by the difference or anew; and it is made by the difference nearly always.
// Method: feeds of entries that come late, move, close, open again and are withdrawn, over records
// of many tails; after each event both ways of summing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <set>

#include "index/apply.h"
#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/snapshot/sum_changed.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::EncodedTail;
using index::Kind;
using index::StateType;
using index::StoredRecord;

// The tails of `now`, those that `before` does not have as new ones.
std::vector<EncodedTail> tails_after(const StoredRecord& before, const StoredRecord& now) {
  const std::set<const void*> known(before.labels.begin(), before.labels.end());
  std::vector<EncodedTail> tails;
  for (const index::wire::TailLabel* label : now.labels) {
    if (known.contains(label)) {
      tails.push_back({&index::segment_of(*label), label, nullptr});
      continue;
    }
    index::TailBlock block(static_cast<char*>(std::malloc(label->bytes())));
    std::memcpy(block.get(), label, label->bytes());
    tails.push_back(index::tail_in(std::move(block)));
  }
  return tails;
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed << 32U) {}
  std::uint64_t below(std::uint64_t count) { return index::mix64(++state_) % count; }

 private:
  std::uint64_t state_;
};

struct Shape {
  std::uint64_t keys;         // different entries
  std::uint64_t kinds;        // among them; few: lists are full, many: lists end early
  std::uint64_t topics;       // of messages
  std::uint64_t late;         // of 100 events
  std::uint64_t departments;  // one of them rare
  std::uint64_t told = 100;   // of 100 entries: with a topic; few: its newest lies far behind
};

// One customer's event: said anew, changed (also its time), closed, opened again or withdrawn.
Saying event_of(Dice& dice, const Shape& shape, std::size_t n) {
  static constexpr Kind kKinds[] = {Kind::interaction, Kind::message,  Kind::promise,
                                    Kind::holding,     Kind::invoice,  Kind::case_,
                                    Kind::decision,    Kind::contract, Kind::visit};
  const auto now_ms = 1'000'000 + static_cast<std::int64_t>(n) * 10;
  const std::int64_t at_ms = dice.below(100) < shape.late
                                 ? 1'000'000 + static_cast<std::int64_t>(dice.below(n * 10 + 1))
                                 : now_ms;
  const std::uint64_t key = dice.below(shape.keys);
  const Kind kind = kKinds[key % shape.kinds];
  Saying saying("crm", "s" + std::to_string(n), at_ms);
  saying.of({"crm:7"});
  saying.department(key % 50 == 0 ? "rare" : "d" + std::to_string(key % shape.departments));
  if (dice.below(100) < 12) return saying.retract(kind, "K" + std::to_string(key), "mistake");
  if (dice.below(100) < 5) return saying.fact("f" + std::to_string(dice.below(60)), "v");
  saying.entry(kind, "K" + std::to_string(key));
  static constexpr StateType kStates[] = {StateType::open, StateType::closed, StateType::solved};
  saying.state(kStates[dice.below(3)]);
  saying.it().direction = static_cast<std::uint8_t>(dice.below(3));
  if (dice.below(100) < shape.told) saying.topic("t" + std::to_string(dice.below(shape.topics)));
  if (dice.below(10) == 0) saying.closed(at_ms + 500);
  if (dice.below(6) == 0) saying.it().at = 1'000'000 + static_cast<std::int64_t>(dice.below(9'000));
  if (kind == Kind::invoice) {
    saying.it().amount_minor = static_cast<std::int64_t>(dice.below(900)) - 100;
    saying.it().currency = key % 3 == 0 ? "EUR" : "USD";
  }
  return saying;
}

struct Told {
  std::size_t changed = 0;  // sums that changed
  std::size_t told = 0;     // by the difference
};

Told sum_both_ways(std::uint64_t seed, const Shape& shape, std::size_t events) {
  const auto state = std::make_shared<index::SnapshotState>(story_identity_types());
  const index::Snapshot snapshot(state);
  index::Applier applier(state, {});
  Dice dice(seed);
  flatbuffers::FlatBufferBuilder one;
  flatbuffers::FlatBufferBuilder other;
  Told counts;
  for (std::size_t n = 1; n <= events; ++n) {
    const index::ReadPin pin = snapshot.pin();  // what was, stays
    const index::Version* was = n == 1 ? nullptr : applier.writer().newest(0);
    const std::string bytes = event_of(dice, shape, n).bytes();
    const auto prepared = index::prepare(bytes, state->normaliser);
    CONCORD_ASSERT(prepared.has_value());
    CONCORD_ASSERT(applier.apply(*prepared, bytes, n).has_value());
    applier.publish(n);
    if (was == nullptr) continue;
    const StoredRecord before = was->stored();
    const StoredRecord now = applier.writer().newest(0)->stored();
    const std::vector<EncodedTail> tails = tails_after(before, now);
    const std::string_view all = index::sum_tails(tails, one);
    const auto* kept = now.view.record().behind();
    const std::string_view stored =
        kept == nullptr
            ? std::string_view{}
            : std::string_view(reinterpret_cast<const char*>(kept->data()), kept->size());
    EXPECT_EQ(stored, all) << "event " << n;
    const std::string_view changed = index::sum_changed(before, tails, other);
    if (!changed.empty()) {
      EXPECT_EQ(changed, all) << "event " << n;
    }
    if (testing::Test::HasFailure()) break;
    if (std::equal(before.labels.begin(), before.labels.end(), now.labels.begin(),
                   now.labels.end()))
      continue;
    ++counts.changed;
    counts.told += changed.empty() ? 0 : 1;
  }
  return counts;
}

TEST(SumChanged, IsTheSumOfAllTailsAfterEveryEvent) {
  Told all;
  std::uint64_t seed = 0;
  for (const Shape& shape :
       {Shape{4'000, 9, 40, 30, 4}, Shape{900, 2, 5, 60, 2}, Shape{500, 9, 12, 90, 3},
        Shape{5'000, 1, 11, 20, 1}, Shape{300, 4, 3, 50, 6}, Shape{600, 9, 6, 40, 3, 4},
        Shape{1'500, 2, 14, 40, 2, 6}, Shape{800, 3, 11, 70, 2, 10}}) {
    SCOPED_TRACE(++seed);
    const Told counts = sum_both_ways(seed, shape, 2'500);
    ASSERT_FALSE(testing::Test::HasFailure());
    all.changed += counts.changed;
    all.told += counts.told;
  }
  EXPECT_GT(all.changed, 2'000U);
  EXPECT_GT(all.told * 10, all.changed * 5);
  EXPECT_LT(all.told, all.changed);  // those that are not told are in the feeds too
}

// Control: a sum that is taken over unchanged is seen.
TEST(SumChanged, TheComparisonSeesASumThatWasKept) {
  const auto state = std::make_shared<index::SnapshotState>(story_identity_types());
  const index::Snapshot snapshot(state);
  index::Applier applier(state, {});
  Dice dice(1);
  for (std::size_t n = 1; n <= 600; ++n) {
    const std::string bytes = event_of(dice, {5'000, 9, 40, 0, 3}, n).bytes();
    const auto prepared = index::prepare(bytes, state->normaliser);
    ASSERT_TRUE(applier.apply(*prepared, bytes, n).has_value());
    applier.publish(n);
  }
  const StoredRecord stored = applier.writer().newest(0)->stored();
  ASSERT_GE(stored.labels.size(), 3U);
  std::vector<EncodedTail> tails = tails_after(stored, stored);
  flatbuffers::FlatBufferBuilder one;
  flatbuffers::FlatBufferBuilder other;
  EXPECT_EQ(index::sum_changed(stored, tails, one), index::sum_tails(tails, other));
  tails.erase(tails.begin() + 1);
  EXPECT_NE(std::string(index::sum_tails(tails, one)),
            std::string(reinterpret_cast<const char*>(stored.view.record().behind()->data()),
                        stored.view.record().behind()->size()));
  const std::string_view changed = index::sum_changed(stored, tails, other);
  if (!changed.empty()) {
    EXPECT_EQ(changed, index::sum_tails(tails, one));
  }
}

}  // namespace
}  // namespace concord::test
