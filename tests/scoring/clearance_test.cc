// Promise: a sender who asks before sending is told the truth: what a decision would hold back is
// refused with its reason and its end, and what it would let through is not.
#include "scoring/clearance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using index::Direction;
using index::Kind;
using index::Purpose;
using index::StateType;
using scoring::ClearanceAsk;

constexpr double kNow = 20'000.5;

/// "may", or "stage component | because | until or ends_when | evidence…".
std::string cleared(const scoring::Policy& policy, const index::Customer& customer,
                    const ClearanceAsk& ask) {
  scoring::Clearing clearing;
  clearing.begin(policy, customer, day(kNow));
  const scoring::Clearance got = clearing.ask(ask);
  if (got.may) return "may";
  std::string out = std::string(word(got.reason.stage)) + " " + std::string(got.reason.component) +
                    " | " + std::string(got.reason.because) + " | ";
  const std::int64_t until = got.reason.until_ms;
  out += until == index::kNoTime
             ? std::string(got.reason.ends_when)
             : "day " + std::to_string(static_cast<double>(until) / index::kDayMs);
  for (std::uint32_t i = 0; i < got.reason.evidence_count; ++i)
    out += " | " + std::string(clearing.evidence()[got.reason.evidence_begin + i].id_json());
  return out;
}

class ClearanceTest : public testing::Test {
 protected:
  ClearanceTest() {
    small_.action("spring", "topics = [\"spring_sale\"]\nanswers = [\"offer\"]")
        .action("lamp", "topics = [\"lamps\"]\nproduct = \"lamp\"")
        .change("company.toml", "[[channel]]\nid = \"chat\"",
                "[[cap]]\nname = \"twice_a_week\"\nscope = \"all\"\nlimit = 2\nwindow = \"7d\"\n"
                "purposes = [\"sales\"]\n[duplicate_topic]\nwindow = \"30d\"\n"
                "purposes = [\"sales\"]\n[[channel]]\nid = \"chat\"");
    policy_ = small_.must_load();
    ann_.identity("email", "ann@example.test")
        .consent({.purpose = "sales", .channel = "email", .at_day = 1});
    ask_.purpose = Purpose::sales;
    ask_.topic = "spring_sale";
    ask_.channel = "email";
  }
  std::string ask() { return cleared(*policy_, ann_.customer(), ask_); }
  static EntrySpec told(double at, std::string topic) {
    return {.kind = Kind::message,
            .key = "m" + std::to_string(static_cast<int>(at)),
            .at_day = at,
            .direction = Direction::outbound,
            .purpose = Purpose::sales,
            .channel = "email",
            .topic = std::move(topic)};
  }

  SmallPolicy small_;
  std::shared_ptr<const scoring::Policy> policy_;
  RecordBuilder ann_;
  ClearanceAsk ask_;
};

TEST_F(ClearanceTest, WhoMayBeWrittenToMay) { EXPECT_EQ(ask(), "may"); }

TEST_F(ClearanceTest, ABrandsRefusalCountsForItAlone) {
  ann_.consent({.purpose = "sales",
                .channel = "email",
                .brand = "north",
                .state = index::ConsentState::withdrawn,
                .at_day = 2});
  EXPECT_EQ(ask(), "may");
  ask_.brand = "north";
  EXPECT_THAT(ask(), testing::HasSubstr("consent"));
}

TEST_F(ClearanceTest, ABrandsConsentCountsForItAlone) {
  RecordBuilder ben(2);
  ben.identity("email", "ben@example.test")
      .consent({.purpose = "sales", .channel = "email", .brand = "north", .at_day = 1});
  EXPECT_THAT(cleared(*policy_, ben.customer(), ask_), testing::HasSubstr("consent"));
  ask_.brand = "north";
  EXPECT_EQ(cleared(*policy_, ben.customer(), ask_), "may");
}

TEST_F(ClearanceTest, AnOpenCaseIsNamed) {
  ann_.entry({.key = "T-991", .at_day = kNow - 3, .state = StateType::open});
  EXPECT_EQ(ask(),
            "service_first open_case | there is an unsolved problem | the case is solved | "
            "src/case/T-991");
  ask_.purpose = Purpose::service;  // and service goes on
  EXPECT_EQ(ask(), "may");
}

TEST_F(ClearanceTest, WhatTheCustomerAskedForIsAnswered) {
  ann_.entry({.key = "T-991", .at_day = kNow - 3, .state = StateType::open});
  ann_.entry({.kind = Kind::message,
              .key = "q",
              .at_day = kNow - 1,
              .state = StateType::open,
              .direction = Direction::inbound,
              .topic = "offer",
              .requested = true});
  EXPECT_EQ(ask(), "may");
  ask_.topic = "lamps";  // nobody asked for these
  EXPECT_EQ(ask().substr(0, 23), "service_first open_case");
}

TEST_F(ClearanceTest, TheSameTopicIsNotSentTwice) {
  ann_.entry(told(kNow - 10, "spring_sale"));
  EXPECT_EQ(ask(),
            "contact_policy duplicate_topic | the customer was told this already | "
            "day 20020.500000 | src/message/m19990");
  ask_.topic = "lamps";
  EXPECT_EQ(ask(), "may");
}

TEST_F(ClearanceTest, CapsCountAllTopics) {
  ann_.entry(told(kNow - 1, "a")).entry(told(kNow - 2, "b"));
  EXPECT_EQ(ask(),
            "contact_policy twice_a_week | the most contacts in this time are made | "
            "day 20005.500000 | src/message/m19998");
}

TEST_F(ClearanceTest, ConsentIsAskedForThisChannel) {
  ask_.channel = "chat";
  EXPECT_EQ(ask(), "deliverability consent | there is no consent to this | the customer consents");
  ann_.consent({.purpose = "sales",
                .channel = "email",
                .state = index::ConsentState::withdrawn,
                .at_day = 2});
  ask_.channel = "email";
  EXPECT_EQ(ask(), "deliverability consent | the customer refused this | the customer consents");
}

TEST_F(ClearanceTest, ATopicThatSomebodyHasTakenUpIsHis) {
  ann_.entry({.kind = Kind::decision,
              .key = "d_1",
              .at_day = kNow - 0.1,
              .state = StateType::open,
              .source = "concord",
              .topic = "spring_sale",
              .due_day = kNow + 0.9});
  EXPECT_EQ(ask(),
            "contact_policy claim | somebody has taken this topic up with the customer | "
            "day 20001.400000 | concord/decision/d_1");
  ask_.claim = "concord/decision/d_1";  // he himself
  EXPECT_EQ(ask(), "may");
  ask_.claim = {};
  ask_.topic = "lamps";
  EXPECT_EQ(ask(), "may");
}

TEST_F(ClearanceTest, AClaimThatHasRunOutHoldsNobody) {
  ann_.entry({.kind = Kind::decision,
              .key = "d_1",
              .at_day = kNow - 2,
              .state = StateType::open,
              .source = "concord",
              .topic = "spring_sale",
              .due_day = kNow - 1});
  EXPECT_EQ(ask(), "may");
}

TEST_F(ClearanceTest, TopicsAreThoseOfTheCatalogue) {
  EXPECT_TRUE(scoring::has_topic(*policy_, "lamps"));
  EXPECT_FALSE(scoring::has_topic(*policy_, "lamp oil"));
  EXPECT_TRUE(scoring::has_brand(*policy_, "north"));
  EXPECT_FALSE(scoring::has_brand(*policy_, "south"));
}

}  // namespace
}  // namespace concord::test
