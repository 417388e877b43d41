#include "datasets/import/import.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "datasets/import/files_of.h"
#include "datasets/import/lookups.h"
#include "datasets/import/mapper.h"
#include "datasets/import/pipeline.h"
#include "datasets/import/seen_ids.h"
#include "datasets/import/snapshots.h"
#include "datasets/import/time_format.h"
#include "index/base/limits.h"
#include "index/base/parallel.h"
#include "index/log/event.h"

namespace concord::datasets {
namespace {

using index::Code;
using index::fail;

// One run over all files.
class Run {
 public:
  Run(const Sources& sources, std::string folder, unsigned threads, EventSink& sink,
      const ImportProgress& progress)
      : sources_(sources),
        folder_(std::move(folder)),
        threads_(threads == 0 ? index::hardware_threads() : threads),
        sink_(sink),
        progress_(progress),
        states_(threads_) {}

  Result<ImportReport> all() {
    report_.zone_tables = zone_tables_version();
    if (auto found = find_files(); !found) return fail(found.error());
    lookups_ = Lookups::load(sources_, folder_, report_);
    for (const Job& job : jobs_) {
      if (job.first_of_mapping) snapshots_ = {};
      one_file(job);
      if (stopped_) return fail(*stopped_);
    }
    return std::move(report_);
  }

 private:
  struct Job {
    const Source* source;
    const FileMapping* mapping;
    FoundFile file;
    bool first_of_mapping;
  };

  Result<void> find_files() {
    std::size_t wanted = 0;
    for (const Source& source : sources_.sources) {
      for (const FileMapping& mapping : source.files) {
        if (mapping.reading.path.empty()) continue;  // its rows come live
        const auto files = files_of(folder_, mapping.reading.path);
        wanted += files.empty() && mapping.optional ? 0 : 1;
        if (files.empty() && !mapping.optional) {
          ++report_.files_refused;
          report_.reject({source.name, mapping.reading.path, 0, 0, "", "not_found",
                          "there is no such file in " + folder_});
        }
        for (const FoundFile& file : files) {
          jobs_.push_back({&source, &mapping, file, &file == &files.front()});
          bytes_total_ += file.bytes;
        }
      }
    }
    if (jobs_.empty() && wanted > 0)
      return fail(Code::not_found, "none of the files that the sources name is here", folder_);
    return {};
  }

  void refuse_file(const Job& job, std::uint64_t line, const RowProblem& problem) {
    ++report_.files_refused;
    report_.reject({job.source->name, job.file.name, line, problem.column, problem.field,
                    problem.code, problem.reason});
  }

  void one_file(const Job& job) {
    report_.files.emplace_back();
    totals_ = &report_.files.back();
    totals_->source = job.source->name;
    totals_->file = job.file.name;
    if (job.mapping->mode == Mode::full) snapshots_.begin_file();
    auto reader = open_records(job.mapping->reading, job.file.path);
    if (!reader) {
      refuse_file(job, 0,
                  {0, "", std::string(index::name_of(reader.error().code)), reader.error().detail});
      return;
    }
    std::vector<std::string> header;
    if (const auto* csv = dynamic_cast<const CsvReader*>(reader->get())) header = csv->columns();
    RowProblem problem;
    const auto mapper = make_mapper(*job.source, *job.mapping, lookups_, header, problem);
    if (!mapper) return refuse_file(job, 1, problem);
    const bool whole = rows(job, **reader, *mapper);
    if (whole && !stopped_ && job.mapping->mode == Mode::full) retract_missing(job);
    bytes_done_ += job.file.bytes;
    report_.rows += totals_->rows;
    report_.rejected += totals_->rejected;
    report_.duplicates += totals_->duplicates;
    report_.skipped += totals_->skipped;
  }

  // True when the file was read to its end.
  bool rows(const Job& job, RecordReader& reader, const Mapper& mapper) {
    struct Mapped {
      MappedBlock block;
      std::vector<BadRecord> bad;
    };
    OrderedPipeline<RecordBlock, Mapped> pipeline(
        threads_,
        [&](unsigned worker, RecordBlock& in, Mapped& out) {
          out.bad = std::move(in.bad);
          out.block.rows = in.rows.size() + out.bad.size();
          for (const BadRecord& bad : out.bad)
            append_rejection({bad.column, "", bad.code, bad.reason}, bad.line, out.block);
          mapper.map(in, states_[worker], out.block);
        },
        [&](Mapped& out) { return take(job, out.block); });
    for (bool more = true; more && !stopped_;) {
      RecordBlock block;
      const std::uint64_t before = reader.line();
      auto got = reader.next(block);
      more = got && *got;
      const bool some = !block.rows.empty() || !block.bad.empty();
      if (some && !pipeline.push(std::move(block))) break;
      if (progress_) progress_(job.file.name, bytes_done_ + reader.bytes_read(), bytes_total_);
      if (got) continue;
      pipeline.finish();
      refuse_file(job, std::max(before, reader.line()),
                  {0, "", std::string(index::name_of(got.error().code)),
                   got.error().detail + "; nothing is read from this line on"});
      return false;
    }
    return !stopped_ && pipeline.finish();
  }

