// Promise: the later stages hold too: a wording must fit the customer, limits hold back what is
// over them and nothing that is owed, a shared address is silent when one of its holders wants it
// so, and every reason says which part of a condition it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

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
using testing::Not;

constexpr double kNow = 20'000.5;  // a day, at noon UTC
constexpr const char* kOffer = "sales/offer/a";

DecisionQuestion outbound(std::string_view channel = {}) {
  DecisionQuestion question;
  question.as_of = day(kNow);
  question.channel = channel;
  question.explain = scoring::kExplainDropped | scoring::kExplainSensitivity;
  return question;
}
DecisionQuestion inbound(std::string_view intent) {
  DecisionQuestion question = outbound();
  question.direction = Direction::inbound;
  question.intent = intent;
  return question;
}

RecordBuilder person(std::uint64_t id = 1) {
  RecordBuilder builder(id);
  builder.identity("email", "ann@example.test").consent({.purpose = "sales", .at_day = 1});
  return builder;
}

std::string dropped_at(const Told& told, const std::string& action) {
  const auto found = told.dropped.find(action);
  return found == told.dropped.end() ? "" : found->second;
}

// ---- treatments

TEST(Treatments, AWordingWithAConditionIsForThoseItFits) {
  SmallPolicy small;
  const auto policy =
      small
          .action("a", R"(treatment = [
  { channel = "email", id = "short", when = "channel == 'chat'", text = { en = "Hi" } },
  { channel = "email", id = "long", when = "features.open_cases > 0", text = { en = "Dear" } },
])")
          .change("company.toml", "purposes = [\"sales\"]\nstale", "purposes = [\"legal\"]\nstale")
          .must_load();
  RecordBuilder ann = person();
  const Told calm = tell(*policy, ann.customer(), outbound("chat"));
  EXPECT_THAT(calm.ranked, ElementsAre(kOffer));
  EXPECT_THAT(calm.json, HasSubstr(R"("deliverable_by":["chat"],"treatment":{"id":"short.en")"));
  EXPECT_THAT(tell(*policy, ann.customer(), outbound("email")).json,
              HasSubstr(R"("blocked_here":{"because":"channel == 'chat'")"));
  RecordBuilder ben = person();
  ben.entry({.at_day = kNow - 1, .state = StateType::open});
  EXPECT_THAT(tell(*policy, ben.customer(), outbound("email")).json,
              HasSubstr(R"("treatment":{"id":"long.en","channel":"email")"));
}

TEST(Treatments, WithoutAWordingThatFitsTheActionIsDroppedThere) {
  SmallPolicy small;
  const auto policy =
      small
          .action("a",
                  "treatment = [{ channel = \"email\", when = \"customer.owner == 'Eva'\", "
                  "text = { en = \"From Eva\" } }]")
          .action("b", "treatment = [{ channel = \"email\", text = { fr = \"Oui\" } }]")
          .must_load();
  RecordBuilder ann = person();
  const Told told = tell(*policy, ann.customer(), outbound());
  EXPECT_EQ(dropped_at(told, kOffer), "treatment when");
  EXPECT_EQ(told.because.at(kOffer), "unknown:customer.owner | customer.owner == 'Eva'");
  EXPECT_EQ(dropped_at(told, "sales/offer/b"), "treatment language");
  EXPECT_THAT(told.json, HasSubstr(R"("no_action":"treatment/when")"));
  RecordBuilder luc = person();
  EXPECT_THAT(tell(*policy, luc.language("fr").customer(), outbound()).ranked,
              ElementsAre("sales/offer/b"));
}

TEST(Treatments, LanguagesFallBackAsDeclared) {
  constexpr const char* kThree =
      R"(treatment = [{ channel = "email", text = { de = "Ja", en = "Yes", fr = "Oui" } }])";
  for (const auto& [declared, language, want] : {std::tuple{"", "fr", "Oui"},
                                                 {"", "it", "Yes"},
                                                 {"[\"fr\", \"en\"]", "it", "Oui"},
                                                 {"[\"fr\", \"en\"]", "de", "Ja"}}) {
    SmallPolicy small;
    if (*declared != '\0')
      small.files["company.toml"] =
          "fallback_languages = " + std::string(declared) + small.files["company.toml"];
    const auto policy = small.action("a", kThree).must_load();
    RecordBuilder ann = person();
    EXPECT_THAT(tell(*policy, ann.language(language).customer(), outbound("email")).json,
                HasSubstr(std::string("\"text\":\"") + want))
        << declared << language;
  }
}

