// Answers as a person at a terminal reads them. Built from the answer's bytes, so that the text can
// say nothing the answer does not. Thread class: any-thread (pure functions).
#pragma once
#include <string>
#include <string_view>

namespace concord::server {

std::string show_context(std::string_view answer);
std::string show_next(std::string_view answer);
/// What became of one action in a next-best-action answer: its place, or where it was dropped.
std::string show_fate(std::string_view answer, std::string_view action);
std::string show_search(std::string_view answer);
std::string show_problem(std::string_view answer);

}  // namespace concord::server
