// Holds: the words are many, none twice, and drawn by Zipf's law.
#include "datasets/generate/vocabulary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "datasets/generate/texts.h"
#include "index/base/json_writer.h"

namespace concord::datasets {
namespace {

TEST(Zipf, RanksAreDrawnInProportionToTheirWeights) {
  constexpr std::uint32_t kRanks = 24'000;
  constexpr double kDraws = 400'000;
  const Zipf zipf(kRanks);
  std::vector<std::uint32_t> drawn(kRanks);
  Dice dice(1, 2, 3, 4);
  for (int i = 0; i < kDraws; ++i) {
    const std::uint32_t rank = zipf.draw(dice);
    ASSERT_LT(rank, kRanks);
    ++drawn[rank];
  }
  double sum = 0;
  for (std::uint32_t r = 0; r < kRanks; ++r) sum += 1 / (r + 2.7);
  for (const std::uint32_t rank : {0U, 1U, 5U, 20U, 100U}) {
    const double expected = kDraws / sum / (rank + 2.7);
    EXPECT_NEAR(drawn[rank], expected, 5 * std::sqrt(expected)) << rank;
  }
  std::uint32_t tail = 0;
  for (std::uint32_t r = kRanks / 2; r < kRanks; ++r) tail += drawn[r];
  EXPECT_GT(tail, 0U);
  EXPECT_LT(tail, kDraws / 10);
}

TEST(Zipf, OneRank) {
  const Zipf zipf(1);
  Dice dice(9, 9, 9, 9);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(zipf.draw(dice), 0U);
}

class Words : public testing::TestWithParam<Language> {};

TEST_P(Words, TensOfThousandsAndManyInUse) {
  const Vocabulary words(GetParam());
  EXPECT_GE(words.size(), 20'000U);
  std::set<std::string_view> seen;
  Dice dice(5, 0, 0, 0);
  for (int i = 0; i < 100'000; ++i) {
    const std::string_view word = words.noun(dice);
    EXPECT_FALSE(word.empty());
    EXPECT_TRUE(index::is_utf8(word));
    EXPECT_EQ(word.find_first_of(" ;,|\"\n"), std::string_view::npos) << word;
    seen.insert(word);
  }
  EXPECT_GT(seen.size(), 10'000U);
}

TEST_P(Words, TheSameForEveryRun) {
  const Vocabulary one(GetParam());
  const Vocabulary two(GetParam());
  Dice a(1, 1, 1, 1);
  Dice b(1, 1, 1, 1);
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(one.adjective(a), two.adjective(b));
}

TEST_P(Words, TextsLeaveNoHoleUnfilled) {
  const Texts texts;
  Dice dice(7, 0, 0, 0);
  for (std::size_t theme = 0; theme < kThemeCount; ++theme)
    for (int i = 0; i < 200; ++i) {
      const std::string text =
          texts.text(dice, GetParam(), static_cast<Theme>(theme), "Aurora 300", "B7-1");
      EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
      EXPECT_TRUE(index::is_utf8(text));
      EXPECT_GT(text.size(), 20U);
    }
}

INSTANTIATE_TEST_SUITE_P(Both, Words, testing::Values(Language::de, Language::en),
                         [](const auto& one) { return std::string(word(one.param)); });

}  // namespace
}  // namespace concord::datasets
