// Words of two languages, tens of thousands each, drawn as real texts draw them: rank r with weight
// 1/(r + 2.7) (Zipf-Mandelbrot). The first ranks are real words, then compounds of real stems, then
// names made of syllables. The lists are fixed: no seed changes them.
// Thread class: immutable.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/generate/dice.h"

namespace concord::datasets {

enum class Language : std::uint8_t { de, en };
constexpr std::string_view word(Language language) {
  return language == Language::de ? "de" : "en";
}

/// Ranks 0 … n-1 by Zipf's law, in integers only. O(1) a draw on average.
class Zipf {
 public:
  explicit Zipf(std::uint32_t n);
  std::uint32_t draw(Dice& dice) const;

 private:
  std::vector<std::uint64_t> upto_;   // sum of weights of the ranks before and at this one
  std::vector<std::uint32_t> guide_;  // for each top byte pair of a draw: the first rank to look at
};

class Vocabulary {
 public:
  explicit Vocabulary(Language language);
  std::string_view noun(Dice& dice) const { return nouns_[noun_ranks_.draw(dice)]; }
  std::string_view adjective(Dice& dice) const { return adjectives_[adjective_ranks_.draw(dice)]; }
  [[nodiscard]] std::size_t size() const { return nouns_.size() + adjectives_.size(); }

 private:
  std::vector<std::string> nouns_;
  std::vector<std::string> adjectives_;
  Zipf noun_ranks_;
  Zipf adjective_ranks_;
};

}  // namespace concord::datasets
