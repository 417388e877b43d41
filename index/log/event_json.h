// A native event (one JSON object, design section 4) to an EventDraft: names, types and words are
// checked here, bounds by check_event.
// Thread class: any-thread (pure functions).
#pragma once
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

}  // namespace concord::index
