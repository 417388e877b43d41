// Promise: a slip of the finger is answered with the word that was meant, and nothing is guessed
// when no known word is near.
#include "index/base/nearest.h"

#include <gtest/gtest.h>

#include <array>

namespace concord::index {
namespace {

constexpr std::array<std::string_view, 5> kKnown{"limit", "as_of", "channel", "in", "state_type"};

TEST(Nearest, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest("limt", kKnown), "limit");
  EXPECT_EQ(nearest("chanel", kKnown), "channel");
  EXPECT_EQ(nearest("asof", kKnown), "as_of");
  EXPECT_EQ(nearest("statetype", kKnown), "state_type");
  EXPECT_EQ(nearest("im", kKnown), "in");
}

TEST(Nearest, GuessesNothingFromAfar) {
  EXPECT_EQ(nearest("colour", kKnown), "");
  EXPECT_EQ(nearest("xy", kKnown), "");
  EXPECT_EQ(nearest("", {}), "");
}

TEST(Nearest, OfTwoEquallyNearTheFirstIsNamed) {
  constexpr std::array<std::string_view, 2> kTwins{"card", "cart"};
  EXPECT_EQ(nearest("carx", kTwins), "card");
}

}  // namespace
}  // namespace concord::index
