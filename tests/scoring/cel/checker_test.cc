// Promise: a wrong name, type or literal is found at load, with its place and a way out.
#include "scoring/cel/checker.h"

#include <gtest/gtest.h>

#include "tests/scoring/cel/host.h"

namespace concord::cel {
namespace {

using testing::World;

struct Row {
  std::string_view source;
  std::string_view want;
};

TEST(Checker, RefusesWithPlaceAndHint) {
  World world;
  for (
      const Row& row : {
          Row{"entries.exists(e, e.statetype == 'x')",
              "1:21: no field `statetype` on Entry; did you mean `state_type`?"},
          Row{"entris.size() > 0", "1:1: no variable `entris`; did you mean `entries`?"},
          Row{"true &&\n  intnet == ''", "2:3: no variable `intnet`; did you mean `intent`?"},
          Row{"customer.zzzzzz == ''", "1:10: no field `zzzzzz` on Customer"},
          Row{"entries.kind == ''",
              "1:9: a list has no fields; look inside with `.exists(x, x.kind …)` or `.all(x, …)`"},
          Row{"intent.size", "1:8: string has no field `size`"},
          Row{"intent > 5", "1:8: `>` does not take (string, int)"},
          Row{"score == 5",
              "1:7: `==` does not take (double, int); both sides must have one type (write 5.0 for "
              "a double, 5u for a uint)"},
          Row{"intent && true", "1:1: `&&` joins conditions; this is string"},
          Row{"true ? 1 : 'a'",
              "1:6: both sides of `:` must have one type; these are int and string"},
          Row{"1 ? 2 : 3", "1:1: before `?` stands a condition; this is int"},
          Row{"intent.startwith('a')", "1:8: no function `startwith`; did you mean `startsWith`?"},
          Row{"intent.startsWith(1)", "1:8: `startsWith` does not take (string, int)"},
          Row{"entries.exists(e, e.kind)", "1:19: `exists` needs a condition here; this is string"},
          Row{"entries.exist(e, e.kind == '')", "1:15: no variable `e`"},
          Row{"intent.exists(e, true)", "1:8: `exists` walks over a list or a map; this is string"},
          Row{"{1.5: 2}", "1:2: a key of a map is an int, uint, bool or string, not double"},
          Row{"now > now - duration('30d')",
              "1:22: not a duration; write 90s, 1h30m, 250ms (30 days are 720h), at most 292 "
              "years"},
          Row{"timestamp('2026-13-01T00:00:00Z') < now",
              "1:11: not a timestamp; write 2026-11-22T09:00:00Z, years 0001 to 9999"},
          Row{"now.getHours('Mars/Base') > 1",
              "1:14: no time zone `Mars/Base`; write UTC, +01:00 or a name like Europe/Berlin"},
          Row{"customer", "1:1: this must be bool and is Customer"},
          Row{"size(entries)", "1:1: this must be bool and is int"},
      }) {
    SCOPED_TRACE(row.source);
    Options options;
    options.wanted = TypeKind::boolean;
    EXPECT_EQ(world.ask(row.source, options), "refused:" + std::string(row.want));
  }
  EXPECT_TRUE(
      world.ask("intent.matches('(')").starts_with("refused:1:16: not a regular expression"));
}

TEST(Checker, PlaceComesFirst) {
  World world;
  Options options;
  options.place = "actions.toml:12";
  EXPECT_EQ(world.ask("nope", options), "refused:actions.toml:12, 1:1: no variable `nope`");
  EXPECT_EQ(world.ask("1 +", options),
            "refused:actions.toml:12, 1:4: the expression ends too early: a value is missing");
}

TEST(Checker, FindsTheType) {
  World world;
  for (const Row& row : {
           Row{"1", "int"},
           Row{"[1, 2]", "list(int)"},
           Row{"[1, 'a']", "list(dyn)"},
           Row{"[]", "list(dyn)"},
           Row{"[[], [1u]]", "list(list(uint))"},
           Row{"{'a': 1.5}", "map(string, double)"},
           Row{"entries", "list(Entry)"},
           Row{"entries.map(e, e.amount)", "list(int)"},
           Row{"entries[0]", "Entry"},
           Row{"now - now", "duration"},
           Row{"now - duration('1s')", "timestamp"},
           Row{"dyn(1) + 2", "int"},
           Row{"anything + anything", "dyn"},
           Row{"true ? null : customer", "Customer"},
           Row{"type(1)", "type"},
           Row{"entries.transformMap(i, e, e.kind)", "map(int, string)"},
       }) {
    SCOPED_TRACE(row.source);
    const auto program = Program::compile(row.source, world.environment);
    ASSERT_TRUE(program.has_value()) << program.error().text();
    EXPECT_EQ(program->type().text(), row.want);
  }
}

TEST(Checker, TooLongARunIsRefusedAtTheLoop) {
  World world;
  EXPECT_EQ(world.ask("entries.exists(a, entries.exists(b, a.at < b.at))"), "true");
  const std::string got = world.ask(
      "entries.exists(a, entries.exists(b, entries.exists(c, a.at < b.at && b.at < c.at)))");
  EXPECT_TRUE(got.starts_with("refused:1:9: this would take about ")) << got;
  const auto program = Program::compile("entries.exists(a, true)", world.environment);
  EXPECT_EQ(program->cost(), 2'002U);
}

TEST(Checker, NearestNeedsToBeNear) {
  EXPECT_EQ(nearest("stat_type", {"state_type", "kind"}), "state_type");
  EXPECT_EQ(nearest("zebra", {"state_type", "kind"}), "");
}

}  // namespace
}  // namespace concord::cel
