// The extracts: which department writes which file, in which format, with which columns.
// Thread class: immutable.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "datasets/generate/calendar.h"

namespace concord::datasets {

enum class Extract : std::uint8_t {
  crm_contacts,
  crm_accounts,
  crm_memberships,
  opportunities,
  quotes,
  contracts,
  leads,
  sends,
  consents,
  reviews,
  shop_customers,
  orders,
  returns,
  app_events,
  shipments,
  loyalty_cards,
  visits,
  tickets,
  calls,
  promises,
  tasks,
  facts,
  notes,
  billing_accounts,
  invoices,
  payments,
  credits,
  holds,
  defects,
  releases,
  holdings,
  social_profiles,
  posts,
  processes,
  sales_sheets,
  policies,
};
inline constexpr std::size_t kExtractCount = 36;

enum class Shape : std::uint8_t { csv, ndjson };

struct ExtractSpec {
  std::string_view path;  // in the output folder; `.gz` at the end: compressed
  std::string_view source;
  std::string_view department;
  std::string_view event;  // entry, profile, identity, membership, consent, knowledge
  std::string_view kind;   // of the entries; empty for other events
  Shape shape = Shape::csv;
  char delimiter = ',';
  TimeFormat time = TimeFormat::rfc3339_utc;
  Zone zone = Zone::utc;
  char decimal = '.';          // of amounts
  std::string_view null_word;  // what stands for "nothing" in a CSV cell
  std::string_view columns;    // separated by spaces
  int key = 0;                 // column whose absence makes the row unusable; -1: none
  int at = -1;                 // column of the time; a broken one makes the row unusable
  int state = -1;              // column of the status word
};

const ExtractSpec& spec_of(Extract extract);
std::span<const std::string_view> columns_of(Extract extract);
constexpr std::size_t index_of(Extract extract) { return static_cast<std::size_t>(extract); }
bool is_compressed(const ExtractSpec& spec);

}  // namespace concord::datasets
