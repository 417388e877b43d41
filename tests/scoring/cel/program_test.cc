// Promise: a condition over borrowed host data says true, false, unknown (and which field) or error
// (and where), always the same.
#include "scoring/cel/program.h"

#include <gtest/gtest.h>

#include "tests/scoring/cel/host.h"

namespace concord::cel {
namespace {

using testing::World;

struct Row {
  std::string_view source;
  std::string_view want;
};

template <std::size_t N>
void expect_all(const Row (&rows)[N]) {
  World world;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.source);
    EXPECT_EQ(world.ask(row.source), row.want);
  }
}

TEST(Program, ReadsTheHostsData) {
  expect_all({
      {"customer.language == 'de'", "true"},
      {"customer.language in ['en', 'fr']", "false"},
      {"entries.size()", "int:3"},
      {"entries[2].amount", "int:900"},
      {"entries[1].kind", "string:case_"},
      {"entries.exists(e, e.kind == 'invoice' && e.amount > 500)", "true"},
      {"entries.all(e, e.at < now)", "true"},
      {"entries.filter(e, e.state_type == 'open').size()", "int:2"},
      {"entries.exists_one(e, e.kind == 'order')", "true"},
      {"entries.map(e, e.kind) == ['order', 'case_', 'invoice']", "true"},
      {"entries.exists(i, e, i == 2 && e.kind == 'invoice')", "true"},
      {"now - entries[0].at == duration('1s')", "true"},
      {"tags['vip'] == 'yes' && tags.segment == 'b2b'", "true"},
      {"'vip' in tags && !('nope' in tags)", "true"},
      {"has(tags.vip) && !has(tags.nope)", "true"},
      {"tags.exists(k, v, k == 'segment' && v == 'b2b')", "true"},
      {"score > 0 && score < 1", "true"},
      {"now.getFullYear() == 2025 && now.getHours('+01:00') == 9", "true"},
      {"now.getHours('Europe/Berlin')", "int:9"},
      {"intent.matches('^re.*r$')", "true"},
      {"'\U0001F431'.size()", "int:1"},
  });
}

TEST(Program, AnAbsentFieldIsUnknownAndNamed) {
  expect_all({
      {"entries[1].amount > 0", "unknown:amount"},
      {"has(entries[1].amount)", "false"},
      {"has(entries[0].amount)", "true"},
      {"has(entries[1].amount) && entries[1].amount > 0", "false"},
      {"entries.exists(e, e.amount > 5000)", "unknown:amount"},  // one might be
      {"entries.exists(e, e.amount > 500)", "true"},             // one is
      {"entries.all(e, e.amount > 100)", "unknown:amount"},
      {"entries.all(e, e.amount > 200)", "false"},
      {"entries.filter(e, e.amount > 0).size() > 0", "unknown:amount"},
      {"entries.exists_one(e, e.amount > 500)", "unknown:amount"},
      {"[1, entries[1].amount]", "unknown:amount"},
      {"entries[1].amount == 1 ? 'a' : 'b'", "unknown:amount"},
      {"entries[1].amount in [1, 2]", "unknown:amount"},
      {"1 / 0 == entries[1].amount", "error:division by zero@1:3"},
  });
}

TEST(Program, UnknownPassesThroughVariables) {
  World world;
  world.intent.reset();
  world.ada.since_ms.reset();
  EXPECT_EQ(world.ask("intent == 'repair'"), "unknown:intent");
  EXPECT_EQ(world.ask("intent == 'repair' || customer.language == 'de'"), "true");
  EXPECT_EQ(world.ask("customer.since < now && intent == ''"), "unknown:customer.since");
  EXPECT_EQ(world.ask("has(customer.since)"), "false");
  EXPECT_EQ(world.ask("!(intent == 'x')"), "unknown:intent");
}

