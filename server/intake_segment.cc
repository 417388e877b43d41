#include "server/intake_segment.h"

#include <algorithm>
#include <array>

#include "index/base/time.h"

namespace concord::server {
namespace {

using index::JsonType;
using index::JsonValue;

std::int64_t time_member(JsonValue object, std::string_view name) {
  const auto member = object.find(name);
  const auto text = member ? member->as_string() : std::nullopt;
  const auto time = text ? index::parse_rfc3339(*text) : std::nullopt;
  return time ? time->ms : index::kNoTime;
}

// How the message can be read again when its mapping has been mended.
std::string format_of(std::string_view verb, std::int64_t sent_at_ms) {
  std::string format = "segment/" + std::string(verb);
  if (sent_at_ms != index::kNoTime)
    format += "?sent_at=" + index::to_rfc3339(index::UnixMillis{sent_at_ms});
  return format;
}

struct Batch {
  std::int64_t sent_at_ms = index::kNoTime;
  std::size_t bytes = 0;
  std::uint32_t number = 0;
};

std::optional<Fault> over_limits(std::size_t bytes, const Batch& batch) {
  if (bytes > kSegmentEventBytesMax)
    return Fault{"over_limit",
                 "is " + std::to_string(bytes) + " bytes; an event may have " +
                     std::to_string(kSegmentEventBytesMax),
                 ""};
  if (batch.number > kSegmentBatchEventsMax)
    return Fault{"over_limit",
                 "is number " + std::to_string(batch.number) + "; a batch may have " +
                     std::to_string(kSegmentBatchEventsMax) + " events",
                 ""};
  if (batch.bytes > kSegmentBatchBytesMax)
    return Fault{"over_limit",
                 "ends at byte " + std::to_string(batch.bytes) + "; a batch may have " +
                     std::to_string(kSegmentBatchBytesMax),
                 ""};
  return std::nullopt;
}

void take(std::string_view verb, std::string_view raw, JsonValue json, Batch& batch,
          const IntakeAsk& ask, const ItemSink& sink) {
  IntakeItem item;
  item.line = ++batch.number;
  item.raw = raw;
  item.source = ask.source;
  item.id = text_member(json, "messageId");
  const std::string type = text_member(json, "type");
  const SegmentMessage message{verb.empty() ? std::string_view(type) : verb, json,
                               batch.sent_at_ms};
  item.format = format_of(message.verb, message.sent_at_ms);
  batch.bytes += raw.size() + 1;
  item.fault = over_limits(raw.size(), batch);
  if (!item.fault) map_segment(message, ask, item);
  finish_item(item, ask);
  sink(std::move(item));
}

}  // namespace

index::Result<void> read_segment(std::string_view verb, std::string_view body, const IntakeAsk& ask,
                                 index::JsonReader& json, const ItemSink& sink) {
  const auto value = json.parse(body);
  if (!value) return index::fail(value.error());
  if (!value->is(JsonType::object))
    return index::fail(index::Code::bad_input, "is not a JSON object");
  Batch batch;
  batch.sent_at_ms = time_member(*value, "sentAt");
  if (verb != "batch" && verb != "import") {
    take(verb, body, *value, batch, ask, sink);
    return {};
  }
  const auto list = value->find("batch");
  if (!list || !list->is(JsonType::array))
    return index::fail(index::Code::bad_input, "has no list of that name", "/batch");
  if (list->size() > kItemsMax) return index::fail(too_many_items());
  index::Buffer text;
  for (const JsonValue one : list->elements()) {
    text.clear();
    index::JsonWriter out(text);
    append_json(out, one);
    take("", text.view(), one, batch, ask, sink);
  }
  return {};
}

void read_segment_message(std::string_view verb, std::string_view raw, std::int64_t sent_at_ms,
                          const IntakeAsk& ask, index::JsonReader& json, const ItemSink& sink) {
  Batch batch;
  batch.sent_at_ms = sent_at_ms;
  const auto value = json.parse(raw);
  if (!value) {
    IntakeItem item =
        refused_item(1, raw, format_of(verb, sent_at_ms), {"bad_json", value.error().text(), ""});
    item.source = ask.source;
    return sink(std::move(item));
  }
  take(verb, raw, *value, batch, ask, sink);
}

}  // namespace concord::server
