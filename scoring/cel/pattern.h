// Regular expressions (RE2: linear time, no back-references). The only file that knows RE2.
// Thread class: immutable.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "index/base/result.h"

namespace re2 {
class RE2;
}

namespace concord::cel {

class Pattern {
 public:
  /// Errors: bad_input with RE2's words; over_limit when it would need too much memory.
  static index::Result<Pattern> compile(std::string_view pattern);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  /// Somewhere in `text`.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<const re2::RE2> re);
  std::unique_ptr<const re2::RE2> re_;
};

}  // namespace concord::cel
