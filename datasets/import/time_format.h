// Times as departments write them, read by a pattern (docs/data.md, "date_format").
// Thread class: immutable after construction.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "datasets/import/zone.h"
#include "index/base/result.h"
#include "index/base/types.h"

namespace concord::datasets {

class TimeFormat {
 public:
  /// "rfc3339", "unix_s", "unix_ms", "unix_us", "unix_days" or a pattern. Errors: bad_input (an
  /// unknown % letter, a pattern without year, month and day).
  static index::Result<TimeFormat> of(std::string_view pattern);

  /// Empty when `text` is not a time of this format. `zone` is for times without their own.
  [[nodiscard]] std::optional<index::UnixMillis> parse(std::string_view text,
                                                       const Zone& zone) const;

 private:
  enum class Way : std::uint8_t { rfc3339, unix_s, unix_ms, unix_us, unix_days, pattern };
  Way way_ = Way::rfc3339;
  std::string pattern_;
};

}  // namespace concord::datasets
