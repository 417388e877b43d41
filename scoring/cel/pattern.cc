#include "scoring/cel/pattern.h"

#include <re2/re2.h>

namespace concord::cel {

index::Result<Pattern> Pattern::compile(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto re = std::make_unique<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!re->ok())
    return index::fail(re->error_code() == RE2::ErrorPatternTooLarge ? index::Code::over_limit
                                                                     : index::Code::bad_input,
                       "not a regular expression (RE2): " + re->error());
  return Pattern(std::move(re));
}

Pattern::Pattern(std::unique_ptr<const re2::RE2> re) : re_(std::move(re)) {}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

bool Pattern::found_in(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *re_);
}

}  // namespace concord::cel
