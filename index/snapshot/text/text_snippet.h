// A few words of a text around what was searched. Thread class: any-thread (pure function).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace concord::index {

/// What to highlight. Sorted lists of folded words without accents.
struct TextNeedles {
  std::vector<std::string> stems;     // any word with such a stem
  std::vector<std::string> words;     // these words
  std::vector<std::string> prefixes;  // words that begin so
  friend bool operator==(const TextNeedles&, const TextNeedles&) = default;
};

struct SnippetPiece {
  std::string_view text;
  bool highlighted = false;
  friend bool operator==(const SnippetPiece&, const SnippetPiece&) = default;
};

/// The pieces join to one run of the text; they borrow from it.
struct Snippet {
  std::vector<SnippetPiece> pieces;
  bool starts_cut = false;  // text stands before it
  bool ends_cut = false;
};

/// The run of at most `characters_max` characters (code points) with the most different needles,
/// then the most needles, then the earliest; begins and ends between words where one fits. Only
/// the first kSnippetBytesMax bytes are looked at. `language`: of the text, see TextHit.
Snippet make_snippet(std::string_view text, const TextNeedles& needles, std::string_view language,
                     std::size_t characters_max);

inline constexpr std::size_t kSnippetBytesMax = 16 * 1024;

}  // namespace concord::index
