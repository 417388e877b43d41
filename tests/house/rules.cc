#include "tests/house/rules.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "tests/house/code.h"

namespace concord::house {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::size_t characters_in(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// The comment lines a file begins with.
std::string_view head_comment(std::string_view text) {
  std::size_t end = 0;
  for (const std::string_view line : lines_of(text)) {
    if (!line.starts_with("//")) break;
    end += line.size() + 1;
  }
  return text.substr(0, end);
}

bool names_an_issue(std::string_view line) {
  for (std::size_t at = find_word(line, "issue"); at != kNone;
       at = find_word(line, "issue", at + 1)) {
    const std::size_t number = at + 6;
    if (number < line.size() && line[number - 1] == ' ' &&
        std::isdigit(static_cast<unsigned char>(line[number])) != 0)
      return true;
  }
  return false;
}

bool is_marked_prose(std::string_view path) {
  return path.ends_with(".md") || path.ends_with(".json");
}

// The CMakeLists.txt of a folder and of every folder above it.
std::vector<const SourceFile*> lists_above(const Tree& tree, std::string_view folder) {
  std::vector<const SourceFile*> lists;
  for (;; folder = folder_of(folder)) {
    if (const SourceFile* list = find(tree, std::string(folder) + "/CMakeLists.txt"))
      lists.push_back(list);
    if (folder_of(folder).empty()) return lists;
  }
}

bool is_listed(const Tree& tree, std::string_view path) {
  for (const SourceFile* list : lists_above(tree, folder_of(path))) {
    const std::string_view relative = path.substr(folder_of(list->path).size() + 1);
    for (std::size_t at = list->text.find(relative); at != kNone;
         at = list->text.find(relative, at + 1)) {
      const std::size_t end = at + relative.size();
      const auto stands_alone = [&](std::size_t i) {
        return i >= list->text.size() || std::isspace(static_cast<unsigned char>(list->text[i])) ||
               list->text[i] == ')' || list->text[i] == '(';
      };
      if (stands_alone(at - 1) && stands_alone(end)) return true;
    }
  }
  return false;
}

}  // namespace

Findings check_file_lengths(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    const std::size_t lines = lines_of(file.text).size();
    if (is_code(file.path) && lines > kFileLinesMax)
      findings.push_back({file.path, 0, std::to_string(lines) + " lines"});
  }
  return findings;
}

Findings check_line_lengths(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (!is_code(file.path)) continue;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(file.text)) {
      ++number;
      if (characters_in(line) > kColumnsMax)
        findings.push_back({file.path, number, std::to_string(characters_in(line)) + " columns"});
    }
  }
  return findings;
}

Findings check_function_lengths(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (!file.path.ends_with(".h") && !file.path.ends_with(".cc")) continue;
    for (const Function& function : functions_of(file.text))
      if (function.lines > kFunctionLinesMax)
        findings.push_back({file.path, function.line,
                            std::to_string(function.lines) + " lines: " + function.head});
  }
  return findings;
}

Findings check_white_space(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (file.path.ends_with(".json")) continue;
    const std::size_t at = file.text.find_first_of("\t\r");
    if (at != kNone)
      findings.push_back({file.path, line_at(file.text, at),
                          file.text[at] == '\t' ? "a tab" : "a carriage return"});
  }
  return findings;
}

Findings check_thread_words(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (!is_header(file.path) || !in_room(file.path)) continue;
    const std::string_view head = head_comment(file.text);
    const std::size_t said = head.find("Thread class:");
    const bool named = said != kNone && (find_word(head, "immutable", said) != kNone ||
                                         find_word(head, "one-owner", said) != kNone ||
                                         find_word(head, "any-thread", said) != kNone);
    if (!named)
      findings.push_back({file.path, 1,
                          "the head comment lacks `Thread class:` with immutable, one-owner or "
                          "any-thread"});
  }
  return findings;
}

