// Promise: every action leaves the funnel with one reason or is ranked; service comes first, what
// was asked for is answered, consent and caps hold, and the channel never changes an order.
#include "scoring/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using index::Direction;
using index::Kind;
using index::Purpose;
using index::StateType;
using scoring::DecisionQuestion;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNow = 20'000.5;  // a day, at noon UTC

DecisionQuestion outbound(double now = kNow) {
  DecisionQuestion question;
  question.as_of = day(now);
  return question;
}
DecisionQuestion inbound(std::string_view intent) {
  DecisionQuestion question = outbound();
  question.direction = Direction::inbound;
  question.intent = intent;
  return question;
}

RecordBuilder person() {
  RecordBuilder builder;
  builder.identity("email", "ann@example.test")
      .consent({.purpose = "sales", .channel = "email", .at_day = 1});
  return builder;
}
EntrySpec open_case(double at) { return {.at_day = at, .state = StateType::open}; }
EntrySpec told(double at, std::string topic, Purpose purpose = Purpose::sales) {
  return {.kind = Kind::message,
          .key = "m" + std::to_string(at),
          .at_day = at,
          .direction = Direction::outbound,
          .purpose = purpose,
          .channel = "email",
          .topic = std::move(topic)};
}

constexpr const char* kOffer = "sales/offer/a";

TEST(ServiceFirst, AnOpenCaseStopsSellingUntilItIsSolved) {
  SmallPolicy small;
  const auto policy = small.action("a", "").must_load();
  for (const auto& [closed, blocked] :
       {std::pair{EntrySpec::kNone, true}, {kNow + 1, true}, {kNow - 1, false}}) {
    RecordBuilder ann = person();
    EntrySpec spec = open_case(kNow - 10);
    spec.closed_day = closed;
    const Told got = tell(*policy, ann.entry(spec).customer(), outbound());
    if (blocked) {
      EXPECT_THAT(got.ranked, ElementsAre("service/case/answer"));
      EXPECT_EQ(got.dropped.at(kOffer), "service_first open_case");
      EXPECT_EQ(got.because.at(kOffer),
                "there is an unsolved problem | the case is solved | src/case/1");
    } else {
      EXPECT_THAT(got.ranked, ElementsAre(kOffer));
    }
  }
}

TEST(ServiceFirst, WhatTheCustomerAsksForIsAnsweredAfterTheProblem) {
  SmallPolicy small;
  const auto policy = small.action("a", "answers = [\"offer\"]\nvalue_minor = 999999").must_load();
  RecordBuilder ann = person();
  const index::Customer customer = ann.entry(open_case(kNow - 10)).customer();
  EXPECT_THAT(tell(*policy, customer, inbound("offer")).ranked,
              ElementsAre("service/case/answer", kOffer));
  EXPECT_THAT(tell(*policy, customer, inbound("weather")).ranked,
              ElementsAre("service/case/answer"));
  DecisionQuestion unasked = outbound();
  unasked.intent = "offer";  // an intent counts inbound only
  EXPECT_THAT(tell(*policy, customer, unasked).ranked, ElementsAre("service/case/answer"));
}

TEST(ServiceFirst, ARequestedEntryIsAnsweredUntilWeSpokeAboutIt) {
  SmallPolicy small;
  const auto policy = small.action("a", "asked_only = true\nanswers = [\"offer\"]").must_load();
  const EntrySpec request{.kind = Kind::message,
                          .at_day = kNow - 3,
                          .direction = Direction::inbound,
                          .topic = "offer",
                          .requested = true};
  RecordBuilder asks = person();
  EXPECT_THAT(tell(*policy, asks.entry(request).customer(), outbound()).ranked,
              ElementsAre(kOffer));
  RecordBuilder answered = person();
  answered.entry(request).entry(told(kNow - 2, "offer"));
  EXPECT_EQ(tell(*policy, answered.customer(), outbound()).dropped.at(kOffer),
            "available asked_only");
}

