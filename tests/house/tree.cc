#include "tests/house/tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace concord::house {
namespace {

namespace fs = std::filesystem;

bool is_skipped_folder(const std::string& name) {
  return name == ".git" || name == ".cache" || name == "data" || name == "node_modules" ||
         name.starts_with("build");
}

bool is_text(std::string_view path) {
  constexpr std::array<std::string_view, 12> kEndings{
      ".h", ".cc", ".fbs", ".md", ".txt", ".ts", ".tsx", ".js", ".toml", ".css", ".json", ".cmake"};
  return path == "dev" || path == ".ci/run" ||
         std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

std::string text_of_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Tree load_tree(const std::string& root) {
  Tree tree;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator();
       ++at) {
    if (at->is_directory() && is_skipped_folder(at->path().filename().string())) {
      at.disable_recursion_pending();
      continue;
    }
    const std::string path = fs::relative(at->path(), root).generic_string();
    if (at->is_regular_file() && is_text(path)) tree.push_back({path, text_of_file(at->path())});
  }
  std::sort(tree.begin(), tree.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return tree;
}

std::string text_of(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text += finding.path + ":" + std::to_string(finding.line) + ": " + finding.what + "\n";
  return text;
}

const SourceFile* find(const Tree& tree, std::string_view path) {
  const auto at = std::find_if(tree.begin(), tree.end(),
                               [&](const SourceFile& file) { return file.path == path; });
  return at == tree.end() ? nullptr : &*at;
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

bool is_header(std::string_view path) { return path.ends_with(".h"); }

bool is_code(std::string_view path) {
  return path.ends_with(".h") || path.ends_with(".cc") || path.ends_with(".fbs");
}

bool in_room(std::string_view path) {
  return path.starts_with("index/") || path.starts_with("scoring/") ||
         path.starts_with("server/") || path.starts_with("datasets/");
}

}  // namespace concord::house
