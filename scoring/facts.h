// What a decision needs to know of a customer's timeline, found in one pass over the entries that
// exist at `as_of`. Thread class: one-owner. Borrows from the pinned record.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "index/snapshot/snapshot.h"
#include "scoring/policy.h"
#include "scoring/policy_data.h"

namespace concord::scoring {

/// We spoke to the customer (or, in `outcomes`, he did something with what we said).
struct Contact {
  index::EntryView entry;
  std::int64_t at_ms;
  std::uint32_t topic;        // kNone: no topic of the catalogue
  std::uint32_t purpose_bit;  // 0: not stated, so it counts for every purpose
};

/// An entry that matches a block rule, whatever its age.
struct Cause {
  std::uint32_t rule;
  index::EntryView entry;
  std::string_view unknown_field;  // not empty: it matches because this is absent
};

struct Facts {
  std::vector<FeatureValue> features;
  std::vector<index::EntryView> newest;  // of what each feature counted; see has_newest
  std::vector<std::uint8_t> has_newest;
  std::vector<Contact> contacts;  // outbound, newest first, within the policy's longest window
  std::vector<Contact> outcomes;  // that some pause counts, newest first
  std::vector<Cause> causes;      // customer's first, then each account's; newest first
  std::vector<index::EntryView> asked;    // still to be answered, newest first
  std::vector<index::EntryView> credits;  // newest first, within the longest authority period
  std::int64_t silent_since_ms = index::kNoTime;  // last contact that counts as care

  struct Sum;
  std::vector<Sum> sums;  // working memory
};
struct Facts::Sum {
  std::uint64_t count = 0;
  std::uint64_t part = 0;
  std::int64_t value = 0;
  std::int64_t newest_ms = index::kNoTime;
  std::int64_t oldest_ms = index::kNoTime;
  bool broken = false;  // an amount without a rate
};

/// Does the action answer this intent; does it answer this request, by topic, reason or kind?
bool answers(const Action& action, std::string_view word);
bool answers(const Action& action, const index::EntryView& request);

/// Refills `facts`. No allocation once warm.
void gather(const PolicyData& policy, const index::Customer& customer, index::UnixMillis as_of,
            Facts& facts);

/// The amount in minor units of the company's currency, floored; empty: no amount or no rate for
/// its currency at its `at`.
std::optional<std::int64_t> company_amount(const PolicyData& policy, const index::EntryView& entry);

}  // namespace concord::scoring
