// The customer's wall clock, from a table that is part of the policy set: no zone database, no
// machine setting. Thread class: immutable once built.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/types.h"

namespace concord::scoring {

/// Daylight saving by the rules of the European Union (since 1996) or of the United States (since
/// 2007).
enum class Daylight : std::uint8_t { none, eu, us };

struct Zone {
  std::string name;                 // IANA: "Europe/Berlin"
  std::int32_t offset_minutes = 0;  // east of UTC, in winter
  Daylight daylight = Daylight::none;
};

/// Minutes east of UTC at this moment.
std::int32_t offset_minutes(const Zone& zone, index::UnixMillis at);
/// Minute of the local day, 0..1439.
std::uint32_t local_minute(const Zone& zone, index::UnixMillis at);

class ZoneTable {
 public:
  /// Requires: a name not yet in the table.
  void add(Zone zone);
  /// nullptr: not in the table.
  [[nodiscard]] const Zone* find(std::string_view name) const;

 private:
  std::vector<Zone> zones_;  // sorted by name
};

/// Is the local minute inside [from, to)? from > to reaches over midnight; equal: never.
bool is_quiet(const Zone& zone, std::uint32_t from, std::uint32_t to, index::UnixMillis at);
/// The first whole minute at or after `at` that is not quiet. Requires: it is quiet at `at`.
index::UnixMillis quiet_until(const Zone& zone, std::uint32_t from, std::uint32_t to,
                              index::UnixMillis at);

}  // namespace concord::scoring
