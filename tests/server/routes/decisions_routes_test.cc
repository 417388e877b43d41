// Promise: a decision that is kept can be read back and made again; a topic is reserved for one at
// a time, whoever comes first; what came of it is the customer's, and ends the claim.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "index/base/json_reader.h"
#include "server/kept_decision.h"
#include "tests/server/routes/desk_of_ann.h"
#include "tests/support/schema/json_schema.h"

namespace concord::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kAnn = "/v1/customers/email:ann@example.test/decisions";
constexpr const char* kBen = "/v1/customers/email:ben@example.test/decisions";

/// The text at a JSON pointer of an answer, as JSON; empty: not there.
std::string at(const std::string& body, const std::string& pointer) {
  index::JsonReader reader;
  const auto parsed = reader.parse(body);
  if (!parsed) return "no JSON";
  index::JsonValue value = *parsed;
  for (std::size_t begin = 1; begin <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    const std::string name = pointer.substr(begin, end - begin);
    begin = end + 1;
    if (value.is(index::JsonType::array)) {
      std::size_t place = std::stoul(name);
      bool found = false;
      for (const index::JsonValue one : value.elements())
        if (place-- == 0) {
          value = one;
          found = true;
          break;
        }
      if (!found) return {};
      continue;
    }
    const auto member = value.find(name);
    if (!member) return {};
    value = *member;
  }
  index::Buffer text;
  index::JsonWriter out(text);
  append_json(out, value);
  return std::string(text.view());
}

