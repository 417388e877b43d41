// The validator finds what it must find: one planted fault a keyword, and the golden answers pass.
#include "tests/support/schema/json_schema.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "index/base/files.h"

namespace concord::tests {
namespace {

const std::string kSource = CONCORD_SOURCE_DIR;

SchemaSet& schemas() {
  static SchemaSet set(kSource + "/server/schemas");
  return set;
}

std::string golden(const std::string& name) {
  return index::read_file(kSource + "/tests/golden/" + name + ".json").value();
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

// Promise: every keyword of the schemas is checked, none is only decoration.
TEST(JsonSchema, FindsAPlantedFaultForEachKeyword) {
  struct Row {
    const char* schema;
    const char* good;
    const char* bad;
  };
  for (const Row& row : {
           Row{R"({"type":"string"})", R"("a")", "1"},
           Row{R"({"type":["string","null"]})", "null", "true"},
           Row{R"({"type":"integer"})", "3", "3.5"},
           Row{R"({"type":"number"})", "3.5", R"("3.5")"},
           Row{R"({"enum":["a","b"]})", R"("b")", R"("c")"},
           Row{R"({"const":true})", "true", "false"},
           Row{R"({"anyOf":[{"type":"null"},{"type":"string"}]})", R"("x")", "4"},
           Row{R"({"minimum":1})", "1", "0"},
           Row{R"({"maximum":9})", "9", "10"},
           Row{R"({"minLength":2})", R"("äö")", R"("ä")"},
           Row{R"({"maxLength":2})", R"("äö")", R"("abc")"},
           Row{R"({"pattern":"^[a-c]+$"})", R"("abc")", R"("abd")"},
           Row{R"({"minItems":1})", "[1]", "[]"},
           Row{R"({"maxItems":1})", "[1]", "[1,2]"},
           Row{R"({"items":{"type":"integer"}})", "[1,2]", R"([1,"2"])"},
           Row{R"({"required":["a"]})", R"({"a":1})", R"({"b":1})"},
           Row{R"({"minProperties":1})", R"({"a":1})", "{}"},
           Row{R"({"properties":{"a":{"type":"string"}}})", R"({"a":"x"})", R"({"a":1})"},
           Row{R"({"properties":{"a":true},"additionalProperties":false})", R"({"a":1})",
               R"({"a":1,"b":2})"},
           Row{R"({"additionalProperties":{"type":"integer"}})", R"({"a":1})", R"({"a":"1"})"},
           Row{R"({"$ref":"#/$defs/n","$defs":{"n":{"type":"null"}}})", "null", "1"},
           Row{R"({"$ref":"common.schema.json#/$defs/currency"})", R"("EUR")", R"("eur")"},
           Row{R"({"properties":{"a":true,"b":true},"x-concord-ordered":true})", R"({"a":1,"b":2})",
               R"({"b":2,"a":1})"},
       }) {
    SCOPED_TRACE(row.schema);
    EXPECT_EQ(joined(schemas().problems_by(row.schema, row.good)), "");
    EXPECT_NE(joined(schemas().problems_by(row.schema, row.bad)), "");
  }
}

TEST(JsonSchema, RefusesAKeywordItDoesNotKnowAndAReferenceToNothing) {
  EXPECT_EQ(schemas().problems_by(R"({"uniqueItems":true})", "[]").size(), 1U);
  EXPECT_EQ(schemas().problems_by(R"({"$ref":"#/$defs/x"})", "[]").size(), 1U);
  EXPECT_EQ(schemas().problems("context", "{").size(), 1U);
}

TEST(JsonSchema, NamesThePlaceOfAFault) {
  std::string answer = golden("context");
  const std::string was = R"("kind": "case")";
  answer.replace(answer.find(was), was.size(), R"("kind": "casa")");
  const auto problems = schemas().problems("context", answer);
  ASSERT_EQ(problems.size(), 1U) << joined(problems);
  EXPECT_EQ(problems.front().substr(0, problems.front().find(':')), "/attention/0/kind");
}

// Promise: each answer has a schema and a golden file, and they agree.
TEST(Golden, EveryGoldenAnswerFitsItsSchema) {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(kSource + "/tests/golden")) {
    if (file.path().extension() != ".json") continue;
    const std::string name = file.path().stem().string();
    SCOPED_TRACE(name);
    EXPECT_EQ(joined(schemas().problems(name, golden(name))), "");
    ++count;
  }
  EXPECT_GE(count, 9U);
}

TEST(Golden, EveryAnswersSchemaHasAGoldenFile) {
  for (const std::string& name : schemas().names()) {
    if (name == "common" || name.ends_with("-request")) continue;
    EXPECT_TRUE(std::filesystem::exists(kSource + "/tests/golden/" + name + ".json")) << name;
  }
}

// Promise: the members of the context answer come in the order of the contract.
TEST(Golden, ASwappedMemberIsFound) {
  std::string answer = golden("livez");
  EXPECT_EQ(joined(schemas().problems("livez", answer)), "");
  const std::string context = R"({"as_of":"2026-11-22T09:00:00Z","customer_id":"c_0000000000000"})";
  EXPECT_NE(joined(schemas().problems("context", context)).find("customer_id comes too late"),
            std::string::npos);
}

}  // namespace
}  // namespace concord::tests
