// The repository as the house rules see it: paths from the top and texts.
// Thread class: immutable (plain values).
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace concord::house {

struct SourceFile {
  std::string path;  // from the top, "index/base/types.h"
  std::string text;
};
using Tree = std::vector<SourceFile>;  // by path

/// One breach of a rule. `line` counts from 1; 0: the file as a whole.
struct Finding {
  std::string path;
  std::size_t line = 0;
  std::string what;
};
using Findings = std::vector<Finding>;

/// Every text file that people write, without what is built or fetched (.git, build*, data, …).
Tree load_tree(const std::string& root);

/// "path:line: what", a line each.
std::string text_of(const Findings& findings);

const SourceFile* find(const Tree& tree, std::string_view path);
/// "index/base" of "index/base/types.h"; empty at the top.
std::string_view folder_of(std::string_view path);
std::string_view name_of(std::string_view path);
/// Lines without their ends; a last line without one counts too.
std::vector<std::string_view> lines_of(std::string_view text);

bool is_header(std::string_view path);
/// .h, .cc and .fbs.
bool is_code(std::string_view path);
/// What stands in a room: not tests, not bench.
bool in_room(std::string_view path);

}  // namespace concord::house
