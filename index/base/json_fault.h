// Where and why a text is not JSON: the slow, plain reader behind the messages of json_reader.
// Asked only after the fast one has refused. Thread class: any-thread (pure functions).
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace concord::index {

struct JsonFault {
  std::size_t offset = 0;   // of the first byte that cannot stand there; the size: text ended early
  std::string_view reason;  // static lifetime
};

/// Empty when `text` follows the grammar of RFC 8259 (a number too large for us may still be in
/// it). Requires: nesting was found to be at most `depth_max`.
std::optional<JsonFault> find_json_fault(std::string_view text, std::size_t depth_max);

/// "line 3, column 17": lines end in LF, columns count bytes from 1.
std::string line_and_column(std::string_view text, std::size_t offset);

}  // namespace concord::index
