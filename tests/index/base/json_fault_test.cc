// A refused text is refused with line, column and reason, and the slow reader that finds them
// agrees with the fast one about what is JSON.
#include "index/base/json_fault.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "index/base/files.h"
#include "index/base/json_reader.h"

namespace concord::index {
namespace {

std::string refusal_of(std::string_view text) {
  JsonReader reader;
  const auto value = reader.parse(text);
  return value ? "read" : value.error().text();
}

TEST(JsonFault, RefusalsHavePlaceAndReason) {
  EXPECT_EQ(refusal_of(""), "line 1, column 1: JSON expected, nothing found");
  EXPECT_EQ(refusal_of("{\n  \"a\": 1,\n  \"b\" 2\n}"), "line 3, column 7: JSON: expected :");
  EXPECT_EQ(refusal_of("[1, 2"), "line 1, column 6: JSON: expected , or ]");
  EXPECT_EQ(refusal_of("{} {}"), "line 1, column 4: JSON: nothing may follow the JSON value");
  EXPECT_EQ(refusal_of("[1,]"), "line 1, column 4: JSON: expected a value");
  EXPECT_EQ(refusal_of("{a:1}"), "line 1, column 2: JSON: expected a member name in quotes");
  EXPECT_EQ(refusal_of("[01]"), "line 1, column 3: JSON: a number does not begin with 0");
  EXPECT_EQ(refusal_of("[1.]"), "line 1, column 4: JSON: expected a digit");
  EXPECT_EQ(refusal_of("[tru]"), "line 1, column 5: JSON: expected true, false or null");
  EXPECT_EQ(refusal_of("[\"a"), "line 1, column 4: JSON: the string does not end");
  EXPECT_EQ(refusal_of("[\"\t\"]"), "line 1, column 3: JSON: control character in a string");
  EXPECT_EQ(refusal_of("[\"\xff\"]"), "line 1, column 3: JSON: not UTF-8");
  EXPECT_EQ(refusal_of("[\"\\x\"]"), "line 1, column 4: JSON: unknown escape");
  EXPECT_EQ(refusal_of("[\"\\ud800\"]"), "line 1, column 9: JSON: half of a surrogate pair");
  EXPECT_EQ(refusal_of("[1e999]"), "JSON: a number fits neither 64 bits nor a double");
  EXPECT_EQ(refusal_of("[99999999999999999999]"),
            "JSON: a number fits neither 64 bits nor a double");
}

// Found by the fuzzer: what we write we must be able to read.
TEST(JsonNumbers, ReadBackAsWritten) {
  for (const char* text : {"-0.0", "100042457257267404e3", "18446744073709551615", "1e19", "9.3e18",
                           "-9223372036854775808", "-1e19", "5e-324", "1.7976931348623157e308"}) {
    JsonReader reader;
    const auto once = [&reader](std::string_view from) {
      Buffer out;
      JsonWriter writer(out);
      append_json(writer, reader.parse(from).value());
      return std::string(out.view());
    };
    EXPECT_EQ(once(once(text)), once(text)) << text;
  }
}

TEST(JsonFault, LineAndColumn) {
  EXPECT_EQ(line_and_column("ab\ncd", 0), "line 1, column 1");
  EXPECT_EQ(line_and_column("ab\ncd", 3), "line 2, column 1");
  EXPECT_EQ(line_and_column("ab\ncd", 5), "line 2, column 3");
}

std::filesystem::path suite() {
  const char* const data = std::getenv("CONCORD_REAL_DATA");
  const std::filesystem::path root =
      data != nullptr ? std::filesystem::path(data)
                      : std::filesystem::path(CONCORD_SOURCE_DIR) / "../shared/data";
  return root / "json_test_suite";
}

TEST(JsonFault, AgreesWithTheFastReaderOnJsonTestSuite) {
  if (!std::filesystem::exists(suite()))
    GTEST_SKIP() << "NOT CHECKED: no " << suite() << ", where the files of JSONTestSuite should be";
  JsonReader reader({.refuse_duplicate_names = false});
  int compared = 0;
  for (const auto& file : std::filesystem::directory_iterator(suite())) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(".json")) continue;
    const std::string text = read_file(file.path().string()).value();
    const auto value = reader.parse(text);
    const bool limited = !value && value.error().code == Code::over_limit;
    // Right grammar, but a number that is too large for us.
    const bool too_large = !value && value.error().place.empty();
    if (limited || too_large) continue;
    ++compared;
    EXPECT_EQ(find_json_fault(text, 2000).has_value(), !value.has_value()) << name;
  }
  EXPECT_GT(compared, 280);
}

// The fast and the slow reader were written by different people: they must agree on damaged text.
TEST(JsonFault, AgreesWithTheFastReaderOnDamagedDocuments) {
  const std::string seed = R"({"id":"evt-81","n":[0,-1.5e3,true,false,null,""],)"
                           R"("t":"\u00e9\ud83d\ude00\n","o":{"a":{}}})";
  constexpr std::string_view kBytes = "{}[],:\"\\ eE+-.019tfnu\n\x01\xC3\xA9\xED\xA0";
  JsonReader reader({.refuse_duplicate_names = false});
  std::mt19937_64 random(7);
  int refused = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = seed;
    for (std::uint64_t i = 1 + random() % 3; i > 0; --i)
      text[random() % text.size()] = kBytes[random() % kBytes.size()];
    if (random() % 8 == 0) text.resize(random() % text.size() + 1);
    const bool read = reader.parse(text).has_value();
    refused += read ? 0 : 1;
    ASSERT_EQ(find_json_fault(text, kJsonDepthDefault).has_value(), !read) << text;
  }
  EXPECT_GT(refused, 10'000);
  EXPECT_LT(refused, 50'000);
}

}  // namespace
}  // namespace concord::index