// ---- limits

TEST(Limits, HoldBackTheLesserOnesOfTheirScope) {
  struct Row {
    const char* scope;
    const char* want;
  };
  for (const Row& row :
       {Row{"all", "ab"}, {"issue", "ab"}, {"group", "ab"}, {"department", "abd"}}) {
    SCOPED_TRACE(row.scope);
    SmallPolicy small;
    small.add("company.toml", "[[limit]]\nname = \"two\"\nscope = \"" + std::string(row.scope) +
                                  "\"\nat_most = 2\npurposes = [\"sales\"]\n");
    const auto policy = small.action("a", "value_minor = 9")
                            .action("b", "value_minor = 8")
                            .action("c", "value_minor = 7")
                            .action("d", "value_minor = 6")
                            .change("actions/all.toml", "Offer d\"\ndepartment = \"sales\"",
                                    "Offer d\"\ndepartment = \"service\"")
                            .must_load();
    RecordBuilder ann = person();
    const Told told = tell(*policy, ann.customer(), outbound());
    std::string kept;
    for (const std::string& action : told.ranked) kept += action.back();
    EXPECT_EQ(kept, row.want);
    EXPECT_EQ(dropped_at(told, "sales/offer/c"), "limits two");
    EXPECT_EQ(told.because.at("sales/offer/c"),
              "as many as are allowed stand before it | fewer stand before it");
  }
}

TEST(Limits, NeverHoldBackWhatIsOwedOrAskedFor) {
  SmallPolicy small;
  small.add("company.toml",
            "[[limit]]\nname = \"one\"\nat_most = 1\npurposes = [\"sales\", \"service\"]\n");
  const auto policy = small.action("m", "mandatory = true")
                          .action("n", "mandatory = true")
                          .action("q", "answers = [\"offer\"]\nvalue_minor = 1")
                          .action("z", "value_minor = 999999")
                          .must_load();
  RecordBuilder ann = person();
  ann.entry({.at_day = kNow - 1, .state = StateType::open});
  const Told told = tell(*policy, ann.customer(), inbound("offer"));
  EXPECT_EQ(dropped_at(told, "sales/offer/m"), "service_first open_case");
  RecordBuilder ben = person();
  EXPECT_THAT(tell(*policy, ben.customer(), inbound("offer")).ranked,
              ElementsAre("sales/offer/m", "sales/offer/n", "sales/offer/q"));
  EXPECT_THAT(told.ranked, ElementsAre("service/case/answer", "sales/offer/q"));
}

TEST(Sensitivity, EachFactorLeftOutAndTheLimitsAppliedAnew) {
  SmallPolicy small;
  small.add("company.toml", "[[limit]]\nname = \"two\"\nat_most = 2\npurposes = [\"sales\"]\n");
  const auto policy =
      small.action("cheap", "value_minor = 10\npropensity_micro = 900000")
          .action("dear", "value_minor = 1000\npropensity_micro = 10000")
          .action("pushed", "value_minor = 10\npropensity_micro = 500000\nlever_add_micro = 900000")
          .must_load();
  RecordBuilder ann = person();
  DecisionQuestion question = outbound();
  scoring::DecideScratch scratch;
  scoring::Decision decision;
  scoring::decide(*policy, ann.customer(), question, scratch, decision);
  index::Buffer buffer;
  index::JsonWriter writer(buffer);
  scoring::write_decision(writer, *policy, decision, question, question.explain);
  const std::string json(buffer.view());
  // P × V × L: dear 10, pushed 9.5, cheap 9 (held back). Without P: dear, pushed; without V: cheap,
  // then pushed (dear 0.01); without L: dear, cheap.
  EXPECT_THAT(json, HasSubstr(R"("action":"sales/offer/dear")"));
  EXPECT_THAT(json, HasSubstr(R"("rank_without":{"propensity":1,"context_weight":1,"value":null,)"
                              R"("lever":1})"));
  EXPECT_THAT(json, HasSubstr(R"("rank_without":{"propensity":2,"context_weight":2,"value":1,)"
                              R"("lever":null})"));
  EXPECT_THAT(json, HasSubstr(R"({"without":"value","first":"sales/offer/pushed","moved":2},)"
                              R"({"without":"lever","first":"sales/offer/dear","moved":1})"));
}

