// Promise: a record that events were folded into one at a time, everything else copied or shared,
// answers the same bytes as the record folded and written whole; its segments keep their bounds,
// and what no reader needs any more is freed.
// Method: the same feeds, short ones as free as the API and long ones that spill into many tails,
// through the applier and through a slow one that knows nothing of published records.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "index/apply.h"
#include "index/base/hash.h"
#include "index/snapshot/sum_changed.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::EventSeq;
using index::Snapshot;
using index::SnapshotState;
using index::UnixMillis;

std::shared_ptr<SnapshotState> new_state() {
  return std::make_shared<SnapshotState>(story_identity_types());
}

// What is tested, with its snapshot.
struct Fast {
  std::shared_ptr<SnapshotState> state = new_state();
  Snapshot snapshot{state};
  index::Applier applier{state, {}};
  EventSeq seq = 0;

  void stage(const std::string& bytes) {
    const auto prepared = index::prepare(bytes, state->normaliser);
    ASSERT_TRUE(prepared.has_value());
    const auto done = applier.apply(*prepared, bytes, ++seq);
    ASSERT_TRUE(done.has_value()) << done.error().text();
  }
  void hear(const std::string& bytes) {
    stage(bytes);
    applier.publish(seq);
  }
};

// Folds into mutable records, which it keeps, and encodes the one that changed as a whole.
struct Slow {
  std::shared_ptr<SnapshotState> state = new_state();
  Snapshot snapshot{state};
  index::SnapshotWriter writer{state};
  index::Releases releases;
  std::map<std::uint32_t, index::CustomerRecord> records;
  index::RecordEncoder encoder;
  EventSeq seq = 0;

  std::uint32_t find(const index::NormalisedIdentity& identity) const {
    const std::uint32_t slot = writer.slot_of(identity);
    return slot == index::SnapshotWriter::kNoSlot ? index::kNoOwner : slot;
  }
  std::uint32_t add(const index::NormalisedIdentity& first) {
    const index::CustomerId id = index::new_customer_id(first, [&](index::CustomerId one) {
      return writer.slot_of(one) != index::SnapshotWriter::kNoSlot;
    });
    const std::uint32_t slot = writer.add_slot(id);
    records[slot].id = id;
    return slot;
  }
  // A copy, since what is derived is no part of the record.
  index::CustomerRecord copy_of(std::uint32_t slot) const {
    index::CustomerRecord copy;
    index::CustomerRecord& known = const_cast<index::CustomerRecord&>(records.at(slot));
    copy.id = known.id;
    index::EncodedRecord encoded;
    index::RecordEncoder whole;
    whole.encode(known, encoded);
    std::vector<const index::wire::Segment*> tails;
    for (const index::EncodedTail& tail : encoded.tails) tails.push_back(tail.segment);
    return *index::decode_record({index::wire::GetRecord(encoded.record.data()), tails});
  }
  void put(std::uint32_t slot) {
    records[slot].is_account = index::is_account(records[slot]);
    index::CustomerRecord shown = copy_of(slot);
    releases.apply_to(shown);
    records[slot].seq = std::max(records[slot].seq, shown.seq);
    index::EncodedRecord encoded;
    encoder.encode(shown, encoded);
    writer.put(slot, encoded, seq);
  }
  void hear_of_customer(const index::Prepared& prepared) {
    const auto plan = index::plan_owner(
        prepared.identities, [&](const index::NormalisedIdentity& id) { return find(id); });
    ASSERT_TRUE(plan.has_value());
    const std::uint32_t slot =
        plan->survivor == index::kNoOwner ? add(*plan->first) : plan->survivor;
    index::CustomerId account;
    if (prepared.account) {
      std::uint32_t its = find(*prepared.account);
      if (its == index::kNoOwner) {
        its = add(*prepared.account);
        index::introduce_account(records[its], prepared, seq);
        put(its);
        writer.bind(*prepared.account, its);
      }
      account = writer.id_of(its);
    }
    for (const std::uint32_t loser : plan->losers) {
      index::merge_records(records[slot], std::move(records[loser]), seq);
      records.erase(loser);
      writer.redirect(loser, slot, seq);
    }
    index::fold(records[slot], index::fold_input(prepared, seq, account));
    put(slot);
    for (const auto& identity : prepared.identities) writer.bind(identity, slot);
  }
  void hear(const std::string& bytes) {
    const auto prepared = index::prepare(bytes, state->normaliser);
    ASSERT_TRUE(prepared.has_value());
    ++seq;
    if (index::Releases::is_release(*prepared->event)) {
      releases.add(seq, bytes);
      for (const auto& [slot, record] : records) put(slot);
    } else if (index::changes_a_record(index::type_of(*prepared->event))) {
      hear_of_customer(*prepared);
    }
    writer.publish(seq);
  }
};

