// Digits after the point, by currency.
#include "index/base/currency.h"

#include <gtest/gtest.h>

namespace concord::index {
namespace {

TEST(Currency, DigitsAfterThePoint) {
  EXPECT_EQ(exponent_of_currency("JPY"), 0);
  EXPECT_EQ(exponent_of_currency("KWD"), 3);
  EXPECT_EQ(exponent_of_currency("BRL"), 2);
  EXPECT_EQ(exponent_of_currency("???"), 2);
}

}  // namespace
}  // namespace concord::index
