// Promise: what is wrong with an event is said before it is written, with its place; what passes
// can be applied to every state. A clock that runs ahead is brought back and flagged; what is
// planned is not touched. Method: tables, and random events against random states.
#include "index/incoming.h"

#include <gtest/gtest.h>

#include "index/base/hash.h"
#include "tests/index/live/feeding.h"

namespace concord::test {
namespace {

using index::Code;
using index::Kind;
using index::make_incoming;
using index::Receipt;
constexpr std::int64_t kNow = kReceived.ms;

const index::IdentityNormaliser& normaliser() {
  static const index::IdentityNormaliser kNormaliser(story_identity_types());
  return kNormaliser;
}

Saying entry(Kind kind, std::int64_t at_ms = 1'000) {
  Saying saying("helpdesk", "e1", at_ms);
  saying.of({"crm:1"}).entry(kind, "k");
  return saying;
}

TEST(Incoming, CarriesWhatTheLogNeeds) {
  const auto made = make_incoming(entry(Kind::note).draft, normaliser(), {kReceived, 0});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->id_key, index::event_id_key("helpdesk", "e1"));
  EXPECT_EQ(made->content, index::content_hash(entry(Kind::note).draft));
  EXPECT_FALSE(made->at_clamped);
  const auto event = index::decode_event(made->bytes);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ((*event)->received_at(), kNow);
  EXPECT_EQ(made->prepared.event->id()->str(), "e1");
  ASSERT_EQ(made->prepared.identities.size(), 1U);
  EXPECT_EQ(made->prepared.identities[0].text, "crm:1");
}

TEST(Incoming, AMovedOneIsStillWhole) {
  auto made = make_incoming(entry(Kind::note).draft, normaliser(), {kReceived, 0});
  ASSERT_TRUE(made.has_value());
  const index::Incoming moved = std::move(*made);
  made->bytes.assign(1000, 'x');
  EXPECT_EQ(moved.prepared.event->id()->str(), "e1");
}

TEST(Incoming, WhenItCameDoesNotChangeWhatWasSaid) {
  Saying ahead = entry(Kind::note, kNow + 500'000);
  const auto now = make_incoming(ahead.draft, normaliser(), {kReceived});
  const auto later = make_incoming(ahead.draft, normaliser(), {index::UnixMillis{kNow + 400'000}});
  const auto much_later =
      make_incoming(ahead.draft, normaliser(), {index::UnixMillis{kNow + 900'000}});
  ASSERT_TRUE(now && later && much_later);
  EXPECT_TRUE(now->at_clamped);
  EXPECT_FALSE(much_later->at_clamped);
  EXPECT_EQ(now->content, later->content);
  EXPECT_EQ(now->content, much_later->content);
  // What a client says of these two is not taken over.
  ahead.draft.received_at = 5;
  ahead.draft.at_clamped = true;
  const auto told = make_incoming(ahead.draft, normaliser(), {kReceived});
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->content, now->content);
  EXPECT_EQ(told->bytes, now->bytes);
}

TEST(Incoming, ATimeAheadIsBroughtBackAndFlagged) {
  struct Row {
    std::int64_t ahead_ms;
    bool clamped;
  };
  for (const Row& row : {Row{-5'000, false}, Row{0, false}, Row{60'000, false}, Row{60'001, true},
                         Row{90'000'000, true}}) {
    SCOPED_TRACE(row.ahead_ms);
    const auto made = make_incoming(entry(Kind::note, kNow + row.ahead_ms).draft, normaliser(),
                                    {kReceived, 60'000});
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->at_clamped, row.clamped);
    EXPECT_EQ(made->prepared.event->at_clamped(), row.clamped);
    EXPECT_EQ(made->prepared.event->at(), row.clamped ? kNow : kNow + row.ahead_ms);
  }
}

TEST(Incoming, WhatHasHappenedIsBroughtBackWhatIsPlannedIsNot) {
  constexpr std::int64_t kAhead = kNow + 900'000'000;
  int planned = 0;
  for (int i = 0; i < index::kKindCount; ++i) {
    const Kind kind = static_cast<Kind>(i);
    SCOPED_TRACE(std::string(word(kind)));
    Saying saying = entry(kind);
    saying.it().at = kAhead;
    saying.due(kAhead).closed(kAhead);
    const auto made = make_incoming(saying.draft, normaliser(), {kReceived, 60'000});
    ASSERT_TRUE(made.has_value()) << made.error().text();
    const auto* said = made->prepared.event->entry();
    EXPECT_EQ(said->due_at(), kAhead);
    EXPECT_EQ(said->closed_at(), kAhead);
    EXPECT_EQ(said->at(), index::is_planned(kind) ? kAhead : kNow);
    EXPECT_EQ(made->at_clamped, !index::is_planned(kind));
    planned += index::is_planned(kind) ? 1 : 0;
  }
  EXPECT_GT(planned, 5);
  EXPECT_LT(planned, 20);
  EXPECT_TRUE(index::is_planned(Kind::visit));
  EXPECT_FALSE(index::is_planned(Kind::case_));
  Saying consent("crm", "c", 1'000);
  consent.of({"crm:1"}).consent("marketing", "email", index::ConsentState::granted);
  consent.draft.consent->expires_at = kAhead;
  const auto made = make_incoming(consent.draft, normaliser(), {kReceived});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->prepared.event->consent()->expires_at(), kAhead);
}

TEST(Incoming, SaysWhatIsWrongAndWhere) {
  struct Row {
    const char* name;
    std::function<void(Saying&)> spoil;
    Code code;
    const char* place;
  };
  const Row rows[] = {
      {"no id", [](Saying& s) { s.draft.id.clear(); }, Code::bad_input, "/id"},
      {"source", [](Saying& s) { s.draft.source = "a/b"; }, Code::bad_input, "/source"},
      {"nobody", [](Saying& s) { s.draft.customer.clear(); }, Code::bad_input, "/customer"},
      {"phone only", [](Saying& s) { s.draft.customer = {"phone:03012345678"}; }, Code::bad_input,
       "/customer"},
      {"unknown type", [](Saying& s) { s.draft.customer = {"shoe:43"}; }, Code::bad_input,
       "/customer"},
      {"person and account",
       [](Saying& s) {
         s.draft.customer = {"crm:1", "account:acme"};
       },
       Code::bad_input, "/customer"},
      {"long text", [](Saying& s) { s.text(std::string(70'000, 'x')); }, Code::over_limit,
       "/entry/text"},
      {"not UTF-8", [](Saying& s) { s.subject("\xff"); }, Code::bad_input, "/entry/subject"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    Saying saying = entry(Kind::note);
    row.spoil(saying);
    const auto made = make_incoming(saying.draft, normaliser(), {kReceived});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code, row.code);
    EXPECT_EQ(made.error().place, row.place);
    EXPECT_FALSE(made.error().detail.empty());
  }
}

// Whatever passes can be applied to whatever state: a logged event must never fail.
TEST(Incoming, WhatPassesCanBeApplied) {
  std::size_t passed = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    auto engine = index::Engine::empty(story_identity_types());
    std::size_t n = 0;
    for (const std::string& bytes : random_feed(seed, 150)) {
      index::EventDraft draft;
      (*index::decode_event(bytes))->UnPackTo(&draft);
      // Spoil some: no customer, foreign ones, other types than their bodies.
      const std::uint64_t dice = index::mix64(seed * 1000 + ++n);
      if (dice % 7 == 0) draft.customer.clear();
      if (dice % 11 == 0) draft.customer.push_back("account:acme1");
      if (dice % 13 == 0) draft.customer.push_back("email:not an address");
      if (dice % 17 == 0) draft.type = static_cast<std::uint8_t>(dice / 100 % 13);
      auto made = make_incoming(std::move(draft), normaliser(), {kReceived});
      if (!made) {
        EXPECT_FALSE(made.error().place.empty()) << made.error().text();
        ++refused;
        continue;
      }
      const auto applied = engine->stage(made->prepared, made->bytes);
      ASSERT_TRUE(applied.has_value()) << applied.error().text();
      engine->publish();
      ++passed;
    }
  }
  EXPECT_GT(passed, 2000U);
  EXPECT_GT(refused, 300U);
}

TEST(Incoming, APageOfKnowledgeNeedsNoCustomer) {
  Saying page("handbook", "k-1", kReceived.ms);
  page.draft.type = static_cast<std::uint8_t>(index::EventType::knowledge);
  page.draft.knowledge = std::make_unique<index::wire::KnowledgeT>();
  page.draft.knowledge->key = "returns";
  page.draft.knowledge->title = "How to return a lamp";
  const auto ready = make_incoming(page.draft, normaliser(), {kReceived, 0});
  ASSERT_TRUE(ready.has_value()) << ready.error().text();
  EXPECT_TRUE(ready->prepared.identities.empty());
}

}  // namespace
}  // namespace concord::test
