#include "datasets/import/zone.h"

#include <unicode/basictz.h>
#include <unicode/timezone.h>
#include <unicode/tztrans.h>

#include <algorithm>
#include <memory>

namespace concord::datasets {
namespace {

constexpr double kFirstMs = -2'208'988'800'000.0;  // 1900-01-01
constexpr double kLastMs = 4'102'444'800'000.0;    // 2100-01-01

std::int64_t total_offset(const icu::TimeZoneRule& rule) {
  return rule.getRawOffset() + rule.getDSTSavings();
}

}  // namespace

std::optional<Zone> Zone::named(const std::string& name) {
  if (name == "UTC") return Zone();
  const std::unique_ptr<icu::TimeZone> zone(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (!zone || *zone == icu::TimeZone::getUnknown()) return std::nullopt;
  const auto* basic = dynamic_cast<const icu::BasicTimeZone*>(zone.get());
  if (basic == nullptr) return std::nullopt;
  Zone out;
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0;
  std::int32_t saving = 0;
  zone->getOffset(kFirstMs, 0, raw, saving, status);
  if (U_FAILURE(status)) return std::nullopt;
  out.first_offset_ms_ = raw + saving;
  icu::TimeZoneTransition next;
  for (double at = kFirstMs; basic->getNextTransition(at, 0, next) != 0 && next.getTime() < kLastMs;
       at = next.getTime()) {
    const std::int64_t before = total_offset(*next.getFrom());
    const std::int64_t after = total_offset(*next.getTo());
    if (before != after)
      out.changes_.push_back({static_cast<std::int64_t>(next.getTime()) + before, after});
  }
  return out;
}

// The offset before a change holds for every wall clock before the change, so a time that occurs
// twice is the first of the two. A wall clock inside a gap must be read with the offset before the
// change (02:30 becomes 03:30 of the new time).
std::int64_t Zone::to_utc_ms(std::int64_t local_ms) const {
  const auto later = std::upper_bound(
      changes_.begin(), changes_.end(), local_ms,
      [](std::int64_t value, const Change& change) { return value < change.local_ms; });
  if (later == changes_.begin()) return local_ms - first_offset_ms_;
  const auto change = later - 1;
  const std::int64_t before =
      change == changes_.begin() ? first_offset_ms_ : (change - 1)->offset_ms;
  const std::int64_t gap = change->offset_ms - before;
  const bool inside_gap = local_ms < change->local_ms + gap;
  return local_ms - (inside_gap ? before : change->offset_ms);
}

std::string zone_tables_version() {
  UErrorCode status = U_ZERO_ERROR;
  const char* version = icu::TimeZone::getTZDataVersion(status);
  return U_FAILURE(status) ? "unknown" : version;
}

}  // namespace concord::datasets
