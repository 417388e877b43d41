#include "server/response.h"

#include <gtest/gtest.h>

#include <array>

namespace concord::server {
namespace {

TEST(Response, HeadHasStatusTypeLengthDateAndFields) {
  Response response;
  response.status = 404;
  response.body.append("{}");
  response.field("ETag", "\"x\"");
  index::Buffer out;
  append_head(out, response, "D", ConnectionField::close);
  EXPECT_EQ(out.view(),
            "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "Date: D\r\nConnection: close\r\nETag: \"x\"\r\n\r\n");
  response.reset();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.fields(), "");
  EXPECT_EQ(response.body.size(), 0U);
}

TEST(Response, NotModifiedHasNoBodyFields) {
  Response response;
  response.status = 304;
  index::Buffer out;
  append_head(out, response, "D", ConnectionField::none);
  EXPECT_EQ(out.view(), "HTTP/1.1 304 Not Modified\r\nDate: D\r\n\r\n");
}

TEST(Response, FieldsCannotSplitTheHead) {
  Response response;
  EXPECT_DEATH(response.field("A", "b\r\nSet-Cookie: c"), "");
}

TEST(Response, ProblemIsRfc9457) {
  Response response;
  response.body.append("half an answer");
  const std::array<ProblemItem, 2> items{
      ProblemItem{ProblemItem::Where::pointer, "/key", "is missing"},
      ProblemItem{ProblemItem::Where::parameter, "limit", "is no number"}};
  fill_problem(response, {400, "bad_input", "say \"key\"", "", items});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, kProblemJson);
  EXPECT_EQ(response.body.view(),
            R"({"type":"/errors/bad_input","title":"Bad Request","status":400,"code":"bad_input",)"
            R"("detail":"say \"key\"","errors":[{"pointer":"/key","detail":"is missing"},)"
            R"({"parameter":"limit","detail":"is no number"}]})");
}

TEST(DateText, IsAnImfFixdate) {
  DateText date;
  EXPECT_EQ(date.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110, 5.6.7
  EXPECT_EQ(date.at(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace concord::server
