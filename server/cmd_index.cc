// concord index: extracts in, a data folder with one generation out.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "datasets/import/import.h"
#include "datasets/import/report.h"
#include "datasets/import/sources.h"
#include "index/base/buffer.h"
#include "index/base/files.h"
#include "index/reindex.h"
#include "server/cmd_program.h"

namespace concord::server {
namespace {

constexpr std::size_t kRejectionsShown = 20;  // on the terminal; the report file has them all

struct IndexOptions {
  std::string sources;
  std::string files;
  std::string out;
  std::string report;
  bool text = true;
};

using Number = unsigned long long;

class Sink final : public datasets::EventSink {
 public:
  explicit Sink(index::Reindex& to) : to_(to) {}
  index::Result<void> accept(index::EventSeq, std::string_view bytes) override {
    return to_.add(bytes);
  }

 private:
  index::Reindex& to_;
};

index::ReindexOptions reindex_options(const datasets::Sources& sources, unsigned threads, bool text,
                                      Progress& progress) {
  index::ReindexOptions options;
  options.threads = threads;
  options.text = text;
  options.identity_types = sources.identity_types;
  for (const datasets::Source& source : sources.sources) {
    index::SourceInfo info;
    info.name = source.name;
    info.department = source.department;
    info.expect_every_ms = source.expect_every_ms;
    for (const index::EventType type : source.may) info.may.emplace_back(word(type));
    options.sources.push_back(std::move(info));
  }
  options.progress = [&progress](std::string_view step, std::uint64_t done, std::uint64_t total) {
    progress.step(step, done, total);
  };
  return options;
}

void write_built(index::JsonWriter& out, const index::ReindexReport& built) {
  out.begin_object();
  out.key("generation").string(built.generation);
  out.key("seq").unsigned_integer(built.seq);
  out.key("customers").unsigned_integer(built.customers);
  out.key("accounts").unsigned_integer(built.accounts);
  out.key("entries").unsigned_integer(built.entries);
  out.key("identities").unsigned_integer(built.identities);
  out.key("merged").unsigned_integer(built.merged);
  out.key("knowledge").unsigned_integer(built.knowledge);
  out.key("text_documents").unsigned_integer(built.text_documents);
  out.key("dropped_identities").unsigned_integer(built.dropped_identities);
  out.key("rejected").unsigned_integer(built.rejected);
  out.key("rejections").begin_array();
  for (const index::ReindexRejection& one : built.rejections) {
    out.begin_object().key("source").string(one.source).key("event").string(one.event_id);
    out.key("code").string(name_of(one.error.code)).key("detail").string(one.error.text());
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

std::string report_json(const datasets::ImportReport& read, const index::ReindexReport& built) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  out.key("import");
  datasets::write_report(out, read);
  out.key("generation");
  write_built(out, built);
  out.end_object();
  return std::string(buffer.view());
}

void print_totals(const datasets::ImportReport& read) {
  std::printf("%-16s %-28s %10s %10s %9s %10s\n", "source", "file", "rows", "events", "rejected",
              "duplicates");
  for (const datasets::FileTotals& file : read.files)
    std::printf("%-16s %-28s %10llu %10llu %9llu %10llu\n", file.source.c_str(), file.file.c_str(),
                static_cast<Number>(file.rows), static_cast<Number>(file.events),
                static_cast<Number>(file.rejected), static_cast<Number>(file.duplicates));
}

void print_refused(const datasets::ImportReport& read, const index::ReindexReport& built) {
  std::size_t shown = 0;
  for (const datasets::Rejection& one : read.rejections)
    if (shown++ < kRejectionsShown) std::printf("rejected: %s\n", one.text().c_str());
  for (const index::ReindexRejection& one : built.rejections)
    if (shown++ < kRejectionsShown)
      std::printf("rejected: %s %s: %s\n", one.source.c_str(), one.event_id.c_str(),
                  one.error.text().c_str());
  const std::uint64_t all = read.rejected + read.files_refused + built.rejected;
  if (all > kRejectionsShown) std::printf("rejected: %llu in all\n", static_cast<Number>(all));
  for (const auto& [where, words] : read.unmapped)
    for (const auto& [one, rows] : words)
      std::printf("unmapped: %s.%s \"%s\" in %llu rows\n", where.first.c_str(),
                  where.second.c_str(), one.c_str(), static_cast<Number>(rows));
}

void print_built(const IndexOptions& options, const index::ReindexReport& built) {
  std::printf(
      "%s: generation %s, %llu events, %llu customers (%llu found to be another's), %llu accounts, "
      "%llu entries, %llu identities, %llu texts\n",
      options.out.c_str(), built.generation.c_str(), static_cast<Number>(built.seq),
      static_cast<Number>(built.customers), static_cast<Number>(built.merged),
      static_cast<Number>(built.accounts), static_cast<Number>(built.entries),
      static_cast<Number>(built.identities), static_cast<Number>(built.text_documents));
}

int run(Program& program, const IndexOptions& options) {
  const auto sources = datasets::read_sources(options.sources);
  if (!sources) return server::report(program, sources.error());
  const unsigned threads = thread_count(program.settings);
  Progress progress;
  auto reindex = index::Reindex::start(options.out,
                                       reindex_options(*sources, threads, options.text, progress));
  if (!reindex) return server::report(program, reindex.error());
  Sink sink(**reindex);
  const auto read =
      datasets::import_events(*sources, options.files, threads, sink,
                              [&](const std::string&, std::uint64_t done, std::uint64_t total) {
                                progress.step("reading", done, total);
                              });
  if (!read) {
    progress.finish();
    return server::report(program, read.error());
  }
  const auto built = (*reindex)->finish();
  progress.finish();
  if (!built) return server::report(program, built.error());
  const std::string json = report_json(*read, *built);
  if (!options.report.empty())
    if (auto done = index::write_file_durably(options.report, json + "\n"); !done)
      return server::report(program, done.error());
  if (program.json) {
    std::printf("%s\n", json.c_str());
  } else {
    print_totals(*read);
    print_refused(*read, *built);
    print_built(options, *built);
  }
  const bool partial = read->rejected + read->files_refused + built->rejected > 0;
  return partial ? kExitPartial : kExitOk;
}

}  // namespace

void add_index(CLI::App& app, Program& program) {
  CLI::App* const command =
      app.add_subcommand("index", "read extracts and build a data folder from them");
  auto options = std::make_shared<IndexOptions>();
  command->add_option("--sources", options->sources, "sources.toml: what the files mean")
      ->required();
  command->add_option("--files", options->files, "folder of the files [that of --sources]");
  command->add_option("--out", options->out, "data folder to write")->required();
  command->add_option("--report", options->report, "also write the whole report to this file");
  command->add_flag("!--no-text", options->text, "build no text index: no search");
  add_settings(*command, program, {"threads"});
  add_json_flag(*command, program, "print the report as JSON");
  command->callback([&program, options] {
    program.run = [&program, options] { return run(program, *options); };
  });
}

}  // namespace concord::server