// ---- reasons

TEST(Reasons, NameThePartOfTheConditionThatDecided) {
  SmallPolicy small;
  const auto policy =
      small
          .action("a",
                  "eligibility = \"customer.is_member || features.open_cases == 0 && "
                  "customer.language == 'de'\"")
          .action("b",
                  "applicability = \"entries.exists(e, e.kind == 'order') && "
                  "features.open_cases == 0\"")
          .action("c", "suitability = \"entries.all(e, e.kind != 'order')\"")
          .must_load();
  RecordBuilder ann = person();
  ann.language("en").entry({.kind = Kind::order, .key = "o1", .at_day = kNow - 1});
  const Told told = tell(*policy, ann.customer(), outbound());
  EXPECT_THAT(told.json,
              HasSubstr(R"("decided_by":[{"condition":"customer.is_member","was":"false"},)"
                        R"({"condition":"customer.language == 'de'","was":"false"}])"));
  EXPECT_THAT(told.json, HasSubstr(R"x("why":[{"because":"entries.exists(e, e.kind == 'order')",)x"
                                   R"x("evidence":["src/order/o1"]},)x"
                                   R"x({"because":"features.open_cases == 0","evidence":[]}])x"));
  EXPECT_EQ(told.because.at("sales/offer/c"),
            "entries.all(e, e.kind != 'order') | entries.all(e, e.kind != 'order') | "
            "src/order/o1");
}

TEST(Reasons, AreWorkedOutOnlyWhenAskedFor) {
  SmallPolicy small;
  const auto policy = small.action("a", "eligibility = \"1 > 2 && true\"").must_load();
  RecordBuilder ann = person();
  DecisionQuestion question = outbound();
  question.explain = scoring::kExplainNothing;
  scoring::DecideScratch scratch;
  scoring::Decision decision;
  scoring::decide(*policy, ann.customer(), question, scratch, decision);
  EXPECT_TRUE(decision.decided.empty());
  EXPECT_TRUE(decision.sensitivity.ranks.empty());
}

TEST(Reasons, NoActionNamesTheFurthestCause) {
  SmallPolicy small;
  const auto policy = small.action("a", "applicability = \"false\"")
                          .action("b", "applicability = \"false\"")
                          .action("c", "")
                          .must_load();
  RecordBuilder nobody;
  nobody.identity("email", "a@b");
  EXPECT_THAT(tell(*policy, nobody.customer(), outbound()).json,
              HasSubstr(R"("no_action":"deliverability/consent")"));
}

// ---- contact policies

TEST(ContactPolicies, APauseMayCountOtherOutcomesAndAnOutcomeMayNameTheAction) {
  SmallPolicy small;
  small.add("company.toml",
            "[[pause]]\nname = \"seen\"\nafter = 2\nwindow = \"10d\"\npause = \"20d\"\n"
            "purposes = [\"sales\"]\noutcomes = [\"impression\"]\nbecause = \"it was shown\"\n");
  const auto policy = small.action("a", "").action("b", "").must_load();
  RecordBuilder ann = person();
  for (const char* key : {"1", "2"})
    ann.entry({.kind = Kind::outcome,
               .key = key,
               .at_day = kNow - 1,
               .topic = kOffer,
               .status = "impression"});
  ann.entry({.kind = Kind::outcome,
             .key = "3",
             .at_day = kNow - 1,
             .topic = "sales/offer/b",
             .status = "rejected"});
  const Told told = tell(*policy, ann.customer(), outbound());
  EXPECT_EQ(dropped_at(told, kOffer), "contact_policy seen");
  EXPECT_THAT(told.because.at(kOffer), HasSubstr("it was shown | 2024-10-23T12:00:00Z"));
  EXPECT_THAT(told.ranked, ElementsAre("sales/offer/b"));
}

