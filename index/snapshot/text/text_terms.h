// From a document to its terms. Words repeat, so what was worked out for one is kept.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "index/snapshot/text/text_stems.h"
#include "index/snapshot/text/text_store.h"
#include "index/snapshot/text/text_types.h"

namespace concord::index {

std::string owner_term(std::uint64_t owner);
std::string type_term(TextType type);
std::string visibility_term(Visibility visibility);

/// How a prefix finds the other forms of a word: by leads of the whole file (a generation), or by
/// the words each document has (a live shard, where a dead document must lead nowhere).
enum class PrefixBy : std::uint8_t { leads, words };

class TermMaker {
 public:
  explicit TermMaker(PrefixBy prefix_by) : prefix_by_(prefix_by) {}
  /// Gives every term of the document to `writer`, between its begin() and end(). The words that
  /// the writer must lead to their stems are noted for finish().
  void write(const DocRef& ref, const TextDocument& document, ShardWriter& writer);
  /// Call once, after the last document of the shard.
  Result<void> finish(ShardWriter& writer);

 private:
  struct Known {
    std::string stem;  // terms, ready to write; the others may be empty
    std::string other;
    std::string word;
    std::uint64_t document = 0;  // counted for this one
    std::uint32_t count = 0;
  };
  using Words = std::unordered_map<std::string, Known>;  // looked up, never walked

  void count_words(std::string_view text, std::uint32_t weight, const std::string& language);
  Known make(std::string_view word, const std::string& language);

  PrefixBy prefix_by_;
  Stems stems_;
  std::unordered_map<std::string, Words> by_language_;
  std::size_t known_count_ = 0;
  std::uint64_t document_ = 0;
  std::vector<Known*> used_;
  std::string key_;
  std::set<std::pair<std::string, std::string>> leads_;  // word, stem
};

}  // namespace concord::index
