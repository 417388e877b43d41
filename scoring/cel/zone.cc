#include "scoring/cel/zone.h"

#include <unicode/timezone.h>

namespace concord::cel {
namespace {

/// "+hh:mm", "-hh:mm", "hh:mm" in seconds.
std::optional<std::int64_t> fixed_offset(std::string_view text) {
  std::int64_t sign = 1;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  std::int64_t digits[4];
  constexpr std::size_t kAt[4] = {0, 1, 3, 4};
  for (std::size_t i = 0; i < 4; ++i) {
    const char c = text[kAt[i]];
    if (c < '0' || c > '9') return std::nullopt;
    digits[i] = c - '0';
  }
  const std::int64_t hours = digits[0] * 10 + digits[1];
  const std::int64_t minutes = digits[2] * 10 + digits[3];
  if (hours > 23 || minutes > 59) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

}  // namespace

struct Zone::Rules {
  std::unique_ptr<const icu::TimeZone> zone;
};

Zone::Zone(std::int64_t fixed) : fixed_(fixed) {}
Zone::~Zone() = default;
Zone::Zone(Zone&&) noexcept = default;
Zone& Zone::operator=(Zone&&) noexcept = default;

std::optional<Zone> Zone::find(std::string_view name) {
  if (name == "UTC" || name == "Z") return Zone(0);
  if (const auto fixed = fixed_offset(name)) return Zone(*fixed);
  if (name.empty() || name.size() > 64) return std::nullopt;
  const auto id = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  std::unique_ptr<const icu::TimeZone> zone(icu::TimeZone::createTimeZone(id));
  if (zone == nullptr || *zone == icu::TimeZone::getUnknown()) return std::nullopt;
  Zone found(0);
  found.rules_ = std::make_unique<const Rules>(Rules{std::move(zone)});
  return found;
}

std::int64_t Zone::offset_seconds(std::int64_t utc_seconds) const {
  if (rules_ == nullptr) return fixed_;
  std::int32_t raw_ms = 0;
  std::int32_t summer_ms = 0;
  UErrorCode status = U_ZERO_ERROR;
  rules_->zone->getOffset(static_cast<UDate>(utc_seconds) * 1000.0, false, raw_ms, summer_ms,
                          status);
  return (raw_ms + summer_ms) / 1000;
}

}  // namespace concord::cel
