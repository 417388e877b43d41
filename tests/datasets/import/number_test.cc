// Promise: a number is read to the last digit or refused; money is never rounded.
#include "datasets/import/number.h"

#include <gtest/gtest.h>

namespace concord::datasets {
namespace {

TEST(Number, Decimals) {
  struct Row {
    const char* text;
    char point;
    int exponent;
    std::int64_t want;
  };
  for (const Row& row :
       {Row{"1234.5", '.', 2, 123450}, Row{"1,234.50", '.', 2, 123450},
        Row{"1.234.567,8", ',', 2, 123456780}, Row{"1 234,5", ',', 2, 123450},
        Row{"1'234.5", '.', 2, 123450}, Row{"-0.01", '.', 2, -1}, Row{"+7", '.', 2, 700},
        Row{".5", '.', 2, 50}, Row{"12", '.', 0, 12}, Row{"12.00", '.', 0, 12},
        Row{"1.2300", '.', 2, 123}, Row{"92233720368547758.07", '.', 2, 9223372036854775807}})
    EXPECT_EQ(parse_decimal(row.text, row.point, row.exponent), row.want) << row.text;
  struct Bad {
    const char* text;
    char point;
    int exponent;
  };
  for (const Bad& bad :
       {Bad{"", '.', 2}, Bad{"-", '.', 2}, Bad{".", '.', 2}, Bad{"1.", '.', 2},
        Bad{"1.234", '.', 2}, Bad{"12,5", '.', 2}, Bad{"1,23,456.0", '.', 2},
        Bad{"1234,567.0", '.', 2}, Bad{"1.2.3", '.', 2}, Bad{"1e3", '.', 2}, Bad{"0x10", '.', 2},
        Bad{"1,000.5", ',', 2}, Bad{"92233720368547758.08", '.', 2}, Bad{"NaN", '.', 2},
        Bad{"1 234'567", '.', 2}})
    EXPECT_FALSE(parse_decimal(bad.text, bad.point, bad.exponent).has_value()) << bad.text;
}

TEST(Number, IntegersRealsBooleansCurrencies) {
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_EQ(parse_integer("+12"), 12);
  for (const char* bad : {"", "+", "1.0", "12x", "99999999999999999999", "+-1"})
    EXPECT_FALSE(parse_integer(bad).has_value()) << bad;
  EXPECT_EQ(parse_real("1.5e3"), 1500.0);
  for (const char* bad : {"", "inf", "nan", "1,5", "1e999"})
    EXPECT_FALSE(parse_real(bad).has_value()) << bad;
  EXPECT_EQ(parse_boolean("Yes"), true);
  EXPECT_EQ(parse_boolean("F"), false);
  EXPECT_FALSE(parse_boolean("ja").has_value());
}

}  // namespace
}  // namespace concord::datasets
