// What the standard functions and operators do with values.
// Thread class: any-thread; the Arena is the caller's.
#pragma once
#include <cstdint>
#include <string_view>

#include "scoring/cel/arena.h"
#include "scoring/cel/pattern.h"
#include "scoring/cel/signatures.h"
#include "scoring/cel/value.h"
#include "scoring/cel/zone.h"

namespace concord::cel {

inline constexpr std::string_view kNoOverload =
    "the operation does not fit the types of its values";
inline constexpr std::string_view kOverflow = "the result is out of range";
inline constexpr std::string_view kNoSuchKey = "the map has no such key";
inline constexpr std::string_view kScratchFull = "the evaluation needs too much memory";

struct CallContext {
  Arena& arena;
  std::uint32_t at = 0;              // where an error points
  const Pattern* pattern = nullptr;  // ready-made, when it is a literal
  const Zone* zone = nullptr;
  [[nodiscard]] Value error(std::string_view what) const { return Value::error(what, at); }
};

/// Requires: arguments known (neither unknown nor error), and as many as the function takes.
Value call_function(Function function, const Value* arguments, std::uint32_t count,
                    const CallContext& context);

/// The conversions int() … duration(), type(), dyn().
Value convert(Function function, const Value& from, const CallContext& context);
/// One of the get_* functions.
Value time_part(Function function, const Value* arguments, std::uint32_t count,
                const CallContext& context);
/// `text` copied to the arena.
Value keep_string(std::string_view text, const CallContext& context);

}  // namespace concord::cel
