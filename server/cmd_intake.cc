#include "server/cmd_intake.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "index/sources.h"

namespace concord::server {
namespace {

// What is known of sources: from the base, and from --sources where that says more.
SourceRegistry registry_of(const index::SourceBook& book, bool closed,
                           const datasets::Sources* configured) {
  std::vector<SourceRule> rules;
  if (configured != nullptr) {
    for (const datasets::Source& one : configured->sources)
      rules.push_back({one.name, one.department, one.may});
  } else {
    for (const index::SourceInfo& one : book.all()) {
      SourceRule rule{one.name, one.department, {}};
      for (const std::string& word : one.may)
        if (const auto type = index::from_word<index::EventType>(word)) rule.may.push_back(*type);
      rules.push_back(std::move(rule));
    }
  }
  return SourceRegistry(std::move(rules), closed);
}

index::SourceInfo info_of(const datasets::Source& source) {
  index::SourceInfo info;
  info.name = source.name;
  info.department = source.department;
  info.expect_every_ms = source.expect_every_ms;
  for (const index::EventType type : source.may) info.may.emplace_back(index::word(type));
  return info;
}

DeskOptions options_of(const Settings& settings) {
  DeskOptions options;
  options.threads = static_cast<unsigned>(settings.number("intake-threads"));
  if (options.threads == 0) options.threads = std::max(1U, std::thread::hardware_concurrency() / 2);
  options.wait_ms_max = settings.number("intake-wait-ms-max");
  options.body_bytes_max = static_cast<std::size_t>(settings.number("intake-body-bytes-max"));
  options.skew_ms_max = settings.number("skew-ms-max");
  options.user_type = settings.text("segment-user-type");
  options.anonymous_type = settings.text("segment-anonymous-type");
  return options;
}

void watch_desk(Metrics& metrics, const IntakeDesk& desk) {
  metrics.collector(
      "concord_events_ingested_total", "Events by source and what became of them.", "counter",
      [&desk] {
        Metrics::Samples samples;
        for (const IntakeDesk::Counted& one : desk.counted())
          samples.push_back({{{"source", one.source}, {"result", std::string(word(one.status))}},
                             static_cast<double>(one.items)});
        return samples;
      });
  metrics.gauge("concord_intake_waiting", "Bodies that wait for an intake thread.",
                [&desk] { return static_cast<double>(desk.waiting()); });
}

// Segment's ids need identity types; a base that was indexed without them refuses its events.
void warn_of_types(const IntakeDesk& desk, const index::IdentityTypes& types) {
  for (const std::string& type : {desk.options().user_type, desk.options().anonymous_type})
    if (types.find(type) == nullptr)
      std::fprintf(stderr,
                   "concord: the base has no identity type \"%s\": Segment events with such an id "
                   "are refused; declare it under [identity_types] and index again\n",
                   type.c_str());
}

}  // namespace

class ServeIntake::Mapping final : public IntakeMapping {
 public:
  Mapping(datasets::Sources sources, const std::string& files_folder)
      : mapper_(std::move(sources), files_folder, report_) {}
  [[nodiscard]] const datasets::Sources& sources() const { return mapper_.sources(); }
  [[nodiscard]] const datasets::ImportReport& report() const { return report_; }

  [[nodiscard]] std::vector<std::size_t> find(const TableName& table, std::string_view source,
                                              std::string_view mapping) const override {
    return mapper_.find(table.database, table.schema, table.table, source, mapping);
  }
  [[nodiscard]] std::string list() const override { return mapper_.list(); }
  [[nodiscard]] index::Result<MappedRow> map(std::size_t number, std::string_view row,
                                             index::UnixMillis at) const override {
    return row_of(mapper_.map(number, row, at));
  }
  [[nodiscard]] index::Result<MappedRow> unmap(std::size_t number, std::string_view row,
                                               index::UnixMillis at) const override {
    return row_of(mapper_.unmap(number, row, at));
  }

 private:
  static index::Result<MappedRow> row_of(index::Result<std::vector<index::EventDraft>> drafts) {
    if (!drafts) return index::fail(drafts.error());
    return MappedRow{std::move(*drafts)};
  }
  datasets::ImportReport report_;  // of the lookups
  datasets::LiveMapper mapper_;
};

ServeIntake::ServeIntake() = default;
ServeIntake::~ServeIntake() = default;

int ServeIntake::read(const Program& program) {
  const std::string& path = program.settings.text("sources");
  if (path.empty()) return kExitOk;
  auto sources = datasets::read_sources(path);
  if (!sources) return report(program, sources.error());
  mapping_ = std::make_unique<Mapping>(std::move(*sources), program.settings.text("files"));
  for (const datasets::Rejection& one : mapping_->report().rejections)
    std::fprintf(stderr, "concord: %s\n", one.text().c_str());
  return kExitOk;
}

IntakeDesk& ServeIntake::start(const Program& program, index::Live& live, Metrics& metrics) {
  index::SourceBook& book = live.engine().sources();
  const datasets::Sources* const sources = mapping_ ? &mapping_->sources() : nullptr;
  if (sources != nullptr)
    for (const datasets::Source& one : sources->sources) book.configure(info_of(one));
  desk_ = std::make_unique<IntakeDesk>(live, registry_of(book, mapping_ != nullptr, sources),
                                       mapping_.get(), options_of(program.settings));
  warn_of_types(*desk_, live.engine().normaliser().types());
  watch_desk(metrics, *desk_);
  return *desk_;
}

}  // namespace concord::server
