#include "index/snapshot/text/text_phrase.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

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
  std::uint64_t all = 0;
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), 8);
    all |= eight;
  }
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return (all & 0x8080808080808080ULL) == 0;
}

bool is_word_at(std::string_view text, std::size_t at) {
  return at < text.size() && lower(text[at]) != 0;
}

/// The word of an ASCII text that begins at or after `at`, which moves behind it; empty at the end.
std::string_view next_word(std::string_view text, std::size_t& at) {
  while (at < text.size() && lower(text[at]) == 0) ++at;
  const std::size_t begin = at;
  while (is_word_at(text, at)) ++at;
  return text.substr(begin, at - begin);
}

/// The word that ends at or before `at`, which moves to its beginning; empty at the beginning.
std::string_view word_before(std::string_view text, std::size_t& at) {
  while (at > 0 && lower(text[at - 1]) == 0) --at;
  const std::size_t end = at;
  while (at > 0 && lower(text[at - 1]) != 0) --at;
  return text.substr(at, end - at);
}

bool same_word(std::string_view word, std::string_view plain) {
  word = word.substr(0, kWordTermBytesMax);
  return word.size() == plain.size() &&
         std::equal(word.begin(), word.end(), plain.begin(),
                    [](char a, char b) { return lower(a) == b; });
}

/// 16 bytes at once: GCC's and Clang's vectors, for any processor.
using Bytes16 = unsigned char __attribute__((vector_size(16)));

Bytes16 load_lower(const char* at) {
  Bytes16 bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes | 0x20;  // letters become lower case, digits stay; signs may look alike
}

/// The first place at or after `at` where the first two bytes and the last look like those of
/// `key`; the check behind it decides. npos when there is none.
std::size_t find_beginning(std::string_view text, std::size_t at, std::string_view key) {
  const auto first = static_cast<unsigned char>(key[0]);
  const auto second = static_cast<unsigned char>(key[1]);
  const auto last = static_cast<unsigned char>(key.back());
  for (; at + key.size() + 15 <= text.size(); at += 16) {
    const char* const here = text.data() + at;
    const auto hits = (load_lower(here) == first) & (load_lower(here + 1) == second) &
                      (load_lower(here + key.size() - 1) == last);
    std::uint64_t halves[2];
    std::memcpy(halves, &hits, sizeof hits);
    if ((halves[0] | halves[1]) == 0) continue;
    for (std::size_t i = 0; i < 16; ++i)
      if (hits[i] != 0) return at + i;
  }
  for (; at + 2 <= text.size(); ++at)
    if (lower(text[at]) == key[0] && lower(text[at + 1]) == key[1]) return at;
  return std::string_view::npos;
}

/// Whether the phrase stands so that its word `key` is the word that begins at `at`.
bool stands_at(std::string_view text, std::size_t at, const std::vector<std::string>& phrase,
               std::size_t key) {
  std::size_t behind = at;
  for (std::size_t k = key; k < phrase.size(); ++k)
    if (!same_word(next_word(text, behind), phrase[k])) return false;
  std::size_t before = at;
  for (std::size_t k = key; k > 0; --k)
    if (!same_word(word_before(text, before), phrase[k - 1])) return false;
  return true;
}

bool phrase_in_ascii(std::string_view text, const std::vector<std::string>& phrase) {
  const auto longest = std::max_element(
      phrase.begin(), phrase.end(),
      [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  const auto key = static_cast<std::size_t>(longest - phrase.begin());
  if (longest->size() >= 2) {
    for (std::size_t at = 0; (at = find_beginning(text, at, *longest)) != std::string_view::npos;
         ++at)
      if ((at == 0 || !is_word_at(text, at - 1)) && stands_at(text, at, phrase, key)) return true;
    return false;
  }
  for (std::size_t at = 0; at < text.size(); ++at)
    if (is_word_at(text, at) && (at == 0 || !is_word_at(text, at - 1)) &&
        stands_at(text, at, phrase, key))
      return true;
  return false;
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
