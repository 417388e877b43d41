// CloudEvents: the three modes say the same; types that nobody knows are refused with those known.
#include "server/intake_cloud.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/base64.h"
#include "tests/server/intake/intake_support.h"

namespace concord::test {
namespace {

using testing::HasSubstr;

const std::string kData =
    R"({"customer":["email:ann@example.test"],"entry":{"kind":"case","key":"T-1"}})";

std::string event(const std::string& source, const std::string& type, const std::string& more) {
  return R"({"specversion":"1.0","id":"e1","source":")" + source + R"(","type":")" + type +
         R"(","time":"2026-11-22T09:00:00Z")" + more + "}";
}
std::string entry_event(const std::string& source = "helpdesk") {
  return event(source, "concord.entry.v1", ",\"data\":" + kData);
}

TEST(IntakeCloud, TheEnvelopeNamesTheEvent) {
  Reading reading;
  const auto items = reading.cloud(entry_event());
  ASSERT_EQ(items.size(), 1U);
  ASSERT_EQ(items[0].code(), "");
  EXPECT_EQ(items[0].draft().id, "e1");
  EXPECT_EQ(items[0].draft().source, "helpdesk");
  EXPECT_EQ(items[0].draft().entry->key, "T-1");
  EXPECT_GT(items[0].draft().at, 0);
}

TEST(IntakeCloud, ASourceThatIsAUriStaysUnique) {
  Reading reading;
  const auto first = reading.cloud(entry_event("/shop/eu"));
  const auto second = reading.cloud(entry_event("/shop-eu"));
  EXPECT_EQ(first[0].draft().source, "shop-eu");
  EXPECT_EQ(second[0].draft().source, "shop-eu");
  EXPECT_NE(first[0].draft().id, second[0].draft().id);
  EXPECT_EQ(first[0].item.id, "e1");
}

TEST(IntakeCloud, BinaryAndBase64AreTheSameEvent) {
  Reading reading;
  const server::Field fields[] = {{"ce-specversion", "1.0"},
                                  {"ce-id", "e1"},
                                  {"ce-source", "helpdesk"},
                                  {"ce-type", "concord.entry%2Ev1"},
                                  {"ce-time", "2026-11-22T09:00:00Z"}};
  const auto binary =
      reading.cloud(server::structured_form(fields, "application/json; charset=utf-8", kData));
  ASSERT_EQ(binary.at(0).code(), "");
  EXPECT_EQ(binary[0].draft().entry->key, "T-1");
  const auto encoded = reading.cloud(
      event("helpdesk", "concord.heartbeat.v1", R"(,"data_base64":"eyJoZWFydGJlYXQiOnt9fQ==")"));
  ASSERT_EQ(encoded.at(0).code(), "");
  EXPECT_EQ(encoded[0].draft().type, static_cast<std::uint8_t>(index::EventType::heartbeat));
  EXPECT_EQ(reading.cloud(server::structured_form(fields, "", "no json")).at(0).pointer(), "/data");
}

TEST(IntakeCloud, ABatchLosesOnlyTheBadOne) {
  Reading reading;
  const auto items = reading.cloud_batch("[" + entry_event() + ",7," + entry_event("crm") + "]");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].code(), "");
  EXPECT_EQ(items[1].code(), "bad_event");
  EXPECT_EQ(items[2].draft().source, "crm");
  EXPECT_TRUE(reading.cloud_batch("{}").empty());
  EXPECT_NE(reading.refusal(), "");
}

TEST(IntakeCloud, WhatIsWrongIsNamed) {
  Reading reading;
  struct Row {
    std::string body;
    const char* code;
    const char* pointer;
  };
  const std::string data = ",\"data\":" + kData;
  const Row rows[] = {
      {R"({"specversion":"1.0","id":"e","source":"s"})", "bad_event", "/type"},
      {R"({"specversion":"0.3","id":"e","source":"s","type":"t"})", "unsupported", "/specversion"},
      {event("s", "com.example.thing", data), "unknown_type", "/type"},
      {event("s", "concord.profile.v1", data), "bad_event", "/data/profile"},
      {event("s", "concord.entry.v1", ""), "bad_event", "/data"},
      {event("s", "concord.entry.v1", R"(,"datacontenttype":"text/xml","data":"<a/>")"),
       "unsupported", "/datacontenttype"},
      {event("s", "concord.entry.v1", R"(,"data":{"id":"x","entry":{"kind":"case"}})"), "bad_event",
       "/data/id"},
      {event("s", "concord.entry.v1", R"(,"data":{"entry":{"kind":"cas"}})"), "bad_event",
       "/data/entry/kind"},
      {R"({"specversion":"1.0","id":"e","source":"s","type":"concord.entry.v1","time":"noon")" +
           data + "}",
       "bad_event", "/time"},
      {event("//", "concord.entry.v1", data), "bad_event", "/source"},
      {event("concord", "concord.entry.v1", data), "not_allowed", "/source"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.body);
    const auto items = reading.cloud(row.body);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].code(), row.code);
    EXPECT_EQ(items[0].pointer(), row.pointer);
  }
  const auto unknown = reading.cloud(event("s", "com.example.thing", data));
  EXPECT_THAT(unknown[0].item.fault->detail, HasSubstr("concord.membership.v1"));
}

TEST(IntakeCloud, OtherTypesGoThroughTheMappingOfThatName) {
  Reading reading;
  reading.use_mapping();
  const auto items =
      reading.cloud(event("desk", "tickets", R"(,"data":{"no":"T-5","email":"ann@example.test"})"));
  ASSERT_EQ(items.at(0).code(), "");
  EXPECT_EQ(items[0].draft().entry->key, "T-5");
  EXPECT_EQ(items[0].draft().id, "e1");
}

TEST(Base64, OneSpellingOnly) {
  EXPECT_EQ(server::decode_base64("a2V5Og=="), "key:");
  EXPECT_EQ(server::decode_base64(""), "");
  for (const char* bad : {"a2V5Og", "a2V5Og=", "a2V5Oh==", "a2V5 g==", "=AAA", "AA=A", "A==="})
    EXPECT_FALSE(server::decode_base64(bad).has_value()) << bad;
}

}  // namespace
}  // namespace concord::test
