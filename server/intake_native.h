// Native events, one JSON object a line, or one JSON document; change records of a database among
// them. A bad line loses only itself. Thread class: one-owner (functions over the caller's reader).
#pragma once
#include <string_view>

#include "server/intake.h"

namespace concord::server {

/// NDJSON: blank lines are skipped, a byte order mark and CR before LF too.
void read_lines(std::string_view body, const IntakeAsk& ask, index::JsonReader& json,
                const ItemSink& sink);
/// One object, or an array of them. Errors: bad_input (not JSON, something else): nothing was read.
index::Result<void> read_document(std::string_view body, const IntakeAsk& ask,
                                  index::JsonReader& json, const ItemSink& sink);
/// One line again, as read_lines reads it.
void read_line(std::uint32_t number, std::string_view line, const IntakeAsk& ask,
               index::JsonReader& json, const ItemSink& sink);

}  // namespace concord::server
