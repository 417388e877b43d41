// Promise: what is no JSON is refused with its reason, what is JSON is read exactly, and what is
// ambiguous between readers (a name twice, a lone surrogate) is refused too.
#include "index/base/json_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "index/base/files.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;

// `text` parsed and written again; "error: …" when refused.
std::string again(std::string_view text, JsonRules rules = {}) {
  JsonReader reader(rules);
  const auto value = reader.parse(text);
  if (!value) return "error: " + std::string(name_of(value.error().code));
  Buffer out;
  JsonWriter writer(out);
  append_json(writer, *value);
  return std::string(out.view());
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

TEST(JsonReader, ReadsEveryTypeAndKeepsTheOrder) {
  EXPECT_EQ(again(R"( {"b":[ 1 ,-2, 1.5e3,true,null,"x"],"a":{}, "":[] } )"),
            R"({"b":[1,-2,1500,true,null,"x"],"a":{},"":[]})");
  EXPECT_EQ(again("\"\\u00fc\\ud83d\\ude00\\/\\n\""), "\"ü😀/\\n\"");
  EXPECT_EQ(again("7"), "7");
}

TEST(JsonReader, IntegersAreExactAtTheirLimits) {
  JsonReader reader;
  const JsonValue list =
      reader.parse("[9223372036854775807,-9223372036854775808,18446744073709551615,1.0,1e3]")
          .value();
  std::vector<JsonValue> values;
  for (const JsonValue value : list.elements()) values.push_back(value);
  ASSERT_EQ(values.size(), 5U);
  EXPECT_EQ(values[0].as_int64(), INT64_MAX);
  EXPECT_EQ(values[1].as_int64(), INT64_MIN);
  EXPECT_TRUE(values[2].is(JsonType::unsigned_integer));
  EXPECT_EQ(values[2].as_uint64(), UINT64_MAX);
  EXPECT_FALSE(values[2].as_int64());
  EXPECT_FALSE(values[3].as_int64()) << "written with a fraction";
  EXPECT_FALSE(values[4].as_int64()) << "written with an exponent";
  EXPECT_EQ(values[4].as_double(), 1000.0);
  EXPECT_EQ(values[0].as_double(), 9223372036854775807.0);
}

TEST(JsonReader, AWrongGuessOfTheTypeIsEmpty) {
  JsonReader reader;
  const JsonValue text = reader.parse("\"x\"").value();
  EXPECT_FALSE(text.as_int64() || text.as_uint64() || text.as_double() || text.as_bool());
  EXPECT_FALSE(text.find("x"));
  EXPECT_EQ(text.size(), 0U);
  const JsonValue object = reader.parse(R"({"a":1,"b":"2"})").value();
  EXPECT_EQ(object.size(), 2U);
  EXPECT_FALSE(object.as_string());
  EXPECT_FALSE(object.find("c"));
  EXPECT_EQ(object.find("b")->as_string(), "2");
}

TEST(JsonReader, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "[1] [2]",
                           "nul",
                           "01",
                           "+1",
                           ".5",
                           "1.",
                           "'a'",
                           "{a:1}",
                           "\"a",
                           "\"\n\"",
                           "\"\\x\"",
                           "\"\\ud800\"",
                           "\"\\udc00\\ud800\"",
                           "\"\xC0\x80\"",
                           "\"\xED\xA0\x80\"",
                           "1e999",
                           "-1e999",
                           "18446744073709551616",
                           "-9223372036854775809",
                           "NaN",
                           "Infinity",
                           "[1]x",
                           "/*c*/1",
                           "\xEF\xBB\xBF"
                           "1"})
    EXPECT_EQ(again(text).substr(0, 16), "error: bad_input") << text << " gives " << again(text);
  EXPECT_EQ(again(std::string_view("1\0", 2)), "error: bad_input");
}

TEST(JsonReader, NestingIsBounded) {
  EXPECT_EQ(again(nested(8), {.depth_max = 8}), nested(8));
  EXPECT_EQ(again(nested(9), {.depth_max = 8}), "error: over_limit");
  EXPECT_EQ(again(nested(100'000)), "error: over_limit");
}

TEST(JsonReader, SizeIsBounded) {
  EXPECT_EQ(again("[1,2]", {.bytes_max = 5}), "[1,2]");
  EXPECT_EQ(again("[1,23]", {.bytes_max = 5}), "error: over_limit");
}

TEST(JsonReader, ANameTwiceIsRefusedWithItsPlace) {
  JsonReader reader;
  const auto twice = reader.parse(R"({"list":[0,{"a/b":1,"c":2,"a\/b":3}]})");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::bad_input);
  EXPECT_EQ(twice.error().place, "/list/1/a~1b");
  EXPECT_TRUE(reader.parse(R"({"a":{"a":1},"b":{"a":1}})")) << "in two objects it is no fault";
  EXPECT_EQ(again(R"({"a":1,"a":2})", {.refuse_duplicate_names = false}), R"({"a":1,"a":2})");
}

TEST(JsonReader, ANameTwiceIsFoundInLargeObjectsToo) {
  std::string large = "{";
  for (int i = 0; i < 40; ++i) large += "\"n" + std::to_string(i) + "\":0,";
  EXPECT_EQ(again(large + "\"m\":0}").substr(0, 6), "{\"n0\":");
  EXPECT_EQ(again(large + "\"n7\":0}"), "error: bad_input");
}

TEST(JsonReader, ParsesAgainAfterAnError) {
  JsonReader reader;
  EXPECT_FALSE(reader.parse("[1,"));
  EXPECT_EQ(reader.parse("[1,2]").value().size(), 2U);
  EXPECT_FALSE(reader.parse(nested(100)));
  EXPECT_EQ(reader.parse("[1,2,3]").value().size(), 3U);
}

TEST(JsonPointers, EscapeTildeAndSlash) {
  EXPECT_EQ(json_pointer("", "a"), "/a");
  EXPECT_EQ(json_pointer("/entry", "m~n/o"), "/entry/m~0n~1o");
  EXPECT_EQ(json_pointer("/entry/links", 3), "/entry/links/3");
}

RC_GTEST_PROP(JsonReaderText, AnyBytesAreRefusedOrReadTheSameTwice, (std::string bytes)) {
  const std::string once = again(bytes);
  if (!once.starts_with("error")) RC_ASSERT(again(once) == once);
}

// The public JSONTestSuite (nst/JSONTestSuite): y_ must be read, n_ must be refused.
TEST(JsonTestSuite, EveryFileGetsItsVerdict) {
  const char* const told = std::getenv("CONCORD_REAL_DATA");
  const fs::path folder =
      (told != nullptr ? fs::path(told) : fs::path(CONCORD_SOURCE_DIR) / "../shared/data") /
      "json_test_suite";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "NOT CHECKED: the 318 files of JSONTestSuite; " << folder << " is not there "
                 << "(CONCORD_REAL_DATA names the folder of the data sets)";
  const JsonRules rules{.depth_max = 1024, .refuse_duplicate_names = false};
  std::map<char, int> seen;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    const std::string got = again(read_file(file.path().string()).value(), rules);
    ++seen[name[0]];
    if (name[0] != 'i') {
      EXPECT_EQ(got.starts_with("error"), name[0] == 'n') << name << " gives " << got;
    }
  }
  EXPECT_EQ(seen['y'], 95);
  EXPECT_EQ(seen['n'], 188);
  EXPECT_EQ(seen['i'], 35);
}

}  // namespace
}  // namespace concord::index
