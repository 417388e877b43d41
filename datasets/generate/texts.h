// What people write: an opening that fits the story, then sentences with nouns and adjectives drawn
// by Zipf's law. Thread class: immutable.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "datasets/generate/dice.h"
#include "datasets/generate/vocabulary.h"

namespace concord::datasets {

/// What a text is about. Both lists of sentences (texts.cc) are in this order.
enum class Theme : std::uint8_t {
  late_delivery,
  defect,
  invoice,
  offer_question,
  problem_and_question,
  praise,
  blame,
  question,
  call,
  note,
  follow_up,
  returning,
  renewal,
};
inline constexpr std::size_t kThemeCount = 13;

class Texts {
 public:
  /// The opening of a text, at most one sentence. `{p}`: product, `{k}`: a number of ours.
  [[nodiscard]] std::string subject(Dice& dice, Language language, Theme theme,
                                    std::string_view product, std::string_view key) const;
  /// A whole text: the opening and one to six more sentences.
  [[nodiscard]] std::string text(Dice& dice, Language language, Theme theme,
                                 std::string_view product, std::string_view key) const;

 private:
  void fill(std::string& out, std::string_view pattern, Dice& dice, Language language,
            std::string_view product, std::string_view key) const;
  [[nodiscard]] const Vocabulary& words(Language language) const {
    return language == Language::de ? de_ : en_;
  }
  Vocabulary de_{Language::de};
  Vocabulary en_{Language::en};
};

}  // namespace concord::datasets
