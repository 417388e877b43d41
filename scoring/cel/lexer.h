// Text to tokens. Thread class: one-owner. Positions are byte offsets.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scoring/cel/value.h"

namespace concord::cel {

enum class TokenKind : std::uint8_t {
  end,
  name,
  quoted_name,
  integer,
  uinteger,
  floating,
  string,
  bytes,
  symbol,
  broken,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string_view text;  // of the source; of a symbol its characters
  std::string value;      // string and bytes: decoded; broken: what is wrong
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}
  /// The next token; after the end, `end` again and again.
  Token next();

 private:
  void skip_space();
  Token number();
  Token quoted(bool raw, bool bytes, std::uint32_t begin);
  Token back_quoted();
  Token symbol();
  Token make(TokenKind kind, std::uint32_t begin) const;
  static Token broken(std::uint32_t begin, std::uint32_t end, std::string what);
  [[nodiscard]] char peek(std::uint32_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  std::string_view source_;
  std::uint32_t at_ = 0;
};

/// The value of an integer, uinteger or floating token, with a minus before it if `negative`.
/// Empty: it does not fit.
std::optional<Value> number_value(const Token& token, bool negative);

/// Words of the grammar that no variable may have as its name: "for", "if", "while"…
bool is_reserved(std::string_view word);
bool is_name(std::string_view text);

}  // namespace concord::cel