TEST(Program, ErrorsSayWhatAndWhere) {
  expect_all({
      {"9223372036854775807 + 1", "error:the result is out of range@1:21"},
      {"1 +\n  (5 / (size(entries) - 3))", "error:division by zero@2:6"},
      {"entries[3].kind", "error:the index is outside the list@1:8"},
      {"entries[-1].kind", "error:the index is outside the list@1:8"},
      {"tags['nope']", "error:the map has no such key@1:5"},
      {"tags.nope", "error:the map has no such key@1:6"},
      {"-(-9223372036854775807 - 1)", "error:the result is out of range@1:1"},
      {"0u - 1u", "error:the result is out of range@1:4"},
      {"5 % 0", "error:division by zero@1:3"},
      {"int('x')", "error:this text is not an int@1:1"},
      {"{anything: 1, anything: 2}.size()", "error:the map has this key twice@1:1"},
      {"anything.size()", "error:the operation does not fit the types of its values@1:10"},
      {"anything ? 1 : 2", "error:a condition must be true or false@1:10"},
      {"true && anything", "error:a condition must be true or false@1:9"},
      {"'a'.matches(intent + '(')", "error:the pattern is not a regular expression (RE2)@1:5"},
      {"now.getHours(intent)", "error:there is no such time zone@1:5"},
  });
}

// Every pair of operands: && and || give the same in either order, and what decides wins.
TEST(Program, LogicAbsorbsInBothOrders) {
  const std::string_view operands[] = {"true", "false", "(intent == 'x')", "(1 / 0 == 1)"};
  const std::string_view names[] = {"true", "false", "unknown:intent", "error"};
  const std::string_view both[4][4] = {
      {"true", "false", "unknown:intent", "error"},
      {"false", "false", "false", "false"},
      {"unknown:intent", "false", "unknown:intent", "unknown:intent"},
      {"error", "false", "unknown:intent", "error"}};
  const auto negated = [](std::string_view word) {
    return word == "true" ? "false" : word == "false" ? std::string_view("true") : word;
  };
  World world;
  world.intent.reset();
  const auto ask = [&world](const std::string& source) {
    const std::string got = world.ask(source);
    return got.starts_with("error:") ? std::string("error") : got;
  };
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(ask(std::string(operands[i])), names[i]);
    for (std::size_t j = 0; j < 4; ++j) {
      const std::string a(operands[i]);
      const std::string b(operands[j]);
      SCOPED_TRACE(a + " with " + b);
      EXPECT_EQ(ask(a + " && " + b), both[i][j]);
      EXPECT_EQ(both[i][j], both[j][i]);
      // De Morgan: a || b is !(!a && !b).
      const std::size_t ni = i < 2 ? 1 - i : i;
      const std::size_t nj = j < 2 ? 1 - j : j;
      EXPECT_EQ(ask(a + " || " + b), negated(both[ni][nj]));
      // Over the elements of a list the rule is the same.
      EXPECT_EQ(ask("[0, 1].all(x, x == 0 ? " + a + " : " + b + ")"), both[i][j]);
      EXPECT_EQ(ask("[0, 1].exists(x, x == 0 ? " + a + " : " + b + ")"), negated(both[ni][nj]));
      for (const std::string_view third : operands)  // three in a row, any order
        EXPECT_EQ(ask(a + " && " + b + " && " + std::string(third)),
                  ask(std::string(third) + " && " + b + " && " + a));
    }
  }
}

TEST(Program, FirstAbsentFieldIsTheOneNamed) {
  World world;
  world.intent.reset();
  world.ada.since_ms.reset();
  EXPECT_EQ(world.ask("customer.since < now && intent == ''"), "unknown:customer.since");
  EXPECT_EQ(world.ask("intent == '' && customer.since < now"), "unknown:intent");
}

