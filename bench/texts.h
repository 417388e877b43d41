// The entries of a base that have a text, and questions drawn from their words.
// Thread class: one-owner.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bench/world.h"
#include "index/base/json_reader.h"

namespace concord::bench {

/// What the text index asks back, answered from the records as the search route does.
class TextPieces {
 public:
  TextPieces(const World& world, const index::ReadPin& pin) : world_(world), pin_(pin) {}
  /// Appends subject and text; they live until the next call.
  void of(const index::DocRef& ref, std::vector<std::string_view>& out);
  [[nodiscard]] index::TextAccess access();

 private:
  const World& world_;
  const index::ReadPin& pin_;
  index::JsonReader reader_;
};

struct Text {
  index::DocRef ref;
  std::vector<std::string> pieces;
};
/// All of them that a `restricted` reader may see, found by reading every record.
std::vector<Text> texts_of(const World& world);

/// The words of one piece in lower case, by a plain split: ASCII letters and digits and whatever is
/// beyond ASCII belong to a word.
std::vector<std::string> plain_words(std::string_view piece);

struct Question {
  std::vector<std::string> words;  // two, next to each other in some text
  std::uint64_t owner = 0;         // whose text it was
};
/// `count` pairs of words from texts drawn with a fixed seed. ASCII words of four letters or more
/// that are no stop words.
std::vector<Question> draw_questions(const World& world, const std::vector<Text>& texts,
                                     std::size_t count);

}  // namespace concord::bench
