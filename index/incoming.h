// What the service has just been told, made ready for the log: checked, its clock looked at,
// encoded, its identities in their one form. What passes here cannot fail when it is applied, but
// for damage. Thread class: any-thread (pure functions over immutable configuration).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "index/base/result.h"
#include "index/intake.h"
#include "index/log/event.h"

namespace concord::index {

inline constexpr std::int64_t kSkewMsDefault = 60'000;

/// When an event came, and how far ahead of our clock a source's clock may be.
struct Receipt {
  UnixMillis received_at;
  std::int64_t skew_ms_max = kSkewMsDefault;
};

/// One event on its way into the log. Movable; `prepared` borrows from `bytes` and stays valid when
/// the string is moved on.
struct Incoming {
  std::string bytes;
  Hash128 id_key;   // of (source, id)
  Hash128 content;  // of what was said, before any clamping: tells a repeat from a reused id. Who
                    // derives an event from another form may set the hash of that form instead.
  Prepared prepared;
  std::optional<Hash128> keep_as;  // kept for good under this key: decisions
  bool at_clamped = false;
};

/// `received_at` and `at_clamped` of the draft are ours to fill: what they held is ignored.
/// The event's own time, and an entry's time when it tells what has happened, are brought back to
/// `received_at` when they lie more than the tolerance ahead of it, and the event is flagged;
/// what is planned (due_at, closed_at, expires_at, from, to, `at` of a visit …) stays as said.
/// Errors: bad_input, over_limit, unsupported; the place is a JSON pointer.
Result<Incoming> make_incoming(EventDraft draft, const IdentityNormaliser& normaliser,
                               const Receipt& receipt);

/// The key under which the decision of that id is kept in the log (EventLog::kept).
Hash128 decision_key(std::string_view decision_id);

/// May `at` of such an entry lie in the future because it is planned?
bool is_planned(Kind kind);

}  // namespace concord::index
