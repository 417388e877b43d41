// How fresh each source is: heard and said, due states, and what answers show at which revision.
#include "index/sources.h"

#include <gtest/gtest.h>

#include "index/base/json_reader.h"
#include "index/engine.h"
#include "index/log/event_json.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::Engine;
using index::EventDraft;
using index::EventType;
using index::Freshness;
using index::SourceInfo;
using index::UnixMillis;

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kStart = 1'700'000'000'000;

SourceInfo helpdesk() {
  SourceInfo source;
  source.name = "helpdesk";
  source.department = "service";
  source.expect_every_ms = kHour;
  return source;
}

std::string ticket(const std::string& id, std::int64_t at_ms) {
  Saying saying("helpdesk", id, at_ms);
  saying.of({"email:ann@example.test"}).entry(index::Kind::note, id);
  saying.draft.received_at = at_ms;
  return saying.bytes();
}

std::string shown(const Engine& engine) {
  const auto pin = engine.snapshot().pin();
  return std::string(engine.snapshot().sources(pin).json);
}

// Says what is due at that time; how many events that was.
std::size_t say_due(Engine& engine, std::int64_t now_ms) {
  const std::vector<EventDraft> due = engine.sources().due(UnixMillis{now_ms});
  for (const EventDraft& draft : due) {
    EXPECT_TRUE(index::check_event(draft).has_value());
    EXPECT_TRUE(engine.apply(index::encode_event(draft)).has_value());
  }
  return due.size();
}

TEST(Freshness, IsOkThenLateThenSilent) {
  struct Row {
    std::int64_t expect_ms, heard_ms, now_ms;
    Freshness want;
  };
  for (const Row& row : {Row{0, kStart, kStart + 100 * kHour, Freshness::unstated},
                         Row{kHour, kStart, kStart, Freshness::ok},
                         Row{kHour, kStart, kStart + kHour, Freshness::ok},
                         Row{kHour, kStart, kStart + kHour + 1, Freshness::late},
                         Row{kHour, kStart, kStart + 2 * kHour, Freshness::late},
                         Row{kHour, kStart, kStart + 2 * kHour + 1, Freshness::silent},
                         Row{kHour, index::kNoTime, kStart, Freshness::silent}}) {
    SCOPED_TRACE(row.now_ms);
    EXPECT_EQ(freshness(row.expect_ms, row.heard_ms, UnixMillis{row.now_ms}), row.want);
  }
}

TEST(SourceBook, SaysAStateOnceAndAgainOnlyWhenItChanges) {
  const auto engine = Engine::empty(story_identity_types());
  engine->sources().configure(helpdesk());
  EXPECT_EQ(shown(*engine), "[]");
  ASSERT_TRUE(engine->apply(ticket("1", kStart)).has_value());
  EXPECT_EQ(say_due(*engine, kStart), 1U);
  EXPECT_EQ(shown(*engine), R"([{"source":"helpdesk","department":"service","state":"ok",)"
                            R"("last_at":"2023-11-14T22:13:20Z"}])");
  EXPECT_EQ(say_due(*engine, kStart + kHour), 0U);
  EXPECT_EQ(say_due(*engine, kStart + kHour + 1), 1U);
  EXPECT_NE(shown(*engine).find(R"("state":"late")"), std::string::npos);
  EXPECT_EQ(say_due(*engine, kStart + kHour + 2), 0U);
  EXPECT_EQ(say_due(*engine, kStart + 3 * kHour), 1U);
  EXPECT_NE(shown(*engine).find(R"("state":"silent")"), std::string::npos);
  ASSERT_TRUE(engine->apply(ticket("2", kStart + 4 * kHour)).has_value());
  EXPECT_EQ(say_due(*engine, kStart + 4 * kHour), 1U);
  EXPECT_NE(shown(*engine).find(R"("state":"ok")"), std::string::npos);
}

