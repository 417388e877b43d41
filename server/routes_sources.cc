// GET /v1/sources: how fresh each source is, for operators. Not a part of any customer's answer:
// it shows what is known now.
#include "index/sources.h"
#include "server/routes.h"

namespace concord::server {
namespace {

void write_time(index::JsonWriter& out, std::string_view name, std::int64_t at_ms) {
  if (at_ms != index::kNoTime) out.key(name).time(index::UnixMillis{at_ms});
}

void write_source(index::JsonWriter& out, const index::SourceRow& row, index::UnixMillis now) {
  const index::SourceInfo& source = row.info;
  const std::int64_t heard_ms = index::heard_at_ms(source);
  const index::Freshness state = index::freshness(source.expect_every_ms, heard_ms, now);
  out.begin_object().key("source").string(source.name);
  if (!source.department.empty()) out.key("department").string(source.department);
  if (state != index::Freshness::unstated) out.key("state").string(word(state));
  write_time(out, "last_at", source.last_at_ms);
  write_time(out, "last_heard_at", heard_ms);
  if (heard_ms != index::kNoTime)
    out.key("lag_ms").integer(std::max<std::int64_t>(now.ms - heard_ms, 0));
  if (source.expect_every_ms > 0) out.key("expect_every_ms").integer(source.expect_every_ms);
  out.key("events").unsigned_integer(source.events);
  out.key("duplicates").unsigned_integer(row.duplicates);
  out.key("rejected").unsigned_integer(row.rejected);
  out.key("may").begin_array();
  for (const std::string& one : source.may) out.string(one);
  out.end_array();
  out.end_object();
}

}  // namespace

void Routes::sources(Call& call) {
  call.response.field("Cache-Control", "no-store");
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  const index::UnixMillis now = service_.base_now();
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("at").time(now);
  out.key("revision").unsigned_integer(call.pin.revision());
  out.key("sources").begin_array();
  for (const index::SourceRow& row : service_.engine->sources().rows()) write_source(out, row, now);
  out.end_array();
  out.end_object();
}

}  // namespace concord::server