void expect_equal(const Fast& fast, const Slow& slow, std::int64_t at_ms) {
  ASSERT_EQ(first_difference(all_answers(fast.snapshot, UnixMillis{at_ms}),
                             all_answers(slow.snapshot, UnixMillis{at_ms})),
            "");
}

index::EncodedTail copy_of(const index::EncodedTail& tail) {
  index::TailBlock block(static_cast<char*>(std::malloc(tail.bytes().size())));
  std::memcpy(block.get(), tail.bytes().data(), tail.bytes().size());
  return index::tail_in(std::move(block));
}

// Rows in order, bounds kept, every tail as its label says.
void expect_sound(const SnapshotState& state, const Snapshot& snapshot) {
  const index::ReadPin pin = snapshot.pin();
  for (std::size_t place = 0; place < snapshot.record_count(); ++place) {
    const index::RecordView record = snapshot.record_at(pin, place);
    if (!record) continue;
    EXPECT_LE(record.entries().head().rows()->size(), index::kHeadRowsMax);
    const auto tails = record.entries().tails();
    const auto labels = state.version_at(static_cast<std::uint32_t>(place), pin.revision())->labels;
    for (std::size_t i = 0; i < tails.size(); ++i) {
      const index::wire::TailLabel& label = *labels[i];
      EXPECT_LE(label.rows(), index::kTailRowsMax);
      ASSERT_TRUE(
          index::verify_tail({reinterpret_cast<const char*>(&label), std::size_t{label.bytes()}}));
      ASSERT_EQ(&index::segment_of(label), tails[i]);
      for (const index::wire::Row* row : *tails[i]->rows())
        ASSERT_TRUE(index::may_hold(label, row->id_hash()));
    }
    std::uint32_t count = 0;
    std::int64_t last_ms = INT64_MAX;
    record.each_entry([&](index::EntryView entry) {
      EXPECT_LE(entry.at_ms(), last_ms);
      last_ms = entry.at_ms();
      ++count;
      return true;
    });
    ASSERT_EQ(count, record.entry_count());
  }
}

TEST(RecordUpdate, AnswersLikeTheWholeRecordAfterEveryEvent) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Fast fast;
    Slow slow;
    for (const std::string& event : random_feed(seed, 150)) {
      fast.hear(event);
      slow.hear(event);
      SCOPED_TRACE(fast.seq);
      ASSERT_NO_FATAL_FAILURE(expect_equal(fast, slow, 1'020'000));
    }
    ASSERT_NO_FATAL_FAILURE(expect_equal(fast, slow, 1'005'000));
  }
}

TEST(RecordUpdate, LongHistoriesSpillAndAnswerLikeTheWholeRecord) {
  std::size_t most_tails = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    Fast fast;
    Slow slow;
    const std::size_t keys = seed == 1 ? 12 : 60;
    for (const std::string& event : long_feed(seed, 900, keys)) {
      fast.hear(event);
      slow.hear(event);
      if (fast.seq % 13 != 0) continue;
      SCOPED_TRACE(fast.seq);
      ASSERT_NO_FATAL_FAILURE(expect_equal(fast, slow, 1'200'000));
      ASSERT_NO_FATAL_FAILURE(expect_sound(*fast.state, fast.snapshot));
    }
    ASSERT_NO_FATAL_FAILURE(expect_equal(fast, slow, 1'004'000));
    const index::ReadPin pin = fast.snapshot.pin();
    for (std::size_t place = 0; place < fast.snapshot.record_count(); ++place)
      if (const index::RecordView record = fast.snapshot.record_at(pin, place))
        most_tails = std::max(most_tails, record.entries().tails().size());
  }
  EXPECT_GE(most_tails, 4U);
}

TEST(RecordUpdate, AFrameOfEventsIsPublishedAsOne) {
  for (std::uint64_t seed = 21; seed <= 24; ++seed) {
    SCOPED_TRACE(seed);
    Fast one_by_one;
    Fast framed;
    for (const std::string& event : long_feed(seed, 500, 40)) {
      one_by_one.hear(event);
      framed.stage(event);
      if (framed.seq % (3 + seed * 7) == 0) framed.applier.publish(framed.seq);
    }
    framed.applier.publish(framed.seq);
    ASSERT_EQ(first_difference(all_answers(one_by_one.snapshot, UnixMillis{1'200'000}),
                               all_answers(framed.snapshot, UnixMillis{1'200'000})),
              "");
    EXPECT_EQ(one_by_one.applier.state_hash(1).value(), framed.applier.state_hash(2).value());
    EXPECT_EQ(framed.applier.writer().retired(), 0U);
    framed.stage(long_feed(99, 1, 1).front());  // left unpublished: freed all the same
  }
}

