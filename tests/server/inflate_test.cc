// Promise: a compressed body is read whole or refused in words, and never costs more than its
// limit.
#include "server/inflate.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/server/deflated.h"

namespace concord::server {
namespace {

constexpr InflateLimits kLimits{4 * 1024 * 1024, 200, 64 * 1024};

// What comes out, or "code: words".
std::string inflated(std::string_view bytes, ContentCoding coding = ContentCoding::gzip,
                     const InflateLimits& limits = kLimits) {
  index::Buffer out;
  out.append("before;");
  const auto done = append_inflated(bytes, coding, limits, out);
  if (done) return std::string(out.view().substr(7));
  EXPECT_EQ(out.view(), "before;");
  EXPECT_EQ(done.error().place, coding == ContentCoding::identity ? "" : "Content-Encoding");
  return std::string(done.error().code == index::Code::over_limit ? "over: " : "bad: ") +
         done.error().detail;
}

std::string noise(std::size_t bytes) {
  std::mt19937_64 random(20'261'122);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST(ContentCoding, IsNamedByTheField) {
  EXPECT_EQ(content_coding_of(""), ContentCoding::identity);
  EXPECT_EQ(content_coding_of("identity"), ContentCoding::identity);
  EXPECT_EQ(content_coding_of("gzip"), ContentCoding::gzip);
  EXPECT_EQ(content_coding_of("GZip"), ContentCoding::gzip);
  EXPECT_EQ(content_coding_of("x-gzip"), ContentCoding::gzip);
  EXPECT_EQ(content_coding_of("deflate"), ContentCoding::deflate);
  for (const char* other :
       {"br", "zstd", "compress", "gzip, gzip", "gzip,", "gzip;q=1", "gzi", "gzipp"})
    EXPECT_EQ(content_coding_of(other), std::nullopt) << other;
}

TEST(Inflate, GivesBackWhatWentIn) {
  for (const std::string& text :
       {std::string(), std::string("{\"id\":1}"), std::string(60'000, 'a'), noise(1'000'000),
        std::string(64 * 1024, 'b')}) {
    EXPECT_EQ(inflated(gzip_of(text)), text);
    EXPECT_EQ(inflated(zlib_of(text), ContentCoding::deflate), text);
    EXPECT_EQ(inflated(text, ContentCoding::identity), text);
  }
}

TEST(Inflate, TheSizeLimitIsExact) {
  const std::string text = noise(100'000);
  for (const ContentCoding coding :
       {ContentCoding::gzip, ContentCoding::deflate, ContentCoding::identity}) {
    const std::string bytes = coding == ContentCoding::gzip      ? gzip_of(text)
                              : coding == ContentCoding::deflate ? zlib_of(text)
                                                                 : text;
    EXPECT_EQ(inflated(bytes, coding, {text.size()}), text);
    EXPECT_TRUE(inflated(bytes, coding, {text.size() - 1}).starts_with("over: "));
  }
  EXPECT_EQ(inflated(gzip_of(""), ContentCoding::gzip, {0}), "");
  EXPECT_TRUE(inflated(gzip_of("a"), ContentCoding::gzip, {0}).starts_with("over: "));
}

TEST(Inflate, BombsAreStoppedEarly) {
  const std::string bomb = gzip_of(std::string(32'000'000, '\0'));
  ASSERT_LT(bomb.size(), 50'000U);
  index::Buffer out;
  ASSERT_FALSE(append_inflated(bomb, ContentCoding::gzip, kLimits, out).has_value());
  EXPECT_LE(out.capacity(), 2 * (kLimits.bytes_max + 64 * 1024));
  EXPECT_EQ(out.size(), 0U);
}

TEST(Inflate, TheRatioCountsOnceThereIsMuch) {
  const std::string zeros(2'000'000, '\0');
  const std::string bytes = gzip_of(zeros);
  EXPECT_NE(inflated(bytes).find("grows more than 200 times"), std::string::npos);
  EXPECT_EQ(inflated(bytes, ContentCoding::gzip, {4'000'000, 200, 2'000'000}), zeros);
  EXPECT_EQ(inflated(bytes, ContentCoding::gzip, {4'000'000, 2000, 0}), zeros);
}

TEST(Inflate, WhatIsNotOneWholeMemberIsRefused) {
  const std::string whole = gzip_of("hello hello hello");
  for (std::size_t cut = 0; cut < whole.size(); ++cut)
    EXPECT_TRUE(inflated(whole.substr(0, cut)).starts_with("bad: ")) << cut;
  EXPECT_NE(inflated(whole.substr(0, 20)).find("ends too early"), std::string::npos);
  EXPECT_NE(inflated(whole + whole).find("goes on behind its end"), std::string::npos);
  EXPECT_NE(inflated(whole + "x").find("goes on behind its end"), std::string::npos);
  EXPECT_NE(inflated("plain text").find("is damaged or in another coding"), std::string::npos);
  EXPECT_TRUE(inflated("").starts_with("bad: "));
  EXPECT_TRUE(inflated(whole, ContentCoding::deflate).starts_with("bad: "));
  EXPECT_TRUE(inflated(zlib_of("hello"), ContentCoding::gzip).starts_with("bad: "));
  EXPECT_TRUE(inflated(raw_deflate_of("hello"), ContentCoding::deflate).starts_with("bad: "));
}

// What gzip does not guard (time, level and system in its header, the last byte's padding) changes
// nothing; every other flipped bit is seen.
TEST(Inflate, AFlippedBitIsNeverAnsweredWrong) {
  const std::string text = "hello hello hello " + noise(50);
  const std::string whole = gzip_of(text);
  std::size_t harmless = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    const std::string got = inflated(bytes);
    harmless += got == text ? 1 : 0;
    EXPECT_TRUE(got == text || got.starts_with("bad: ") || got.starts_with("over: ")) << bit;
  }
  EXPECT_LE(harmless, 10U * 8 + 8);
}

}  // namespace
}  // namespace concord::server
