// Promise: a snippet is a true run of the text, never cuts a character, and shows why it was found.
#include "index/snapshot/text/text_snippet.h"

#include <gtest/gtest.h>

#include "index/base/json_writer.h"
#include "index/snapshot/text/text_words.h"
#include "tests/index/snapshot/text/text_support.h"

namespace concord::index {
namespace {

std::string shown(const Snippet& snippet) {
  std::string out = snippet.starts_cut ? "…" : "";
  for (const SnippetPiece& piece : snippet.pieces)
    out += piece.highlighted ? "[" + std::string(piece.text) + "]" : std::string(piece.text);
  return out + (snippet.ends_cut ? "…" : "");
}

TextNeedles needles(std::vector<std::string> stems, std::vector<std::string> words = {},
                    std::vector<std::string> prefixes = {}) {
  return {std::move(stems), std::move(words), std::move(prefixes)};
}

TEST(Snippet, Table) {
  struct Row {
    const char* text;
    TextNeedles needles;
    const char* language;
    std::size_t max;
    const char* want;
  };
  for (const Row& row : {
           Row{"", needles({"lamp"}), "en", 10, ""},
           Row{"!!", needles({"lamp"}), "en", 10, "!!"},
           Row{"Two lamps came.", needles({"lamp"}), "en", 100, "Two [lamps] came."},
           Row{"Two lamps came.", needles({"lamp"}), "", 100, "Two lamps came."},
           Row{"nothing to see in here", needles({"lamp"}), "en", 12, "nothing to…"},
           Row{"one two three lamp four lamp and table", needles({"lamp", "tabl"}), "en", 19,
               "…four [lamp] and [table]"},
           Row{"Die Größe der Lampen", needles({"lamp"}, {"grosse"}), "de", 100,
               "Die [Größe] der [Lampen]"},
           Row{"late delivery", needles({}, {}, {"deliv"}), "en", 100, "late [delivery]"},
           Row{"ééééééééééé", needles({}), "", 4, "éééé…"},
       })
    EXPECT_EQ(shown(make_snippet(row.text, row.needles, row.language, row.max)), row.want)
        << row.text;
}

TEST(Snippet, IsARunOfTheTextOnAnyText) {
  test::Random random(21);
  for (int i = 0; i < 500; ++i) {
    std::string text = test::sentence(random, random.below(60));
    if (random.chance(5)) text.resize(random.below(text.size() + 1));  // half a character, too
    const std::size_t max = 1 + random.below(80);
    const TextNeedles wanted = needles({"deliveri", "lamp", "order"}, {"8d50"}, {"re"});
    const Snippet snippet = make_snippet(text, wanted, "en", max);
    std::string joined;
    for (const SnippetPiece& piece : snippet.pieces) {
      EXPECT_FALSE(piece.text.empty());
      joined += piece.text;
    }
    const std::size_t at = text.find(joined);
    ASSERT_NE(at, std::string::npos) << text;
    std::size_t characters = 0;
    for (std::size_t b = 0; b < joined.size(); b += character_bytes(joined, b)) ++characters;
    EXPECT_LE(characters, max) << text;
    if (is_utf8(text)) {
      EXPECT_TRUE(is_utf8(joined)) << text;
    }
    EXPECT_EQ(snippet.ends_cut || snippet.starts_cut, joined.size() < text.size()) << text;
    EXPECT_EQ(snippet.pieces, make_snippet(text, wanted, "en", max).pieces);
  }
}

TEST(Snippet, OfASearchShowsItsWords) {
  const test::Docs docs = test::generated(13, 200);
  const test::TempFolder folder;
  const TextIndex index = test::build_and_open(docs, folder.path());
  TextQuery query;
  query.words = "delivery -refund";
  query.limit = 50;
  const auto hits = index.search(query, test::access_to(docs));
  ASSERT_TRUE(hits);
  ASSERT_FALSE(hits->hits.empty());
  for (const TextHit& hit : hits->hits) {
    const test::Doc* doc = test::find_doc(docs, hit.ref);
    bool highlighted = false;
    for (const std::string* text : {&doc->text.title, &doc->text.text})
      for (const SnippetPiece& piece :
           make_snippet(*text, hits->needles, hit.language, 60).pieces)
        highlighted = highlighted || piece.highlighted;
    EXPECT_TRUE(highlighted) << doc->text.title << " / " << doc->text.text;
  }
}

}  // namespace
}  // namespace concord::index
