// Local times of an IANA time zone to UTC. The transitions of a zone are read once from ICU.
// Thread class: immutable after construction.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace concord::datasets {

class Zone {
 public:
  /// Empty when there is no zone of that name. "UTC" is always there.
  static std::optional<Zone> named(const std::string& name);
  Zone() = default;  // UTC

  /// `local_ms`: the clock on the wall as if it were UTC. A time that occurs twice is the first of
  /// the two; one that does not occur is moved forward by the gap.
  [[nodiscard]] std::int64_t to_utc_ms(std::int64_t local_ms) const;

 private:
  struct Change {
    std::int64_t local_ms;  // from this wall clock (of the offset before) on, the offset is another
    std::int64_t offset_ms;  // the offset after it
  };
  std::int64_t first_offset_ms_ = 0;
  std::vector<Change> changes_;
};

/// Version of the time-zone tables in use, e.g. "2024a".
std::string zone_tables_version();

}  // namespace concord::datasets
