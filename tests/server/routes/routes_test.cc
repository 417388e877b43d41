// Every route answers as its schema says, and every wrong question is refused with place and
// reason.
#include "server/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/base/json_reader.h"
#include "server/routes_embedded.h"
#include "server/routes_errors.h"
#include "tests/server/routes/house_of_ann.h"
#include "tests/support/schema/json_schema.h"

namespace concord::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kAnn = "/v1/customers/email:ann@example.test";

class RoutesTest : public testing::Test {
 protected:
  static HouseOfAnn& house() {
    static HouseOfAnn one;
    return one;
  }
  static std::string faults(std::string_view schema, const std::string& body) {
    static tests::SchemaSet schemas(std::string(CONCORD_SOURCE_DIR) + "/server/schemas");
    std::string all;
    for (const std::string& one : schemas.problems(schema, body)) all += one + "\n";
    return all;
  }
  static void expect_problem(const Answer& answer, int status, std::string_view code) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.content_type, "application/problem+json");
    EXPECT_THAT(answer.body, HasSubstr("\"code\":\"" + std::string(code) + "\""));
    EXPECT_EQ(faults("problem", answer.body), "") << answer.body;
    bool listed = false;
    for (const server::ErrorRow& row : server::error_rows())
      listed |= row.code == code && row.status == status;
    EXPECT_TRUE(listed) << code << " is not in the catalogue with " << status;
  }
};

// Promise: the members come in the order of the contract; what is open comes first.
TEST_F(RoutesTest, ContextFitsItsSchemaAndShowsWhatIsOpen) {
  const Answer answer = house().get(kAnn);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(faults("context", answer.body), "");
  EXPECT_THAT(answer.body, HasSubstr(R"("name":"Ann Example")"));
  const std::size_t attention = answer.body.find("\"attention\":[");
  const std::size_t open_case = answer.body.find("helpdesk/case/T-991", attention);
  const std::size_t late_order = answer.body.find("shop/order/8d50", attention);
  EXPECT_LT(open_case, late_order);
  EXPECT_LT(late_order, answer.body.find("\"do_not\""));
  EXPECT_FALSE(answer.field("ETag").empty());
  EXPECT_EQ(answer.field("Cache-Control"), "private, no-cache");
  EXPECT_EQ(answer.field("Concord-Revision"),
            std::to_string(house().engine().snapshot().revision()));
}

TEST_F(RoutesTest, TimelineNextSearchAndHealthFitTheirSchemas) {
  struct Row {
    std::string target;
    const char* schema;
  };
  for (const Row& row : {
           Row{std::string(kAnn) + "/timeline?limit=3", "timeline"},
           Row{std::string(kAnn) + "/next-best-action?explain=dropped,scores&channel=email",
               "next-best-action"},
           Row{std::string(kAnn) + "/next-best-action?direction=inbound&intent=offer",
               "next-best-action"},
           Row{"/v1/search?q=lamp", "search"},
           Row{"/v1/search?q=lamp&facets=true&sort=relevance&in=entries", "search"},
           Row{"/v1/search?q=Ann&in=customers", "search"},
           Row{"/livez", "livez"},
           Row{"/readyz", "readyz"},
           Row{"/v1/version", "version"},
           Row{"/v1/sources", "sources"},
           Row{"/errors/cursor_stale", "error"},
       }) {
    SCOPED_TRACE(row.target);
    const Answer answer = house().get(row.target);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(faults(row.schema, answer.body), "") << answer.body;
  }
}

// Promise P10: an operator sees which source is silent, and since when.
TEST_F(RoutesTest, SourcesShowWhatWasHeard) {
  const Answer answer = house().get("/v1/sources");
  EXPECT_THAT(answer.body, HasSubstr(R"({"source":"crm")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("source":"helpdesk","department":"service","last_at":)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("duplicates":0,"rejected":0,"may":[])"));
  EXPECT_EQ(answer.field("Cache-Control"), "no-store");
}