Findings check_pragma_once(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (!is_header(file.path)) continue;
    const auto lines = lines_of(file.text);
    if (std::find(lines.begin(), lines.end(), "#pragma once") == lines.end())
      findings.push_back({file.path, 1, "no #pragma once"});
  }
  return findings;
}

Findings check_marks(const Tree& tree) {
  // Written in halves, so that this file has none.
  static const std::array<std::string, 4> kMarks{std::string("TO") + "DO",
                                                 std::string("FIX") + "ME", std::string("XX") + "X",
                                                 std::string("HA") + "CK"};
  Findings findings;
  for (const SourceFile& file : tree) {
    if (is_marked_prose(file.path)) continue;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(file.text)) {
      ++number;
      for (const std::string& mark : kMarks)
        if (find_word(line, mark) != kNone && !(mark == kMarks[0] && names_an_issue(line)))
          findings.push_back({file.path, number, mark + " (name its issue, or finish it)"});
    }
  }
  return findings;
}

Findings check_outside_world(const Tree& tree) {
  constexpr std::array<std::string_view, 14> kCalls{
      "time(nullptr)", "time(NULL)",    "time(0)",   "system_clock::now",
      "gettimeofday",  "clock_gettime", "localtime", "localtime_r",
      "getenv",        "secure_getenv", "rand()",    "random_device",
      "setlocale",     "random_shuffle"};
  Findings findings;
  for (const SourceFile& file : tree) {
    if (!is_code(file.path)) continue;
    if (!file.path.starts_with("index/") && !file.path.starts_with("scoring/")) continue;
    const std::string code = without_comments_and_texts(file.text);
    for (const std::string_view call : kCalls)
      for (std::size_t at = find_word(code, call); at != kNone; at = find_word(code, call, at + 1))
        findings.push_back({file.path, line_at(code, at),
                            std::string(call) + ": a clock, an environment or a draw in the core"});
  }
  return findings;
}

Findings check_tests_are_built(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (!file.path.starts_with("tests/") || !file.path.ends_with("_test.cc")) continue;
    const SourceFile* list = find(tree, std::string(folder_of(file.path)) + "/CMakeLists.txt");
    if (list == nullptr || find_word(list->text, "concord_tests(") == kNone)
      findings.push_back({file.path, 0, "its folder's CMakeLists.txt has no concord_tests"});
  }
  return findings;
}

Findings check_fuzz_targets_are_run(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (!file.path.starts_with("tests/") || !file.path.ends_with("_fuzz.cc")) continue;
    const SourceFile* list = find(tree, std::string(folder_of(file.path)) + "/CMakeLists.txt");
    std::string call = "concord_fuzz(" + std::string(name_of(file.path));
    call.replace(call.size() - 3, 3, " ");  // as the file, without its ending
    if (list == nullptr || find_word(list->text, call) == kNone)
      findings.push_back({file.path, 0, "its folder's CMakeLists.txt has no " + call + "…)"});
  }
  return findings;
}

Findings check_sources_are_built(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree)
    if (file.path.ends_with(".cc") && in_room(file.path) && !is_listed(tree, file.path))
      findings.push_back({file.path, 0, "no CMakeLists.txt names it: it is not built"});
  return findings;
}

Findings check_room_readmes(const Tree& tree) {
  constexpr std::array<std::string_view, 11> kRooms{
      "index",       "index/base", "index/log", "index/customer", "index/snapshot", "scoring",
      "scoring/cel", "server",     "datasets",  "bench",          "tests"};
  Findings findings;
  for (const std::string_view room : kRooms) {
    const std::string prefix = std::string(room) + "/";
    const bool has_code = std::any_of(tree.begin(), tree.end(), [&](const SourceFile& file) {
      return is_code(file.path) && file.path.starts_with(prefix);
    });
    if (has_code && find(tree, prefix + "README.md") == nullptr)
      findings.push_back({prefix + "README.md", 0, "the room has no README.md"});
  }
  return findings;
}

}  // namespace concord::house
