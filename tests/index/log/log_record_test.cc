// Promise: a stored record is what was written, or it is damaged; never something else. Method:
// each record, each byte of it changed, each length of it.
#include "index/log/log_record.h"

#include <gtest/gtest.h>

#include "index/base/hash.h"

namespace concord::test {
namespace {

using index::EventRecord;
using index::Hash128;
using index::Head;

EventRecord sample() {
  EventRecord record;
  record.event = {42, "what was said", {1, 2}, {3, 4}, {5, 6}, {}};
  record.event.payload_hash = index::payload_hash_of({5, 6}, record.event.bytes);
  record.chain = {7, 8};
  return record;
}

TEST(LogRecord, KeysSortAsNumbers) {
  EXPECT_LT(index::seq_key(255), index::seq_key(256));
  EXPECT_LT(index::seq_key(1), index::seq_key(1ULL << 60));
  EXPECT_EQ(index::seq_of_key(index::seq_key(0x0102030405060708)), 0x0102030405060708U);
}

TEST(LogRecord, AnEventComesBackAsItWas) {
  const EventRecord wanted = sample();
  const auto got = index::decode_event_record(index::encode_event_record(wanted), 42);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->event.bytes, wanted.event.bytes);
  EXPECT_EQ(got->event.id_key, wanted.event.id_key);
  EXPECT_EQ(got->event.content, wanted.event.content);
  EXPECT_EQ(got->event.salt, wanted.event.salt);
  EXPECT_EQ(got->chain, wanted.chain);
  EXPECT_FALSE(index::decode_event_record(index::encode_event_record(wanted), 43).has_value());
}

TEST(LogRecord, AnyOtherByteOrLengthIsRefused) {
  const std::string event = index::encode_event_record(sample());
  const std::string head = index::encode_head({{0, 9, {1, 2}}, 3, 4});
  const std::string mark = index::encode_mark({{0, 9, {1, 2}}, 3, 4});
  const std::string known = index::encode_known_id({9, {1, 2}});
  EXPECT_EQ(mark.size(), index::kMarkBytes);
  EXPECT_FALSE(index::decode_head(mark).has_value()) << "one is not the other";
  const auto refused = [](const std::string& bytes, std::size_t which) {
    switch (which) {
      case 0: return !index::decode_event_record(bytes, 42).has_value();
      case 1: return !index::decode_head(bytes).has_value();
      case 2: return !index::decode_mark(bytes).has_value();
      default: return !index::decode_known_id(bytes).has_value();
    }
  };
  const std::string all[] = {event, head, mark, known};
  for (std::size_t which = 0; which < 4; ++which) {
    EXPECT_FALSE(refused(all[which], which)) << "control";
    for (std::size_t at = 0; at < all[which].size(); ++at) {
      std::string bytes = all[which];
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      EXPECT_TRUE(refused(bytes, which)) << which << " byte " << at;
      EXPECT_TRUE(refused(all[which].substr(0, at), which)) << which << " length " << at;
    }
  }
}

TEST(LogRecord, AHeadKeepsAllOfIt) {
  const Head wanted{{0, 9, {1, 2}}, 3, 4};
  const Head got = *index::decode_head(index::encode_head(wanted));
  EXPECT_EQ(got.position, wanted.position);
  EXPECT_EQ(got.epoch, 3U);
  EXPECT_EQ(got.changes, 4U);
}

}  // namespace
}  // namespace concord::test
