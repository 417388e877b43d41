// What the world does wrong is a value: Result<T> carries it or an Error with place and reason.
// Thread class: immutable (plain values).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace concord::index {

/// Stable machine-readable reasons. The JSON word is the enumerator's name.
enum class Code : std::uint8_t {
  bad_input,      // the caller's data is wrong; `place` says where
  not_found,      // no such customer, file, entry
  ambiguous_key,  // several owners
  over_limit,     // larger than a bound in limits.h or a setting
  damaged,        // stored bytes do not verify; `place` names the file
  unsupported,    // well-formed, but not something we do
  conflict,       // the state has moved on (expected position)
  id_reused,      // an event id came again with other content
  cursor_stale,   // the revision a cursor is bound to has been freed
  io_error,       // the operating system refused; `detail` has its words
};

std::string_view name_of(Code code);

struct Error {
  Code code = Code::bad_input;
  std::string detail;  // a sentence: what is wrong and what to do
  std::string place;   // file:line, column, JSON pointer, or empty

  /// "place: detail" or "detail".
  [[nodiscard]] std::string text() const { return place.empty() ? detail : place + ": " + detail; }
};

template <typename T>
using Result = tl::expected<T, Error>;

/// `return fail(Code::bad_input, "…", "file.csv:12");` from any function that returns a Result.
inline tl::unexpected<Error> fail(Code code, std::string detail, std::string place = {}) {
  return tl::unexpected<Error>(Error{code, std::move(detail), std::move(place)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace concord::index