TEST_F(RoutesTest, SearchFindsTheCaseAndThePerson) {
  EXPECT_THAT(house().get("/v1/search?q=lamp").body, HasSubstr("helpdesk/case/T-991"));
  EXPECT_THAT(house().get("/v1/search?q=%22ten+days+ago%22").body, HasSubstr(R"("found":1)"));
  EXPECT_THAT(house().get("/v1/search?q=lamp&open=true").body, HasSubstr("T-991"));
  EXPECT_THAT(house().get("/v1/search?q=lamp&customer=email:ben@example.test").body,
              HasSubstr(R"("hits":[])"));
  EXPECT_THAT(house().get("/v1/search?q=lamp&as_of=2020-01-01&in=entries").body,
              HasSubstr(R"("hits":[])"));
}

// Promise: one person found by each of his identities is one customer, with one answer_id.
TEST_F(RoutesTest, EveryIdentityGivesTheSameAnswer) {
  const std::string id = house().id_of("email:ann@example.test");
  const auto answer_id = [&](const std::string& target) {
    const std::string body = house().get(target).body;
    const std::size_t at = body.find("\"answer_id\":\"");
    return body.substr(at, 45);
  };
  const std::string wanted = answer_id(kAnn);
  for (const std::string& target :
       {"/v1/customers/" + id, std::string("/v1/customers/email:ANN@Example.Test"),
        std::string("/v1/customers/crm:A%201%2Fx"), "/v1/customers/" + id + "/next-best-action"})
    EXPECT_EQ(answer_id(target), wanted) << target;
}

// Promise: an ambiguous key is never a guess.
TEST_F(RoutesTest, SharedPhoneGivesCandidates) {
  for (const char* key : {"/v1/customers/phone:+4930123456", "/v1/customers/phone:%2B4930123456"}) {
    SCOPED_TRACE(key);
    const Answer answer = house().get(key);
    expect_problem(answer, 409, "ambiguous_key");
    EXPECT_THAT(answer.body, HasSubstr(R"("owners":2)"));
    EXPECT_THAT(answer.body, HasSubstr(house().id_of("email:ben@example.test")));
    EXPECT_THAT(answer.body, HasSubstr("A** E******"));
    EXPECT_THAT(answer.body, Not(HasSubstr("Ann")));
  }
}

// Promise: unknown and wrong parameters are refused by name; nothing is ignored.
TEST_F(RoutesTest, WrongQuestionsAreRefusedWithPlaceAndReason) {
  struct Row {
    const char* target;
    int status;
    const char* code;
    const char* says;
  };
  for (const Row& row : {
           Row{"?limt=3", 400, "bad_parameter", "did you mean limit?"},
           Row{"?limit=501", 400, "bad_parameter", "from 0 to 500"},
           Row{"?limit=-1", 400, "bad_parameter", "limit"},
           Row{"?limit=3&limit=4", 400, "bad_parameter", "given twice"},
           Row{"?as_of=yesterday", 400, "bad_parameter", "2026-11-22T09:00:00Z"},
           Row{"?include_fields=profil", 400, "bad_parameter", "did you mean profile?"},
           Row{"?min_revision=99999", 503, "revision_not_published", "99999"},
           Row{"/timeline?kind=cases", 400, "bad_parameter", "did you mean case?"},
           Row{"/timeline?cursor=7", 400, "bad_cursor", "cursor"},
           Row{"/next-best-action?channel=pigeon", 400, "bad_parameter", "email"},
           Row{"/next-best-action?intent=offer", 400, "bad_parameter", "direction=inbound"},
           Row{"/next-best-action?explain=sensitive", 400, "bad_parameter", "sensitivity"},
           Row{"/nothing", 404, "route_not_found", "openapi.json"},
       }) {
    SCOPED_TRACE(row.target);
    const Answer answer = house().get(std::string(kAnn) + row.target);
    expect_problem(answer, row.status, row.code);
    EXPECT_THAT(answer.body, HasSubstr(row.says));
  }
}

