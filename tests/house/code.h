// C++ read just well enough for the house rules: words without comments and texts, and functions.
// Thread class: any-thread (pure functions).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace concord::house {

/// The same text with every comment, string and character literal turned to spaces; line ends stay.
/// Knows raw strings and digit separators.
std::string without_comments_and_texts(std::string_view source);

struct Function {
  std::string head;       // what stands before the brace, one space between words
  std::size_t line = 0;   // of the first word of the head, from 1
  std::size_t lines = 0;  // from there to the closing brace, both counted
};

/// Functions at namespace and class level. Method: braces are matched on the text without comments,
/// literals and preprocessor lines. What stands between the last `;`, `{` or `}` and a brace says
/// what it opens: `namespace` or `extern`: look inside; class, struct, union, enum before the first
/// parenthesis: look inside; else with a parenthesis: a function, measured to its closing brace
/// (blocks, lambdas and local classes belong to it); else data, and so is `name = call({…})`, but a
/// named lambda is a function. `Name() : a_{1}, b_{2} {` is one function: a comma or
/// a brace behind a closing brace goes on with the same head.
std::vector<Function> functions_of(std::string_view source);

/// Position of `word` in `code` at or behind `from`, standing alone (no letter, digit or underscore
/// on either side where the word itself begins or ends with one); npos when there is none.
std::size_t find_word(std::string_view code, std::string_view word, std::size_t from = 0);

/// From 1.
std::size_t line_at(std::string_view text, std::size_t position);

}  // namespace concord::house
