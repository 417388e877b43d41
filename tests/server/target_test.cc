#include "server/target.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace concord::server {
namespace {

std::vector<std::string> segments(std::string_view text) {
  Target target;
  EXPECT_TRUE(target.read(text)) << text << ": " << target.why();
  return {target.segments().begin(), target.segments().end()};
}

TEST(Target, SegmentsAreDecodedOneByOne) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(segments("/"), Strings{""});
  EXPECT_EQ(segments("/a"), Strings{"a"});
  EXPECT_EQ(segments("/a/"), (Strings{"a", ""}));
  EXPECT_EQ(segments("/a%2Fb/c"), (Strings{"a/b", "c"}));
  EXPECT_EQ(segments("/phone:+4930%20x"), Strings{"phone:+4930 x"});
  EXPECT_EQ(segments("/%C3%BC"), Strings{"\xC3\xBC"});
  EXPECT_EQ(segments("HTTP://a.test:80/x?y"), Strings{"x"});
  EXPECT_EQ(segments("http://a.test?y"), Strings{""});
  EXPECT_EQ(segments("*"), Strings{});
}

TEST(Target, ParametersKeepOrderAndRepetition) {
  Target target;
  ASSERT_TRUE(target.read("/s?q=a+b%2Bc&&kind=case&kind=order&flag&=x&e=a=b"));
  std::string got;
  for (const Parameter& p : target.parameters())
    got += std::string(p.name) + "=" + std::string(p.value) + ";";
  EXPECT_EQ(got, "q=a b+c;kind=case;kind=order;flag=;=x;e=a=b;");
  EXPECT_EQ(target.path(), "/s");
}

TEST(Target, ViewsStayWhileMuchIsDecoded) {
  Target target;
  std::string text = "/";
  for (int i = 0; i < 15; ++i) text += "%61%62%63%64%65%66%67%68%69%6a%6b%6c%6d%6e%6f%70/";
  ASSERT_TRUE(target.read(text));
  ASSERT_EQ(target.segments().size(), 16U);
  for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(target.segments()[i], "abcdefghijklmnop");
}

TEST(Target, RefusalsSayWhy) {
  Target target;
  for (const char* text : {"", "x", "/ ", "/%", "/%1", "/%1g", "/%00", "/%ff", "/a#b", "/\xff",
                           "http:///", "http://a b/", "https://a.test:x/", "mailto:a"}) {
    EXPECT_FALSE(target.read(text)) << text;
    EXPECT_FALSE(target.why().empty());
  }
  EXPECT_FALSE(target.read("/" + std::string(16, '/')));
  EXPECT_EQ(target.why(), "target: too many path segments");
  std::string query = "/?";
  for (int i = 0; i < 65; ++i) query += "a&";
  EXPECT_FALSE(target.read(query));
  EXPECT_EQ(target.why(), "target: too many query parameters");
}

TEST(Authority, NamesAddressesPorts) {
  for (const char* good : {"a", "a.test", "my_host", "1.2.3.4", "a.test:80", "[::1]", "[::1]:8080"})
    EXPECT_TRUE(is_authority(good)) << good;
  for (const char* bad : {"", ":80", "a:", "a:x", "a:123456", "a b", "a/b", "u@a", "[]", "[::1",
                          "[::1]x", "[x]", "a,b"})
    EXPECT_FALSE(is_authority(bad)) << bad;
}

}  // namespace
}  // namespace concord::server
