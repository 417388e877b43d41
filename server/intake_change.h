// Change records of a database (Debezium), as envelopes with before, after, op and source, or
// flattened (ExtractNewRecordState), through a declared mapping. A deleted row is a retract. The
// place of the change in the database's own log goes into the event's id, so that a replay of the
// connector is told as duplicates.
// Thread class: any-thread (pure functions).
#pragma once
#include <string_view>

#include "server/intake.h"

namespace concord::server {

/// Is this line a change record and not a native event? A tombstone (null) counts as one when there
/// are mappings.
bool is_change(index::JsonValue value, const IntakeAsk& ask);

/// No drafts and no fault: skipped (a tombstone, or a row its mapping does not want).
IntakeItem read_change(std::uint32_t number, std::string_view raw, index::JsonValue value,
                       const IntakeAsk& ask);

}  // namespace concord::server
