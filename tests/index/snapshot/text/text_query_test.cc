// Promise: whatever is typed, a search either answers or says which bound or rule it broke.
#include "index/snapshot/text/text_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/index/snapshot/text/text_support.h"

namespace concord::index {
namespace {

/// The clauses in short: `word`, `"a b"`, `pre*`, `#id`; alternatives by `|`.
std::string shown(const ParsedQuery& parsed) {
  std::string out;
  for (const QueryClause& clause : parsed.clauses) {
    if (!out.empty()) out += ' ';
    if (clause.excluded) out += '-';
    for (std::size_t i = 0; i < clause.any.size(); ++i) {
      if (i > 0) out += '|';
      const QueryLeaf& leaf = clause.any[i];
      std::string words;
      for (const std::string& word : leaf.words) words += (words.empty() ? "" : " ") + word;
      if (leaf.kind == QueryLeaf::Kind::phrase) words = '"' + words + '"';
      if (leaf.kind == QueryLeaf::Kind::prefix) words += '*';
      if (leaf.kind == QueryLeaf::Kind::id) words = '#' + words;
      out += words;
    }
  }
  return out;
}

TEST(ParseQuery, Table) {
  struct Row {
    const char* words;
    const char* want;
  };
  for (const Row& row : {
           Row{"", ""},
           Row{"Late delivery", "late|#late delivery|#delivery"},
           Row{"\"Late delivery\"", "\"late delivery\"|#late delivery"},
           Row{"lamp OR Größe", "lamp|#lamp|grosse|#grosse"},
           Row{"a1 OR b1 c1", "a1|#a1|b1|#b1 c1|#c1"},
           Row{"x1 -y1", "x1|#x1 -y1|#y1"},
           Row{"-\"y1 z1\"", "-\"y1 z1\"|#y1 z1"},
           Row{"deliv*", "deliv*"},
           Row{"T-991", "\"t 991\"|#t-991"},
           Row{"x1 AND y1", "x1|#x1 y1|#y1"},
           Row{"OR x1 OR OR", "x1|#x1"},
           Row{"x1 OR -y1", "x1|#x1 -y1|#y1"},
           Row{"\"unfinished words", "\"unfinished words\"|#unfinished words"},
           Row{"- -- \" \"\" ( ) !!", ""},
           Row{"x1\"y1 z1\"", "x1|#x1 \"y1 z1\"|#y1 z1"},
           Row{"*", ""},
           Row{"(x1 y1)", "x1|#(x1 y1|#y1)"},
       }) {
    const auto parsed = parse_query(row.words, false, {"en"});
    ASSERT_TRUE(parsed) << row.words << ": " << parsed.error().text();
    EXPECT_EQ(shown(*parsed), row.want) << row.words;
  }
}

TEST(ParseQuery, Refusals) {
  struct Row {
    std::string words;
    Code code;
  };
  std::string many;
  for (std::size_t i = 0; i <= kQueryWordsMax; ++i) many += "w" + std::to_string(i) + " ";
  for (const Row& row : {Row{std::string(kQueryBytesMax + 1, 'a'), Code::over_limit},
                         Row{many, Code::over_limit}, Row{"a\xff", Code::bad_input},
                         Row{"x*", Code::bad_input}, Row{"-x*", Code::bad_input}}) {
    const auto parsed = parse_query(row.words, false, {});
    ASSERT_FALSE(parsed) << row.words;
    EXPECT_EQ(parsed.error().code, row.code) << row.words;
    EXPECT_EQ(parsed.error().place, "q");
    EXPECT_FALSE(parsed.error().detail.empty());
  }
}

// Signs, halves of characters, long runs: an answer or an error, and the same one again.
TEST(HostileQueries, NeverCrashAndAnswerTheSameTwice) {
  const test::Docs docs = test::generated(11, 120);
  const test::TempFolder folder;
  const TextIndex index = test::build_and_open(docs, folder.path());
  std::vector<std::string> hostile{
      std::string(1, '\0'), std::string("a\0b", 3), "\"", "\"\"\"\"", "-", "--lamp", "-\"", "-*",
      "**", "la**", "*mp", "OR", "OR OR", "AND OR AND", "-OR", "((((((", "lamp)", "a:b:c",
      "type:Zlamp", "Zlamp", "XClamp", "\u200b", "\u202e lamp", "\ufeff", "é*", "\xcc\x81",
      "lamp\xcc", std::string(2000, '-'), std::string(2000, '"'), std::string(2000, 'z'),
      std::string(1000, '*'), "'; DROP TABLE docs; --", "../../etc/passwd", "%00", "lamp~2",
      "lamp^9", "[a TO b]", "/.*/", "\xf0\x9f\x98\x80 lamp", "1e309", "-0", "+lamp"};
  test::Random random(3);
  for (int i = 0; i < 400; ++i) {
    std::string line;
    for (std::size_t n = random.below(40); n > 0; --n)
      line.push_back(static_cast<char>(random.chance(4) ? random.below(256)
                                                        : "la\"-* ORmp"[random.below(10)]));
    hostile.push_back(std::move(line));
  }
  for (const std::string& words : hostile)
    for (const TextSort sort : {TextSort::recent, TextSort::relevance}) {
      TextQuery query;
      query.words = words;
      query.sort = sort;
      query.facets = true;
      const auto first = index.search(query, test::access_to(docs));
      const auto again = index.search(query, test::access_to(docs));
      ASSERT_EQ(first.has_value(), again.has_value()) << words;
      if (first) {
        EXPECT_EQ(test::refs_of(*first), test::refs_of(*again)) << words;
      } else {
        EXPECT_THAT(first.error().code, testing::AnyOf(Code::bad_input, Code::over_limit)) << words;
      }
    }
}

}  // namespace
}  // namespace concord::index
