// Promise: ids print and read back as themselves, in one spelling only; nothing else is an id.
#include "index/base/types.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace concord::index {
namespace {

TEST(CustomerIdText, KnownSpellings) {
  EXPECT_EQ(to_string(CustomerId{0}), "c_0000000000000");
  EXPECT_EQ(to_string(CustomerId{31}), "c_000000000000z");
  EXPECT_EQ(to_string(CustomerId{32}), "c_0000000000010");
  EXPECT_EQ(to_string(CustomerId{~0ULL}), "c_fzzzzzzzzzzzz");
}

RC_GTEST_PROP(CustomerIdText, ReadsBackAsItself, (std::uint64_t value)) {
  const std::string text = to_string(CustomerId{value});
  RC_ASSERT(text.size() == kCustomerIdChars);
  RC_ASSERT(parse_customer_id(text) == CustomerId{value});
}

RC_GTEST_PROP(CustomerIdText, KeepsTheOrderOfIds, (std::uint64_t a, std::uint64_t b)) {
  RC_ASSERT((a < b) == (to_string(CustomerId{a}) < to_string(CustomerId{b})));
}

RC_GTEST_PROP(CustomerIdText, WhatIsReadIsWhatIsPrinted,
              (std::uint64_t value, std::uint8_t at, char c)) {
  std::string text = to_string(CustomerId{value});
  text[at % text.size()] = c;
  const auto id = parse_customer_id(text);
  if (id) RC_ASSERT(to_string(*id) == text);
}

TEST(CustomerIdText, NothingElseIsAnId) {
  for (const char* text :
       {"", "c", "c_", "c_000000000000", "c_00000000000000", "C_0000000000000", "c-0000000000000",
        "c_000000000000i", "c_000000000000l", "c_000000000000o", "c_000000000000u",
        "c_000000000000A", "c_g000000000000", "c_zzzzzzzzzzzzz", "c_00000000000 0"})
    EXPECT_FALSE(parse_customer_id(text)) << text;
  EXPECT_FALSE(parse_customer_id(std::string_view("c_000000000000\0", 15)));
}

TEST(HashText, HighWordFirst) {
  EXPECT_EQ(to_hex(Hash128{}), "00000000000000000000000000000000");
  EXPECT_EQ(to_hex(Hash128{.low = 0xfedcba9876543210, .high = 0x0123456789abcdef}),
            "0123456789abcdeffedcba9876543210");
}

}  // namespace
}  // namespace concord::index
