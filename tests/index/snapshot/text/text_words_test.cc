// Promise: words are cut and folded the same way in every room, whatever the script or the bytes.
#include "index/snapshot/text/text_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/base/json_writer.h"
#include "index/snapshot/text/text_phrase.h"
#include "index/snapshot/text/text_stems.h"
#include "tests/index/snapshot/text/text_support.h"

namespace concord::index {
namespace {

std::vector<std::string> plain_words(std::string_view text) {
  std::vector<std::string> words;
  WordReader reader(text);
  FoldedWord folded;
  for (TextWord at; reader.next(at);) {
    fold_word(text.substr(at.begin, at.end - at.begin), folded);
    words.push_back(folded.plain);
  }
  return words;
}

TEST(Words, AreCutAndFolded) {
  struct Row {
    const char* text;
    std::vector<std::string> want;
  };
  for (const Row& row : {
           Row{"", {}},
           Row{" \t\n!?", {}},
           Row{"Where is my Order?", {"where", "is", "my", "order"}},
           Row{"T-991, don't", {"t", "991", "don", "t"}},
           Row{"ann@example.test", {"ann", "example", "test"}},
           Row{"Größe STRASSE Straße", {"grosse", "strasse", "strasse"}},
           Row{"reclamação", {"reclamacao"}},
           Row{"reclamac\u0327a\u0303o", {"reclamacao"}},  // decomposed
           Row{"ＡＢＣ１２ ﬁne", {"abc12", "fine"}},          // full width, ligature
           Row{"東京 駅", {"東", "京", "駅"}},
           Row{"Привет МИР", {"привет", "мир"}},
           Row{"a\xff\xfe" "b \xc3", {"a", "b"}},  // not UTF-8
       })
    EXPECT_EQ(plain_words(row.text), row.want) << row.text;
}

TEST(Words, LongOnesEndBetweenCharacters) {
  FoldedWord folded;
  fold_word(std::string(500, 'x'), folded);
  EXPECT_EQ(folded.plain.size(), kWordTermBytesMax);
  std::string greek;
  for (int i = 0; i < 100; ++i) greek += "λ";
  fold_word("x" + greek, folded);
  EXPECT_LE(folded.plain.size(), kWordTermBytesMax);
  EXPECT_TRUE(is_utf8(folded.plain));
}

TEST(Words, IdForms) {
  EXPECT_THAT(id_forms(" Ann@Example.TEST "), testing::ElementsAre("ann@example.test"));
  EXPECT_THAT(id_forms("+49 (30) 12-34"), testing::ElementsAre("+49 (30) 12-34", "49301234"));
  EXPECT_THAT(id_forms("12345"), testing::ElementsAre("12345"));
  EXPECT_THAT(id_forms("1-2"), testing::ElementsAre("1-2"));
  EXPECT_THAT(id_forms("  "), testing::IsEmpty());
}

TEST(Words, StopWordsBelongToLanguages) {
  EXPECT_TRUE(is_stop_word("the", {"en"}));
  EXPECT_FALSE(is_stop_word("the", {"de"}));
  EXPECT_TRUE(is_stop_word("fur", {"de", "en"}));  // für
  EXPECT_FALSE(is_stop_word("lamp", {"de", "en", "es", "fr", "it", "pt"}));
  EXPECT_FALSE(is_stop_word("", {"en"}));
  EXPECT_FALSE(is_stop_word("a about", {"en"}));
}

TEST(Stems, AccentsMayBeLeftOut) {
  Stems stems;
  const auto all = [&](const char* word) {
    FoldedWord folded;
    fold_word(word, folded);
    return stems.all_of(folded, {"de", "en", "pt"});
  };
  const auto shares = [&](const char* a, const char* b) {
    for (const std::string& x : all(a))
      for (const std::string& y : all(b))
        if (x == y) return true;
    return false;
  };
  EXPECT_TRUE(shares("reclamação", "reclamações"));
  EXPECT_TRUE(shares("reclamação", "reclamacao"));
  EXPECT_TRUE(shares("Lampe", "Lampen"));
  EXPECT_TRUE(shares("delivered", "delivery") || shares("delivered", "deliver"));
  EXPECT_FALSE(shares("lamp", "table"));
  EXPECT_EQ(stem_language("pt-BR"), "pt");
  EXPECT_EQ(stem_language("EN"), "en");
  EXPECT_EQ(stem_language("eng"), "");
  EXPECT_EQ(stem_language("x"), "");
  EXPECT_EQ(stem_language("zh"), "");
}

TEST(Phrase, StandsInARow) {
  struct Row {
    const char* text;
    std::vector<std::string> phrase;
    bool want;
  };
  for (const Row& row : {
           Row{"It never, EVER arrived.", {"never", "ever", "arrived"}, true},
           Row{"never arrived", {"arrived", "never"}, false},
           Row{"a a b", {"a", "b"}, true},
           Row{"nevermore arrived", {"never", "arrived"}, false},
           Row{"", {"a"}, false},
           Row{"Die Größe stimmt", {"grosse", "stimmt"}, true},
           Row{"the end", {"end", "of"}, false},
       })
    EXPECT_EQ(phrase_in(row.text, row.phrase), row.want) << row.text;
  const std::string longest(100, 'y');
  EXPECT_TRUE(phrase_in(longest, {std::string(kWordTermBytesMax, 'y')}));
}

// The quick way for ASCII gives what the general way gives (a letter of another script at the end
// of a text takes the general way).
TEST(Phrase, AsciiAndOtherTextsAgree) {
  test::Random random(31);
  const std::vector<std::string> words{"a", "ab", "abc", "ABC", "b2", "2", "b",
                                       "abcabcabcabcabcab"};
  const std::vector<std::string> gaps{" ", "  ", "-", "@", "\n", "`", "[", std::string(20, '.')};
  const auto row = [&](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += random.pick(words) + random.pick(gaps);
    return out;
  };
  int held = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string text = row(random.below(30));
    const std::vector<std::string> phrase = plain_words(row(1 + random.below(3)));
    const bool found = phrase_in(text, phrase);
    held += found ? 1 : 0;
    ASSERT_EQ(found, phrase_in(text + " \u00e9", phrase)) << text;
  }
  EXPECT_GT(held, 500);
  EXPECT_LT(held, 3500);
}

}  // namespace
}  // namespace concord::index