TEST(ServiceFirst, AForgottenCauseBecomesATaskInsteadOfABlock) {
  SmallPolicy small;
  const auto policy = small.action("a", "").must_load();
  for (const auto& [age, stale] : {std::pair{99.9, false}, {100.0, true}}) {
    RecordBuilder ann = person();
    const Told got = tell(*policy, ann.entry(open_case(kNow - age)).customer(), outbound());
    if (stale) {
      EXPECT_THAT(got.ranked,
                  ElementsAre("service/case/finish_or_correct", kOffer, "service/case/answer"));
    } else {
      EXPECT_EQ(got.dropped.at(kOffer), "service_first open_case");
    }
  }
}

TEST(ServiceFirst, APostponedSaleIsFreeAfterItsDays) {
  SmallPolicy small;
  small.change("company.toml", "strength = \"stop\"", "strength = \"postpone\"\npostpone = \"5d\"");
  const auto policy = small.action("a", "").must_load();
  RecordBuilder ann = person();
  const index::Customer customer = ann.entry(open_case(kNow - 4)).customer();
  EXPECT_THAT(tell(*policy, customer, outbound()).because.at(kOffer),
              HasSubstr("| 2024-10-05T12:00:00Z |"));
  EXPECT_TRUE(tell(*policy, customer, outbound(kNow + 1)).dropped.count(kOffer) == 0);
}

TEST(ServiceFirst, AnUnknownStateBlocks) {
  SmallPolicy small;
  const auto policy = small.action("a", "").must_load();
  RecordBuilder ann = person();
  const Told got = tell(
      *policy, ann.entry({.at_day = kNow - 1, .state = StateType::unknown}).customer(), outbound());
  EXPECT_THAT(got.because.at(kOffer), HasSubstr("unknown:state_type"));
}

TEST(ServiceFirst, AnAccountsCaseBlocksOnlyByScopeAccount) {
  for (const bool scoped : {false, true}) {
    SmallPolicy small;
    if (scoped)
      small.change("company.toml", "strength = \"stop\"",
                   "strength = \"stop\"\nscope = \"account\"");
    const auto policy = small.action("a", "").must_load();
    RecordBuilder ann = person();
    RecordBuilder company(2, true);
    index::Customer customer = ann.customer();
    customer.accounts[0] = company.entry(open_case(kNow - 1)).build();
    customer.account_count = 1;
    EXPECT_EQ(tell(*policy, customer, outbound()).dropped.count(kOffer), scoped ? 1U : 0U);
  }
}

// Each row: what one gate's condition gives, and what comes of the action.
TEST(EngagementPolicy, GatesInOrderAndUnknownIsFalse) {
  struct Row {
    const char* keys;
    const char* want;
  };
  for (const Row& row :
       {Row{"eligibility = \"true\"", ""}, Row{"eligibility = \"false\"", "eligibility action"},
        Row{"applicability = \"false\"", "applicability action"},
        Row{"suitability = \"false\"", "suitability action"},
        Row{"eligibility = \"false\"\nsuitability = \"false\"", "eligibility action"},
        Row{"suitability = \"false\"\napplicability = \"false\"", "applicability action"},
        Row{"eligibility = [\"true\", \"false\"]", "eligibility action"},
        Row{"eligibility = \"customer.language == 'en'\"", "eligibility action"},
        Row{"eligibility = \"1 / features.open_cases == 1\"", "eligibility action"}}) {
    SCOPED_TRACE(row.keys);
    SmallPolicy small;
    const auto policy = small.action("a", row.keys).must_load();
    RecordBuilder ann = person();
    const Told got = tell(*policy, ann.customer(), outbound());
    if (*row.want == '\0') {
      EXPECT_THAT(got.ranked, ElementsAre(kOffer));
    } else {
      EXPECT_EQ(got.dropped.at(kOffer), row.want);
    }
  }
}

