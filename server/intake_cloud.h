// CloudEvents 1.0 in their three modes. The envelope says id, source and time; `data` is a native
// event without these, and `type` names what it says: concord.entry.v1, concord.profile.v1, … Other
// types go through the mapping of that name.
// Thread class: one-owner (functions over the caller's reader).
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "server/http.h"
#include "server/intake.h"

namespace concord::server {

/// Structured mode: one JSON object. Batch mode: an array of them. Errors: bad_input (not JSON, not
/// an object or array): nothing was read.
index::Result<void> read_cloud_event(std::string_view body, const IntakeAsk& ask,
                                     index::JsonReader& json, const ItemSink& sink);
index::Result<void> read_cloud_batch(std::string_view body, const IntakeAsk& ask,
                                     index::JsonReader& json, const ItemSink& sink);

/// Binary mode (fields `ce-…`, percent-encoded, the body is `data`) in the structured form.
std::string structured_form(std::span<const Field> fields, std::string_view content_type,
                            std::string_view body);

}  // namespace concord::server
