#include "tests/house/code.h"

#include <algorithm>
#include <cctype>

namespace concord::house {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// An apostrophe inside a number: 86'400.
bool is_separator(std::string_view source, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && (is_word(source[begin - 1]) || source[begin - 1] == '\'')) --begin;
  return begin < at && std::isdigit(static_cast<unsigned char>(source[begin])) != 0;
}

// Behind a literal that opens at `at`, escapes minded; it ends with its line at the latest.
std::size_t literal_end(std::string_view source, std::size_t at) {
  const char quote = source[at++];
  for (; at < source.size() && source[at] != '\n'; ++at) {
    if (source[at] == '\\')
      ++at;
    else if (source[at] == quote)
      return at + 1;
  }
  return std::min(at, source.size());
}

// Behind a raw string whose quote is at `at`.
std::size_t raw_end(std::string_view source, std::size_t at) {
  const std::size_t open = source.find('(', at);
  if (open == kNone) return source.size();
  const std::string close = ")" + std::string(source.substr(at + 1, open - at - 1)) + "\"";
  const std::size_t end = source.find(close, open);
  return end == kNone ? source.size() : end + close.size();
}

// Behind the comment or literal that begins at `at`; `at` itself when none begins there.
std::size_t skipped_end(std::string_view source, std::size_t at) {
  const std::string_view two = source.substr(at, 2);
  if (two == "//") return std::min(source.find('\n', at), source.size());
  if (two == "/*") {
    const std::size_t end = source.find("*/", at + 2);
    return end == kNone ? source.size() : end + 2;
  }
  if (source[at] == '"') {
    const bool raw = at > 0 && source[at - 1] == 'R' && (at < 2 || !is_word(source[at - 2]));
    return raw ? raw_end(source, at) : literal_end(source, at);
  }
  if (source[at] == '\'' && !is_separator(source, at)) return literal_end(source, at);
  return at;
}

std::string without_preprocessor(std::string code) {
  bool in_directive = false;
  bool at_line_begin = true;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\n') {
      in_directive = in_directive && i > 0 && code[i - 1] == '\\';
      at_line_begin = true;
      continue;
    }
    if (at_line_begin && c == '#') in_directive = true;
    if (!is_space(c)) at_line_begin = false;
    if (in_directive && c != '\\') code[i] = ' ';
  }
  std::replace(code.begin(), code.end(), '\\', ' ');
  return code;
}

std::string one_spaced(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_space(c))
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Without a leading `template <…>`: its `class` makes no class.
std::string_view without_template(std::string_view head) {
  while (head.starts_with("template")) {
    std::size_t at = head.find('<');
    if (at == kNone) return head;
    int depth = 0;
    for (; at < head.size(); ++at) {
      if (head[at] == '<') ++depth;
      if (head[at] == '>' && --depth == 0) break;
    }
    head.remove_prefix(std::min(at + 1, head.size()));
    while (head.starts_with(' ')) head.remove_prefix(1);
  }
  return head;
}

enum class Opens { scope, function, data };

Opens what_opens(std::string_view whole_head) {
  const std::string_view head = without_template(whole_head);
  const std::size_t parenthesis = head.find('(');
  const std::string_view before = head.substr(0, parenthesis);
  for (const char* word : {"namespace", "extern", "class", "struct", "union", "enum"})
    if (find_word(before, word) != kNone) return Opens::scope;
  if (parenthesis == kNone) return Opens::data;
  const std::size_t equals = before.find('=');
  const bool value = equals != kNone && find_word(before, "operator") == kNone;
  return value && before.find('[', equals) == kNone ? Opens::data : Opens::function;
}

// The walk over one file's braces.
class Walk {
 public:
  explicit Walk(std::string_view code) : code_(code) {}

  std::vector<Function> run() {
    for (at_ = 0; at_ < code_.size(); ++at_) {
      if (code_[at_] == '{')
        open();
      else if (code_[at_] == '}' || code_[at_] == ';' || ends_access_label())
        head_begin_ = at_ + 1;
    }
    return std::move(found_);
  }

 private:
  void open() {
    const std::string head = one_spaced(code_.substr(head_begin_, at_ - head_begin_));
    const Opens opens = what_opens(head);
    if (opens == Opens::scope) {
      head_begin_ = at_ + 1;
      return;
    }
    at_ = closing_brace(at_);
    const std::size_t next = first_word(at_ + 1);
    const bool was_initialiser = next < code_.size() && (code_[next] == ',' || code_[next] == '{');
    if (opens == Opens::function && was_initialiser) return;
    if (opens == Opens::function) {
      const std::size_t line = line_at(code_, first_word(head_begin_));
      found_.push_back({head, line, line_at(code_, at_) - line + 1});
    }
    head_begin_ = at_ + 1;
  }

  [[nodiscard]] bool ends_access_label() const {
    if (code_[at_] != ':') return false;
    const std::string head = one_spaced(code_.substr(head_begin_, at_ - head_begin_));
    return head == "public" || head == "protected" || head == "private";
  }

  [[nodiscard]] std::size_t closing_brace(std::size_t at) const {
    int depth = 0;
    for (; at < code_.size(); ++at) {
      if (code_[at] == '{') ++depth;
      if (code_[at] == '}' && --depth == 0) return at;
    }
    return code_.size() - 1;
  }

  [[nodiscard]] std::size_t first_word(std::size_t at) const {
    while (at < code_.size() && is_space(code_[at])) ++at;
    return at;
  }

  std::string_view code_;
  std::size_t at_ = 0;
  std::size_t head_begin_ = 0;
  std::vector<Function> found_;
};

}  // namespace

std::string without_comments_and_texts(std::string_view source) {
  std::string code(source);
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t end = skipped_end(source, at);
    for (std::size_t i = at; i < end; ++i)
      if (code[i] != '\n') code[i] = ' ';
    at = std::max(end, at + 1);
  }
  return code;
}

std::vector<Function> functions_of(std::string_view source) {
  const std::string code = without_preprocessor(without_comments_and_texts(source));
  return Walk(code).run();
}

std::size_t find_word(std::string_view code, std::string_view word, std::size_t from) {
  for (std::size_t at = code.find(word, from); at != kNone; at = code.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = !is_word(word.front()) || at == 0 || !is_word(code[at - 1]);
    const bool ends = !is_word(word.back()) || end >= code.size() || !is_word(code[end]);
    if (begins && ends) return at;
  }
  return kNone;
}

std::size_t line_at(std::string_view text, std::size_t position) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(position, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

}  // namespace concord::house
