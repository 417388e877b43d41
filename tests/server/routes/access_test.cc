// Who may ask, and what he sees: a role hides, it never changes what is shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/answers.h"
#include "server/tokens.h"
#include "tests/server/routes/house_of_ann.h"

namespace concord::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kAnn = "/v1/customers/email:ann@example.test";

std::string token_file() {
  return "desk read " + server::hash_of_token("desk-token") + "\n" +
         "counsel read,restricted,secret " + server::hash_of_token("counsel-token") + "\n" +
         "probe metrics " + server::hash_of_token("probe-token") + "\n";
}

TEST(RoutesAccess, TokensAndScopes) {
  HouseOfAnn house(token_file());
  EXPECT_EQ(house.get(kAnn).status, 401);
  EXPECT_EQ(house.get(kAnn, {.authorization = "Bearer wrong"}).status, 401);
  EXPECT_EQ(house.get(kAnn, {.authorization = "Bearer desk-token"}).status, 200);
  EXPECT_EQ(house.get(kAnn, {.authorization = "Bearer probe-token"}).status, 403);
  EXPECT_EQ(house.get("/metrics", {.authorization = "Bearer desk-token"}).status, 403);
  EXPECT_EQ(house.get("/livez").status, 200);
  EXPECT_EQ(house.get("/readyz").status, 200);
  const Answer metrics = house.get("/metrics", {.authorization = "Bearer probe-token"});
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.body, HasSubstr("concord_request_duration_seconds_bucket{route="));
  EXPECT_THAT(metrics.body, Not(HasSubstr("ann@example")));
}

TEST(RoutesAccess, WithoutTokensOnlyLoopbackNamesAreAnswered) {
  HouseOfAnn house;
  EXPECT_EQ(house.get(kAnn, {.host = "evil.example"}).status, 421);
}

// Promise P1: a role may hide entries; what is shown has the same value and order for everybody.
TEST(RoutesAccess, ASecretEntryIsHiddenEverywhereAndNothingElseChanges) {
  HouseOfAnn house(token_file());
  for (const char* suffix :
       {"?limit=100", "/timeline?limit=100", "/next-best-action?explain=true"}) {
    SCOPED_TRACE(suffix);
    const std::string target = std::string(kAnn) + suffix;
    const Answer desk = house.get(target, {.authorization = "Bearer desk-token"});
    const Answer counsel = house.get(target, {.authorization = "Bearer counsel-token"});
    ASSERT_EQ(desk.status, 200);
    EXPECT_THAT(counsel.body, HasSubstr("legal/case/S-1"));
    EXPECT_THAT(desk.body, Not(HasSubstr("legal/case/S-1")));
    EXPECT_THAT(desk.body, Not(HasSubstr("Sealed")));
    EXPECT_NE(desk.field("ETag"), counsel.field("ETag"));
  }
  const std::string search = "/v1/search?q=sealed";
  EXPECT_THAT(house.get(search, {.authorization = "Bearer desk-token"}).body,
              HasSubstr(R"("hits":[])"));
  EXPECT_THAT(house.get(search, {.authorization = "Bearer counsel-token"}).body,
              HasSubstr("legal/case/S-1"));
  const std::string order = std::string(kAnn) + "/timeline?kind=order";
  EXPECT_EQ(house.get(order, {.authorization = "Bearer desk-token"}).body,
            house.get(order, {.authorization = "Bearer counsel-token"}).body);
}

TEST(MaskedName, KeepsFirstLettersOnly) {
  EXPECT_EQ(server::masked_name("Ann Example"), "A** E******");
  EXPECT_EQ(server::masked_name("Änne Öl"), "Ä*** Ö*");
  EXPECT_EQ(server::masked_name(""), "");
}

}  // namespace
}  // namespace concord::test
