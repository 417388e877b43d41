// The words that generated expressions are made of: literals at the edges of their types, names of
// variables, functions. Thread class: immutable (tables).
#pragma once
#include <string>
#include <vector>

namespace concord::test::words {

using Words = std::vector<std::string>;

const Words& booleans();
const Words& integers();
const Words& uintegers();
const Words& floatings();
const Words& strings();
const Words& bytes();
const Words& timestamps();
const Words& durations();
const Words& integer_lists();
const Words& string_lists();
const Words& small_numbers();
const Words& comparisons();
const Words& patterns();  // of matches()
const Words& numerals();  // strings, some of which are whole numbers
const Words& texts_of();  // string(…) of values that have one way to be written
const Words& time_getters();
const Words& duration_getters();
const Words& zones();
const Words& types();

}  // namespace concord::test::words
