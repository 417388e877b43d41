// The terms of a word: the one place where building, asking and highlighting agree.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/snapshot/text/text_store.h"
#include "index/snapshot/text/text_words.h"

namespace concord::index {

/// "pt-BR" → "pt"; empty when words of that language are not stemmed.
std::string stem_language(std::string_view language_tag);

/// A word's stems: from the word as written and from the word without accents (people leave them
/// out). At most two, the first is never empty for a word.
struct WordStems {
  std::string stem;
  std::string other;  // empty when the same
};

class Stems {
 public:
  /// `language`: what stem_language gives.
  [[nodiscard]] WordStems of(const FoldedWord& word, const std::string& language);
  /// All stems `word` may have in a text of one of `languages` or of none; sorted, unique.
  [[nodiscard]] std::vector<std::string> all_of(const FoldedWord& word,
                                                const std::vector<std::string>& languages);

 private:
  std::unordered_map<std::string, Stemmer> stemmers_;  // looked up, never walked
};

}  // namespace concord::index
