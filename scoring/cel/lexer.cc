#include "scoring/cel/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "scoring/cel/escapes.h"
#include "scoring/cel/numbers.h"

namespace concord::cel {
namespace {
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }
}  // namespace

bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 21> kWords = {
      "as",       "break",   "const",  "continue", "else", "false", "for",
      "function", "if",      "import", "in",       "let",  "loop",  "namespace",
      "null",     "package", "return", "true",     "var",  "void",  "while"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), is_word);
}

std::optional<Value> number_value(const Token& token, bool negative) {
  std::string digits(token.text);
  if (token.kind == TokenKind::uinteger) digits.pop_back();
  const bool hex = digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
  if (hex) digits.erase(0, 2);
  if (negative) digits.insert(0, "-");
  if (token.kind == TokenKind::floating) {
    const std::optional<double> value = read_double(digits);
    return value ? std::optional<Value>(Value::floating(*value)) : std::nullopt;
  }
  const int base = hex ? 16 : 10;
  const char* const last = digits.data() + digits.size();
  if (token.kind == TokenKind::uinteger) {
    std::uint64_t value = 0;
    const auto done = std::from_chars(digits.data(), last, value, base);
    if (done.ec != std::errc() || done.ptr != last) return std::nullopt;
    return Value::uinteger(value);
  }
  std::int64_t value = 0;
  const auto done = std::from_chars(digits.data(), last, value, base);
  if (done.ec != std::errc() || done.ptr != last) return std::nullopt;
  return Value::integer(value);
}

Token Lexer::make(TokenKind kind, std::uint32_t begin) const {
  Token token;
  token.kind = kind;
  token.begin = begin;
  token.end = at_;
  token.text = source_.substr(begin, at_ - begin);
  return token;
}

Token Lexer::broken(std::uint32_t begin, std::uint32_t end, std::string what) {
  Token token;
  token.kind = TokenKind::broken;
  token.begin = begin;
  token.end = end;
  token.value = std::move(what);
  return token;
}

void Lexer::skip_space() {
  for (;;) {
    const char c = peek();
    if (at_ < source_.size() && (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f')) {
      ++at_;
    } else if (c == '/' && peek(1) == '/') {
      while (at_ < source_.size() && source_[at_] != '\n') ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_space();
  const std::uint32_t begin = at_;
  if (at_ >= source_.size()) return make(TokenKind::end, begin);
  const char c = peek();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  if (c == '`') return back_quoted();
  if (c == '"' || c == '\'') return quoted(false, false, begin);
  if (!is_letter(c)) return symbol();
  // r"", b"", rb"", br"" in any case.
  bool raw = false;
  bool bytes = false;
  std::uint32_t prefix = 0;
  for (; prefix < 2; ++prefix) {
    const char p = peek(prefix);
    if ((p == 'r' || p == 'R') && !raw) {
      raw = true;
    } else if ((p == 'b' || p == 'B') && !bytes) {
      bytes = true;
    } else {
      break;
    }
  }
  if (prefix > 0 && (peek(prefix) == '"' || peek(prefix) == '\'')) {
    at_ += prefix;
    return quoted(raw, bytes, begin);
  }
  while (is_word(peek())) ++at_;
  return make(TokenKind::name, begin);
}

Token Lexer::number() {
  const std::uint32_t begin = at_;
  TokenKind kind = TokenKind::integer;
  if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
    at_ += 2;
    while (is_hex(peek())) ++at_;
  } else {
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      kind = TokenKind::floating;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    const std::uint32_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign))) {
      kind = TokenKind::floating;
      at_ += 1 + sign;
      while (is_digit(peek())) ++at_;
    }
  }
  if (kind == TokenKind::integer && (peek() == 'u' || peek() == 'U')) {
    ++at_;
    kind = TokenKind::uinteger;
  }
  if (is_word(peek())) {
    while (is_word(peek())) ++at_;
    return broken(begin, at_,
                  "not a number: `" + std::string(source_.substr(begin, at_ - begin)) + "`");
  }
  return make(kind, begin);
}

Token Lexer::back_quoted() {
  const std::uint32_t begin = at_++;
  while (is_word(peek()) || peek() == '.' || peek() == '-' || peek() == '/' || peek() == ' ') ++at_;
  if (peek() != '`' || at_ == begin + 1)
    return broken(begin, at_, "a back-quoted name has letters, digits, `_ . - /` and spaces");
  ++at_;
  Token token = make(TokenKind::quoted_name, begin);
  token.text = token.text.substr(1, token.text.size() - 2);
  return token;
}

Token Lexer::quoted(bool raw, bool bytes, std::uint32_t begin) {
  const char quote = peek();
  const bool triple = peek(1) == quote && peek(2) == quote;
  const std::uint32_t width = triple ? 3 : 1;
  at_ += width;
  const std::uint32_t inside = at_;
  for (;; ++at_) {
    if (at_ >= source_.size() || (!triple && (peek() == '\n' || peek() == '\r')))
      return broken(begin, at_, "this text has no closing quote");
    if (peek() == '\\' && !raw) {
      ++at_;  // whatever follows is not the end
    } else if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote))) {
      break;
    } else if (peek() == '\\' && peek(1) == quote) {
      ++at_;  // raw: the backslash stays, the quote does not end the text
    }
  }
  const std::string_view body = source_.substr(inside, at_ - inside);
  at_ += width;
  Token token = make(bytes ? TokenKind::bytes : TokenKind::string, begin);
  if (raw) {
    token.value = body;
    return token;
  }
  EscapeError wrong;
  if (!decode_escapes(body, bytes, token.value, wrong))
    return broken(inside + wrong.begin, inside + wrong.end, std::string(wrong.what));
  return token;
}

Token Lexer::symbol() {
  static constexpr std::array<std::string_view, 24> kSymbols = {
      "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/",
      "%",  "!",  "?",  ":",  "(",  ")",  "[", "]", "{", "}", ".", ","};
  const std::uint32_t begin = at_;
  for (const std::string_view symbol : kSymbols) {
    if (source_.substr(at_).starts_with(symbol)) {
      at_ += static_cast<std::uint32_t>(symbol.size());
      return make(TokenKind::symbol, begin);
    }
  }
  ++at_;
  const char c = source_[begin];
  if (c == '=') return broken(begin, at_, "`=` does not compare; write `==`");
  if (c == '&' || c == '|') return broken(begin, at_, std::string("write `") + c + c + "`");
  return broken(begin, at_, "this character has no meaning in an expression");
}

}  // namespace concord::cel
