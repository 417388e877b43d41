// The Segment specification (identify, track, page, screen, group, alias, batch), as its client
// packages speak it, to events. Each message of a batch gives exactly one item, in order.
// Thread class: one-owner (functions over the caller's reader).
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/intake.h"

namespace concord::server {

/// The limits of the specification. What is over them is refused and listed, the rest is taken.
inline constexpr std::size_t kSegmentEventBytesMax = 32UL * 1024;
inline constexpr std::size_t kSegmentBatchBytesMax = 500UL * 1024;
inline constexpr std::size_t kSegmentBatchEventsMax = 2'500;

/// Names may occur twice in what browsers send; the first counts.
inline constexpr index::JsonRules kSegmentRules{index::kJsonDepthDefault, index::kJsonBytesMax,
                                                /*refuse_duplicate_names=*/false};

/// `verb`: the path's last part: identify, track, page, screen, group, alias, batch or import.
/// Errors: bad_input (the body is not JSON, a batch has no `batch`): nothing was read.
index::Result<void> read_segment(std::string_view verb, std::string_view body, const IntakeAsk& ask,
                                 index::JsonReader& json, const ItemSink& sink);

/// One message again, `sent_at_ms`: of its batch (kNoTime: it had none).
void read_segment_message(std::string_view verb, std::string_view raw, std::int64_t sent_at_ms,
                          const IntakeAsk& ask, index::JsonReader& json, const ItemSink& sink);

/// Whether an anonymous id belongs to a known user is asked of the base and of the same batch.
struct SegmentMessage {
  std::string_view verb;
  index::JsonValue json;
  std::int64_t sent_at_ms = index::kNoTime;  // of the batch, unless the message says its own
};
/// The events that a message stands for; `item` has line and raw. See docs/api.md for the mapping.
void map_segment(const SegmentMessage& message, const IntakeAsk& ask, IntakeItem& item);

}  // namespace concord::server
