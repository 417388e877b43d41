// A native event (one JSON object, design section 4) to an EventDraft: names, types and words are
// checked here, bounds by check_event.
// Thread class: any-thread (pure functions).
#pragma once
#include <span>
#include <string_view>

#include "index/base/json_reader.h"
#include "index/base/result.h"
#include "index/log/event.h"

namespace concord::index {

/// Exactly one of entry, retract, profile, identity, membership, consent, fact, outcome, knowledge,
/// merge, split, erase, heartbeat. A member set to null clears the field (entry, profile); a name
/// that is not known is an error, so that a misspelt field is not lost in silence. `source` and
/// `department` may be absent: the caller knows them, and calls check_event then.
/// Errors: bad_input; place is a JSON pointer ("/entry/due_at").
Result<EventDraft> event_from_json(JsonValue event);

/// The members of `object` that are named in `members`, read as those of an entry; names in
/// `others` are the caller's, any other name is an error. `kind` stays as it is. Errors: bad_input;
/// place is a JSON pointer into `object`.
Result<void> read_entry_members(JsonValue object, std::span<const std::string_view> members,
                                std::span<const std::string_view> others, wire::EntryT& out);

}  // namespace concord::index