TEST(EngagementPolicy, LevelsFromAllToAction) {
  for (const char* level : {"all", "issue", "group"}) {
    SmallPolicy small;
    const std::string gate = "\neligibility = \"false\"\n";
    if (std::string(level) == "all") small.add("company.toml", "[engagement]" + gate);
    if (std::string(level) == "issue")
      small.change("actions/all.toml", "title = \"Sales\"", "title = \"Sales\"" + gate);
    if (std::string(level) == "group")
      small.change("actions/all.toml", "title = \"Offers\"", "title = \"Offers\"" + gate);
    const auto policy = small.action("a", "eligibility = \"false\"").must_load();
    RecordBuilder ann = person();
    EXPECT_EQ(tell(*policy, ann.customer(), outbound()).dropped.at(kOffer),
              std::string("eligibility ") + level);
  }
}

TEST(ContactPolicy, ACapCountsItsWindowAndSaysWhenItIsFree) {
  SmallPolicy small;
  small.add("company.toml",
            "[[cap]]\nname = \"month\"\nlimit = 2\nwindow = \"30d\"\npurposes = [\"sales\"]\n");
  const auto policy = small.action("a", "").must_load();
  RecordBuilder ann = person();
  ann.entry(told(kNow - 29, "x"))
      .entry(told(kNow - 1, "x"))
      .entry(told(kNow - 1, "y", Purpose::service));
  const Told got = tell(*policy, ann.customer(), outbound());
  EXPECT_EQ(got.dropped.at(kOffer), "contact_policy month");
  EXPECT_THAT(got.because.at(kOffer), HasSubstr("| 2024-10-05T12:00:00Z |"));
  EXPECT_EQ(tell(*policy, ann.customer(), outbound(kNow + 1)).dropped.count(kOffer), 0U);
  EXPECT_EQ(tell(*policy, ann.customer(), inbound("")).dropped.count(kOffer), 0U);
}

TEST(ContactPolicy, PauseAfterRejectsAndDuplicateTopic) {
  SmallPolicy small;
  small.add("company.toml",
            "[[pause]]\nname = \"no\"\nafter = 2\nwindow = \"10d\"\npause = \"20d\"\n"
            "purposes = [\"sales\"]\n[duplicate_topic]\nwindow = \"7d\"\npurposes = [\"sales\"]\n");
  const auto policy = small.action("a", "topics = [\"t\"]").must_load();
  const auto reject = [](double at) {
    return EntrySpec{.kind = Kind::outcome,
                     .key = std::to_string(at),
                     .at_day = at,
                     .topic = "t",
                     .status = "rejected"};
  };
  struct Row {
    std::vector<EntrySpec> entries;
    const char* want;
  };
  for (const Row& row : {Row{{reject(kNow - 5), reject(kNow - 1)}, "contact_policy no"},
                         Row{{reject(kNow - 12), reject(kNow - 1)}, ""},
                         Row{{reject(kNow - 25), reject(kNow - 20)}, ""},
                         Row{{told(kNow - 6, "t")}, "contact_policy duplicate_topic"},
                         Row{{told(kNow - 7, "t")}, ""}, Row{{told(kNow - 1, "other")}, ""}}) {
    RecordBuilder ann = person();
    for (const EntrySpec& entry : row.entries) ann.entry(entry);
    const Told got = tell(*policy, ann.customer(), outbound());
    EXPECT_EQ(got.dropped.count(kOffer) == 0 ? "" : got.dropped.at(kOffer), row.want);
  }
}

TEST(ContactPolicy, TheCareFloorRaisesOnlyAfterSilence) {
  SmallPolicy small;
  small.add(
      "company.toml",
      "[care_floor]\nsilence = \"90d\"\nlever_add_micro = 500000\npurposes = [\"service\"]\n");
  const auto policy = small.action("a", "care = true\npurpose = \"service\"").must_load();
  for (const auto& [purpose, ago, held] : {std::tuple{Purpose::service, 89.0, true},
                                           {Purpose::service, 90.0, false},
                                           {Purpose::transactional, 1.0, false},
                                           {Purpose::sales, 1.0, false}}) {
    RecordBuilder ann = person();
    ann.since(kNow - 400).entry(told(kNow - ago, "x", purpose));
    const Told got = tell(*policy, ann.customer(), outbound());
    EXPECT_EQ(got.dropped.count(kOffer) != 0, held);
    if (!held) {
      EXPECT_THAT(got.json, HasSubstr("\"lever_micro\":1500000"));
    }
  }
}

