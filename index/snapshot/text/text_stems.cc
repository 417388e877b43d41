#include "index/snapshot/text/text_stems.h"

#include <algorithm>
#include <utility>

namespace concord::index {

std::string stem_language(std::string_view language_tag) {
  if (language_tag.size() < 2) return {};
  std::string code(language_tag.substr(0, 2));
  for (char& c : code)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const bool two_letters =
      language_tag.size() == 2 || language_tag[2] == '-' || language_tag[2] == '_';
  return two_letters && Stemmer::knows(code) ? code : std::string();
}

WordStems Stems::of(const FoldedWord& word, const std::string& language) {
  if (language.empty()) return {word.plain, {}};
  auto stemmer = stemmers_.find(language);
  if (stemmer == stemmers_.end())
    stemmer = stemmers_.emplace(language, Stemmer(language)).first;
  WordStems out;
  FoldedWord stem;
  fold_word(stemmer->second.stem(word.folded), stem);
  out.stem = stem.plain.empty() ? word.plain : std::move(stem.plain);
  if (word.folded == word.plain) return out;
  fold_word(stemmer->second.stem(word.plain), stem);
  if (stem.plain != out.stem) out.other = std::move(stem.plain);
  return out;
}

std::vector<std::string> Stems::all_of(const FoldedWord& word,
                                       const std::vector<std::string>& languages) {
  std::vector<std::string> all{word.plain};
  for (const std::string& language : languages) {
    WordStems stems = of(word, language);
    all.push_back(std::move(stems.stem));
    if (!stems.other.empty()) all.push_back(std::move(stems.other));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace concord::index
