// Promise: each house rule can fail. Method: plant one fault in a small made-up tree, and see that
// the rule finds it where it is, and finds nothing in the sound twin.
#include <gtest/gtest.h>

#include "tests/house/code.h"
#include "tests/house/rules.h"

namespace concord::house {
namespace {

using Rule = Findings (*)(const Tree&);

void expect_found(Rule rule, const Tree& tree, const std::string& path, std::size_t line) {
  const Findings findings = rule(tree);
  ASSERT_EQ(findings.size(), 1U) << text_of(findings);
  EXPECT_EQ(findings[0].path, path);
  EXPECT_EQ(findings[0].line, line) << text_of(findings);
}

void expect_sound(Rule rule, const Tree& tree) {
  EXPECT_TRUE(rule(tree).empty()) << text_of(rule(tree));
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Step {
  const char* from;
  const char* include;
  bool allowed;
};
class IncludeDirection : public testing::TestWithParam<Step> {};

TEST_P(IncludeDirection, IsAsTheMapSays) {
  const Step& step = GetParam();
  const Tree tree{{step.from, std::string("// head\n#include \"") + step.include + "\"\n"}};
  if (step.allowed)
    expect_sound(check_include_directions, tree);
  else
    expect_found(check_include_directions, tree, step.from, 2);
}

INSTANTIATE_TEST_SUITE_P(
    HouseControl, IncludeDirection,
    testing::Values(Step{"index/base/time.cc", "index/base/time.h", true},
                    Step{"index/base/time.cc", "index/log/event.h", false},
                    Step{"index/log/event.cc", "index/base/types.h", true},
                    Step{"index/log/event.cc", "index/customer/record.h", false},
                    Step{"index/customer/record.cc", "index/log/event.h", true},
                    Step{"index/customer/record.cc", "index/snapshot/snapshot.h", false},
                    Step{"index/snapshot/context.cc", "index/customer/record.h", true},
                    Step{"index/snapshot/context.cc", "index/log/event.h", false},
                    Step{"index/snapshot/context.cc", "index/engine.h", false},
                    Step{"index/engine.cc", "index/log/event_log.h", true},
                    Step{"index/engine.cc", "scoring/decide.h", false},
                    Step{"scoring/cel/lexer.cc", "index/base/result.h", true},
                    Step{"scoring/cel/lexer.cc", "index/snapshot/snapshot.h", false},
                    Step{"scoring/cel/lexer.cc", "scoring/policy.h", false},
                    Step{"scoring/decide.cc", "index/snapshot/snapshot.h", true},
                    Step{"scoring/decide.cc", "scoring/cel/program.h", true},
                    Step{"scoring/decide.cc", "index/customer/record.h", false},
                    Step{"scoring/decide.cc", "index/engine.h", false},
                    Step{"server/routes.cc", "index/engine.h", true},
                    Step{"server/routes.cc", "scoring/decide.h", true},
                    Step{"server/routes.cc", "index/log/event.h", false},
                    Step{"server/routes.cc", "datasets/import.h", false},
                    Step{"server/main.cc", "datasets/import.h", true},
                    Step{"server/cmd_index.cc", "datasets/import.h", true},
                    Step{"server/cmd_index.cc", "tests/support/world.h", false},
                    Step{"datasets/import.cc", "index/log/event.h", true},
                    Step{"datasets/import.cc", "index/customer/identity.h", true},
                    Step{"datasets/import.cc", "index/customer/record.h", false},
                    Step{"datasets/generate/world.cc", "index/customer/identity.h", false},
                    Step{"datasets/import.cc", "server/settings.h", false},
                    Step{"bench/context_bench.cc", "tests/support/world.h", true},
                    Step{"tests/oracle/oracle.cc", "index/log/event.h", true},
                    Step{"index/base/time.cc", "bench/peers/floor.h", false},
                    Step{"tests/oracle/oracle.cc", "docs/example.h", false},
                    Step{"index/base/time.cc", "time.h", false}));

TEST(HouseControl, AngleBracketsHideNoInclude) {
  expect_found(check_include_directions,
               {{"index/base/time.cc", "#include <vector>\n#include <scoring/decide.h>\n"}},
               "index/base/time.cc", 2);
}

TEST(HouseControl, HeavyHeaders) {
  const std::string xapian = "#include <xapian.h>\n";
  expect_sound(check_heavy_headers,
               {{"index/snapshot/text_index.cc", xapian}, {"bench/peers/raw_xapian.cc", xapian}});
  expect_found(check_heavy_headers, {{"scoring/decide.cc", xapian}}, "scoring/decide.cc", 1);
  expect_found(check_heavy_headers, {{"index/snapshot/text_index.h", xapian}},
               "index/snapshot/text_index.h", 1);
  Tree crowd;
  for (const char* name : {"a", "b", "c", "d", "e"})
    crowd.push_back({std::string("index/snapshot/text_") + name + ".cc", xapian});
  expect_found(check_heavy_headers, crowd, "index/snapshot/text_e.cc", 1);
}

TEST(HouseControl, FileLength) {
  expect_sound(check_file_lengths, {{"index/a.cc", repeated("int x;\n", 500)}});
  expect_found(check_file_lengths, {{"index/a.cc", repeated("int x;\n", 501)}}, "index/a.cc", 0);
  expect_found(check_file_lengths, {{"index/a.fbs", repeated("\n", 501)}}, "index/a.fbs", 0);
}

TEST(HouseControl, LineLengthCountsCharactersNotBytes) {
  expect_sound(check_line_lengths, {{"index/a.cc", "// " + repeated("ö", 97) + "\n"}});
  expect_found(check_line_lengths, {{"index/a.cc", "\n// " + repeated("x", 98)}}, "index/a.cc", 2);
}

TEST(HouseControl, FunctionLength) {
  const std::string sound = "int f() {\n" + repeated("  g();\n", 68) + "}\n";
  const std::string fault = "\n\nint f() {\n" + repeated("  g();\n", 69) + "}\n";
  expect_sound(check_function_lengths, {{"index/a.cc", sound}});
  expect_found(check_function_lengths, {{"index/a.cc", fault}}, "index/a.cc", 3);
  expect_found(check_function_lengths, {{"tests/a_test.cc", "TEST(A, B) {\n" + fault + "}\n"}},
               "tests/a_test.cc", 1);
}

TEST(HouseControl, WhiteSpace) {
  expect_sound(check_white_space, {{"index/a.cc", "int x;\n"}});
  expect_found(check_white_space, {{"index/a.cc", "\n\tint x;\n"}}, "index/a.cc", 2);
  expect_found(check_white_space, {{"README.md", "a\r\n"}}, "README.md", 1);
}

TEST(HouseControl, ThreadWord) {
  const std::string rest = "#pragma once\n";
  expect_sound(check_thread_words, {{"index/a.h", "// A.\n// Thread class: one-owner.\n" + rest},
                                    {"tests/support/a.h", rest}});
  expect_found(check_thread_words, {{"index/a.h", "// A.\n" + rest}}, "index/a.h", 1);
  expect_found(check_thread_words, {{"index/a.h", "// Thread class: fast.\n" + rest}}, "index/a.h",
               1);
  expect_found(check_thread_words, {{"index/a.h", rest + "// Thread class: immutable.\n"}},
               "index/a.h", 1);
}

TEST(HouseControl, PragmaOnce) {
  expect_sound(check_pragma_once, {{"tests/support/a.h", "// A.\n#pragma once\n"}});
  expect_found(check_pragma_once, {{"tests/support/a.h", "// #pragma once\n"}}, "tests/support/a.h",
               1);
}

TEST(HouseControl, Marks) {
  const std::string to_do = std::string("TO") + "DO";
  expect_sound(check_marks, {{"index/a.cc", "// " + to_do + "(issue 3): the live log\n"},
                             {"docs/a.md", to_do + "\n"},
                             {"index/b.cc", "int MASTODON" + to_do + ";\n"}});
  expect_found(check_marks, {{"index/a.cc", "\n// " + to_do + ": later\n"}}, "index/a.cc", 2);
  expect_found(check_marks, {{"index/a.cc", "// " + to_do + ": an issue\n"}}, "index/a.cc", 1);
  for (const std::string& mark :
       {std::string("FIX") + "ME", std::string("HA") + "CK", std::string("XX") + "X"})
    expect_found(check_marks, {{"dev", "# " + mark + " issue 3\n"}}, "dev", 1);
}

TEST(HouseControl, OutsideWorld) {
  expect_sound(check_outside_world,
               {{"index/a.cc",
                 "// time(nullptr) is not read\nwriter.time(at); strand(); s = "
                 "\"getenv\";\n"},
                {"server/a.cc", "getenv(\"HOME\");\n"}});
  for (const char* call : {"time(nullptr)", "std::chrono::system_clock::now()", "::getenv(name)",
                           "rand()", "std::random_device seed", "localtime(&t)"})
    expect_found(check_outside_world, {{"scoring/a.cc", std::string("\nx = ") + call + ";\n"}},
                 "scoring/a.cc", 2);
}

TEST(HouseControl, TestsAreBuilt) {
  const SourceFile test{"tests/a/b_test.cc", ""};
  expect_sound(check_tests_are_built,
               {{"tests/a/CMakeLists.txt", "concord_tests(a_test)\n"}, test});
  expect_found(check_tests_are_built, {test}, "tests/a/b_test.cc", 0);
  expect_found(check_tests_are_built, {{"tests/a/CMakeLists.txt", "# none\n"}, test},
               "tests/a/b_test.cc", 0);
}

TEST(HouseControl, FuzzTargetsAreRun) {
  const SourceFile fuzz{"tests/fuzz/a_fuzz.cc", ""};
  const auto list = [](const char* text) { return SourceFile{"tests/fuzz/CMakeLists.txt", text}; };
  expect_sound(check_fuzz_targets_are_run,
               {list("concord_fuzz(a_fuzz SOURCES a_fuzz.cc)\n"), fuzz});
  expect_found(check_fuzz_targets_are_run, {fuzz}, "tests/fuzz/a_fuzz.cc", 0);
  expect_found(check_fuzz_targets_are_run, {list("add_executable(a_fuzz a_fuzz.cc)\n"), fuzz},
               "tests/fuzz/a_fuzz.cc", 0);
  expect_found(check_fuzz_targets_are_run, {list("concord_fuzz(a_fuzz_too SOURCES b)\n"), fuzz},
               "tests/fuzz/a_fuzz.cc", 0);
}

TEST(HouseControl, SourcesAreBuilt) {
  const SourceFile source{"index/log/event.cc", ""};
  const SourceFile list{"index/log/CMakeLists.txt",
                        "concord_library(index_log SOURCES event.cc)\n"};
  const SourceFile above{"index/CMakeLists.txt", "concord_library(index SOURCES log/event.cc)\n"};
  const SourceFile other{"index/log/CMakeLists.txt",
                         "concord_library(index_log SOURCES an_event.cc)"};
  expect_sound(check_sources_are_built, {list, source});
  expect_sound(check_sources_are_built, {above, source});
  expect_found(check_sources_are_built, {source}, "index/log/event.cc", 0);
  expect_found(check_sources_are_built, {other, source}, "index/log/event.cc", 0);
}

TEST(HouseControl, RoomReadmes) {
  const SourceFile code{"scoring/cel/lexer.cc", ""};
  expect_sound(check_room_readmes,
               {code, {"scoring/README.md", ""}, {"scoring/cel/README.md", ""}});
  expect_found(check_room_readmes, {code, {"scoring/README.md", ""}}, "scoring/cel/README.md", 0);
}

TEST(HouseCode, CommentsAndTextsAreBlanked) {
  EXPECT_EQ(without_comments_and_texts("a /* { */ b // }\nc"), "a         b     \nc");
  EXPECT_EQ(without_comments_and_texts("f(\"\\\"{\", '{', 1'000)"), "f(     ,    , 1'000)");
  EXPECT_EQ(without_comments_and_texts("R\"x({\n)\" })x\" }"), "R    \n        }");
  EXPECT_EQ(without_comments_and_texts("u'{' 0xFF'FF"), "u    0xFF'FF");
}

struct Sample {
  const char* source;
  std::size_t line;  // of the only function; 0: there is none
  std::size_t lines;
};

TEST(HouseCode, FunctionsAreFound) {
  for (const Sample& sample : {
           Sample{"namespace a {\nint f() {\n  if (x) {\n  }\n}\n}\n", 2, 4},
           Sample{"struct S {\n public:\n  explicit S(int x) : x_{x}, y_{x} {\n    g();\n  }\n};",
                  3, 3},
           Sample{"template <class T, typename U = V<int>>\nT f(U u) {\n}\n", 1, 3},
           Sample{"class A::B final : public C<int> {\n  int x = 0;\n};\n", 0, 0},
           Sample{"enum class E : std::uint8_t { a, b };\n", 0, 0},
           Sample{"constexpr Row kRows[] = {\n  {1, f(2)},\n};\n", 0, 0},
           Sample{"const auto kTable = make({\n  {1},\n});\n", 0, 0},
           Sample{"const auto f = [](int x) {\n  return x;\n};\n", 1, 3},
           Sample{"#define M(x) { \\\n  x }\nvoid f() {\n}\n", 3, 2},
           Sample{"S& operator=(const S& s) {\n}\n", 1, 2},
           Sample{"void f() {\n  auto g = [] {\n    struct L { int h() { return 1; } };\n  };\n}\n",
                  1, 5},
           Sample{"int f(const char* s = \"{\") {\n  return s['}'];\n}\n", 1, 3},
       }) {
    SCOPED_TRACE(sample.source);
    const std::vector<Function> functions = functions_of(sample.source);
    ASSERT_EQ(functions.size(), sample.line == 0 ? 0U : 1U);
    if (sample.line == 0) continue;
    EXPECT_EQ(functions[0].line, sample.line);
    EXPECT_EQ(functions[0].lines, sample.lines);
  }
}

}  // namespace
}  // namespace concord::house