// Every state a consent can be in × what is asked: unknown is not consent for selling.
TEST(Deliverability, ConsentTable) {
  using State = index::ConsentState;
  SmallPolicy small;
  const auto policy = small.action("a", "").action("b", "purpose = \"service\"").must_load();
  for (const State state : {State::unknown, State::granted, State::denied, State::withdrawn})
    for (const char* channel : {"", "email"})
      for (const char* whose : {"", "email:ann@example.test"})
        for (const char* purpose : {"sales", "service"}) {
          RecordBuilder ann;
          ann.identity("email", "ann@example.test")
              .consent({.purpose = purpose, .channel = channel, .identity = whose, .state = state});
          const Told got = tell(*policy, ann.customer(), outbound());
          const bool refused = state == State::denied || state == State::withdrawn;
          const bool sales = std::string(purpose) == "sales";
          EXPECT_EQ(got.dropped.count(kOffer), sales && state == State::granted ? 0U : 1U);
          const bool chat_left = std::string(channel) == "email" || *whose != '\0';
          EXPECT_EQ(got.dropped.count("sales/offer/b"), !sales && refused && !chat_left ? 1U : 0U)
              << purpose << channel << whose;
        }
}

TEST(Deliverability, AGrantExpiresAndALaterOneIsNotThereYet) {
  SmallPolicy small;
  const auto policy = small.action("a", "").must_load();
  for (const auto& [at, expires, passes] :
       {std::tuple{1.0, kNow, false}, {1.0, kNow + 1, true}, {kNow + 1, EntrySpec::kNone, false}}) {
    RecordBuilder ann;
    ann.identity("email", "a@b")
        .consent({.purpose = "sales", .at_day = at, .expires_day = expires});
    EXPECT_EQ(tell(*policy, ann.customer(), outbound()).dropped.count(kOffer) == 0, passes);
  }
}

TEST(Deliverability, NoAddressAndNeeds) {
  SmallPolicy small;
  small.change("company.toml", "wording_of = [\"email\"]", "");
  small.add("company.toml",
            "[[need]]\nname = \"post_only\"\nchannels = [\"email\"]\npurposes = [\"sales\"]\n");
  const auto policy = small.action("a", "").must_load();
  RecordBuilder nobody;
  EXPECT_EQ(tell(*policy, nobody.customer(), outbound()).dropped.at(kOffer),
            "deliverability address");
  RecordBuilder ann = person();
  EXPECT_EQ(tell(*policy, ann.need("post_only").customer(), outbound()).dropped.at(kOffer),
            "deliverability need");
}

TEST(Arbitration, TotalOrderEndsOnTheId) {
  SmallPolicy small;
  const auto policy = small.action("c", "")
                          .action("b", "")
                          .action("a", "value_minor = 99")
                          .action("d", "value_minor = 101")
                          .action("e", "mandatory = true")
                          .must_load();
  RecordBuilder ann = person();
  EXPECT_THAT(tell(*policy, ann.customer(), outbound()).ranked,
              ElementsAre("sales/offer/e", "sales/offer/d", "sales/offer/b", "sales/offer/c",
                          "sales/offer/a"));
}

TEST(Arbitration, WeightsAndLeversAddUp) {
  SmallPolicy small;
  small.change("actions/all.toml", "title = \"Sales\"",
               "title = \"Sales\"\nlever_add_micro = 200000");
  const auto policy =
      small
          .action("a",
                  "value_minor = 1000\npropensity_micro = 500000\nlever_add_micro = 300000\n"
                  "context = [{ when = \"true\", add_micro = 1000000 }, { when = \"false\", "
                  "add_micro = 7 },\n"
                  "{ when = \"customer.language == 'xx'\", add_micro = 7 }]")
          .must_load();
  RecordBuilder ann = person();
  EXPECT_THAT(tell(*policy, ann.customer(), outbound()).json,
              HasSubstr("\"priority_micro\":1500000000,\"factors\":{\"propensity_micro\":500000,"
                        "\"context_weight_micro\":2000000,\"value_minor\":1000,"
                        "\"lever_micro\":1500000}"));
}