TEST(Program, ExplainsWithTheFewestConditions) {
  struct Case {
    std::string_view source;
    std::vector<std::string> why;
  };
  World world;
  const std::vector<Value> variables = world.values();
  for (const Case& one : {
           Case{"1 < 2 && intent == 'x' && 3 < 2", {"intent == 'x'"}},
           Case{"1 < 2 && intent == 'repair'", {"1 < 2", "intent == 'repair'"}},
           Case{"intent == 'x' || score > 0 || 1 < 2", {"score > 0"}},
           Case{"intent == 'x' || score > 1", {"intent == 'x'", "score > 1"}},
           Case{"!(intent == 'x' || (score > 0 && 1 < 2))", {"score > 0", "1 < 2"}},
           Case{"score > 0 ? intent == 'x' : 1 < 2", {"score > 0", "intent == 'x'"}},
           Case{"entries[1].amount > 0 && 1 < 2", {"entries[1].amount > 0"}},
           Case{"entries[1].amount > 0 && 2 < 1", {"2 < 1"}},
           Case{"1 / 0 == 1 && 1 < 2", {"1 / 0 == 1"}},
       }) {
    SCOPED_TRACE(one.source);
    const auto program = Program::compile(one.source, world.environment);
    ASSERT_TRUE(program.has_value()) << program.error().text();
    std::vector<Decider> why;
    const Value answer = program->explain({variables}, world.scratch, why);
    EXPECT_EQ(World::word(answer, *program),
              World::word(program->evaluate({variables}, world.scratch), *program));
    std::vector<std::string> texts;
    for (const Decider& decider : why)
      texts.emplace_back(one.source.substr(decider.begin, decider.end - decider.begin));
    EXPECT_EQ(texts, one.why);
  }
}

TEST(Program, ExplainNamesTheElementThatSettledIt) {
  World world;
  const std::vector<Value> variables = world.values();
  const auto program = Program::compile(
      "intent == 'repair' && entries.exists(e, e.kind == 'invoice')", world.environment);
  ASSERT_TRUE(program.has_value());
  std::vector<Decider> why;
  EXPECT_TRUE(program->explain({variables}, world.scratch, why).is_true());
  ASSERT_EQ(why.size(), 2U);
  ASSERT_TRUE(why[1].element.is(Kind::object));
  EXPECT_EQ(why[1].element.data(), &world.entries[2]);
  EXPECT_TRUE(why[0].element.is(Kind::null));
}

TEST(Program, SaysWhatItReads) {
  struct Case {
    std::string_view source;
    std::vector<std::string> reads;
  };
  World world;
  for (const Case& one : {
           Case{"1 < 2", {}},
           Case{"customer.language == 'de' && now > customer.since",
                {"customer.language", "customer.since", "now"}},
           Case{"entries.exists(e, e.kind == 'x' && has(e.amount))",
                {"entries.amount", "entries.kind"}},
           Case{"entries.exists(e, true)", {"entries"}},
           Case{"size(entries) > 1", {"entries"}},
           Case{"entries.filter(x, x.kind == intent).all(y, y.at < now)",
                {"entries.at", "entries.kind", "intent", "now"}},
           Case{"entries[0].amount > 1", {"entries.amount"}},
           Case{"entries.exists(e, entries.exists(f, e.at < f.at))", {"entries.at"}},
           Case{"tags.vip == 'x' || tags['y'] == 'z'", {"tags", "tags.vip"}},
       }) {
    SCOPED_TRACE(one.source);
    const auto program = Program::compile(one.source, world.environment);
    ASSERT_TRUE(program.has_value()) << program.error().text();
    EXPECT_EQ(std::vector<std::string>(program->reads().begin(), program->reads().end()),
              one.reads);
  }
}

TEST(Program, MemoryOfOneEvaluationIsBounded) {
  World world;
  Options options;
  options.limits.scratch_bytes_max = 2'000;
  EXPECT_EQ(world.ask("entries.map(e, entries.map(f, f.kind + e.kind)).size()", options), "int:3");
  options.limits.scratch_bytes_max = 200;
  EXPECT_EQ(world.ask("entries.map(e, entries.map(f, f.kind + e.kind)).size()", options),
            "error:the evaluation needs too much memory@1:24");
}

TEST(Program, ScratchIsReusedAcrossPrograms) {
  World world;
  const std::vector<Value> variables = world.values();
  const auto deep =
      Program::compile("entries.exists(e, entries.exists(f, f.at > e.at))", world.environment);
  const auto flat = Program::compile("intent == 'repair'", world.environment);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(deep->evaluate({variables}, world.scratch).is_true());
    EXPECT_TRUE(flat->evaluate({variables}, world.scratch).is_true());
  }
}

}  // namespace
}  // namespace concord::cel