  bool take(const Job& job, MappedBlock& block) {
    totals_->rows += block.rows;
    totals_->skipped += block.skipped;
    std::stable_sort(block.rejections.begin(), block.rejections.end(),
                     [](const Rejection& a, const Rejection& b) { return a.line < b.line; });
    for (Rejection& rejection : block.rejections) reject(job, std::move(rejection));
    for (const auto& [where, rows_with_it] : block.unmapped)
      report_.count_unmapped(job.source->name, where.first, where.second, rows_with_it);
    for (const MappedBlock::Event& event : block.events) {
      const std::string_view bytes = block.event(event);
      if (job.mapping->mode == Mode::full) snapshots_.saw(*index::wire::GetEvent(bytes.data()));
      if (!number(job, event, bytes)) return false;
    }
    return true;
  }

  void reject(const Job& job, Rejection rejection) {
    ++totals_->rejected;
    rejection.source = job.source->name;
    rejection.file = job.file.name;
    report_.reject(std::move(rejection));
  }

  // One event, unless its id has been seen, to the sink. False: the sink said stop.
  bool number(const Job& job, const MappedBlock::Event& event, std::string_view bytes) {
    const Seen seen = seen_.add(event.id_hash, event.content_hash);
    if (seen == Seen::duplicate) {
      ++totals_->duplicates;
      return true;
    }
    if (seen == Seen::reused) {
      const auto* id = index::wire::GetEvent(bytes.data())->id();
      reject(job, {"", "", event.line, 0, "", "id_reused",
                   "the event id \"" + id->str() + "\" stands on another event already"});
      return true;
    }
    ++report_.events;
    ++totals_->events;
    totals_->newest_at_ms = std::max(totals_->newest_at_ms, event.at_ms);
    report_.newest_at.ms = std::max(report_.newest_at.ms, event.at_ms);
    if (auto done = sink_.accept(report_.events, bytes); !done) stopped_ = done.error();
    return !stopped_;
  }

  void retract_missing(const Job& job) {
    std::int64_t at_ms = totals_->newest_at_ms;
    if (!job.mapping->snapshot_at.empty()) {
      const std::string name = job.file.name.substr(job.file.name.rfind('/') + 1);
      const auto zone = Zone::named(job.mapping->time_zone);
      const auto format = TimeFormat::of(job.mapping->snapshot_at);
      const auto at = format->parse(name, *zone);
      if (!at)
        return reject(job, {"", "", 0, 0, "", "bad_time",
                            "the file's name does not fit snapshot_at \"" +
                                job.mapping->snapshot_at + "\": nothing is retracted by it"});
      at_ms = at->ms;
    }
    MappedBlock block;
    for (const index::EventDraft& draft : snapshots_.missing(*job.source, job.file.name, at_ms)) {
      RowProblem problem;
      if (!append_event(draft, 0, block, problem)) append_rejection(problem, 0, block);
    }
    for (Rejection& rejection : block.rejections) reject(job, std::move(rejection));
    const std::uint64_t before = totals_->events;
    for (const MappedBlock::Event& event : block.events)
      if (!number(job, event, block.event(event))) break;
    totals_->retracted = totals_->events - before;
  }

  const Sources& sources_;
  std::string folder_;
  unsigned threads_;
  EventSink& sink_;
  const ImportProgress& progress_;
  std::vector<MapperState> states_;
  Lookups lookups_;
  std::vector<Job> jobs_;
  std::uint64_t bytes_total_ = 0;
  std::uint64_t bytes_done_ = 0;
  SeenIds seen_;
  Snapshots snapshots_;
  ImportReport report_;
  FileTotals* totals_ = nullptr;  // of the file being read
  std::optional<index::Error> stopped_;
};

}  // namespace

Result<ImportReport> import_events(const Sources& sources, const std::string& files_folder,
                                   unsigned threads, EventSink& sink,
                                   const ImportProgress& progress) {
  const std::string& folder = files_folder.empty() ? sources.folder : files_folder;
  return Run(sources, folder, threads, sink, progress).all();
}

}  // namespace concord::datasets
