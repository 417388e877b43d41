// Time zones by name ("Europe/Berlin") or fixed offset ("+01:00"). The only file that knows ICU.
// Thread class: immutable.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace concord::cel {

class Zone {
 public:
  /// Empty: no such zone. "UTC", "+hh:mm", "-hh:mm", "hh:mm", or a name of the IANA base.
  static std::optional<Zone> find(std::string_view name);
  ~Zone();
  Zone(Zone&&) noexcept;
  Zone& operator=(Zone&&) noexcept;
  /// Seconds to add to UTC at that moment.
  [[nodiscard]] std::int64_t offset_seconds(std::int64_t utc_seconds) const;

 private:
  struct Rules;
  explicit Zone(std::int64_t fixed);
  std::int64_t fixed_ = 0;
  std::unique_ptr<const Rules> rules_;  // null: a fixed offset
};

}  // namespace concord::cel
