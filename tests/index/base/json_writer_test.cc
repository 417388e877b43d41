// Promise: what is written is valid JSON with the same values in it; commas come by themselves.
#include "index/base/json_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "index/base/json_reader.h"

namespace concord::index {
namespace {

std::string json_of(std::string_view text) {
  Buffer out;
  append_json_string(out, text);
  return std::string(out.view());
}

TEST(JsonWriter, CommasByItself) {
  Buffer out;
  JsonWriter json(out);
  json.begin_object().key("a").begin_array().integer(1).null().boolean(true).end_array();
  json.key("b").begin_object().end_object().key("c").begin_array().end_array();
  json.key("d").begin_array().begin_array().end_array().begin_object().end_object().end_array();
  json.key_escaped("e\"").raw("[1]").key("f").boolean(false).end_object();
  EXPECT_EQ(out.view(), R"({"a":[1,null,true],"b":{},"c":[],"d":[[],{}],"e\"":[1],"f":false})");
}

TEST(JsonWriter, NumbersAtTheirLimits) {
  Buffer out;
  JsonWriter json(out);
  json.begin_array().integer(std::numeric_limits<std::int64_t>::min()).integer(-0);
  json.integer(std::numeric_limits<std::int64_t>::max());
  json.unsigned_integer(std::numeric_limits<std::uint64_t>::max());
  json.number(0.1).number(1e300).number(-2.5).number(std::numeric_limits<double>::denorm_min());
  json.number(std::numeric_limits<double>::infinity()).number(std::nan("")).end_array();
  EXPECT_EQ(out.view(),
            "[-9223372036854775808,0,9223372036854775807,18446744073709551615,0.1,1e+300,-2.5,"
            "5e-324,null,null]");
}

TEST(JsonWriter, TimesAndIdsAreStrings) {
  Buffer out;
  JsonWriter json(out);
  json.begin_array().time({0}).time({125}).id(CustomerId{32}).end_array();
  EXPECT_EQ(out.view(), R"(["1970-01-01T00:00:00Z","1970-01-01T00:00:00.125Z","c_0000000000010"])");
}

TEST(JsonStrings, EveryByteBelowTheLettersIsEscapedAsItMust) {
  for (int c = 0; c < 0x80; ++c) {
    std::string want(1, static_cast<char>(c));
    if (c < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      want = code;
    }
    for (const auto& [raw, escaped] : {std::pair{'"', "\\\""},
                                       {'\\', "\\\\"},
                                       {'\n', "\\n"},
                                       {'\r', "\\r"},
                                       {'\t', "\\t"},
                                       {'\b', "\\b"},
                                       {'\f', "\\f"}})
      if (c == raw) want = escaped;
    EXPECT_EQ(json_of(std::string(1, static_cast<char>(c))), '"' + want + '"') << c;
  }
  EXPECT_EQ(json_of("für 5 €, 😀 </script>"), "\"für 5 €, 😀 </script>\"");
  EXPECT_EQ(json_of({}), "\"\"");
}

// Texts of all lengths of UTF-8 with many characters that need an escape.
rc::Gen<std::string> any_text() {
  const auto character = rc::gen::oneOf(
      rc::gen::map(rc::gen::inRange(0, 0x80),
                   [](int c) { return std::string(1, static_cast<char>(c)); }),
      rc::gen::element<std::string>("\"", "\\", "\n", "ü", "€", "😀", "\u2028", "\x7f"));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(character),
                      [](const std::vector<std::string>& parts) {
                        std::string text;
                        for (const std::string& part : parts) text += part;
                        return text;
                      });
}

RC_GTEST_PROP(JsonStrings, ReadBackAsThemselves, ()) {
  const std::string text = *any_text();
  JsonReader reader;
  const std::string document = "[" + json_of(text) + "]";
  const auto value = reader.parse(document);
  RC_ASSERT(value.has_value());
  for (const JsonValue element : value->elements()) RC_ASSERT(element.as_string() == text);
}

RC_GTEST_PROP(JsonNumbers, ReadBackAsThemselves, (std::int64_t integer, double number)) {
  Buffer out;
  JsonWriter(out).begin_object().key("i").integer(integer).key("n").number(number).end_object();
  JsonReader reader;
  const auto value = reader.parse(out.view());
  RC_ASSERT(value.has_value());
  RC_ASSERT(value->find("i")->as_int64() == integer);
  RC_ASSERT(value->find("n")->as_double() == number);
}

// RFC 3629, section 4, spelled out: decode, then ask whether this was the shortest way to say it.
bool is_utf8_slowly(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t more = lead < 0x80             ? 0
                             : (lead & 0xE0) == 0xC0 ? 1
                             : (lead & 0xF0) == 0xE0 ? 2
                             : (lead & 0xF8) == 0xF0 ? 3
                                                     : 9;
    if (more == 9 || i + more >= text.size()) return false;
    unsigned point = more == 0 ? lead : lead & (0x3FU >> more);
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      point = (point << 6) | (next & 0x3FU);
    }
    constexpr unsigned kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (point < kLeast[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
      return false;
    i += more + 1;
  }
  return true;
}

TEST(Utf8, EveryTextOfUpToThreeBytesAndTheEdgesOfFour) {
  std::size_t wrong = 0;
  const auto compare = [&](std::string_view text) {
    if (is_utf8(text) != is_utf8_slowly(text)) ++wrong;
  };
  compare("");
  std::string text;
  for (int a = 0; a < 256; ++a) {
    text.assign(1, static_cast<char>(a));
    compare(text);
    for (int b = 0; b < 256; ++b) {
      text.assign({static_cast<char>(a), static_cast<char>(b)});
      compare(text);
      if (a < 0xE0) continue;
      for (int c = 0; c < 256; ++c) {
        text.assign({static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)});
        compare(text);
        for (const int d : {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF}) {
          compare(text + static_cast<char>(d));
        }
      }
    }
  }
  EXPECT_EQ(wrong, 0U);
}

RC_GTEST_PROP(Utf8, LongerTextsAgreeWithTheSlowReading, (std::string bytes, std::uint8_t cut)) {
  const std::string text = *any_text();
  RC_ASSERT(is_utf8(text));
  const std::string mixed = text.substr(0, cut) + bytes;
  RC_ASSERT(is_utf8(mixed) == is_utf8_slowly(mixed));
}

TEST(Utf8, KnownTraps) {
  EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));
  for (const char* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                           "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "a\xC3"})
    EXPECT_FALSE(is_utf8(text));
}

}  // namespace
}  // namespace concord::index
