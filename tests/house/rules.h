// The rules of the house, each a pure function of the tree. `house_test` runs them on the
// repository; `house_control_test` plants a fault for each and sees that it is found.
// Thread class: any-thread (pure functions).
#pragma once
#include <cstddef>

#include "tests/house/tree.h"

namespace concord::house {

inline constexpr std::size_t kFileLinesMax = 500;
inline constexpr std::size_t kFunctionLinesMax = 70;
inline constexpr std::size_t kColumnsMax = 100;  // characters, not bytes

/// Includes follow the house map; project headers are included by their path from the top.
Findings check_include_directions(const Tree& tree);
/// A heavy library is included only where the map says, in .cc files, and by few of them.
Findings check_heavy_headers(const Tree& tree);

Findings check_file_lengths(const Tree& tree);
Findings check_line_lengths(const Tree& tree);
Findings check_function_lengths(const Tree& tree);
/// No tabs and no carriage returns.
Findings check_white_space(const Tree& tree);

/// A header of a room says `Thread class:` and one of the three words before its first code.
Findings check_thread_words(const Tree& tree);
Findings check_pragma_once(const Tree& tree);
/// Marks of unfinished work; only the first kind is allowed, and only with `issue N` on its line.
Findings check_marks(const Tree& tree);
/// index/ and scoring/ read no clock, no environment and no randomness of the machine.
Findings check_outside_world(const Tree& tree);

/// Every *_test.cc lies in a folder whose CMakeLists.txt uses concord_tests.
Findings check_tests_are_built(const Tree& tree);
/// Every *_fuzz.cc is a target of concord_fuzz: the ones that `./dev fuzz` runs.
Findings check_fuzz_targets_are_run(const Tree& tree);
/// Every .cc of a room is named in a CMakeLists.txt of its folder or one above it.
Findings check_sources_are_built(const Tree& tree);
/// Every room with code has its README.md.
Findings check_room_readmes(const Tree& tree);

}  // namespace concord::house
