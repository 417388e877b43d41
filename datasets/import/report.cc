#include "datasets/import/report.h"

#include "index/base/time.h"

namespace concord::datasets {
namespace {

using index::JsonWriter;

void write_totals(JsonWriter& out, const FileTotals& file) {
  out.begin_object();
  out.key("source").string(file.source);
  out.key("file").string(file.file);
  out.key("rows").unsigned_integer(file.rows);
  out.key("events").unsigned_integer(file.events);
  out.key("rejected").unsigned_integer(file.rejected);
  out.key("duplicates").unsigned_integer(file.duplicates);
  out.key("skipped").unsigned_integer(file.skipped);
  out.key("retracted").unsigned_integer(file.retracted);
  if (file.newest_at_ms != index::kNoTime)
    out.key("newest_at").time(index::UnixMillis{file.newest_at_ms});
  out.end_object();
}

void write_rejection(JsonWriter& out, const Rejection& one) {
  out.begin_object();
  if (!one.source.empty()) out.key("source").string(one.source);
  out.key("file").string(one.file);
  if (one.line != 0) out.key("line").unsigned_integer(one.line);
  if (one.column != 0) out.key("column").unsigned_integer(one.column);
  if (!one.field.empty()) out.key("field").string(one.field);
  out.key("code").string(one.code);
  out.key("reason").string(one.reason);
  out.end_object();
}

void write_unmapped(JsonWriter& out, const ImportReport& report) {
  out.key("unmapped").begin_array();
  for (const auto& [where, words] : report.unmapped) {
    for (const auto& [word, rows] : words) {
      out.begin_object();
      out.key("source").string(where.first);
      out.key("field").string(where.second);
      out.key("word").string(word);
      out.key("rows").unsigned_integer(rows);
      out.end_object();
    }
  }
  out.end_array();
}

}  // namespace

std::string Rejection::text() const {
  std::string out = file;
  if (line != 0) out += ":" + std::to_string(line);
  out += ": ";
  if (column != 0) out += "column " + std::to_string(column) + " ";
  if (!field.empty()) out += "\"" + field + "\"";
  if (column != 0 || !field.empty()) out += out.back() == ' ' ? "is bad: " : ": ";
  return out + reason + " (" + code + ")";
}

void ImportReport::reject(Rejection rejection) {
  ++rejected_by[rejection.code];
  if (rejections.size() < kRejectionsKept) rejections.push_back(std::move(rejection));
}

void ImportReport::count_unmapped(const std::string& source, const std::string& field,
                                  const std::string& word, std::uint64_t rows_with_it) {
  auto& words = unmapped[{source, field}];
  if (words.size() >= kUnmappedWordsKept && !words.contains(word))
    words["(other words)"] += rows_with_it;
  else
    words[word] += rows_with_it;
}

void write_report(JsonWriter& out, const ImportReport& report) {
  out.begin_object();
  out.key("rows").unsigned_integer(report.rows);
  out.key("events").unsigned_integer(report.events);
  out.key("rejected").unsigned_integer(report.rejected);
  out.key("duplicates").unsigned_integer(report.duplicates);
  out.key("skipped").unsigned_integer(report.skipped);
  out.key("files_refused").unsigned_integer(report.files_refused);
  if (report.newest_at.ms != index::kNoTime) out.key("newest_at").time(report.newest_at);
  out.key("zone_tables").string(report.zone_tables);
  out.key("files").begin_array();
  for (const FileTotals& file : report.files) write_totals(out, file);
  out.end_array();
  out.key("lookups").begin_array();
  for (const LookupTotals& lookup : report.lookups) {
    out.begin_object();
    out.key("name").string(lookup.name);
    out.key("file").string(lookup.file);
    out.key("rows").unsigned_integer(lookup.rows);
    out.key("keys").unsigned_integer(lookup.keys);
    out.end_object();
  }
  out.end_array();
  write_unmapped(out, report);
  out.key("rejected_by").begin_object();
  for (const auto& [code, rows] : report.rejected_by) out.key_escaped(code).unsigned_integer(rows);
  out.end_object();
  out.key("rejections").begin_array();
  for (const Rejection& one : report.rejections) write_rejection(out, one);
  out.end_array();
  out.end_object();
}

}  // namespace concord::datasets
