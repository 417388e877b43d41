// The Segment verbs: what each says, the clock-skew formula, limits, repeats, and who is joined to
// whom.
#include "server/intake_segment.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "index/base/time.h"
#include "tests/server/intake/intake_support.h"

namespace concord::test {
namespace {

using index::EventType;
using index::Kind;

class IntakeSegment : public testing::Test {
 protected:
  IntakeSegment() {
    reading_.ask().source = "web";
    reading_.ask().department = "marketing";
  }
  ReadItem one(std::string_view verb, const std::string& body) {
    auto items = reading_.segment(verb, body);
    EXPECT_EQ(items.size(), 1U) << reading_.refusal();
    return std::move(items.at(0));
  }
  static EventType type_of(const ReadItem& item) {
    return static_cast<EventType>(item.draft().type);
  }
  Reading reading_;
};

TEST_F(IntakeSegment, IdentifyIsAProfileWithItsIdentities) {
  const ReadItem item = one("identify", R"({"messageId":"m1","userId":"u7","anonymousId":"a1",
      "traits":{"name":"Ann Example","email":"Ann@Example.test","phone":"+4930123456",
                "plan":"gold","logins":3,"address":{"city":"Berlin"},"tags":["a","b"],
                "createdAt":"2024-01-02T03:04:05Z","age":null},
      "context":{"locale":"de-DE","timezone":"Europe/Berlin"}})");
  ASSERT_EQ(item.code(), "");
  EXPECT_EQ(type_of(item), EventType::profile);
  EXPECT_EQ(item.draft().id, "m1");
  EXPECT_EQ(item.draft().source, "web");
  EXPECT_EQ(item.draft().department, "marketing");
  EXPECT_EQ(item.draft().customer,
            (std::vector<std::string>{"user_id:u7", "anonymous_id:a1", "email:Ann@Example.test",
                                      "phone:+4930123456"}));
  const auto& profile = *item.draft().profile;
  EXPECT_EQ(profile.name, "Ann Example");
  EXPECT_EQ(profile.language, "de-DE");
  EXPECT_EQ(profile.time_zone, "Europe/Berlin");
  EXPECT_EQ(*profile.since, index::parse_rfc3339("2024-01-02T03:04:05Z")->ms);
  EXPECT_EQ(profile.cleared_attributes, std::vector<std::string>{"age"});
  EXPECT_EQ(item.attribute("plan"), "gold");
  EXPECT_EQ(item.attribute("logins"), "3");
  EXPECT_EQ(item.attribute("address.city"), "Berlin");
  EXPECT_EQ(item.attribute("tags"), R"(["a","b"])");
}

TEST_F(IntakeSegment, AnEmailWithoutANormalFormStaysAnAttribute) {
  const ReadItem item = one("identify", R"({"userId":"u7","traits":{"email":"n/a"}})");
  ASSERT_EQ(item.code(), "");
  EXPECT_EQ(item.draft().customer, std::vector<std::string>{"user_id:u7"});
  EXPECT_EQ(item.attribute("email"), "n/a");
}

TEST_F(IntakeSegment, TrackIsAnInteraction) {
  const ReadItem item = one("track", R"({"messageId":"m2","userId":42,"event":"Order Completed",
      "properties":{"revenue":19.99,"currency":"eur","sku":"L-1"},"colour":"red",
      "context":{"ip":"192.0.2.1","page":{"url":"https://x.test/"}}})");
  ASSERT_EQ(item.code(), "");
  const auto& entry = *item.draft().entry;
  EXPECT_EQ(static_cast<Kind>(entry.kind), Kind::interaction);
  EXPECT_EQ(entry.key, "m2");
  EXPECT_EQ(entry.subject, "Order Completed");
  EXPECT_EQ(entry.topic, "order_completed");
  EXPECT_EQ(entry.channel, "web");
  EXPECT_EQ(*entry.amount_minor, 1999);
  EXPECT_EQ(entry.currency, "EUR");
  EXPECT_EQ(item.draft().customer, std::vector<std::string>{"user_id:42"});
  EXPECT_EQ(item.attribute("sku"), "L-1");
  EXPECT_EQ(item.attribute("colour"), "red");
  EXPECT_EQ(item.attribute("context.ip"), "192.0.2.1");
}