std::string text_at(const std::string& body, const std::string& pointer) {
  std::string text = at(body, pointer);
  if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

std::string id_in(const Answer& answer) { return text_at(answer.body, "/decision/decision_id"); }

std::string problems(const std::string& schema, const std::string& body) {
  static tests::SchemaSet set(std::string(CONCORD_SOURCE_DIR) + "/server/schemas");
  std::string all;
  for (const std::string& one : set.problems(schema, body)) all += one + "\n";
  return all;
}

class DecisionsTest : public testing::Test {
 protected:
  Answer replayed(const std::string& id) { return desk_.get("/v1/decisions/" + id); }
  DeskOfAnn desk_;
};

TEST_F(DecisionsTest, WhatIsKeptIsTheAnswerEverybodyGets) {
  const Answer asked =
      desk_.get("/v1/customers/email:ann@example.test/next-best-action?channel=email");
  const std::string before = desk_.get("/v1/customers/email:ann@example.test").body;
  const Answer kept = desk_.post(kAnn, R"({"channel":"email","by":"Anna","department":"service"})");
  ASSERT_EQ(kept.status, 201) << kept.body;
  EXPECT_EQ(problems("decision", kept.body), "");
  EXPECT_EQ(at(kept.body, "/decision/answer"), asked.body);
  EXPECT_EQ(at(kept.body, "/decision/claim"), "null");
  EXPECT_EQ(text_at(kept.body, "/decision/by"), "Anna");
  EXPECT_EQ(kept.field("Location"), "/v1/decisions/" + id_in(kept));
  // It changes no record: the same answer with the same id afterwards.
  EXPECT_EQ(desk_.get("/v1/customers/email:ann@example.test").body, before);
  const Answer read = replayed(id_in(kept));
  ASSERT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(problems("decision", read.body), "");
  EXPECT_EQ(at(read.body, "/decision"), at(kept.body, "/decision"));
  EXPECT_EQ(at(read.body, "/outcomes"), "[]");
  EXPECT_EQ(at(read.body, "/replay"), R"({"equal":true,"differences":[]})");
}

TEST_F(DecisionsTest, ItIsMadeAgainAfterTheCustomerHasChanged) {
  const std::string id = id_in(desk_.post(kAnn, "{}"));
  desk_.say(Saying("helpdesk", "solved", kNoon - 1'000)
                .of({"email:ann@example.test"})
                .department("service")
                .entry(index::Kind::case_, "T-991")
                .state(index::StateType::solved)
                .closed(kNoon - 1'000));
  const Answer read = replayed(id);
  EXPECT_EQ(at(read.body, "/replay/equal"), "true");
  EXPECT_NE(at(read.body, "/decision/answer"),
            desk_.get("/v1/customers/email:ann@example.test/next-best-action").body);
}

// Control: a kept answer that somebody changed is found out, and where.
TEST_F(DecisionsTest, APlantedDifferenceIsFound) {
  const std::string id = id_in(desk_.post(kAnn, "{}"));
  const auto event = desk_.live().log()->kept(index::decision_key(id)).value();
  ASSERT_TRUE(event.has_value());
  const auto* decoded = index::decode_event(event->bytes).value();
  auto kept = server::decode_decision(decoded->decision()->payload()->str()).value();
  const std::size_t rank = kept.answer.find("\"rank\":1,");
  kept.answer.replace(rank, 9, "\"rank\":3,");
  kept.id = "d_" + std::string(32, 'f');
  Saying planted("concord", kept.id, kNoon);
  planted.of({"email:ann@example.test"});
  planted.draft.type = static_cast<std::uint8_t>(index::EventType::decision);
  planted.draft.decision = std::make_unique<index::wire::DecisionT>();
  planted.draft.decision->payload = server::encode_decision(kept);
  desk_.say(planted);
  const Answer read = replayed(kept.id);
  EXPECT_EQ(at(read.body, "/replay"),
            R"({"equal":false,"differences":[{"pointer":"/actions/0/rank","stored":3,)"
            R"("replayed":1}]})");
  const Answer all = desk_.get("/v1/decisions?replay=true");
  EXPECT_EQ(problems("decisions", all.body), "");
  EXPECT_EQ(at(all.body, "/decisions/0/replay/equal"), "true");
  EXPECT_EQ(at(all.body, "/decisions/1/replay/equal"), "false");
}

TEST_F(DecisionsTest, TheSameKeyIsTheSameDecision) {
  const Answer first = desk_.post(kAnn, R"({"limit":2})", "k1");
  ASSERT_EQ(first.status, 201);
  desk_.say(Saying("helpdesk", "x", kNoon - 2'000)
                .of({"email:ann@example.test"})
                .department("service")
                .entry(index::Kind::case_, "T-992")
                .state(index::StateType::open));
  const Answer again = desk_.post(kAnn, R"({ "limit" : 2 })", "k1");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(desk_.post(kAnn, R"({"limit":3})", "k1").status, 409);
  EXPECT_EQ(desk_.post(kAnn, R"({"limit":2,"id":"k2"})").status, 201);
  EXPECT_EQ(desk_.post(kAnn, R"({"limit":2,"id":"k2"})").status, 200);
  EXPECT_NE(id_in(desk_.post(kBen, R"({"limit":2})", "k1")), id_in(first));
  EXPECT_EQ(desk_.decisions().repeated.load(), 2U);
}

// Two of the same at once: one is kept, both get it.
TEST_F(DecisionsTest, TheSameKeyAtTheSameTimeIsKeptOnce) {
  Answer other;
  desk_.meanwhile = [&] { other = desk_.post(kAnn, "{}", "k1"); };
  const Answer one = desk_.post(kAnn, "{}", "k1");
  EXPECT_EQ(at(one.body, "/decision"), at(other.body, "/decision"));
  EXPECT_EQ(std::min(one.status, other.status), 200);
  EXPECT_EQ(std::max(one.status, other.status), 201);
}

TEST_F(DecisionsTest, AClaimHoldsItsTopicAndSaysWho) {
  const Answer first = desk_.post(
      kAnn, R"({"claim":true,"topic":"order_status","by":"Anna","department":"service"})");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(problems("decision", first.body), "");
  EXPECT_EQ(text_at(first.body, "/decision/claim/state"), "held");
  EXPECT_EQ(text_at(first.body, "/decision/claim/until"), "2026-11-26T12:00:00Z");
  const Answer second =
      desk_.post(kAnn, R"({"claim":true,"topic":"order_status","by":"Bob","department":"sales"})");
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(problems("problem", second.body), "");
  EXPECT_EQ(text_at(second.body, "/code"), "claimed");
  EXPECT_EQ(text_at(second.body, "/holder/holder"), "Anna");
  EXPECT_EQ(text_at(second.body, "/holder/department"), "service");
  EXPECT_EQ(text_at(second.body, "/holder/decision_id"), id_in(first));
  // Another topic, another customer: free. Without a claim: always.
  EXPECT_EQ(desk_.post(kBen, R"({"claim":true,"topic":"order_status"})").status, 201);
  EXPECT_EQ(desk_.post(kAnn, "{}").status, 201);
  EXPECT_EQ(desk_.decisions().claims_refused.load(), 1U);
}

TEST_F(DecisionsTest, ThatSomebodyIsAtItIsInEverybodysAnswer) {
  desk_.post(kAnn, R"({"claim":true,"topic":"order_status","by":"Anna","department":"service"})");
  const Answer context = desk_.get("/v1/customers/email:ann@example.test");
  EXPECT_EQ(problems("context", context.body), "");
  EXPECT_EQ(text_at(context.body, "/now_with/0/what"), "claim");
  EXPECT_EQ(text_at(context.body, "/now_with/0/with"), "Anna");
  EXPECT_EQ(text_at(context.body, "/now_with/0/topic"), "order_status");
  EXPECT_THAT(at(context.body, "/timeline"), Not(HasSubstr("concord/decision/")));
}

// The customer changes between the look and the write: the claim is judged anew, and so is the
// answer that is kept.
TEST_F(DecisionsTest, AClaimThatCameFirstWins) {
  Answer other;
  desk_.meanwhile = [&] {
    other = desk_.post(kAnn, R"({"claim":true,"topic":"order_status","by":"Bob"})");
  };
  const Answer one = desk_.post(kAnn, R"({"claim":true,"topic":"order_status","by":"Anna"})");
  EXPECT_EQ(one.status == 201 ? 1 : 0, other.status == 409 ? 1 : 0) << one.body << other.body;
  EXPECT_EQ(std::min(one.status, other.status), 201);
  EXPECT_EQ(std::max(one.status, other.status), 409);
}

TEST_F(DecisionsTest, AnotherChangeMeanwhileOnlyDelaysTheClaim) {
  desk_.meanwhile = [&] { desk_.post(kAnn, R"({"claim":true,"topic":"call_back"})"); };
  const Answer one = desk_.post(kAnn, R"({"claim":true,"topic":"order_status","by":"Anna"})");
  EXPECT_EQ(one.status, 201) << one.body;
  EXPECT_EQ(text_at(one.body, "/decision/claim/state"), "held");
  EXPECT_EQ(at(replayed(id_in(one)).body, "/replay/equal"), "true");
}

TEST_F(DecisionsTest, TheFirstActionsTopicIsReservedWhenNoneIsNamed) {
  const Answer kept = desk_.post(kAnn, R"({"claim":true,"department":"service"})");
  ASSERT_EQ(kept.status, 201) << kept.body;
  EXPECT_NE(text_at(kept.body, "/decision/claim/topic"), "");
  EXPECT_EQ(text_at(kept.body, "/decision/claim/holder"), "service");
}

TEST_F(DecisionsTest, AnOutcomeIsTheCustomersAndEndsTheClaim) {
  const Answer kept = desk_.post(
      kAnn, R"({"claim":true,"topic":"order_status","by":"Anna","department":"service"})");
  const std::string id = id_in(kept);
  const std::string action = text_at(kept.body, "/decision/answer/actions/0/action");
  const std::string to = "/v1/decisions/" + id + "/outcomes";
  Answer told = desk_.post(to, R"({"outcome":"pending","action":")" + action + R"("})");
  ASSERT_EQ(told.status, 201) << told.body;
  EXPECT_EQ(text_at(replayed(id).body, "/decision/claim/state"), "held");
  told = desk_.post(
      to, R"({"outcome":"accepted","action":")" + action + R"(","channel":"email","by":"Anna"})",
      "o1");
  ASSERT_EQ(told.status, 201) << told.body;
  EXPECT_EQ(problems("outcome", told.body), "");
  const Answer again = desk_.post(
      to, R"({"outcome":"accepted","action":")" + action + R"(","channel":"email","by":"Anna"})",
      "o1");
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(text_at(again.body, "/status"), "duplicate");
  const Answer read = replayed(id);
  EXPECT_EQ(problems("decision", read.body), "");
  EXPECT_EQ(text_at(read.body, "/outcomes/0/outcome"), "pending");
  EXPECT_EQ(text_at(read.body, "/outcomes/1/outcome"), "accepted");
  EXPECT_EQ(text_at(read.body, "/outcomes/1/action"), action);
  EXPECT_EQ(text_at(read.body, "/outcomes/1/channel"), "email");
  EXPECT_EQ(text_at(read.body, "/outcomes/1/department"), "service");
  EXPECT_EQ(at(read.body, "/outcomes/2"), "");
  EXPECT_EQ(text_at(read.body, "/decision/claim/state"), "ended");
  EXPECT_EQ(at(read.body, "/replay/equal"), "true");
  EXPECT_EQ(at(desk_.get("/v1/customers/email:ann@example.test").body, "/now_with"), "[]");
  EXPECT_EQ(desk_.post(kAnn, R"({"claim":true,"topic":"order_status"})").status, 201);
  EXPECT_THAT(desk_.get("/v1/customers/email:ann@example.test/timeline?kind=outcome").body,
              HasSubstr("concord/outcome/" + id));
}

TEST_F(DecisionsTest, WrongOutcomesAreRefusedWithTheirPlace) {
  const Answer kept = desk_.post(kAnn, R"({"limit":0})");
  const std::string to = "/v1/decisions/" + id_in(kept) + "/outcomes";
  for (const auto& [body, pointer, detail] :
       {std::tuple{R"({})", "/outcome", "is missing"},
        {R"({"outcome":"acepted"})", "/outcome", "did you mean accepted?"},
        {R"({"outcome":"accepted"})", "/action", "is missing"},
        {R"({"outcome":"accepted","action":"sales/x/y"})", "/action", "is not known"},
        {R"({"outcome":"no_action","action":"a/b/c"})", "/action", "does not go with"},
        {R"({"outcome":"pending","at":"noon"})", "/at", "is not a time"},
        {R"({"outcome":"pending","color":"red"})", "/color", "is not known"},
        {R"({"outcome":7})", "/outcome", "is not a text"}}) {
    const Answer told = desk_.post(to, body);
    EXPECT_EQ(told.status, 400) << body;
    EXPECT_EQ(problems("problem", told.body), "");
    EXPECT_THAT(told.body, HasSubstr("\"pointer\":\"" + std::string(pointer) + "\"")) << body;
    EXPECT_THAT(told.body, HasSubstr(detail)) << body;
  }
  EXPECT_EQ(
      desk_
          .post("/v1/decisions/d_" + std::string(32, '0') + "/outcomes", R"({"outcome":"pending"})")
          .status,
      404);
}

TEST_F(DecisionsTest, WrongQuestionsAreRefusedWithTheirPlace) {
  for (const auto& [body, place] :
       {std::pair{R"({"claims":true})", "/claims"},
        {R"({"topic":"order_status"})", "/topic"},
        {R"({"claim":true,"topic":"order_statsu"})", "/topic"},
        {R"({"claim":true,"claim_until":"2020-01-01T00:00:00Z"})", "/claim_until"},
        {R"({"claim":true,"claim_until":"2036-01-01T00:00:00Z"})", "/claim_until"},
        {R"({"claim":"yes"})", "/claim"},
        {R"({"channel":"pigeon"})", "channel"},
        {R"({"intent":"offer"})", "intent"},
        {R"({"limit":"many"})", "/limit"},
        {R"({"by":""})", "/by"},
        {R"([])", ""},
        {R"({)", ""}}) {
    const Answer refused = desk_.post(kAnn, body);
    EXPECT_EQ(refused.status, 400) << body << refused.body;
    EXPECT_EQ(problems("problem", refused.body), "");
    EXPECT_THAT(refused.body, HasSubstr(place)) << body;
  }
  EXPECT_EQ(desk_.post("/v1/customers/email:nobody@example.test/decisions", "{}").status, 404);
  EXPECT_EQ(desk_.get("/v1/decisions/d_1").status, 404);
  EXPECT_EQ(desk_.get("/v1/decisions?cursor=x").status, 400);
}

TEST_F(DecisionsTest, ThePageOfDecisionsIsWalkedInTheOrderOfTheLog) {
  std::vector<std::string> kept;
  for (int i = 0; i < 7; ++i) kept.push_back(id_in(desk_.post(i % 2 == 0 ? kAnn : kBen, "{}")));
  std::vector<std::string> listed;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    const Answer page =
        desk_.get("/v1/decisions?limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor));
    EXPECT_EQ(problems("decisions", page.body), "");
    for (int i = 0; i < 3; ++i) {
      const std::string id = text_at(page.body, "/decisions/" + std::to_string(i) + "/decision_id");
      if (!id.empty()) listed.push_back(id);
    }
    cursor = text_at(page.body, "/next_cursor");
    if (cursor.empty()) break;
  }
  EXPECT_EQ(listed, kept);
}

TEST_F(DecisionsTest, ThePolicySetIsKeptWithTheFirstDecision) {
  EXPECT_FALSE(std::filesystem::exists(desk_.policies_folder()));
  desk_.post(kAnn, "{}");
  EXPECT_TRUE(std::filesystem::exists(desk_.policies_folder() + "/" +
                                      std::string(desk_.policy().version()) + "/company.toml"));
}

TEST(DecisionRights, WritingNeedsItsScopeAndNobodySeesMoreThanHeMay) {
  std::string tokens;
  for (const auto& [name, scopes] : {std::pair{"desk", "read,write"},
                                     {"reader", "read"},
                                     {"shop", "read,write,source:shop"},
                                     {"counsel", "read,write,restricted,secret"}})
    tokens += std::string(name) + " " + scopes + " " + server::hash_of_token(name) + "\n";
  DeskOfAnn desk(tokens);
  EXPECT_EQ(desk.post(kAnn, "{}", {}, "Bearer reader").status, 403);
  EXPECT_EQ(desk.post(kAnn, "{}").status, 401);
  EXPECT_EQ(desk.post(kAnn, "{}", {}, "Bearer shop").status, 403);
  const std::string all = R"({"limit":100,"explain":"dropped"})";
  const Answer mine = desk.post(kAnn, all, "k", "Bearer desk");
  const Answer theirs = desk.post(kAnn, all, "k", "Bearer counsel");
  ASSERT_EQ(mine.status, 201) << mine.body;
  EXPECT_EQ(theirs.status, 201) << "a key belongs to its client";
  EXPECT_THAT(theirs.body, HasSubstr("legal/case/S-1"));
  EXPECT_THAT(mine.body, Not(HasSubstr("legal/case/S-1")));
  for (const Answer& one : {mine, theirs}) {
    const std::string path = "/v1/decisions/" + id_in(one);
    EXPECT_THAT(desk.get(path, "Bearer reader").body, Not(HasSubstr("legal/case/S-1")));
    EXPECT_THAT(desk.get(path, "Bearer counsel").body, HasSubstr("legal/case/S-1"));
    EXPECT_EQ(at(desk.get(path, "Bearer reader").body, "/replay/equal"), "true");
  }
}

TEST(DecisionRights, ARefusalNamesNoHiddenEntry) {
  DeskOfAnn desk("reader read " + server::hash_of_token("reader") + "\n");
  const Answer asked = desk.post("/v1/clearance",
                                 R"({"customers":["email:ann@example.test"],"topic":"newsletter",
                                     "channel":"email","purpose":"marketing"})",
                                 {}, "Bearer reader");
  EXPECT_EQ(at(asked.body, "/results/0/evidence"), R"(["helpdesk/case/T-991"])") << asked.body;
}

TEST(DecisionRights, ABaseThatIsOnlyReadKeepsNothingAndSaysSo) {
  HouseOfAnn house;
  const Answer refused = house.post(kAnn, "{}");
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("read_only"));
}

// ---- clearance

TEST_F(DecisionsTest, AdvertisingIsRefusedNamingTheCase) {
  const Answer asked = desk_.post("/v1/clearance",
                                  R"({"customers":["email:ann@example.test",
                                      "email:ben@example.test","email:nobody@example.test"],
                                      "topic":"newsletter","channel":["email","sms"],
                                      "purpose":"marketing"})");
  ASSERT_EQ(asked.status, 200) << asked.body;
  EXPECT_EQ(problems("clearance", asked.body), "");
  EXPECT_EQ(text_at(asked.body, "/results/0/may"), "false");
  EXPECT_EQ(text_at(asked.body, "/results/0/stage"), "service_first");
  EXPECT_THAT(at(asked.body, "/results/0/evidence"), HasSubstr("helpdesk/case/T-991"));
  EXPECT_EQ(text_at(asked.body, "/results/2/may"), "true");
  EXPECT_EQ(text_at(asked.body, "/results/3/component"), "address");
  EXPECT_EQ(text_at(asked.body, "/results/4/component"), "customer");
  EXPECT_EQ(at(asked.body, "/results/6"), "");
  EXPECT_EQ(at(asked.body, "/counts"), R"({"may":1,"may_not":5})");
}