TEST(ContactPolicies, AFullChannelNamesTheContact) {
  SmallPolicy small;
  small.change("company.toml", "wording_of = [\"email\"]", "");
  small.add("company.toml",
            "[[cap]]\nname = \"mail\"\nscope = \"channel\"\nlimit = 1\nwindow = \"7d\"\n"
            "purposes = [\"sales\"]\n");
  const auto policy = small.action("a", "").must_load();
  RecordBuilder ann = person();
  ann.entry({.kind = Kind::message,
             .key = "m1",
             .at_day = kNow - 2,
             .direction = Direction::outbound,
             .purpose = Purpose::sales,
             .channel = "email"});
  EXPECT_EQ(tell(*policy, ann.customer(), outbound()).because.at(kOffer),
            "the most contacts on this channel are made | 2024-10-09T12:00:00Z | src/message/m1");
}

// ---- forgotten records

TEST(Forgotten, ATaskOfColleaguesIsHeldBackByNothing) {
  SmallPolicy small;
  small.add("company.toml",
            "[[block]]\nname = \"silence\"\nstrength = \"stop\"\nseverity = 1\n"
            "when = \"'quiet' in customer.needs\"\npurposes = [\"service\", \"sales\"]\n"
            "because = \"no contact\"\nends_when = \"he calls\"\n");
  const auto policy = small.must_load();
  RecordBuilder ann = person();
  ann.need("quiet").entry({.at_day = kNow - 200, .state = StateType::open});
  const Told told = tell(*policy, ann.customer(), outbound());
  EXPECT_THAT(told.ranked, ElementsAre("service/case/finish_or_correct"));
  EXPECT_EQ(dropped_at(told, "service/case/answer"), "service_first silence");
  EXPECT_THAT(told.json, HasSubstr(R"("forgotten":1)"));
}

// ---- an address that several hold

/// Ann and others hold one phone; nobody has an e-mail address.
struct Family {
  SmallPolicy small;
  std::shared_ptr<const scoring::Policy> policy;
  std::deque<RecordBuilder> others;
  index::Customer ann_now;

  explicit Family(RecordBuilder& ann) {
    small.change("company.toml", "identities = [\"email\"]", "identities = [\"phone\"]");
    small.change("company.toml", "wording_of = [\"email\"]", "");
    policy = small.action("a", "").action("b", "purpose = \"service\"").must_load();
    ann.identity("phone", "+491").consent({.purpose = "sales", .at_day = 1});
    ann_now = ann.customer();
  }
  RecordBuilder& add(const char* phone) {
    RecordBuilder& other = others.emplace_back(100 + others.size());
    return other.identity("phone", phone);
  }
  void join(RecordBuilder& other) {
    ann_now.sharers[ann_now.sharer_count++] = &other.build().record();
  }
  [[nodiscard]] Told told() const { return tell(*policy, ann_now, outbound()); }
};

struct SharedWord {
  const char* story;
  const char* phone;
  ConsentSpec said;
  bool sales_silent;
  bool service_silent;
};

class SharedAddress : public testing::TestWithParam<SharedWord> {};

TEST_P(SharedAddress, IsSilentWhenOneHolderRefusedThere) {
  const SharedWord& row = GetParam();
  RecordBuilder ann;
  Family family(ann);
  EXPECT_TRUE(family.told().dropped.count(kOffer) == 0);  // before he said anything
  RecordBuilder& ben = family.add(row.phone);
  ben.consent(row.said);
  family.join(ben);
  const Told told = family.told();
  EXPECT_EQ(dropped_at(told, kOffer), row.sales_silent ? "deliverability consent" : "");
  EXPECT_EQ(dropped_at(told, "sales/offer/b"), row.service_silent ? "deliverability consent" : "");
  if (row.sales_silent) {
    EXPECT_EQ(told.because.at(kOffer),
              "somebody who shares this address refused this | "
              "that person consents, or the customer has an address of his own");
  }
}

