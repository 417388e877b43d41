// The catalogue of errors: every `code` an answer may carry, and what it means.
// Thread class: immutable.
#pragma once
#include <span>
#include <string_view>

namespace concord::server {

struct ErrorRow {
  std::string_view code;
  int status;
  std::string_view meaning;  // a sentence: what happened, what to do
};
std::span<const ErrorRow> error_rows();

}  // namespace concord::server
