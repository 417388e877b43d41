// Words of a text: where they are, how they are folded, which of them say nothing.
// A word is a run of letters, digits and their marks; one character in scripts written without
// blanks (Han, Kana, Thai, …). Folding is NFKC case folding; `plain` has no accents besides.
// Thread class: any-thread (functions); WordReader and Folder are one-owner.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace concord::index {

inline constexpr std::size_t kWordTermBytesMax = 64;  // longer words are cut here, on both sides

struct TextWord {
  std::uint32_t begin = 0;  // bytes into the text
  std::uint32_t end = 0;
  friend bool operator==(const TextWord&, const TextWord&) = default;
};

/// Walks the words of `text`, which must outlive it. Requires: text.size() < 2^31.
class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text) {}
  /// False at the end.
  bool next(TextWord& word);

 private:
  std::string_view text_;
  std::int32_t at_ = 0;
};

struct FoldedWord {
  std::string folded;  // NFKC case folded
  std::string plain;   // and without accents (U+0300 to U+036F of the decomposition)
};

/// Folds one word (or any short text); both forms end at kWordTermBytesMax, between characters.
void fold_word(std::string_view word, FoldedWord& out);

/// A word that says nothing in any of `languages` (codes such as "en"); `plain` is folded.
bool is_stop_word(std::string_view plain, const std::vector<std::string>& languages);

/// The forms under which a whole value is found: folded, and for what looks like a phone number its
/// digits. At most two, sorted. Empty when nothing is left.
std::vector<std::string> id_forms(std::string_view value);

/// Bytes of the character at `at`; 1 for what is not UTF-8. Requires at < text.size().
std::size_t character_bytes(std::string_view text, std::size_t at);

}  // namespace concord::index
