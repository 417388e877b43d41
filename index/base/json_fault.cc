#include "index/base/json_fault.h"

#include <algorithm>

#include "index/base/json_writer.h"

namespace concord::index {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Recursive descent; each function reads one thing at `at_` and is false at the first fault.
class FaultFinder {
 public:
  FaultFinder(std::string_view text, std::size_t depth_max) : text_(text), depth_max_(depth_max) {}

  std::optional<JsonFault> find() {
    skip_space();
    if (!value()) return fault_;
    skip_space();
    if (at_ < text_.size()) fail("nothing may follow the JSON value");
    return fault_;
  }

 private:
  bool fail(std::string_view reason) {
    fault_ = JsonFault{at_, reason};
    return false;
  }
  [[nodiscard]] bool ended() const { return at_ == text_.size(); }
  [[nodiscard]] char next() const { return ended() ? '\0' : text_[at_]; }
  void skip_space() {
    while (!ended() && (next() == ' ' || next() == '\t' || next() == '\n' || next() == '\r')) ++at_;
  }
  bool take(char wanted) {
    if (next() != wanted || ended()) return false;
    ++at_;
    return true;
  }

  bool value() {
    switch (next()) {
      case '{': return nested('}', &FaultFinder::member, "expected , or }");
      case '[': return nested(']', &FaultFinder::value, "expected , or ]");
      case '"': return string();
      case 't': return literal("true");
      case 'f': return literal("false");
      case 'n': return literal("null");
      default: return next() == '-' || is_digit(next()) ? number() : fail("expected a value");
    }
  }

  bool nested(char end, bool (FaultFinder::*item)(), std::string_view reason) {
    if (++depth_ > depth_max_) return fail("nested too deeply");
    ++at_;
    skip_space();
    bool more = !take(end);
    while (more) {
      skip_space();
      if (!(this->*item)()) return false;
      skip_space();
      more = take(',');
      if (!more && !take(end)) return fail(reason);
    }
    --depth_;
    return true;
  }

  bool member() {
    if (next() != '"') return fail("expected a member name in quotes");
    if (!string()) return false;
    skip_space();
    if (!take(':')) return fail("expected :");
    skip_space();
    return value();
  }

  bool literal(std::string_view word) {
    for (const char c : word)
      if (!take(c)) return fail("expected true, false or null");
    return true;
  }

  bool digits() {
    if (!is_digit(next())) return fail("expected a digit");
    while (is_digit(next())) ++at_;
    return true;
  }

  bool number() {
    take('-');
    if (take('0')) {
      if (is_digit(next())) return fail("a number does not begin with 0");
    } else if (!digits()) {
      return false;
    }
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool string() {
    ++at_;
    while (!ended() && next() != '"') {
      const char c = next();
      if (static_cast<unsigned char>(c) < ' ') return fail("control character in a string");
      if (static_cast<unsigned char>(c) >= 0x80) {
        if (!letter()) return false;
      } else if (c == '\\') {
        ++at_;
        if (!escape()) return false;
      } else {
        ++at_;
      }
    }
    return take('"') || fail("the string does not end");
  }

  // One character of several bytes.
  bool letter() {
    const auto first = static_cast<unsigned char>(next());
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (!is_utf8(text_.substr(at_, size))) return fail("not UTF-8");
    at_ += size;
    return true;
  }

  bool escape() {
    if (take('u')) return unicode_escape();
    if (ended() || std::string_view("\"\\/bfnrt").find(next()) == std::string_view::npos)
      return fail("unknown escape");
    ++at_;
    return true;
  }

  bool four_digits(unsigned& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (hex_digit(next()) < 0) return fail("expected four hex digits");
      code = code * 16 + static_cast<unsigned>(hex_digit(next()));
    }
    return true;
  }

  bool unicode_escape() {
    unsigned code = 0;
    if (!four_digits(code)) return false;
    if (code < 0xD800 || code > 0xDFFF) return true;
    unsigned low = 0;
    if (code > 0xDBFF || !take('\\') || !take('u')) return fail("half of a surrogate pair");
    if (!four_digits(low)) return false;
    return (low >= 0xDC00 && low <= 0xDFFF) || fail("half of a surrogate pair");
  }

  std::string_view text_;
  std::size_t depth_max_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text, std::size_t depth_max) {
  return FaultFinder(text, depth_max).find();
}

std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n');
  const std::size_t column =
      line_start == std::string_view::npos ? offset + 1 : offset - line_start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace concord::index
