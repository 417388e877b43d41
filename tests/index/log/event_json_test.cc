// Promise: a native event is read whole, or refused with the place of the first thing wrong in it;
// a misspelt name is never lost in silence.
#include "index/log/event_json.h"

#include <gtest/gtest.h>

#include <string>

namespace concord::index {
namespace {

Result<EventDraft> read(const std::string& json) {
  JsonReader reader;
  const auto parsed = reader.parse(json);
  EXPECT_TRUE(parsed.has_value()) << parsed.error().text();
  auto draft = event_from_json(*parsed);
  if (!draft) return draft;
  if (auto good = check_event(*draft); !good) return fail(good.error());
  return draft;
}

std::string event(const std::string& body) {
  return R"({"id":"e1","source":"helpdesk","department":"service","at":"2026-11-22T09:00:00Z",)"
         R"("customer":["email:ann@example.test","phone:+49301"],)" + body + "}";
}

TEST(EventJson, TheEventOfTheDesignPage) {
  const auto got = read(event(
      R"("entry":{"kind":"case","key":"T-991","status":"Open","state_type":"open","priority":2,)"
      R"("channel":"email","direction":"inbound","reason":"late_delivery","topic":"order_status",)"
      R"("subject":"Where is my order?","text":"…","due_at":"2026-11-24T09:00:00Z",)"
      R"("links":["shop/order/8d50"],"url":"https://x.test","public":true,"requested":false,)"
      R"("amount_minor":100,"currency":"EUR","trouble":"late","visibility":"restricted",)"
      R"("attachments":[{"name":"a.pdf","type":"application/pdf","bytes":7,)"
      R"("url":"https://x.test/a"}],)"
      R"("participants":["bob"],"attributes":{"product":"lamp","n":3,"r":1.5,"b":true,)"
      R"("t":{"time":"1970-01-01T00:00:01Z"}}})"));
  ASSERT_TRUE(got.has_value()) << got.error().text();
  EXPECT_EQ(got->id, "e1");
  EXPECT_EQ(got->customer.size(), 2u);
  EXPECT_EQ(static_cast<EventType>(got->type), EventType::entry);
  const wire::EntryT& entry = *got->entry;
  EXPECT_EQ(static_cast<Kind>(entry.kind), Kind::case_);
  EXPECT_EQ(entry.key, "T-991");
  EXPECT_EQ(entry.state_type, static_cast<std::uint8_t>(StateType::open));
  EXPECT_EQ(entry.priority, 2);
  EXPECT_EQ(entry.direction, static_cast<std::uint8_t>(Direction::inbound));
  EXPECT_EQ(*entry.due_at - got->at, 2 * kDayMs);
  EXPECT_EQ(entry.links, std::vector<std::string>{"shop/order/8d50"});
  EXPECT_EQ(entry.is_public, true);
  EXPECT_EQ(entry.requested, false);
  EXPECT_EQ(entry.amount_minor, 100);
  EXPECT_EQ(entry.trouble, static_cast<std::uint8_t>(Trouble::late));
  EXPECT_EQ(entry.visibility, static_cast<std::uint8_t>(Visibility::restricted));
  ASSERT_EQ(entry.attachments.size(), 1u);
  EXPECT_EQ(entry.attachments[0]->bytes, 7u);
  ASSERT_EQ(entry.attributes.size(), 5u);
  EXPECT_EQ(entry.attributes[1]->integer, 3);
  EXPECT_EQ(entry.attributes[2]->real, 1.5);
  EXPECT_EQ(entry.attributes[3]->type, wire::AttributeType::boolean);
  EXPECT_EQ(entry.attributes[4]->type, wire::AttributeType::timestamp);
  EXPECT_EQ(entry.attributes[4]->integer, 1000);
}

TEST(EventJson, NullClearsAndAbsentKeeps) {
  const auto got = read(event(
      R"("entry":{"kind":"case","key":"1","due_at":null,"amount_minor":null,"public":null,)"
      R"("attributes":{"old":null}})"));
  ASSERT_TRUE(got.has_value()) << got.error().text();
  using wire::EntryField;
  EXPECT_EQ(got->entry->cleared,
            (std::vector<EntryField>{EntryField::due_at, EntryField::amount,
                                      EntryField::is_public}));
  EXPECT_EQ(got->entry->cleared_attributes, std::vector<std::string>{"old"});
  EXPECT_FALSE(got->entry->closed_at.has_value());
}

TEST(EventJson, EverySortOfEvent) {
  struct Row {
    const char* body;
    EventType type;
  };
  for (const Row& row : {
           Row{R"("retract":{"kind":"case","key":"1",)"
           R"("reason":"wrong person"})", EventType::retract},
           Row{R"("profile":{"name":"Ann","needs":["large_print"],"since":"2020-01-01",)"
           R"("attributes":{"a":1}})",
               EventType::profile},
           Row{R"("identity":{})", EventType::identity},
           Row{R"("membership":{"account":"A1","role":"buyer","from":"2020-01-01"})",
               EventType::membership},
           Row{R"("consent":{"purpose":"marketing","channel":"email","state":"granted",)"
           R"("expires_at":"2030-01-01"})",
               EventType::consent},
           Row{R"("fact":{"name":"new_address","value":"Main St","actor":"bob"})", EventType::fact},
           Row{R"("outcome":{"decision":"d","action":"a",)"
           R"("outcome":"accepted"})", EventType::outcome},
           Row{R"("knowledge":{"key":"k","title":"t","text":"x","tags":["a"],"withdrawn":false})",
               EventType::knowledge},
           Row{R"("merge":{"into":"c_1","from":"c_2","reason":"same"})", EventType::merge},
           Row{R"("split":{"identities":["email:a@x"],"reason":"two people"})", EventType::split},
           Row{R"("erase":{"reason":"asked"})", EventType::erase},
           Row{R"("heartbeat":{})", EventType::heartbeat},
       }) {
    const auto got = read(event(row.body));
    ASSERT_TRUE(got.has_value()) << row.body << ": " << got.error().text();
    EXPECT_EQ(static_cast<EventType>(got->type), row.type) << row.body;
  }
}

TEST(EventJson, WhatIsWrongIsNamedByItsPointer) {
  struct Row {
    std::string json;
    const char* want;
  };
  for (const Row& row : {
           Row{"[]", "must be an object, is an array"},
           Row{R"({"at":"2026-11-22T09:00:00Z"})", "/id: is missing"},
           Row{R"({"id":"1"})", "/at: is missing"},
           Row{R"({"id":1,"at":"2026-11-22T09:00:00Z"})", "/id: must be a string, is an integer"},
           Row{R"({"id":"1","at":"yesterday"})",
               "/at: is not an RFC 3339 time such as 2026-11-22T09:00:00Z"},
           Row{R"({"id":"1","at":"2026-11-22T09:00:00Z"})",
               "the event says nothing: it needs one of entry, retract, profile, identity, "
               "membership, consent, fact, outcome, knowledge, merge, split, erase, heartbeat"},
           Row{event(R"("identity":{},"heartbeat":{})"),
               "/heartbeat: stands beside \"identity\": an event says one thing"},
           Row{event(R"("identity":{"a":1})"), "/identity: must be an empty object"},
           Row{event(R"("entrie":{})"), "/entrie: is not a name known here"},
           Row{event(R"("entry":[])"), "/entry: must be an object, is an array"},
           Row{event(R"("entry":{"key":"1"})"), "/entry/kind: is missing"},
           Row{event(R"("entry":{"kind":"case"})"), "/entry/key: is missing"},
           Row{event(R"("entry":{"kind":"case","key":null})"), "/entry/key: cannot be null"},
           Row{event(R"("entry":{"kind":"case","key":"1","stauts":"x"})"),
               "/entry/stauts: is not a name known here"},
           Row{event(R"("entry":{"kind":"case","key":"1","direction":"in"})"),
               "/entry/direction: is \"in\", must be one of none, inbound, outbound"},
           Row{event(R"("entry":{"kind":"case","key":"1","priority":0})"),
               "/entry/priority: must be from 1 (most urgent) to 255"},
           Row{event(R"("entry":{"kind":"case","key":"1","amount_minor":1.5,"currency":"EUR"})"),
               "/entry/amount_minor: must be an integer (minor units), is a number"},
           Row{event(R"("entry":{"kind":"case","key":"1","amount_minor":1})"),
               "/entry/currency: amount_minor and currency go together"},
           Row{event(R"("entry":{"kind":"case","key":"1","links":["a",7]})"),
               "/entry/links/1: must be a string, is an integer"},
           Row{event(R"("entry":{"kind":"case","key":"1","attachments":[{"bytes":-1}]})"),
               "/entry/attachments/0/bytes: must be a whole number from 0, is an integer"},
           Row{event(R"("entry":{"kind":"case","key":"1","attributes":{"a/b":[1]}})"),
               "/entry/attributes/a~1b: must be a string, a number, true, false or "
               "{\"time\": \"…\"}"},
           Row{event(R"("consent":{"purpose":"marketing"})"), "/consent/state: is missing"},
           Row{event(R"("consent":{"purpose":"marketing","state":null})"),
               "/consent/state: cannot be null"},
       }) {
    const auto got = read(row.json);
    ASSERT_FALSE(got.has_value()) << row.json;
    EXPECT_EQ(got.error().text(), row.want);
  }
}

}  // namespace
}  // namespace concord::index