TEST_F(RoutesTest, WrongKeysAndRoutes) {
  expect_problem(house().get("/v1/customers/email:nobody@example.test"), 404, "customer_not_found");
  expect_problem(house().get("/v1/customers/c_0000000000000"), 404, "customer_not_found");
  expect_problem(house().get("/v1/customers/shoe:42"), 400, "bad_key");
  expect_problem(house().get("/v2/customers"), 404, "route_not_found");
  expect_problem(house().get("/errors/no_such"), 404, "not_found");
  expect_problem(house().get("/schemas/openapi.json"), 404, "not_found");
  const Answer wrong = house().post(kAnn, "{}");
  expect_problem(wrong, 405, "method_not_allowed");
  EXPECT_EQ(wrong.field("Allow"), "GET, HEAD");
  EXPECT_EQ(house().get("/v1/multi").field("Allow"), "POST");
  expect_problem(house().get(kAnn, {.accept = "text/csv"}), 406, "not_acceptable");
  EXPECT_EQ(house().get(kAnn, {.accept = "text/html, */*;q=0.1"}).status, 200);
}

TEST_F(RoutesTest, LookupKeepsTheKeyInTheBody) {
  const std::string body =
      R"({"key":"email:ann@example.test","limit":2,"exclude_fields":["next"]})";
  const Answer answer = house().post("/v1/customers/lookup", body);
  EXPECT_EQ(answer.body, house().get(std::string(kAnn) + "?limit=2&exclude_fields=next").body);
  expect_problem(house().post("/v1/customers/lookup", body, {.content_type = "text/plain"}), 415,
                 "unsupported_media_type");
  expect_problem(house().post("/v1/customers/lookup", "{\"key\":"), 400, "bad_body");
  expect_problem(house().post("/v1/customers/lookup", "{}"), 400, "bad_body");
  const Answer wrong = house().post("/v1/customers/lookup", R"({"key":"email:a@b.test","limt":1})");
  expect_problem(wrong, 400, "bad_body");
  EXPECT_THAT(wrong.body, HasSubstr(R"("pointer":"/limt")"));
}

TEST_F(RoutesTest, FieldsAreChosen) {
  const Answer answer = house().get(std::string(kAnn) + "?include_fields=profile,open");
  EXPECT_THAT(answer.body, HasSubstr("\"profile\""));
  EXPECT_THAT(answer.body, HasSubstr("\"answer_id\""));
  EXPECT_THAT(answer.body, Not(HasSubstr("\"timeline\"")));
}

