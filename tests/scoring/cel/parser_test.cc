// Promise: what is written is what is read. A tree printed and parsed again is the same tree; what
// is no expression is refused with its place; no input, however hostile, does more than that.
#include "scoring/cel/parser.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/scoring/cel/host.h"

namespace concord::cel {
namespace {

constexpr Limits kLimits;

std::string shape(std::string_view source) {
  const auto ast = parse(source, kLimits);
  return ast ? print(*ast) : "refused:" + ast.error().text();
}

struct Row {
  std::string_view source;
  std::string_view want;
};

TEST(Parser, BindsAsTheLanguageSays) {
  for (const Row& row : {
           Row{"1 + 2 * 3", "(1 + (2 * 3))"},
           Row{"1 - 2 - 3", "((1 - 2) - 3)"},
           Row{"a || b && c == d", "(a || (b && (c == d)))"},
           Row{"a && b && c", "(a && b && c)"},
           Row{"(a && b) && c", "((a && b) && c)"},
           Row{"a ? b : c ? d : e", "(a ? b : (c ? d : e))"},
           Row{"a in b == c", "((a in b) == c)"},
           Row{"!a.b[0].c(d)", "(!a.b[0].c(d))"},
           Row{"-x * y", "((- x) * y)"},
           Row{"-1", "-1"},
           Row{"--1", "(- -1)"},
           Row{"- 1", "(- 1)"},
           Row{"1-1", "(1 - 1)"},
           Row{"a // note\n + b", "(a + b)"},
           Row{"[1, 2,]", "[1, 2]"},
           Row{"{'a': 1,}", "{\"a\": 1}"},
           Row{"has(a.b)", "has(a.b)"},
           Row{"a.`b-c`", "a.`b-c`"},
           Row{".a.b", ".a.b"},
           Row{"x.all(y, y > 0)", "x.all(y, (y > 0))"},
           Row{"0x1F + 2u", "(31 + 2u)"},
           Row{"r'\\d' + b'\\xff'", "(\"\\\\d\" + b\"\\xff\")"},
           Row{"1e3", "1000.0"},
       }) {
    SCOPED_TRACE(row.source);
    EXPECT_EQ(shape(row.source), row.want);
  }
}

TEST(Parser, RefusesWithPlace) {
  for (const Row& row : {
           Row{"", "1:1: the expression ends too early: a value is missing"},
           Row{"1 +", "1:4: the expression ends too early: a value is missing"},
           Row{"1 2", "1:3: expected the end of the expression, found `2`"},
           Row{"(1", "1:3: expected `)` to close the bracket, found the end"},
           Row{"a = 1", "1:3: `=` does not compare; write `==`"},
           Row{"a & b", "1:3: write `&&`"},
           Row{"'abc", "1:1: this text has no closing quote"},
           Row{"'\\q'", "1:2: there is no such escape; a backslash itself is written `\\\\`"},
           Row{"'\\ud800'", "1:2: there is no such Unicode character"},
           Row{"b'\\u0041'", "1:3: a bytes literal has octets; `\\u` names a character"},
           Row{"9223372036854775808", "1:1: this number does not fit 64 bits"},
           Row{"1e999", "1:1: this number does not fit a double"},
           Row{"12abc", "1:1: not a number: `12abc`"},
           Row{"for + 1", "1:1: `for` is a reserved word, not a name"},
           Row{"has(a)", "1:1: has() takes one field: has(x.field)"},
           Row{"a.all(b.c, true)", "1:7: `all` needs a simple name here, as in items.all(x, …)"},
           Row{"a.exists(x, x, true)", "1:13: `exists` needs two different names"},
           Row{"Entry{a: 1}",
               "1:6: messages cannot be built here; a map is written {\"key\": value}"},
           Row{"f(1,)", "1:5: expected an argument after `,`"},
           Row{"a.in", "1:3: `in` is a word of the language, not a field"},
           Row{"äöü", "1:1: this character has no meaning in an expression"},
           Row{"'ä' +\n 'ö' § 1", "2:6: this character has no meaning in an expression"},
           Row{"\xff\xfe", "1:1: the expression is not UTF-8"},
       }) {
    SCOPED_TRACE(row.source);
    EXPECT_EQ(shape(row.source), "refused:" + std::string(row.want));
  }
}

std::string repeat(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

TEST(Parser, HostileInputsAreRefusedNotFollowed) {
  for (const std::string& source :
       {repeat("(", 5'000), repeat("[", 5'000), repeat("{1:", 5'000), repeat("!", 15'000),
        repeat("-", 15'000), repeat("a.b(", 3'000), repeat("a?(", 5'000), repeat("a[", 5'000),
        "a" + repeat(".b", 5'000), "1" + repeat("+1", 5'000), repeat("a?b:", 3'000) + "c",
        "[" + repeat("1,", 6'000) + "1]"}) {
    const auto ast = parse(source, kLimits);
    ASSERT_FALSE(ast.has_value()) << source.substr(0, 20);
    EXPECT_EQ(ast.error().code, index::Code::over_limit) << source.substr(0, 20);
  }
  EXPECT_EQ(parse(std::string(20'000, ' '), kLimits).error().code, index::Code::over_limit);
  // A long chain of one operator is not nesting.
  EXPECT_TRUE(parse("a" + repeat(" && a", 1'500), kLimits).has_value());
}

// A random expression as text, from the rules of the grammar.
std::string expression(int depth) {
  const auto one_of = [](std::initializer_list<std::string> texts) {
    return *rc::gen::elementOf(std::vector<std::string>(texts));
  };
  if (depth == 0)
    return one_of({"a", "entries", "1", "-7", "2u", "1.5", "1e300", "true", "null", "'x\\n\"'",
                   "b'\\377'", "'\\u00e4'", ".a", "[]", "{}", "x.y", "0x10"});
  const auto sub = [depth] { return expression(depth - 1); };
  const std::string op =
      one_of({"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"});
  switch (*rc::gen::inRange(0, 11)) {
    case 0: return sub() + " " + op + " " + sub();
    case 1: return "(" + sub() + ")";
    case 2: return sub() + " ? (" + sub() + ") : " + sub();
    case 3: return "!" + sub();
    case 4: return "-" + sub();
    case 5: return "(" + sub() + ")." + one_of({"f", "size", "`a-b`"});
    case 6: return "(" + sub() + ")[" + sub() + "]";
    case 7: return "f(" + sub() + ", " + sub() + ")";
    case 8: return "[" + sub() + ", " + sub() + "]";
    case 9: return "{" + sub() + ": " + sub() + "}";
    default:
      return "(" + sub() + ")." + one_of({"all", "exists", "exists_one", "map", "filter"}) +
             "(x, " + sub() + ")";
  }
}

RC_GTEST_PROP(Parser, PrintedTreesParseToTheSameTree, ()) {
  const std::string source = expression(*rc::gen::inRange(0, 5));
  RC_LOG() << source << "\n";
  const auto first = parse(source, kLimits);
  RC_ASSERT(first.has_value());
  const std::string printed = print(*first);
  const auto second = parse(printed, kLimits);
  RC_ASSERT(second.has_value());
  RC_ASSERT(same_tree(*first, *second));
  RC_ASSERT(print(*second) == printed);
}

// A control for the property above: same_tree must see a change of one leaf.
TEST(Parser, SameTreeSeesADifference) {
  for (const auto& [left, right] :
       std::vector<std::pair<std::string, std::string>>{{"1 + 2", "1 + 3"},
                                                        {"1", "1u"},
                                                        {"0.0", "-0.0"},
                                                        {"a.b", "a.c"},
                                                        {"'a'", "b'a'"},
                                                        {"a && b && c", "a && (b && c)"},
                                                        {"x.all(y, y)", "x.all(z, z)"},
                                                        {"x.map(y, y)", "x.filter(y, y)"},
                                                        {"f(a)", "a.f()"}})
    EXPECT_FALSE(same_tree(*parse(left, kLimits), *parse(right, kLimits))) << left;
}

// Pieces of the language in any order: each compiles or is refused with a place, and what compiles
// answers the same twice, with and without explaining.
RC_GTEST_PROP(Program, AnyTextIsAnsweredOrRefused, ()) {
  static const std::vector<std::string> kPieces = {
      "entries", ".",        "exists", "(",  ")",      "e",   ",",      "amount",
      "kind",    "==",       "&&",     "||", "!",      "1",   "0",      "/",
      "'x'",     "[",        "]",      "in", "intent", "now", "-",      "duration('1h')",
      "?",       ":",        "has",    " ",  "\n",     "\\",  "\"",     "tags",
      "size",    "anything", "{",      "}",  "all",    "map", "string", "<"};
  std::string source;
  for (const auto& piece :
       *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kPieces)))
    source += piece;
  testing::World world;
  const auto program = Program::compile(source, world.environment);
  if (!program) {
    RC_ASSERT(!program.error().place.empty());
    RC_ASSERT(!program.error().detail.empty());
    return;
  }
  const std::vector<Value> variables = world.values();
  const std::string once =
      testing::World::word(program->evaluate({variables}, world.scratch), *program);
  std::vector<Decider> why;
  RC_ASSERT(testing::World::word(program->explain({variables}, world.scratch, why), *program) ==
            once);
  RC_ASSERT(!why.empty());
}

}  // namespace
}  // namespace concord::cel