TEST(SourceBook, AHeartbeatIsHeardAndSaysNothingOfACustomer) {
  const auto engine = Engine::empty(story_identity_types());
  engine->sources().configure(helpdesk());
  Saying alive("helpdesk", "hb", kStart);
  alive.draft.type = static_cast<std::uint8_t>(EventType::heartbeat);
  alive.draft.received_at = kStart;
  ASSERT_TRUE(engine->apply(alive.bytes()).has_value());
  EXPECT_EQ(say_due(*engine, kStart + kHour), 1U);
  EXPECT_NE(shown(*engine).find(R"("state":"ok")"), std::string::npos);
  EXPECT_EQ(engine->snapshot().record_count(), 0U);
}

TEST(SourceBook, RefreshesTheShownTimeOfABusySource) {
  const auto engine = Engine::empty(story_identity_types());
  engine->sources().configure(helpdesk());
  for (std::int64_t minute = 0; minute < 120; ++minute)
    ASSERT_TRUE(
        engine->apply(ticket(std::to_string(minute), kStart + minute * 60'000)).has_value());
  EXPECT_EQ(say_due(*engine, kStart), 1U);
  const std::string first = shown(*engine);
  ASSERT_TRUE(engine->apply(ticket("x", kStart + 2 * kHour)).has_value());
  EXPECT_EQ(say_due(*engine, kStart + kHour / 2 - 1), 0U);
  EXPECT_EQ(say_due(*engine, kStart + kHour / 2), 1U);
  EXPECT_NE(shown(*engine), first);
}

TEST(SourceBook, WhatIsSaidBelongsToARevision) {
  const auto engine = Engine::empty(story_identity_types());
  engine->sources().configure(helpdesk());
  ASSERT_TRUE(engine->apply(ticket("1", kStart)).has_value());
  say_due(*engine, kStart);
  const index::Snapshot& snapshot = engine->snapshot();
  const auto before = snapshot.pin();
  const auto ann = snapshot.resolve(before, "email:ann@example.test").customer;
  const auto old = snapshot.customer(before, ann, UnixMillis{kStart});
  EXPECT_EQ(old.revision, 2U);  // the state is said to every customer
  say_due(*engine, kStart + 5 * kHour);
  const auto again = snapshot.customer(before, ann, UnixMillis{kStart});
  EXPECT_EQ(again.revision, old.revision);
  EXPECT_EQ(again.sources_json, old.sources_json);
  const auto now = snapshot.pin();
  EXPECT_EQ(snapshot.customer(now, ann, UnixMillis{kStart}).revision, 3U);
  EXPECT_NE(snapshot.sources(now).json, old.sources_json);
}

TEST(SourceBook, CountsAnEventOnceWhenTheLogIsReadAgain) {
  index::SourceBook book;
  const std::string bytes = ticket("1", kStart);
  const auto event = index::decode_event(bytes);
  ASSERT_TRUE(event.has_value());
  book.heard(**event, 7);
  book.heard(**event, 7);
  ASSERT_EQ(book.all().size(), 1U);
  EXPECT_EQ(book.all().front().events, 1U);
  book.begin(book.all());
  book.heard(**event, 7);
  EXPECT_EQ(book.all().front().events, 1U);
  book.heard(**event, 8);
  EXPECT_EQ(book.all().front().events, 2U);
}

// A source's name may be as long as an id: what is said of it still has an id that fits.
TEST(SourceBook, SaysTheStateOfASourceWithTheLongestName) {
  const auto engine = Engine::empty(story_identity_types());
  Saying saying(std::string(256, 'n'), "1", kStart);
  saying.of({"email:ann@example.test"}).entry(index::Kind::note, "1");
  ASSERT_TRUE(engine->apply(saying.bytes()).has_value());
  EXPECT_EQ(say_due(*engine, kStart), 1U);
  EXPECT_EQ(say_due(*engine, kStart), 0U);
}

TEST(SourceBook, NobodyElseSpeaksForConcord) {
  index::JsonReader reader;
  const auto value =
      reader.parse(R"({"id":"1","source":"shop","at":"2026-01-01T00:00:00Z","source_state":{}})");
  ASSERT_TRUE(value.has_value());
  const auto draft = index::event_from_json(*value);
  ASSERT_FALSE(draft.has_value());
  EXPECT_EQ(draft.error().place, "/source_state");
}

}  // namespace
}  // namespace concord::test