// Promise: an answer that has not changed costs nothing to ask for again.
TEST_F(RoutesTest, NotModifiedWhileNothingChanges) {
  const Answer first = house().get(kAnn);
  const std::string etag = first.field("ETag");
  for (const std::string& asked : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")})
    EXPECT_EQ(house().get(kAnn, {.if_none_match = asked}).status, 304) << asked;
  EXPECT_EQ(house().get(kAnn, {.if_none_match = "\"other\""}).status, 200);
  EXPECT_NE(house().get(std::string(kAnn) + "?limit=3").field("ETag"), etag);
  EXPECT_EQ(house().head(kAnn).field("ETag"), etag);
}

// Promise: a page walk shows each entry once.
TEST_F(RoutesTest, TimelineWalkShowsEveryEntryOnce) {
  std::string target = std::string(kAnn) + "/timeline?limit=7";
  std::size_t entries = 0;
  for (int page = 0; page < 10; ++page) {
    const std::string body = house().get(target).body;
    index::JsonReader reader;
    const auto answer = reader.parse(body);
    ASSERT_TRUE(answer.has_value()) << body;
    entries += answer->find("entries")->size();
    const auto next = answer->find("next_cursor");
    if (!next) break;
    target = std::string(kAnn) + "/timeline?limit=7&cursor=" + std::string(*next->as_string());
  }
  EXPECT_EQ(entries, 33U);
  const std::string other = target + "&kind=order";
  expect_problem(house().get(other), 400, "bad_cursor");
}

// Promise: several reads see one revision; one wrong part spoils no other.
TEST_F(RoutesTest, MultiAnswersAtOneRevision) {
  const Answer answer = house().post(
      "/v1/multi",
      R"({"requests":[{"path":"/v1/customers/email:ann@example.test"},{"path":"/v1/nothing"},)"
      R"({"path":"/v1/search?q=lamp"},{"path":"/livez"}]})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(faults("multi", answer.body), "");
  EXPECT_THAT(answer.body, HasSubstr(house().get(kAnn).body));
  EXPECT_THAT(answer.body, HasSubstr("route_not_found"));
  EXPECT_THAT(answer.body, HasSubstr("no part of /v1/multi"));
  expect_problem(house().post("/v1/multi", R"({"requests":[]})"), 400, "bad_body");
  expect_problem(house().post("/v1/multi", R"({"requests":[{"paht":"/"}]})"), 400, "bad_body");
}

// Promise P1: who asks, with which program and from where changes no byte.
TEST_F(RoutesTest, HeadersNeverChangeBytes) {
  for (const std::string& target : {std::string(kAnn), std::string(kAnn) + "/next-best-action",
                                    std::string("/v1/search?q=lamp")}) {
    const std::string wanted = house().get(target).body;
    for (const char* agent : {"", "curl/8", "Desk of marketing"})
      for (const char* host : {"localhost", "127.0.0.1:80"})
        EXPECT_EQ(house().get(target, {.user_agent = agent, .host = host}).body, wanted);
    HouseOfAnn again;
    EXPECT_EQ(again.get(target).body, wanted) << "another process would say otherwise";
  }
}

// Promise P1: the channel picks the wording, never the ranking.
TEST_F(RoutesTest, ChannelNeverChangesTheRanking) {
  const auto ranking = [](const std::string& body) {
    std::vector<std::string> actions;
    index::JsonReader reader;
    const auto answer = reader.parse(body);
    for (const auto one : answer->find("actions")->elements())
      actions.emplace_back(*one.find("action")->as_string());
    return actions;
  };
  const auto wanted = ranking(house().get(std::string(kAnn) + "/next-best-action").body);
  ASSERT_FALSE(wanted.empty());
  for (const char* channel : {"email", "phone", "sms", "post", "chat", "store"})
    EXPECT_EQ(ranking(house().get(std::string(kAnn) + "/next-best-action?channel=" + channel).body),
              wanted)
        << channel;
}

// Promise P10: an acknowledged event is in the next answer, and a read may demand it.
TEST(RoutesRevision, AnAppliedEventIsInTheNextAnswer) {
  HouseOfAnn house;
  const Answer before = house.get(kAnn);
  const std::string cursor_target = [&] {
    index::JsonReader reader;
    const std::string body = house.get(std::string(kAnn) + "/timeline?limit=2").body;
    return std::string(kAnn) + "/timeline?limit=2&cursor=" +
           std::string(*reader.parse(body)->find("next_cursor")->as_string());
  }();
  const auto seq = house.engine().apply(ann_calls_again(kNoon - 1'000));
  ASSERT_TRUE(seq.has_value()) << seq.error().text();
  const Answer after = house.get(std::string(kAnn) + "?min_revision=" + std::to_string(*seq));
  EXPECT_EQ(after.status, 200) << after.body;
  EXPECT_THAT(after.body, HasSubstr("Called again"));
  EXPECT_NE(after.field("ETag"), before.field("ETag"));
  EXPECT_EQ(house.get(cursor_target).status, 410) << "nobody has kept that revision";
}

TEST(RoutesSearch, WithoutTextIndexItSaysSo) {
  HouseOfAnn house({}, false);
  const Answer answer = house.get("/v1/search?q=lamp");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("search_unavailable"));
}

}  // namespace
}  // namespace concord::test