TEST(Treatment, TheChannelPicksTheWordingAndNothingElse) {
  SmallPolicy small;
  const auto policy = small.action("a", "").must_load();
  RecordBuilder ann = person();
  ann.language("de").entry(open_case(kNow - 1));
  DecisionQuestion question = outbound();
  const Told plain = tell(*policy, ann.customer(), question);
  for (const char* channel : {"email", "chat", "internal"}) {
    question.channel = channel;
    const Told got = tell(*policy, ann.customer(), question);
    EXPECT_EQ(got.ranked, plain.ranked);
    EXPECT_EQ(got.dropped, plain.dropped);
    EXPECT_EQ(got.json.substr(0, got.json.find("\"treatment\"")),
              plain.json.substr(0, plain.json.find("\"treatment\"")));  // the answer_id too
    if (std::string(channel) == "internal") {
      EXPECT_THAT(got.json, HasSubstr("\"treatment\":null,\"blocked_here\":{\"because\":\"there is "
                                      "no wording for this channel\""));
    } else {
      EXPECT_THAT(got.json, HasSubstr("\"language\":\"de\",\"text\":\"Ihr Fall 1\""));
    }
  }
}

TEST(AnswerId, DependsOnTheQuestionAndTheDataOnly) {
  const auto policy = SmallPolicy().must_load();
  RecordBuilder ann = person();
  index::Customer customer = ann.customer();
  const DecisionQuestion question = outbound();
  const auto id = scoring::answer_id(*policy, customer, question);
  DecisionQuestion other = question;
  other.channel = "chat";
  other.limit = 1;
  EXPECT_EQ(scoring::answer_id(*policy, customer, other), id);
  other.intent = "offer";
  EXPECT_NE(scoring::answer_id(*policy, customer, other), id);
  EXPECT_NE(scoring::answer_id(*policy, customer, outbound(kNow + 1)), id);
  customer.revision = 2;
  EXPECT_NE(scoring::answer_id(*policy, customer, question), id);
}

TEST(Authority, GrantsOfThePeriodAreSpent) {
  SmallPolicy small;
  small.add("company.toml",
            "[[grade]]\nname = \"lead\"\nlimit_minor = 10000\ncurrency = \"EUR\"\n"
            "period = \"30d\"\n[[rate]]\ncurrency = \"USD\"\nfrom = 2000-01-01\n"
            "micro = 500000\n");
  const auto policy = small.must_load();
  const auto credit = [](double at, std::int64_t amount, const char* currency) {
    return EntrySpec{.kind = Kind::credit,
                     .key = std::to_string(at),
                     .at_day = at,
                     .currency = currency,
                     .amount_minor = amount};
  };
  struct Row {
    std::vector<EntrySpec> credits;
    std::int64_t left;
  };
  for (const Row& row :
       {Row{{}, 10'000}, Row{{credit(kNow - 1, 4'000, "EUR")}, 6'000},
        Row{{credit(kNow - 1, 4'000, "USD")}, 8'000},
        Row{{credit(kNow - 30, 4'000, "EUR")}, 10'000}, Row{{credit(kNow - 1, 99'000, "EUR")}, 0},
        Row{{credit(kNow - 1, 1, "QQQ")}, 0}}) {
    RecordBuilder ann = person();
    for (const EntrySpec& one : row.credits) ann.entry(one);
    scoring::DecideScratch scratch;
    scoring::Decision decision;
    scoring::decide(*policy, ann.customer(), outbound(), scratch, decision);
    ASSERT_EQ(decision.authority.size(), 1U);
    EXPECT_EQ(decision.authority[0].left_minor, row.left);
  }
}

}  // namespace
}  // namespace concord::test