// Control: a piece or a summary that was kept although its entry changed is seen.
TEST(RecordUpdate, TheComparisonSeesWhatIsStale) {
  Fast fast;
  const auto promise = [](std::size_t n, index::StateType state) {
    return Saying("crm", "p" + std::to_string(n) + (state == index::StateType::open ? "" : "c"),
                  1'000'000 + static_cast<std::int64_t>(n))
        .of({"crm:7"})
        .department("service")
        .entry(index::Kind::promise, "P" + std::to_string(n))
        .state(state)
        .bytes();
  };
  for (std::size_t n = 0; n < 300; ++n) fast.hear(promise(n, index::StateType::open));
  const index::StoredRecord stored = fast.applier.writer().newest(0)->stored();
  const index::RecordView& before = stored.view;
  ASSERT_GE(before.entries().tails().size(), 1U);
  index::EntryList list;
  flatbuffers::FlatBufferBuilder scratch;
  const auto answers = [&](bool stale_pieces, bool stale_summary, const char* id) {
    list.begin(stored);
    const auto place = list.find(index::WantedEntry(id));
    EXPECT_TRUE(place.has_value());
    index::JsonReader reader;
    auto entry = index::decode_entry(reader, list.at(*place));
    EXPECT_TRUE(entry.has_value());
    entry->now.state_type = static_cast<std::uint8_t>(index::StateType::closed);
    list.change(place, &*entry);
    index::RecordParts parts;
    parts.id = before.id();
    parts.seq = before.seq();
    const auto bytes = [](const auto* of) {
      return std::string_view(reinterpret_cast<const char*>(of->data()), of->size());
    };
    parts.portrait = bytes(before.record().portrait());
    parts.head = list.head();
    parts.tails = list.tails();
    parts.behind =
        stale_summary ? bytes(before.record().behind()) : sum_tails(list.tails(), scratch);
    parts.before = &before.record();
    parts.keep = stale_pieces ? ~index::PieceSet() : ~list.touched();
    index::EncodedRecord encoded;
    index::Assembler().assemble(parts, encoded.record);
    list.take_tails(encoded.tails);
    for (index::EncodedTail& tail : encoded.tails)  // another state owns what is shared here
      if (!tail.is_new()) tail = copy_of(tail);
    const auto state = new_state();
    index::SnapshotWriter writer(state);
    writer.put(writer.add_slot(parts.id), encoded, 1);
    writer.publish(1);
    return all_answers(Snapshot(state), UnixMillis{1'200'000});
  };
  const std::string right = answers(false, false, "crm/promise/P299");
  EXPECT_NE(answers(true, false, "crm/promise/P299"), right);
  const std::string old = answers(false, false, "crm/promise/P0");
  EXPECT_NE(answers(false, true, "crm/promise/P0"), old);
}

TEST(RecordUpdate, ReadersWalkPinnedVersionsOfALargeCustomer) {
  constexpr std::size_t kFirst = 700;
  const auto feed = long_feed(5, kFirst + 500, 90);
  Fast fast;
  for (std::size_t n = 0; n < kFirst; ++n) fast.hear(feed[n]);
  const auto walk = [&](const index::ReadPin& pin) {
    std::uint64_t sum = 0;
    for (std::size_t place = 0; place < 2; ++place) {
      const index::RecordView record = fast.snapshot.record_at(pin, place);
      std::uint32_t count = 0;
      record.each_entry([&](index::EntryView entry) {
        sum = index::mix64(sum ^ index::hash64(entry.json()) ^ entry.department().size());
        ++count;
        return true;
      });
      record.each_open(UnixMillis{1'200'000}, [&](index::EntryView entry) {
        sum = index::mix64(sum ^ entry.row().seq());
      });
      if (count != record.entry_count()) return std::uint64_t{0};
    }
    return sum;
  };
  std::atomic<bool> done{false};
  std::atomic<std::size_t> wrong{0};
  std::atomic<std::size_t> walks{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader)
    readers.emplace_back([&] {
      while (!done.load()) {
        const index::ReadPin pin = fast.snapshot.pin();
        const std::uint64_t first = walk(pin);
        std::this_thread::yield();
        if (first == 0 || walk(pin) != first) ++wrong;
        ++walks;
      }
    });
  for (std::size_t n = kFirst; n < feed.size(); ++n) {
    fast.stage(feed[n]);
    if (n % 3 == 0) fast.applier.publish(fast.seq);
    std::this_thread::yield();
  }
  while (walks.load() < 50) std::this_thread::yield();
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0U);
  fast.applier.publish(fast.seq);
  EXPECT_EQ(fast.applier.writer().retired(), 0U);
}

}  // namespace
}  // namespace concord::test
