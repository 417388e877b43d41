#include "index/snapshot/text/text_phrase.h"

#include <algorithm>
#include <array>

#include "index/base/assert.h"
#include "index/snapshot/text/text_words.h"

namespace concord::index {
namespace {

/// Lower case of ASCII letters and digits; 0 for what separates words.
constexpr std::array<char, 256> make_lower() {
  std::array<char, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) {
    table[static_cast<unsigned char>(c)] = c;
    table[static_cast<unsigned char>(c - 'a' + 'A')] = c;
  }
  return table;
}
constexpr std::array<char, 256> kLower = make_lower();

char lower(char c) { return kLower[static_cast<unsigned char>(c)]; }

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

/// The next word of an ASCII text at or after `at`; empty at the end.
std::string_view next_ascii_word(std::string_view text, std::size_t& at) {
  while (at < text.size() && lower(text[at]) == 0) ++at;
  const std::size_t begin = at;
  while (at < text.size() && lower(text[at]) != 0) ++at;
  return text.substr(begin, at - begin);
}

bool same_word(std::string_view word, std::string_view plain) {
  word = word.substr(0, kWordTermBytesMax);
  return word.size() == plain.size() &&
         std::equal(word.begin(), word.end(), plain.begin(),
                    [](char a, char b) { return lower(a) == b; });
}

bool phrase_in_ascii(std::string_view text, const std::vector<std::string>& phrase) {
  std::size_t at = 0;
  for (;;) {
    const std::string_view first = next_ascii_word(text, at);
    if (first.empty()) return false;
    if (!same_word(first, phrase.front())) continue;
    std::size_t ahead = at;
    std::size_t k = 1;
    while (k < phrase.size() && same_word(next_ascii_word(text, ahead), phrase[k])) ++k;
    if (k == phrase.size()) return true;
  }
}

}  // namespace

bool phrase_in(std::string_view text, const std::vector<std::string>& phrase) {
  CONCORD_ASSERT(!phrase.empty());
  if (is_ascii(text)) return phrase_in_ascii(text, phrase);
  std::vector<std::string> words;
  WordReader reader(text);
  FoldedWord folded;
  for (TextWord at; reader.next(at);) {
    fold_word(text.substr(at.begin, at.end - at.begin), folded);
    if (!folded.plain.empty()) words.push_back(folded.plain);
  }
  return std::search(words.begin(), words.end(), phrase.begin(), phrase.end()) != words.end();
}

}  // namespace concord::index