TEST_F(DecisionsTest, AClaimedTopicIsClearedForItsHolderOnly) {
  const Answer kept = desk_.post(kBen, R"({"claim":true,"topic":"newsletter","by":"Anna"})");
  ASSERT_EQ(kept.status, 201) << kept.body;
  const std::string ask = R"({"customers":["email:ben@example.test"],"topic":"newsletter",
                              "channel":"email","purpose":"marketing")";
  const Answer others = desk_.post("/v1/clearance", ask + "}");
  EXPECT_EQ(text_at(others.body, "/results/0/component"), "claim") << others.body;
  EXPECT_EQ(text_at(others.body, "/results/0/until"), "2026-11-26T12:00:00Z");
  const Answer own = desk_.post("/v1/clearance", ask + R"(,"decision":")" + id_in(kept) + "\"}");
  EXPECT_EQ(text_at(own.body, "/results/0/may"), "true") << own.body;
}

TEST_F(DecisionsTest, WrongClearancesAreRefusedWithTheirPlace) {
  const auto ask = [](const std::string& more) {
    return R"({"customers":["email:ann@example.test"],"topic":"newsletter","channel":"email",)"
           R"("purpose":"marketing")" +
           more + "}";
  };
  EXPECT_EQ(desk_.post("/v1/clearance", ask("")).status, 200);
  std::string many =
      R"({"topic":"newsletter","channel":"email","purpose":"marketing","customers":[)";
  for (int i = 0; i < 501; ++i) many += (i == 0 ? "\"crm:" : ",\"crm:") + std::to_string(i) + "\"";
  for (const auto& [body, place] :
       {std::pair{ask(R"(,"color":1)"), "/color"},
        {ask(R"(,"brand":"nobody")"), "/brand"},
        {std::string(R"({"customers":["a"],"topic":"newsletter","channel":"email"})"), "/purpose"},
        {std::string(R"({"customers":["a"],"topic":"xyz","channel":"email","purpose":"sales"})"),
         "/topic"},
        {std::string(
             R"({"customers":["a"],"topic":"newsletter","channel":"owl","purpose":"sales"})"),
         "/channel"},
        {std::string(R"({"customers":[],"topic":"newsletter","channel":"sms","purpose":"none"})"),
         "/customers"},
        {std::string(
             R"({"customers":["a","a"],"topic":"newsletter","channel":"sms","purpose":"sales"})"),
         "/customers"},
        {many + "]}", "/customers"}}) {
    const Answer refused = desk_.post("/v1/clearance", body);
    EXPECT_EQ(refused.status, 400) << body.substr(0, 200);
    EXPECT_THAT(refused.body, HasSubstr("\"pointer\":\"" + std::string(place) + "\""))
        << body.substr(0, 200);
  }
}

// What a decision holds back, clearance refuses with the same words.
TEST_F(DecisionsTest, ClearanceAndDecisionAgree) {
  const Answer decided =
      desk_.get("/v1/customers/email:ann@example.test/next-best-action?explain=dropped&limit=0");
  const Answer cleared = desk_.post("/v1/clearance",
                                    R"({"customers":["email:ann@example.test"],
                                        "topic":"newsletter","channel":"email",
                                        "purpose":"marketing"})");
  const std::string because = at(cleared.body, "/results/0/because");
  EXPECT_THAT(at(decided.body, "/dropped"), HasSubstr("\"because\":" + because));
}

}  // namespace
}  // namespace concord::test
