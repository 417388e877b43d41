// The context answer's facts: everything about one customer, what is open first. Scoring's members
// (do_not, next, authority) are joined in by the server. Knows nothing of HTTP or scores.
// Thread class: any-thread (pure functions over a pinned snapshot). No allocation once the
// writer's buffer is warm, when `as_of` is at or after the record's newest time (else two of the
// lists are added up anew).
#pragma once
#include <cstdint>
#include <string_view>

#include "index/base/json_writer.h"
#include "index/snapshot/snapshot.h"

namespace concord::index {

/// Top-level members of the context answer, in the order of the answer.
enum class ContextField : std::uint8_t {
  customer_id,
  as_of,
  revision,
  policy_version,
  answer_id,
  matched,
  profile,
  accounts,
  attention,
  do_not,
  now_with,
  promises,
  last_contacts,
  told_us,
  told_them,
  next,
  authority,
  balances,
  holdings,
  preferences,
  consents,
  owner_of_record,
  open,
  departments,
  sources,
  conflicts,
  identities,
  merged_from,
  timeline,
};
inline constexpr int kContextFieldCount = 29;
std::string_view name_of(ContextField field);

/// What an answer about one customer is asked with.
struct ContextQuestion {
  UnixMillis as_of;
  std::uint32_t limit = 20;             // entries of the timeline, at most kTimelineLimitMax
  const Resolution* matched = nullptr;  // how the customer was found
};

/// Writes member `field` (name and value). Requires: not one of policy_version, answer_id, do_not,
/// next, authority.
void write_context_field(JsonWriter& out, ContextField field, const Customer& customer,
                         const ContextQuestion& question);

/// An open or due item, as `attention` lists it.
struct Attention {
  EntryView entry;
  int rank;      // 0 hold, 1 overdue promise, 2 case, 3 disputed or overdue invoice, 4 late
                 // order, 5 defect or a fix to tell of, 6 rest
  bool account;  // it is an account's entry, not the customer's own
};
inline constexpr std::size_t kAttentionMax = 100;

/// The attention list (what is open, and the fixes of follow_up.h) at `as_of`, worst first: rank,
/// longest overdue, priority, since, entry id. Returns how many of `out` are filled.
std::size_t attention_of(const Customer& customer, UnixMillis as_of, std::span<Attention> out);

/// What a timeline shows. Empty strings and kNoTime: no filter.
struct TimelineFilter {
  std::string_view department;
  std::string_view channel;
  std::int64_t from_ms = kNoTime;
  std::int64_t to_ms = kNoTime;
  std::uint32_t kinds = 0;  // bit per Kind; 0: all
  bool open_only = false;
  bool with_decisions = false;
};
/// Writes {"entries":[…],"total":n,"next_cursor":"…"}: entries number `skip`.. of those that pass,
/// newest first. The cursor is `revision.place`, absent at the end.
void write_timeline(JsonWriter& out, const Customer& customer, const TimelineFilter& filter,
                    UnixMillis as_of, std::uint32_t limit, std::uint64_t skip);

}  // namespace concord::index
