// Tokens to a tree, by operator precedence (Pratt). Macros are recognised here.
// Thread class: any-thread (a pure function).
#pragma once
#include <string>
#include <string_view>

#include "index/base/result.h"
#include "scoring/cel/ast.h"
#include "scoring/cel/program.h"

namespace concord::cel {

/// Errors: bad_input (not an expression), over_limit. `place` is `place_prefix` and line:column.
index::Result<Ast> parse(std::string_view source, const Limits& limits,
                         std::string_view place_prefix = {});

/// An error at a piece of a source: "place, line:column".
index::Error error_at(index::Code code, std::string_view source, std::uint32_t offset,
                      std::string_view place_prefix, std::string what);

}  // namespace concord::cel
