// The event: the only thing a department can say, checked, encoded and decoded here.
// Thread class: EventDraft one-owner; everything else any-thread (pure functions).
// An EventDraft is plain fields to fill in (see event.fbs); encoded bytes are a verified
// FlatBuffer that needs no copying to be read.
#pragma once
#include <string>
#include <string_view>

#include "index/base/result.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/log/event_generated.h"

namespace concord::index {

using EventDraft = wire::EventT;

inline EventType type_of(const wire::Event& event) { return static_cast<EventType>(event.type()); }

/// Is it well formed and within limits.h? The error's place is a JSON pointer ("/entry/key").
/// Errors: bad_input, over_limit.
Result<void> check_event(const EventDraft& draft);

/// Appends the encoded event to nothing: returns its bytes. Requires check_event to have passed.
std::string encode_event(const EventDraft& draft);

/// Verified view into `bytes`, which must outlive it: what the event's type needs is there. Bounds
/// and words are check_event's matter. Errors: damaged, over_limit.
Result<const wire::Event*> decode_event(std::string_view bytes);

/// `source/kind/key`, the name of an entry.
std::string entry_id(std::string_view source, Kind kind, std::string_view key);

/// Equal for events that say the same (everything but `received_at`): id reuse is told by it.
Hash128 content_hash(const EventDraft& draft);

}  // namespace concord::index
