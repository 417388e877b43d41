// Promise: a knowledge page is shown as the newest word on it said, at any revision somebody reads.
#include "index/knowledge_book.h"

#include <gtest/gtest.h>

#include "tests/support/events.h"

namespace concord::index {
namespace {

using test::Saying;

TEST(KnowledgeBook, KeepsWordsForWhatIsNotPublishedYet) {
  KnowledgeBook book;
  const auto say = [&](std::int64_t at_ms, const char* title, EventSeq seq, EventSeq published) {
    Saying page("wiki", "k" + std::to_string(seq), at_ms);
    page.draft.type = static_cast<std::uint8_t>(EventType::knowledge);
    page.draft.knowledge = std::make_unique<wire::KnowledgeT>();
    page.draft.knowledge->key = "page";
    page.draft.knowledge->title = title;
    page.draft.knowledge->withdrawn = title[0] == '\0';
    const std::string bytes = page.bytes();
    book.said(**decode_event(bytes), seq, published);
  };
  const auto title_at = [&](EventSeq at) -> std::string {
    const auto known = book.at(at, 0);
    if (!known) return "lost";
    return known->pages->all().empty() ? "none" : known->pages->all().front().second->title;
  };
  say(1000, "one", 1, 0);
  say(3000, "two", 2, 1);
  EXPECT_EQ(title_at(0), "none");
  EXPECT_EQ(title_at(1), "one");
  EXPECT_EQ(title_at(2), "two");
  say(2000, "late", 3, 2);  // older: changes nothing
  EXPECT_EQ(title_at(3), "two");
  say(4000, "", 4, 3);
  EXPECT_EQ(title_at(1), "lost") << "two is published";
  EXPECT_EQ(title_at(3), "two");
  EXPECT_EQ(title_at(4), "none");
  say(3500, "back?", 5, 4);
  EXPECT_EQ(title_at(5), "none") << "an older word does not bring a withdrawn page back";
  EXPECT_TRUE(book.at(5, 4)->changed.empty());
  EXPECT_EQ(book.at(5, 3)->changed.size(), 1U);
}

}  // namespace
}  // namespace concord::index
