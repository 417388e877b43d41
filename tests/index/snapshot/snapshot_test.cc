// Promise: a pinned revision stays readable, byte for byte, while the writer goes on; what nobody
// can read any more is freed; keys find their owners at every size, and merged ids for ever.
#include "index/snapshot/snapshot.h"

#include <gtest/gtest.h>

#include <set>

#include "index/base/hash.h"
#include "index/snapshot/snapshot_state.h"
#include "index/snapshot/snapshot_writer.h"
#include "tests/index/snapshot/published.h"

namespace concord::test {
namespace {

using index::Code;
using index::CustomerId;
using index::KeyTable;
using index::Kind;
using index::Resolution;
using index::UnixMillis;

index::Hash128 key_of(std::uint64_t n) { return index::hash128(std::to_string(n)); }

TEST(KeyTable, FindsWhatWasPutThroughEveryGrowth) {
  auto table = std::make_unique<KeyTable>(4);
  const std::size_t first = table->capacity();
  for (std::uint64_t n = 0; n < 20'000; ++n) {
    if (table->wants_to_grow()) table = table->grown();
    table->put(key_of(n), n * 3);
  }
  EXPECT_GT(table->capacity(), first);
  table->put(key_of(5), 77);  // replaced
  for (std::uint64_t n = 0; n < 20'000; ++n) ASSERT_EQ(table->find(key_of(n)), n == 5 ? 77 : n * 3);
  for (std::uint64_t n = 20'000; n < 30'000; ++n)
    ASSERT_EQ(table->find(key_of(n)), KeyTable::kMissing);
}

TEST(KeyTable, TellsKeysOfOnePlaceApart) {
  KeyTable table(4);
  for (std::uint64_t tag = 0; tag < 8; ++tag)
    table.put({15, tag * 1000}, tag);  // and round the end
  for (std::uint64_t tag = 0; tag < 8; ++tag) EXPECT_EQ(table.find({15, tag * 1000}), tag);
  EXPECT_EQ(table.find({15, 999}), KeyTable::kMissing);
}

// A writer of tiny records: each says its number and the revision it was written at.
class Writing : public testing::Test {
 protected:
  index::NormalisedIdentity identity(const std::string& text) {
    return *state_->normaliser.normalise(text);
  }
  void put(std::uint32_t slot, index::EventSeq seq, std::vector<std::string> identities) {
    index::CustomerRecord record;
    record.id = writer_.id_of(slot);
    record.seq = seq;
    for (const std::string& one : identities)
      record.identities[identity(one).text] = {true, "crm", {1, 1}};
    index::EncodedRecord encoded;
    encoder_.encode(record, encoded);
    writer_.put(slot, encoded, seq);
  }
  index::EventSeq seq_of(const index::ReadPin& pin, CustomerId id) const {
    const index::RecordView view = snapshot_.find(pin, id);
    return view ? view.seq() : 0;
  }

  std::shared_ptr<index::SnapshotState> state_ =
      std::make_shared<index::SnapshotState>(story_identity_types());
  index::Snapshot snapshot_{state_};
  index::SnapshotWriter writer_{state_};
  index::RecordEncoder encoder_;
};

TEST_F(Writing, APinnedRevisionStaysAndIsFreedAfterwards) {
  const CustomerId ann{11};
  const std::uint32_t slot = writer_.add_slot(ann);
  put(slot, 1, {"crm:1"});
  writer_.publish(1);
  {
    const index::ReadPin one = snapshot_.pin();
    EXPECT_EQ(one.revision(), 1U);
    put(slot, 2, {"crm:1"});
    EXPECT_EQ(seq_of(snapshot_.pin(), ann), 1U);  // not published yet
    writer_.publish(2);
    const index::ReadPin two = snapshot_.pin();
    put(slot, 3, {"crm:1"});
    put(slot, 3, {"crm:1"});  // twice within one revision
    writer_.publish(3);
    EXPECT_EQ(seq_of(one, ann), 1U);
    EXPECT_EQ(seq_of(two, ann), 2U);
    EXPECT_EQ(seq_of(snapshot_.pin(), ann), 3U);
    EXPECT_EQ(writer_.retired(), 2U);  // the first of the two never was a version
    const auto again = snapshot_.pin_at(2);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(seq_of(*again, ann), 2U);
  }
  writer_.publish(4);
  EXPECT_EQ(writer_.retired(), 0U);
  EXPECT_EQ(snapshot_.pin_at(2).error().code, Code::cursor_stale);
  EXPECT_EQ(snapshot_.pin_at(9).error().code, Code::not_found);
  EXPECT_EQ(seq_of(*snapshot_.pin_at(4), ann), 3U);
}

TEST_F(Writing, ACustomerIsThereFromHisFirstRevisionOn) {
  writer_.publish(1);
  const index::ReadPin before = snapshot_.pin();
  const std::uint32_t slot = writer_.add_slot(CustomerId{11});
  put(slot, 2, {"crm:1"});
  writer_.bind(identity("crm:1"), slot);
  writer_.publish(2);
  EXPECT_EQ(snapshot_.resolve(before, "crm:1").outcome, Resolution::Outcome::not_found);
  EXPECT_EQ(snapshot_.resolve(before, to_string(CustomerId{11})).outcome,
            Resolution::Outcome::not_found);
  EXPECT_EQ(snapshot_.resolve(snapshot_.pin(), "crm:1").customer, CustomerId{11});
  EXPECT_FALSE(snapshot_.record_at(before, slot));
  EXPECT_TRUE(snapshot_.record_at(snapshot_.pin(), slot));
}

TEST_F(Writing, TablesGrowUnderAPinnedReader) {
  put(writer_.add_slot(CustomerId{1}), 1, {"crm:1"});
  writer_.bind(identity("crm:1"), 0);
  writer_.publish(1);
  {
    const index::ReadPin pin = snapshot_.pin();
    for (std::uint64_t n = 2; n <= 5000; ++n) {
      const std::uint32_t slot = writer_.add_slot(CustomerId{n});
      put(slot, n, {"crm:" + std::to_string(n)});
      writer_.bind(identity("crm:" + std::to_string(n)), slot);
      writer_.publish(n);
    }
    EXPECT_EQ(snapshot_.resolve(pin, "crm:1").customer, CustomerId{1});
    EXPECT_EQ(snapshot_.resolve(pin, "crm:5000").outcome, Resolution::Outcome::not_found);
    EXPECT_GT(writer_.retired(), 0U);  // old tables wait for the reader
  }
  const index::ReadPin pin = snapshot_.pin();
  for (std::uint64_t n = 1; n <= 5000; ++n)
    ASSERT_EQ(snapshot_.resolve(pin, "crm:" + std::to_string(n)).customer, CustomerId{n});
  writer_.publish(5001);
  EXPECT_EQ(writer_.retired(), 0U);
}

TEST_F(Writing, ASharedPhoneListsTheLowestIdsAndCountsAll) {
  constexpr std::uint64_t kOwners = 3000;
  const std::string phone = "phone:030 12345678";
  std::set<std::uint64_t> ids;
  for (std::uint64_t n = 0; n < kOwners; ++n) {
    const CustomerId id{index::mix64(n + 1)};
    ids.insert(id.value);
    put(writer_.add_slot(id), 1, {phone});
  }
  for (std::uint32_t n = 0; n < kOwners; ++n)  // not in the order of the slots
    writer_.bind(identity(phone), (n * 7 + 5) % kOwners);
  for (std::uint32_t n = 0; n < 10; ++n) writer_.bind(identity(phone), n);  // again: nothing new
  writer_.publish(1);
  const Resolution found = snapshot_.resolve(snapshot_.pin(), phone);
  EXPECT_EQ(found.outcome, Resolution::Outcome::ambiguous);
  EXPECT_EQ(found.owners, kOwners);
  ASSERT_EQ(found.candidate_count, index::kCandidatesMax);
  auto lowest = ids.begin();
  for (std::uint32_t i = 0; i < found.candidate_count; ++i)
    EXPECT_EQ(found.candidates[i].value, *lowest++);
}

TEST_F(Writing, OwnersWhoBecameOneCountOnceAtTheRevisionThatKnows) {
  const std::string phone = "phone:030 12345678";
  for (std::uint64_t id : {30, 20, 10, 40}) put(writer_.add_slot(CustomerId{id}), 1, {phone});
  for (std::uint32_t slot = 0; slot < 4; ++slot) writer_.bind(identity(phone), slot);
  writer_.publish(1);
  const index::ReadPin apart = snapshot_.pin();
  writer_.redirect(2, 1, 2);
  put(1, 2, {phone});
  writer_.publish(2);
  const index::ReadPin three = snapshot_.pin();
  writer_.redirect(1, 0, 3);
  writer_.redirect(3, 0, 3);
  put(0, 3, {phone});
  writer_.publish(3);
  EXPECT_EQ(snapshot_.resolve(apart, phone).owners, 4U);
  EXPECT_EQ(snapshot_.resolve(three, phone).owners, 3U);
  const Resolution one = snapshot_.resolve(snapshot_.pin(), phone);
  EXPECT_EQ(one.owners, 1U);
  EXPECT_EQ(one.outcome, Resolution::Outcome::found);
  EXPECT_EQ(one.customer, CustomerId{30});
  // Every id that ever was resolves for ever; at the older revision to what it was then.
  for (std::uint64_t id : {30, 20, 10, 40})
    EXPECT_EQ(snapshot_.find(snapshot_.pin(), CustomerId{id}).id(), CustomerId{30});
  EXPECT_EQ(snapshot_.find(apart, CustomerId{10}).id(), CustomerId{10});
  EXPECT_EQ(snapshot_.find(three, CustomerId{10}).id(), CustomerId{20});
}

TEST(Resolve, SaysWhatAKeyIs) {
  Base base;
  base.hear(Saying("crm", "1", 1).of({"crm:1", "phone:030 12345678"}).profile("Ann"));
  base.hear(Saying("crm", "2", 2).of({"crm:2", "phone:030 12345678"}).profile("Bob"));
  const index::ReadPin pin = base.snapshot().pin();
  Resolution found;
  base.snapshot().resolve(pin, "phone:030-12345678", found);
  EXPECT_EQ(found.outcome, Resolution::Outcome::ambiguous);
  EXPECT_EQ(found.candidate_count, 2U);
  EXPECT_LT(found.candidates[0], found.candidates[1]);
  base.snapshot().resolve(pin, "crm:1", found);
  EXPECT_EQ(found.outcome, Resolution::Outcome::found);
  EXPECT_EQ(found.owners, 1U);
  EXPECT_TRUE(found.by_identity);
  const CustomerId ann = found.customer;
  base.snapshot().resolve(pin, to_string(ann), found);
  EXPECT_EQ(found.customer, ann);
  EXPECT_FALSE(found.by_identity);
  base.snapshot().resolve(pin, "crm:3", found);
  EXPECT_EQ(found.outcome, Resolution::Outcome::not_found);
  EXPECT_EQ(found.owners, 0U);
  base.snapshot().resolve(pin, "nonsense", found);
  EXPECT_EQ(found.outcome, Resolution::Outcome::bad_key);
  EXPECT_NE(std::string(found.problem), "");
  base.hear(Saying("crm", "3", 3).of({"crm:1"}).merge("crm:1", "crm:2"));
  const index::ReadPin later = base.snapshot().pin();
  base.snapshot().resolve(later, "phone:030-12345678", found);
  EXPECT_EQ(found.outcome, Resolution::Outcome::found);
  EXPECT_EQ(found.customer, ann);
  base.snapshot().resolve(pin, "phone:030-12345678", found);
  EXPECT_EQ(found.owners, 2U);
}

}  // namespace
}  // namespace concord::test