constexpr auto kWithdrawn = index::ConsentState::withdrawn;
INSTANTIATE_TEST_SUITE_P(
    All, SharedAddress,
    testing::Values(
        SharedWord{"the_address",
                   "+491",
                   {.purpose = "sales", .identity = "phone:+491", .state = kWithdrawn},
                   true,
                   false},
        SharedWord{"the_address_for_all_purposes",
                   "+491",
                   {.identity = "phone:+491", .state = kWithdrawn},
                   true,
                   true},
        SharedWord{"the_channel",
                   "+491",
                   {.purpose = "sales", .channel = "email", .state = kWithdrawn},
                   true,
                   false},
        SharedWord{"another_channel",
                   "+491",
                   {.purpose = "sales", .channel = "chat", .state = kWithdrawn},
                   false,
                   false},
        SharedWord{"himself", "+491", {.purpose = "sales", .state = kWithdrawn}, false, false},
        SharedWord{"another_address",
                   "+491",
                   {.purpose = "sales", .identity = "phone:+492", .state = kWithdrawn},
                   false,
                   false},
        SharedWord{"an_address_he_does_not_hold",
                   "+492",
                   {.purpose = "sales", .identity = "phone:+491", .state = kWithdrawn},
                   false,
                   false},
        SharedWord{
            "another_brand",
            "+491",
            {.purpose = "sales", .identity = "phone:+491", .brand = "x", .state = kWithdrawn},
            false,
            false},
        SharedWord{
            "denied",
            "+491",
            {.purpose = "sales", .identity = "phone:+491", .state = index::ConsentState::denied},
            true,
            false},
        SharedWord{"granted", "+491", {.purpose = "sales", .identity = "phone:+491"}, false, false},
        SharedWord{
            "not_yet",
            "+491",
            {.purpose = "sales", .identity = "phone:+491", .state = kWithdrawn, .at_day = kNow + 1},
            false,
            false}),
    [](const auto& row) { return std::string(row.param.story); });

TEST(SharedAddress, AnAddressOfOnesOwnIsLeft) {
  RecordBuilder ann;
  ann.identity("phone", "+490");
  Family family(ann);
  RecordBuilder& ben = family.add("+491");
  ben.consent({.purpose = "sales", .identity = "phone:+491", .state = kWithdrawn});
  family.join(ben);
  EXPECT_THAT(family.told().dropped.count(kOffer), 0U);
}

TEST(SharedAddress, AnAddressOfACrowdIsNobodys) {
  RecordBuilder ann;
  Family family(ann);
  family.ann_now.crowded = 1;
  const Told told = family.told();
  EXPECT_EQ(told.because.at(kOffer),
            "too many customers share this address | the customer has an address of his own");
  EXPECT_THAT(told.ranked, ElementsAre("sales/offer/b"));  // service needs no consent
}

// ---- what a set may not say

TEST(PolicyOfStages, MistakesAreRefused) {
  struct Row {
    const char* action;
    const char* company;
    const char* want;
  };
  for (const Row& row :
       {Row{"treatment = [{ channel = \"email\", brand = \"north\", text = { en = \"x\" } }]", "",
            "'brand' is not the action's"},
        Row{"stale_task = true", "", "must be internal"},
        Row{"eligibility = \"channel == 'email'\"", "", "channel"},
        Row{"treatment = [{ channel = \"email\", when = \"chanel == 'x'\", text = { en = \"x\" } "
            "}]",
            "", "chanel"},
        Row{"", "[[limit]]\nname = \"x\"\npurposes = [\"sales\"]\n", "'at_most' is missing"},
        Row{"", "[[limit]]\nname = \"x\"\nat_most = 0\npurposes = [\"sales\"]\n", "at_most"},
        Row{"", "[[limit]]\nname = \"x\"\nat_most = 1\n", "at least one purpose"},
        Row{"", "[[limit]]\nname = \"x\"\nscope = \"channel\"\nat_most = 1\n", "scope"}}) {
    SmallPolicy small;
    small.add("company.toml", row.company);
    const auto policy = small.action("a", row.action).load();
    ASSERT_FALSE(policy.has_value()) << row.want;
    EXPECT_THAT(policy.error().text(), HasSubstr(row.want));
  }
}

}  // namespace
}  // namespace concord::test