TEST_F(IntakeSegment, MoneyNeedsItsCurrency) {
  const ReadItem bare =
      one("track", R"({"userId":"u","event":"Paid","properties":{"revenue":"20"}})");
  EXPECT_FALSE(bare.draft().entry->amount_minor.has_value());
  EXPECT_EQ(bare.attribute("revenue"), "20");
  const ReadItem yen =
      one("track", R"({"userId":"u","event":"Paid","properties":{"total":"20","currency":"JPY"}})");
  EXPECT_EQ(*yen.draft().entry->amount_minor, 20);
}

TEST_F(IntakeSegment, PagesAndScreensAreVisits) {
  const ReadItem page = one("page", R"({"anonymousId":"a1","category":"Docs","name":"Start",
      "properties":{"url":"https://x.test/start"}})");
  EXPECT_EQ(static_cast<Kind>(page.draft().entry->kind), Kind::visit);
  EXPECT_EQ(page.draft().entry->subject, "Start");
  EXPECT_EQ(page.draft().entry->topic, "docs");
  EXPECT_EQ(page.draft().entry->channel, "web");
  EXPECT_EQ(page.draft().entry->url, "https://x.test/start");
  EXPECT_EQ(page.draft().customer, std::vector<std::string>{"anonymous_id:a1"});
  const ReadItem screen = one("screen", R"({"userId":"u","name":"Home"})");
  EXPECT_EQ(screen.draft().entry->channel, "app");
}

TEST_F(IntakeSegment, GroupIsAMembershipAndWhatItSaysOfTheAccount) {
  const ReadItem item = one("group", R"({"messageId":"m3","userId":"u","groupId":"acme",
                   "traits":{"name":"Acme","employees":12}})");
  ASSERT_EQ(item.item.drafts.size(), 2U);
  EXPECT_EQ(item.draft().membership->account, "acme");
  EXPECT_EQ(item.draft().membership->account_name, "Acme");
  const index::EventDraft& account = item.item.drafts[1];
  EXPECT_EQ(account.id, "m3#account");
  EXPECT_EQ(account.customer, std::vector<std::string>{"account:acme"});
  EXPECT_EQ(account.profile->attributes.at(0)->name, "employees");
  EXPECT_EQ(one("group", R"({"userId":"u","groupId":"acme"})").item.drafts.size(), 1U);
}

TEST_F(IntakeSegment, AliasJoinsOnlyAnonymousToKnown) {
  const std::string alias = R"({"previousId":"a9","userId":"u7"})";
  const ReadItem item = one("alias", alias);
  ASSERT_EQ(item.code(), "");
  EXPECT_EQ(type_of(item), EventType::identity);
  EXPECT_EQ(item.draft().customer, (std::vector<std::string>{"user_id:u7", "anonymous_id:a9"}));
  reading_.known().known.insert("user_id:a9");
  EXPECT_EQ(one("alias", alias).code(), "not_anonymous");
  reading_.known().known.clear();
  reading_.known().owners = {{"anonymous_id:a9", "user_id:u8"}};
  EXPECT_EQ(one("alias", alias).code(), "not_anonymous");
  EXPECT_EQ(one("alias", R"({"userId":"u7"})").pointer(), "/previousId");
}

TEST_F(IntakeSegment, ASharedBrowserNeverJoinsTwoUsers) {
  const auto items = reading_.segment("batch", R"({"batch":[
      {"type":"track","event":"a","userId":"u1","anonymousId":"shared"},
      {"type":"track","event":"b","userId":"u2","anonymousId":"shared"},
      {"type":"track","event":"c","anonymousId":"shared"}]})");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].draft().customer.size(), 2U);
  EXPECT_EQ(items[1].draft().customer, std::vector<std::string>{"user_id:u2"});
  EXPECT_EQ(items[2].draft().customer, std::vector<std::string>{"anonymous_id:shared"});
}

