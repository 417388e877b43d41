// Promise: each word of the design reads back as its enumerator, and its stored number never moves.
#include "index/base/vocabulary.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace concord::index {
namespace {

template <typename T>
class Words : public testing::Test {};
using Enums = testing::Types<Kind, StateType, Trouble, Direction, Purpose, Visibility, ConsentState,
                             EventType, IdentityClass>;
TYPED_TEST_SUITE(Words, Enums);

TYPED_TEST(Words, ReadBackAsTheirEnumerator) {
  const auto list = words<TypeParam>();
  ASSERT_FALSE(list.empty());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto value = static_cast<TypeParam>(i);
    EXPECT_EQ(word(value), list[i]);
    EXPECT_EQ(from_word<TypeParam>(list[i]), value) << list[i];
  }
}

TYPED_TEST(Words, AreDifferentAndPlain) {
  std::set<std::string_view> seen;
  for (const std::string_view text : words<TypeParam>()) {
    EXPECT_TRUE(seen.insert(text).second) << text << " twice";
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
  }
}

TYPED_TEST(Words, NothingElseIsAWord) {
  for (const std::string_view text : {"", "Case", "case_", "new_", "no_such_word", " open"})
    EXPECT_FALSE(from_word<TypeParam>(text)) << text;
}

TYPED_TEST(Words, ANumberBeyondTheListIsUnknown) {
  EXPECT_EQ(word(static_cast<TypeParam>(255)), "unknown");
}

// Generations store these numbers: a change here makes every written one wrong. Append only.
TEST(StoredNumbers, OfKinds) {
  const std::vector<std::string_view> want{
      "interaction", "case",   "order",    "shipment", "return",   "invoice",
      "payment",     "credit", "contract", "holding",  "quote",    "opportunity",
      "message",     "visit",  "review",   "defect",   "release",  "promise",
      "task",        "fact",   "note",     "hold",     "decision", "outcome"};
  ASSERT_EQ(words<Kind>().size(), static_cast<std::size_t>(kKindCount));
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(words<Kind>()[i], want[i]);
  EXPECT_EQ(static_cast<int>(Kind::case_), 1);
  EXPECT_EQ(static_cast<int>(Kind::return_), 4);
  EXPECT_EQ(static_cast<int>(Kind::outcome), 23);
}

TEST(StoredNumbers, OfTheShortLists) {
  EXPECT_EQ(static_cast<int>(StateType::waiting_customer), 3);
  EXPECT_EQ(static_cast<int>(StateType::closed), 6);
  EXPECT_EQ(static_cast<int>(Trouble::defect), 4);
  EXPECT_EQ(static_cast<int>(Direction::outbound), 2);
  EXPECT_EQ(static_cast<int>(Purpose::marketing), 5);
  EXPECT_EQ(static_cast<int>(Visibility::secret), 2);
  EXPECT_EQ(static_cast<int>(ConsentState::withdrawn), 3);
  EXPECT_EQ(static_cast<int>(EventType::heartbeat), 12);
  EXPECT_EQ(static_cast<int>(IdentityClass::looks_up), 1);
}

TEST(OpenStates, AreDerivedFromTheStateType) {
  std::string open;
  for (std::size_t i = 0; i < words<StateType>().size(); ++i)
    if (is_open(static_cast<StateType>(i))) open += std::string(words<StateType>()[i]) + " ";
  EXPECT_EQ(open, "new open waiting_customer waiting_third ");
}

}  // namespace
}  // namespace concord::index
