// Promise: what check_event has passed fits every bound behind it, and what decode_event has passed
// has every part its type needs. Method: each bound one step over, each part left out.
#include "index/log/event.h"

#include <gtest/gtest.h>

#include <limits>

#include "index/base/limits.h"
#include "tests/support/events.h"

namespace concord::test {
namespace {

using index::Code;
using index::Kind;

Saying entry() { return Saying("crm", "1", 10).of({"crm:1"}).entry(Kind::order, "O1"); }
Saying profile() { return Saying("crm", "1", 10).of({"crm:1"}).profile("Ann"); }
Saying member() { return Saying("crm", "1", 10).of({"crm:1"}).membership("acme", "buyer"); }
Saying consent() {
  return Saying("crm", "1", 10).of({"crm:1"}).consent("news", "", index::ConsentState::granted);
}

std::string place_of(const Saying& saying) {
  const auto checked = index::check_event(saying.draft);
  return checked ? "" : checked.error().place;
}

TEST(CheckEvent, PassesWhatIsWithinTheBounds) {
  EXPECT_EQ(place_of(entry()), "");
  EXPECT_EQ(place_of(profile()), "");
  EXPECT_EQ(place_of(member()), "");
  EXPECT_EQ(place_of(consent()), "");
}

TEST(CheckEvent, RefusesWithThePlaceWhatIsOver) {
  const std::string word(index::kWordBytesMax + 1, 'x');
  const std::int64_t year_10000 = 253'402'300'800'000;
  struct Row {
    const char* place;
    Saying saying;
  };
  std::vector<Row> rows;
  const auto add = [&](const char* place, Saying saying, auto&& change) {
    change(saying.draft);
    rows.push_back({place, std::move(saying)});
  };
  add("/at", entry(), [&](auto& d) { d.at = year_10000; });
  add("/at", entry(), [&](auto& d) { d.at = std::numeric_limits<std::int64_t>::min(); });
  add("/source", entry(), [&](auto& d) { d.source = "a/b"; });
  add("/entry/due_at", entry(), [&](auto& d) { d.entry->due_at = year_10000; });
  add("/entry/key", entry(), [&](auto& d) { d.entry->key = word; });
  add("/entry/key", entry(), [&](auto& d) { d.entry->key = "\xC3"; });
  add("/entry/actor", entry(), [&](auto& d) { d.entry->actor = word; });
  add("/entry/subject", entry(), [&](auto& d) { d.entry->subject.assign(1025, 'x'); });
  add("/entry/attachments", entry(), [&](auto& d) {
    d.entry->attachments.push_back(std::make_unique<index::wire::AttachmentT>());
    d.entry->attachments.back()->name = word;
  });
  add("/entry/attributes", entry(), [&](auto& d) {
    d.entry->attributes.push_back(std::make_unique<index::wire::AttributeT>());
    d.entry->attributes.back()->name = "a";
    d.entry->attributes.back()->real = std::numeric_limits<double>::infinity();
  });
  add("/entry/attributes", entry(), [&](auto& d) { d.entry->cleared_attributes = {word}; });
  add("/retract/reason", entry(), [&](auto& d) { d.entry->retract_reason = word; });
  add("/profile/needs", profile(), [&](auto& d) { d.profile->needs.assign(65, "x"); });
  add("/profile/since", profile(), [&](auto& d) { d.profile->since = year_10000; });
  add("/membership/role", member(), [&](auto& d) { d.membership->role = word; });
  add("/membership/to", member(), [&](auto& d) { d.membership->to = year_10000; });
  add("/consent/evidence", consent(), [&](auto& d) { d.consent->evidence = "\xFF"; });
  add("/consent/expires_at", consent(), [&](auto& d) { d.consent->expires_at = year_10000; });
  for (const Row& row : rows) EXPECT_EQ(place_of(row.saying), row.place);
}

TEST(DecodeEvent, RefusesWhatLacksAPart) {
  const auto decoded = [](auto&& change) {
    Saying saying = entry();
    change(saying.draft);
    return index::decode_event(index::encode_event(saying.draft)).has_value();
  };
  using Draft = index::EventDraft;
  EXPECT_TRUE(decoded([](Draft&) {}));
  EXPECT_FALSE(decoded([](Draft& d) { d.entry.reset(); }));
  EXPECT_FALSE(decoded([](Draft& d) { d.entry->key.clear(); }));
  EXPECT_FALSE(decoded([](Draft& d) { d.entry->kind = 200; }));
  EXPECT_FALSE(decoded([](Draft& d) { d.source.clear(); }));
  EXPECT_FALSE(decoded([](Draft& d) { d.id.clear(); }));
  EXPECT_FALSE(decoded([](Draft& d) { d.type = 99; }));
  for (std::uint8_t type = 2; type < 12; ++type)
    if (type != static_cast<std::uint8_t>(index::EventType::identity)) {
      EXPECT_FALSE(decoded([&](Draft& d) { d.type = type; })) << int{type};
    }
}

TEST(DecodeEvent, AnyFlippedBitIsRefusedOrStaysAnEvent) {
  const std::string whole = entry().subject("words").bytes();
  for (std::size_t i = 0; i < whole.size() * 8; ++i) {
    std::string bytes = whole;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << (i % 8)));
    if (const auto event = index::decode_event(bytes)) {
      index::EventDraft draft;
      (*event)->UnPackTo(&draft);  // readable in every part
    }
  }
  for (std::size_t size = 0; size < whole.size(); ++size)
    if (index::decode_event(std::string_view(whole).substr(0, size))) {
      EXPECT_GT(size, whole.size() - 8);  // only padding was cut
    }
}

}  // namespace
}  // namespace concord::test
