// A policy set in the words of the people it is about: what an action needs, and why a rule holds.
// Thread class: any-thread (pure functions over an immutable Policy).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/policy.h"

namespace concord::scoring {

struct Filter;
struct Feature;

/// "entries of kind case or task that are open, younger than 30 days".
std::string words_of(const Filter& filter);
/// "number of entries of kind case that are open, in the last 90 days".
std::string words_of(const Feature& feature);
/// "30 days", "90 minutes": the largest unit that fits.
std::string duration_words(std::int64_t milliseconds);
/// "60.00 EUR" from minor units (a currency with cents); "60.00" without one.
std::string money_words(std::int64_t minor, std::string_view currency);
/// "+1.5" from millionths.
std::string micro_words(std::int64_t micro);

/// What is said about an action, stage by stage in the order of the funnel.
struct ActionWords {
  std::string_view about;  // "applicability", "contact_policy", …
  std::vector<std::string> lines;
};
std::vector<ActionWords> explain_action(const Policy& policy, std::uint32_t action);

/// Place of the action in the catalogue. Errors: not_found, with the nearest id.
index::Result<std::uint32_t> find_action(const Policy& policy, std::string_view id);

}  // namespace concord::scoring
