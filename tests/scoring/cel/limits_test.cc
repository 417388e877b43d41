// Promise: a hostile or careless condition is refused when it is loaded, with its place and with
// what to do; and what is let through ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scoring/cel/program.h"
#include "tests/scoring/cel/host.h"

namespace concord::cel {
namespace {

using ::testing::HasSubstr;

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

struct Hostile {
  const char* name;
  std::string source;
  index::Code code;
  const char* place;
  const char* detail;
};

TEST(Limits, AreSaidWithPlaceAndReason) {
  const std::string loop = "entries.exists(a, entries.exists(b, entries.exists(c, ";
  const Hostile all[] = {
      {"three loops", loop + "a.amount == b.amount && b.amount == c.amount)))",
       index::Code::over_limit, "set.toml:7, 1:9", "too many loops inside one another"},
      {"too long", "intent == '" + std::string(17'000, 'x') + "'", index::Code::over_limit,
       "set.toml:7, 1:1", "longer than 16384 bytes"},
      {"too deep", repeated("(", 200) + "1" + repeated(")", 200) + " == 1", index::Code::over_limit,
       "set.toml:7, 1:101", "nested deeper than 100 levels"},
      {"too many names", "intent in ['a'" + repeated(",'a'", 4'000) + "]", index::Code::over_limit,
       "set.toml:7, 1:", "more than 4000 operators, names and values"},
      {"a pattern that grows", "intent.matches('((a{100}){100}){100}')", index::Code::bad_input,
       "set.toml:7, 1:16", "not a regular expression (RE2)"},
      {"a wrong name", "entries.exists(e, e.statetype == 'open')", index::Code::bad_input,
       "set.toml:7, 1:21", "did you mean `state_type`?"},
      {"a wrong type", "intent + 1 == 'a'", index::Code::bad_input, "set.toml:7, 1:8", "`+`"},
      {"not a condition", "size(intent)", index::Code::bad_input, "set.toml:7, 1:1", "bool"},
      {"cut off", "intent == ", index::Code::bad_input, "set.toml:7, 1:11", "ends too early"},
  };
  testing::World host;
  Options options;
  options.wanted = TypeKind::boolean;
  options.place = "set.toml:7";
  for (const Hostile& one : all) {
    const auto program = Program::compile(one.source, host.environment, options);
    ASSERT_FALSE(program.has_value()) << one.name;
    EXPECT_EQ(program.error().code, one.code) << one.name << ": " << program.error().text();
    EXPECT_THAT(program.error().place, HasSubstr(one.place)) << one.name;
    EXPECT_THAT(program.error().detail, HasSubstr(one.detail)) << one.name;
  }
}

// The estimate is made before anything runs: two loops pass, the third is too many.
TEST(Limits, TheCostIsKnownAtLoad) {
  testing::World host;
  const auto cost = [&](const std::string& source) {
    const auto program = Program::compile(source, host.environment);
    return program ? program->cost() : 0;
  };
  const std::uint64_t one = cost("entries.exists(a, a.amount > 1)");
  const std::uint64_t two = cost("entries.exists(a, entries.exists(b, a.amount == b.amount))");
  EXPECT_GT(one, 1'000U);
  EXPECT_GT(two, one * 500);
  EXPECT_LT(two, Limits().cost_max);
}

// What no load can know: a list of the customer that is longer than was assumed.
TEST(Limits, LoopsOverALongListEndWithAnError) {
  testing::World world;
  world.entries.assign(10'000, {"order", "open", 5, 0});
  const std::string nested = "entries.exists(a, entries.exists(b, a.amount != b.amount))";
  EXPECT_EQ(world.ask(nested), "error:the loops look at too many elements@1:9");
  EXPECT_EQ(world.ask("entries.exists(a, a.amount == 5 && entries.all(b, b.amount == 5))"), "true");
  EXPECT_EQ(world.ask("entries.map(a, a.amount).size()"), "int:10000");
  EXPECT_EQ(world.ask("entries.filter(a, entries.exists(b, b.amount == 6)).size()"),
            "error:the loops look at too many elements@1:27");
}

}  // namespace
}  // namespace concord::cel
