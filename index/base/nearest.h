// "Did you mean …?": the known word that a mistyped one is most likely a slip of.
// Thread class: any-thread (pure function).
#pragma once
#include <span>
#include <string_view>

namespace concord::index {

/// The first of `known` with the fewest edits (Levenshtein), when these are few enough for a slip:
/// one for words under five letters, else two, a third of the letters for long ones. Empty when
/// none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace concord::index