TEST_F(IntakeSegment, TheClientsWrongClockIsSetRight) {
  // The client's clock is one hour slow: it says 10:59:50 and sends at 11:00:00; we have 12:00:00.
  const ReadItem item = one("track", R"({"userId":"u","event":"x",
      "originalTimestamp":"2026-11-25T10:59:50.000Z","sentAt":"2026-11-25T11:00:00.000Z"})");
  EXPECT_EQ(item.draft().at, kReceived - 10'000);
  EXPECT_EQ(item.attribute("timestamp"), "2026-11-25T11:59:50Z");
  EXPECT_EQ(item.attribute("original_timestamp"), "2026-11-25T10:59:50Z");
  EXPECT_EQ(item.attribute("sent_at"), "2026-11-25T11:00:00Z");
  EXPECT_EQ(item.attribute("received_at"), "2026-11-25T12:00:00Z");
  EXPECT_EQ(
      one("track", R"({"userId":"u","event":"x","timestamp":"2020-01-01T00:00:00Z"})").draft().at,
      index::parse_rfc3339("2020-01-01T00:00:00Z")->ms);
  EXPECT_EQ(one("track", R"({"userId":"u","event":"x"})").draft().at, kReceived);
  EXPECT_EQ(one("track", R"({"userId":"u","event":"x","timestamp":"yesterday"})").pointer(),
            "/timestamp");
}

TEST_F(IntakeSegment, ARepeatHasTheSameContentWhateverTheSendingAdds) {
  const std::string body = R"({"type":"track","messageId":"m","userId":"u","event":"x",)"
                           R"("timestamp":"2026-11-25T10:00:00Z")";
  const auto first =
      reading_.segment("batch", R"({"sentAt":"2026-11-25T11:00:00Z","batch":[)" + body + "}]}");
  reading_.ask().received_at.ms += 5'000;
  const auto again = reading_.segment(
      "batch", R"({"sentAt":"2026-11-25T11:00:04Z","batch":[)" + body +
                   R"(,"sentAt":"2026-11-25T11:00:04Z","_metadata":{"retry":1}}]})");
  EXPECT_EQ(first.at(0).item.content, again.at(0).item.content);
  const auto other = reading_.segment("batch", R"({"batch":[)" + body + R"(,"colour":"red"}]})");
  EXPECT_NE(first.at(0).item.content, other.at(0).item.content);
}

TEST_F(IntakeSegment, WithoutAMessageIdTheContentIsTheId) {
  const std::string body = R"({"userId":"u","event":"x","timestamp":"2026-11-25T10:00:00Z"})";
  const std::string id = one("track", body).item.id;
  EXPECT_TRUE(id.starts_with("content-"));
  EXPECT_EQ(one("track", body).item.id, id);
}

