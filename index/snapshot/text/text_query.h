// The question put to the text index, and the parser of its words.
//
//   late delivery        both words (stop words are left out while another word remains)
//   lamp OR table        one of them; OR binds closer than the blank
//   "never arrived"      these words in a row, as written but for case and accents
//   -refund -"no lamp"   not these
//   deliv*               words that begin so, and their other forms (two characters or more)
//   ann@x.test, T-991    as one known value (identity, number), or its words in a row
//
// Whatever else stands there separates words; nothing is a syntax error. Thread class: immutable.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/snapshot/text/text_types.h"

namespace concord::index {

inline constexpr std::size_t kQueryBytesMax = 2048;
inline constexpr std::size_t kQueryWordsMax = 64;
inline constexpr std::size_t kPrefixCharactersMin = 2;
inline constexpr std::size_t kPrefixTermsMax = 512;   // words one prefix may stand for
inline constexpr std::size_t kFilterValuesMax = 64;   // of one filter
inline constexpr std::uint32_t kHitsMax = 200;        // of one page
inline constexpr std::uint32_t kOffsetMax = 10'000;   // how deep pages go
inline constexpr std::uint32_t kFacetWalkMax = 20'000;

enum class TextSort : std::uint8_t { recent, relevance };

/// Within one filter any value fits; every filter must fit. Empty: no filter.
struct TextFilters {
  std::vector<TextType> types;
  std::vector<std::string> departments;
  std::vector<std::string> kinds;
  std::vector<std::string> channels;
  std::optional<std::uint64_t> owner;
  std::int64_t from_ms = INT64_MIN;  // both ends belong to it
  std::int64_t to_ms = INT64_MAX;
  Visibility visibility_max = Visibility::normal;
};

struct TextQuery {
  std::string words;      // may be empty: everything that fits the filters
  bool any_word = false;  // one of the words is enough (questions in sentences)
  TextFilters filters;
  TextSort sort = TextSort::recent;  // without words: always recent
  std::uint32_t limit = 10;
  std::string cursor;  // `next_cursor` of the page before, same question
  bool facets = false;
};

/// One thing to find. `words` are plain (see text_words.h).
struct QueryLeaf {
  enum class Kind : std::uint8_t { word, phrase, prefix, id };
  Kind kind = Kind::word;
  std::vector<std::string> words;   // plain; word and prefix: one; id: its forms
  std::vector<std::string> folded;  // word, phrase: the same with accents
};

struct QueryClause {
  bool excluded = false;
  std::vector<QueryLeaf> any;
};

struct ParsedQuery {
  std::vector<QueryClause> clauses;
  std::vector<std::string> ignored;  // stop words left out
};

/// Errors: bad_input (not UTF-8, a prefix too short), over_limit (too long, too many words).
Result<ParsedQuery> parse_query(std::string_view words, bool any_word,
                                const std::vector<std::string>& languages);

}  // namespace concord::index
