// Whether words stand in a row in a text. Thread class: any-thread (pure function).
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace concord::index {

/// `phrase`: plain words (text_words.h), at least one. Case, accents and what separates words do
/// not count.
bool phrase_in(std::string_view text, const std::vector<std::string>& phrase);

}  // namespace concord::index
