// Rejections tried again: the kept input is read as it was read then, by the mapping and the rights
// of today. What passes leaves the list, what fails stays there with its new reason.
#include "index/base/time.h"
#include "server/intake_cloud.h"
#include "server/intake_desk.h"
#include "server/intake_job.h"
#include "server/intake_native.h"
#include "server/intake_segment.h"
#include "server/target.h"

namespace concord::server {
namespace {

/// "segment/track?sent_at=…", as a reader wrote it.
struct Format {
  std::string_view family;  // segment, native, change, cloudevent
  std::string_view verb;
  std::string_view mapping;
  std::int64_t sent_at_ms = index::kNoTime;
};

Format format_of(const Target& target) {
  Format format;
  const auto segments = target.segments();
  if (!segments.empty()) format.family = segments[0];
  if (segments.size() > 1) format.verb = segments[1];
  for (const Parameter& one : target.parameters()) {
    if (one.name == "mapping") format.mapping = one.value;
    if (one.name == "sent_at")
      if (const auto time = index::parse_rfc3339(one.value)) format.sent_at_ms = time->ms;
  }
  return format;
}

Fault cannot(std::string why) { return {"not_retriable", std::move(why), ""}; }

}  // namespace

void IntakeJob::read_again() {
  index::JsonReader strict;
  index::JsonReader loose{kSegmentRules};
  for (const index::Rejection& one : body_.again) {
    IntakeAsk ask = ask_;
    ask.source = one.source;
    ask.received_at = index::UnixMillis{one.at_ms};
    const std::size_t before = rows_.size();
    const ItemSink sink = [this](IntakeItem&& item) { take(std::move(item)); };
    Target target;
    const bool known = target.read("/" + one.format);
    const Format format = known ? format_of(target) : Format{};
    ask.mapping = format.mapping;
    if (one.raw_cut)
      sink(
          refused_item(1, one.raw, one.format, cannot("the input was too large to be kept whole")));
    else if (format.family == "segment")
      read_segment_message(format.verb, one.raw, format.sent_at_ms, ask, loose, sink);
    else if (format.family == "native" || format.family == "change")
      read_line(1, one.raw, ask, strict, sink);
    else if (format.family == "cloudevent")
      (void)read_cloud_event(one.raw, ask, strict, sink);
    if (rows_.size() == before)
      sink(refused_item(1, one.raw, one.format, cannot("the body could not be read at all")));
    rows_.back().line = static_cast<std::uint32_t>(before + 1);
  }
}

void IntakeJob::take_off_the_list() {
  index::RejectionStore* const store = desk_.live().rejections();
  for (std::size_t i = 0; i < rows_.size() && store != nullptr; ++i) {
    const RowStatus status = rows_[i].status;
    if (status == RowStatus::unknown) continue;
    if (status == RowStatus::rejected) {
      index::Rejection again = body_.again[i];
      again.code = rows_[i].fault->code;
      again.place = rows_[i].fault->pointer;
      again.reason = rows_[i].fault->detail;
      if (!store->replace(again)) result_.unlisted = true;
    } else if (!store->remove(body_.again[i].id)) {
      result_.unlisted = true;
    }
  }
}

}  // namespace concord::server
