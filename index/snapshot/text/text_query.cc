#include "index/snapshot/text/text_query.h"

#include <algorithm>
#include <utility>

#include "index/base/json_writer.h"
#include "index/snapshot/text/text_words.h"

namespace concord::index {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct Token {
  std::string_view text;
  bool quoted = false;
  bool excluded = false;
};

/// Cuts the line into quoted parts and runs without blanks.
class Tokens {
 public:
  explicit Tokens(std::string_view line) : line_(line) {}

  bool next(Token& token) {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
    if (at_ == line_.size()) return false;
    token = {};
    if (line_[at_] == '-' && at_ + 1 < line_.size() && !is_blank(line_[at_ + 1])) {
      token.excluded = true;
      ++at_;
    }
    token.quoted = line_[at_] == '"';
    if (token.quoted) ++at_;
    const std::size_t begin = at_;
    while (at_ < line_.size() && (token.quoted ? line_[at_] != '"' : !ends_run(line_[at_]))) ++at_;
    token.text = line_.substr(begin, at_ - begin);
    if (token.quoted && at_ < line_.size()) ++at_;  // a missing end quote is forgiven
    return true;
  }

 private:
  static bool ends_run(char c) { return is_blank(c) || c == '"'; }
  std::string_view line_;
  std::size_t at_ = 0;
};

std::vector<FoldedWord> words_of(std::string_view text) {
  std::vector<FoldedWord> words;
  WordReader reader(text);
  for (TextWord at; reader.next(at);) {
    FoldedWord word;
    fold_word(text.substr(at.begin, at.end - at.begin), word);
    if (!word.plain.empty()) words.push_back(std::move(word));
  }
  return words;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += character_bytes(text, at)) ++count;
  return count;
}

QueryLeaf leaf_of(QueryLeaf::Kind kind, std::vector<FoldedWord> words) {
  QueryLeaf leaf;
  leaf.kind = kind;
  for (FoldedWord& word : words) {
    leaf.words.push_back(std::move(word.plain));
    leaf.folded.push_back(std::move(word.folded));
  }
  return leaf;
}

Result<void> add_prefix(std::string_view text, std::vector<FoldedWord> words, QueryClause& clause) {
  FoldedWord last = std::move(words.back());
  words.pop_back();
  if (characters(last.plain) < kPrefixCharactersMin)
    return fail(Code::bad_input, "'" + std::string(text) + "': write at least " +
                                     std::to_string(kPrefixCharactersMin) +
                                     " characters before the *");
  QueryLeaf prefix;
  prefix.kind = QueryLeaf::Kind::prefix;
  prefix.words.push_back(std::move(last.plain));
  clause.any.push_back(std::move(prefix));
  return {};
}

/// What one token may be: a word, words in a row, a known value. `apart`: or each of its words,
/// when it is not quoted.
Result<void> add_token(const Token& token, bool apart, QueryClause& clause) {
  std::vector<FoldedWord> words = words_of(token.text);
  if (words.empty()) return {};
  const bool starred = !token.quoted && token.text.back() == '*';
  if (starred && words.size() == 1) return add_prefix(token.text, std::move(words), clause);
  if (!token.quoted && (apart || words.size() == 1)) {
    for (FoldedWord& word : words)
      clause.any.push_back(leaf_of(QueryLeaf::Kind::word, {std::move(word)}));
  } else {
    clause.any.push_back(leaf_of(QueryLeaf::Kind::phrase, std::move(words)));
  }
  QueryLeaf id;
  id.kind = QueryLeaf::Kind::id;
  id.words = id_forms(token.text);
  if (!id.words.empty()) clause.any.push_back(std::move(id));
  return {};
}

bool is_stop(const QueryClause& clause, const std::vector<std::string>& languages) {
  if (clause.excluded || clause.any.empty()) return false;
  const QueryLeaf& first = clause.any.front();
  return clause.any.size() <= 2 && first.kind == QueryLeaf::Kind::word &&
         (clause.any.size() == 1 || clause.any.back().kind == QueryLeaf::Kind::id) &&
         is_stop_word(first.words.front(), languages);
}

/// Stop words go while a word that says something stays.
void drop_stop_words(ParsedQuery& parsed, const std::vector<std::string>& languages) {
  const auto says = [&](const QueryClause& c) { return !c.excluded && !is_stop(c, languages); };
  if (std::none_of(parsed.clauses.begin(), parsed.clauses.end(), says)) return;
  std::vector<QueryClause> kept;
  for (QueryClause& clause : parsed.clauses) {
    if (is_stop(clause, languages))
      parsed.ignored.push_back(clause.any.front().words.front());
    else
      kept.push_back(std::move(clause));
  }
  parsed.clauses = std::move(kept);
}

void merge_wanted(ParsedQuery& parsed) {
  QueryClause any;
  std::vector<QueryClause> kept;
  for (QueryClause& clause : parsed.clauses) {
    if (clause.excluded)
      kept.push_back(std::move(clause));
    else
      std::move(clause.any.begin(), clause.any.end(), std::back_inserter(any.any));
  }
  if (!any.any.empty()) kept.push_back(std::move(any));
  parsed.clauses = std::move(kept);
}

std::size_t count_words(const ParsedQuery& parsed) {
  std::size_t count = 0;
  for (const QueryClause& clause : parsed.clauses)
    for (const QueryLeaf& leaf : clause.any)
      if (leaf.kind != QueryLeaf::Kind::id) count += leaf.words.size();
  return count;
}

}  // namespace

Result<ParsedQuery> parse_query(std::string_view words, bool any_word,
                                const std::vector<std::string>& languages) {
  if (words.size() > kQueryBytesMax)
    return fail(Code::over_limit, "over " + std::to_string(kQueryBytesMax) + " bytes", "q");
  if (!is_utf8(words)) return fail(Code::bad_input, "is not UTF-8", "q");
  ParsedQuery parsed;
  Tokens tokens(words);
  bool join = false;  // an OR stands before the next token
  for (Token token; tokens.next(token);) {
    if (!token.quoted && !token.excluded && (token.text == "OR" || token.text == "AND")) {
      join = token.text == "OR";
      continue;
    }
    QueryClause clause;
    clause.excluded = token.excluded;
    if (auto added = add_token(token, any_word && !token.excluded, clause); !added)
      return fail(added.error().code, added.error().detail, "q");
    if (clause.any.empty()) continue;  // signs only
    const bool fits = join && !clause.excluded && !parsed.clauses.empty() &&
                      !parsed.clauses.back().excluded;
    if (fits)
      std::move(clause.any.begin(), clause.any.end(),
                std::back_inserter(parsed.clauses.back().any));
    else
      parsed.clauses.push_back(std::move(clause));
    join = false;
  }
  if (count_words(parsed) > kQueryWordsMax)
    return fail(Code::over_limit, "over " + std::to_string(kQueryWordsMax) + " words", "q");
  drop_stop_words(parsed, languages);
  if (any_word) merge_wanted(parsed);
  return parsed;
}

}  // namespace concord::index