TEST_F(IntakeSegment, OverTheLimitsTheRestIsTaken) {
  const std::string small = R"({"type":"track","userId":"u","event":"x"})";
  const std::string large =
      R"({"type":"track","userId":"u","event":")" + std::string(33'000, 'e') + R"("})";
  auto items =
      reading_.segment("batch", R"({"batch":[)" + small + "," + large + "," + small + "]}");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].code(), "");
  EXPECT_EQ(items[1].code(), "over_limit");
  EXPECT_EQ(items[2].code(), "");
  EXPECT_EQ(items[1].raw.size(), large.size());

  std::string many = R"({"batch":[)" + small;
  for (int i = 1; i < 2'501; ++i) many += "," + small;
  items = reading_.segment("batch", many + "]}");
  ASSERT_EQ(items.size(), 2'501U);
  EXPECT_EQ(items[2'499].code(), "");
  EXPECT_EQ(items[2'500].code(), "over_limit");

  const std::string wide =
      R"({"type":"track","userId":"u","event":"x","p":")" + std::string(30'000, 'e') + R"("})";
  std::string heavy = R"({"batch":[)" + wide;
  for (int i = 1; i < 20; ++i) heavy += "," + wide;
  items = reading_.segment("batch", heavy + "]}");
  ASSERT_EQ(items.size(), 20U);
  EXPECT_EQ(items[0].code(), "");
  EXPECT_EQ(items[19].code(), "over_limit");
}

TEST_F(IntakeSegment, MoreThanAnEntryHoldsGoesIntoOneAttribute) {
  std::string body = R"({"userId":"u","event":"x","properties":{"more":"mine")";
  for (int i = 0; i < 200; ++i) body += ",\"p" + std::to_string(i) + "\":" + std::to_string(i);
  const ReadItem item = one("track", body + "}}");
  ASSERT_EQ(item.code(), "");
  EXPECT_EQ(item.draft().entry->attributes.size(), index::kAttributesPerEntryMax);
  EXPECT_TRUE(index::check_event(item.draft()).has_value());
  index::JsonReader reader;
  const auto more = reader.parse(item.attribute("more"));
  ASSERT_TRUE(more.has_value());
  EXPECT_EQ(more->find("p199")->as_int64(), 199);
  EXPECT_EQ(more->find("more")->as_string(), "mine");
}

TEST_F(IntakeSegment, WhatCannotBeTakenIsRefusedWithTheReason) {
  struct Row {
    const char* verb;
    const char* body;
    const char* code;
    const char* pointer;
  };
  for (const Row& row :
       {Row{"track", R"({"event":"x"})", "no_customer", "/userId"},
        Row{"track", R"({"userId":"u"})", "bad_event", "/event"},
        Row{"group", R"({"userId":"u"})", "bad_event", "/groupId"},
        Row{"batch", R"({"batch":[{"type":"dance","userId":"u"}]})", "unknown_type", "/type"},
        Row{"batch", R"({"batch":[7]})", "bad_event", ""}}) {
    SCOPED_TRACE(row.body);
    const ReadItem item = one(row.verb, row.body);
    EXPECT_EQ(item.code(), row.code);
    EXPECT_EQ(item.pointer(), row.pointer);
    EXPECT_TRUE(item.item.drafts.empty());
  }
  for (const char* const body : {"", "[]", "{", R"({"batch":{}})", "{}"}) {
    EXPECT_TRUE(reading_.segment("batch", body).empty()) << body;
    EXPECT_NE(reading_.refusal(), "") << body;
  }
}

TEST_F(IntakeSegment, AMessageCanBeReadAgain) {
  const auto items = reading_.segment(
      "batch", R"({"sentAt":"2026-11-25T11:00:00Z","batch":[{"type":"track","messageId":"m",
                   "userId":"u","event":"x","timestamp":"2026-11-25T10:59:50Z"}]})");
  EXPECT_EQ(items.at(0).item.format, "segment/track?sent_at=2026-11-25T11:00:00Z");
  index::JsonReader json(server::kSegmentRules);
  std::int64_t at = 0;
  server::read_segment_message("track", items.at(0).raw,
                               index::parse_rfc3339("2026-11-25T11:00:00Z")->ms, reading_.ask(),
                               json, [&](server::IntakeItem&& item) {
                                 at = item.drafts.at(0).at;
                                 EXPECT_EQ(item.content, items.at(0).item.content);
                               });
  EXPECT_EQ(at, items.at(0).draft().at);
}

// Each message of a batch, good or bad, is exactly one item, in order; what it says passes the
// check of events or is a fault.
RC_GTEST_PROP(IntakeSegmentBatch, EveryMessageGivesOneItemInOrder, ()) {
  const auto word = rc::gen::element<std::string>("identify", "track", "page", "screen", "group",
                                                  "alias", "dance", "");
  const auto maybe = rc::gen::element<std::string>(
      "", R"("userId":"u",)", R"("anonymousId":"a",)", R"("userId":null,)", R"("groupId":"g",)",
      R"("previousId":"p",)", R"("event":"Won",)", R"("properties":{"a":{"b":[1]}},)",
      R"("traits":{"email":"x","q":null},)");
  const auto count = *rc::gen::inRange(0, 30);
  std::string body;
  for (int i = 0; i < count; ++i)
    body += (i == 0 ? "{" : ",{") + *maybe + *maybe + *maybe + "\"type\":\"" + *word +
            "\",\"messageId\":\"m" + std::to_string(i) + "\"}";
  Reading reading;
  reading.ask().source = "web";
  const auto items = reading.segment("batch", "{\"batch\":[" + body + "]}");
  RC_ASSERT(items.size() == static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const ReadItem& item = items[static_cast<std::size_t>(i)];
    RC_ASSERT(item.item.id == "m" + std::to_string(i) || item.item.fault.has_value());
    RC_ASSERT(item.item.drafts.empty() == item.item.fault.has_value());
    for (const index::EventDraft& draft : item.item.drafts)
      RC_ASSERT(index::check_event(draft).has_value());
  }
}

}  // namespace
}  // namespace concord::test
