// CloudEvents 1.0 in their three modes. The envelope says id, source and time; `data` is a native
// event without these, and `type` names what it says: concord.entry.v1, concord.profile.v1, … Other
// types go through the mapping of that name.
// Thread class: one-owner (functions over the caller's reader).
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "server/intake.h"

namespace concord::server {

/// Structured mode: one JSON object. Batch mode: an array of them. Errors: bad_input (not JSON, not
/// an object or array): nothing was read.
index::Result<void> read_cloud_event(std::string_view body, const IntakeAsk& ask,
                                     index::JsonReader& json, const ItemSink& sink);
index::Result<void> read_cloud_batch(std::string_view body, const IntakeAsk& ask,
                                     index::JsonReader& json, const ItemSink& sink);

/// Binary mode (fields `ce-…`, percent-encoded, the body is `data`) in the structured form.
using CloudField = std::pair<std::string_view, std::string_view>;  // "ce-id", "…"
std::string structured_form(std::span<const CloudField> fields, std::string_view content_type,
                            std::string_view body);

}  // namespace concord::server
