#include "datasets/generate/expected.h"

#include <map>

#include "index/base/json_writer.h"

namespace concord::datasets {
namespace {

using index::JsonWriter;

void write_file(JsonWriter& json, const ExtractSpec& spec, const ExtractCounts& c) {
  json.key_escaped(spec.path).begin_object();
  json.key("source").string(spec.source).key("department").string(spec.department);
  json.key("event").string(spec.event);
  if (!spec.kind.empty()) json.key("kind").string(spec.kind);
  json.key("rows").unsigned_integer(c.rows).key("events").unsigned_integer(c.events());
  json.key("rejected").unsigned_integer(c.rejected());
  json.key("rejected_for").begin_object();
  json.key("bad_time").unsigned_integer(c.bad_time).key("no_key").unsigned_integer(c.no_key);
  json.key("cut_short").unsigned_integer(c.cut_short).end_object();
  json.key("duplicates").unsigned_integer(c.duplicates).key("late").unsigned_integer(c.late);
  json.key("unknown_status").unsigned_integer(c.unknown_status);
  json.key("entries").unsigned_integer(c.entries).key("texts").unsigned_integer(c.texts);
  json.end_object();
}

void write_totals(JsonWriter& json, const GenerateReport& r) {
  json.key("customers").unsigned_integer(r.customers);
  json.key("accounts").unsigned_integer(r.accounts).key("rows").unsigned_integer(r.rows);
  json.key("rejected").unsigned_integer(r.rejected);
  json.key("duplicates").unsigned_integer(r.duplicates);
  json.key("entries").unsigned_integer(r.entries).key("texts").unsigned_integer(r.texts);
  json.key("entries_of_one_customer_max").unsigned_integer(r.entries_max);
  json.key("identities").unsigned_integer(r.identities);
}

/// Breaks the compact JSON into lines: one a member of the outer two levels.
std::string in_lines(std::string_view compact) {
  std::string out;
  int depth = 0;
  for (char c : compact) {
    if (c == '}' && --depth < 2) out.append("\n").append(static_cast<std::size_t>(depth) * 2, ' ');
    out += c;
    if (c == '{') ++depth;
    if ((c == '{' && depth <= 2) || (c == ',' && depth <= 2))
      out.append("\n").append(static_cast<std::size_t>(depth) * 2, ' ');
  }
  return out + "\n";
}

}  // namespace

std::string expected_json(const GenerateOptions& options, const GenerateReport& report,
                          const std::array<ExtractCounts, kExtractCount>& counts) {
  index::Buffer buffer;
  JsonWriter json(buffer);
  json.begin_object().key("version").integer(1).key("seed").unsigned_integer(options.seed);
  json.key("world_now").time({kWorldNow});
  write_totals(json, report);
  json.key("files").begin_object();
  std::map<std::string, std::uint64_t> kinds;
  for (std::size_t i = 0; i < kExtractCount; ++i) {
    const ExtractSpec& spec = spec_of(static_cast<Extract>(i));
    write_file(json, spec, counts[i]);
    if (!spec.kind.empty())
      kinds[std::string(spec.source) + "/" + std::string(spec.kind)] += counts[i].entries;
  }
  json.end_object().key("entries_by_kind").begin_object();
  for (const auto& [kind, entries] : kinds) json.key_escaped(kind).unsigned_integer(entries);
  json.end_object().key("stories").begin_object();
  for (const auto& [story, told] : report.stories) json.key_escaped(story).unsigned_integer(told);
  json.end_object().end_object();
  return in_lines(buffer.view());
}

}  // namespace concord::datasets
