// Promise: concord's CEL answers as an implementation that nobody here wrote.
// Method: random typed expressions, asked of both; and planted wrong operators that must be found.
#include "tests/fuzz/cel_differential/differential.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/fuzz/cel_differential/generator.h"

namespace concord::test {
namespace {

class CelDifferential : public testing::Test {
 protected:
  void SetUp() override {
    static const std::string why = install_peer(CONCORD_PEER_SOURCE, CONCORD_PEER_FOLDER);
    if (!why.empty()) GTEST_SKIP() << why;
    auto started = Peer::start(CONCORD_PEER_FOLDER);
    ASSERT_TRUE(started.has_value()) << started.error().text();
    peer_ = std::move(*started);
  }
  DifferentialOutcome run(const DifferentialAsk& ask) {
    auto outcome = run_differential(*peer_, ask);
    EXPECT_TRUE(outcome.has_value()) << outcome.error().text();
    return outcome ? *outcome : DifferentialOutcome{};
  }
  std::unique_ptr<Peer> peer_;
};

TEST_F(CelDifferential, NoDifferenceInTwentyThousandExpressions) {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    DifferentialAsk ask;
    ask.seed = seed;
    ask.count = 5'000;
    const DifferentialOutcome outcome = run(ask);
    EXPECT_EQ(outcome.asked, 5'000U);
    EXPECT_LT(outcome.errors, outcome.asked / 2) << "most expressions should have a value";
    EXPECT_GT(outcome.errors, outcome.asked / 50) << "some should have none";
    if (outcome.difference)
      ADD_FAILURE() << "seed " << seed << ": " << outcome.difference->expression
                    << "\n  ours:   " << outcome.difference->ours
                    << "\n  theirs: " << outcome.difference->theirs
                    << "\n  values: " << outcome.difference->values;
  }
}

struct Plant {
  const char* from;
  const char* to;
};
class PlantedOperator : public CelDifferential, public testing::WithParamInterface<Plant> {};

TEST_P(PlantedOperator, IsFound) {
  DifferentialAsk ask;
  ask.count = 20'000;
  ask.plant_from = GetParam().from;
  ask.plant_to = GetParam().to;
  const DifferentialOutcome outcome = run(ask);
  ASSERT_TRUE(outcome.difference.has_value());
  EXPECT_NE(outcome.difference->whole.find(GetParam().from), std::string::npos);
  EXPECT_LE(outcome.difference->expression.size(), outcome.difference->whole.size());
}

INSTANTIATE_TEST_SUITE_P(All, PlantedOperator,
                         testing::Values(Plant{" < ", " <= "}, Plant{" >= ", " > "},
                                         Plant{" + ", " - "}, Plant{" / ", " % "},
                                         Plant{" && ", " || "}, Plant{" != ", " == "},
                                         Plant{".exists(", ".all("},
                                         Plant{".startsWith(", ".endsWith("},
                                         Plant{".getDayOfMonth(", ".getDate("}));

// The generator itself: the same seed gives the same, and every type and macro comes up.
TEST(CelGenerator, RepeatsItselfAndCoversTheLanguage) {
  Generator one(7);
  Generator again(7);
  std::set<std::string> missing = {".exists(",   ".all(",      ".exists_one(", ".filter(", ".map(",
                                   " ? ",        "matches(",   "size(",        " % ",      "has(",
                                   "int(",       "uint(",      "double(",      "string(",  "bytes(",
                                   "timestamp(", "duration(",  " in ",         "type(",    "dyn(",
                                   "getHours(",  "startsWith("};
  for (int i = 0; i < 5'000; ++i) {
    const std::string text = one.expression().text();
    EXPECT_EQ(text, again.expression().text());
    one.values();
    again.values();
    std::erase_if(missing,
                  [&](const std::string& piece) { return text.find(piece) != std::string::npos; });
  }
  EXPECT_EQ(missing, std::set<std::string>());
}

}  // namespace
}  // namespace concord::test
