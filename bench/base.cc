// Question: how soon does the service answer after a start, what does it hold in memory, and how
// fast is a generation built?
// Load: a whole base: opened with all its checks; built anew from its events, which wait in memory.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>

#include "bench/check.h"
#include "bench/questions.h"
#include "datasets/import/sources.h"
#include "index/reindex.h"

namespace concord::bench {
namespace {

namespace fs = std::filesystem;

double resident_bytes() {
  long pages = 0;
  long resident = 0;
  if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double file_bytes(const std::string& data, const std::string& generation, const char* name) {
  std::error_code none;
  const auto size = fs::file_size(fs::path(data) / "generations" / generation / name, none);
  return none ? 0 : static_cast<double>(size);
}

// From nothing to the first answer. The memory is told by the first opening of the program, so run
// this alone for it (bench/run does).
void open_base(benchmark::State& state, const Bases& bases, std::size_t customers) {
  const double before = resident_bytes();
  double held = 0;
  double seconds = 0;
  std::string name;
  std::string data;
  for ([[maybe_unused]] auto _ : state) {
    const std::int64_t begun = clock_ns();
    const World world(bases, customers);
    ContextAnswer answer(world);
    if (answer.of(world.largest_key(), false).empty()) return state.SkipWithError("no answer");
    seconds = static_cast<double>(clock_ns() - begun) / 1e9;
    held = resident_bytes() - before;
    name = world.engine().generation().name;
    data = world.data();
  }
  const double records = file_bytes(data, name, "records.bin");
  if (records == 0) return state.SkipWithError("no records.bin");
  state.counters["seconds"] = seconds;
  state.counters["held_bytes"] = held;
  state.counters["records_bytes"] = records;
  state.counters["text_bytes"] =
      file_bytes(data, name, "text/text.glass") + file_bytes(data, name, "text/docs.bin");
}

index::ReindexOptions options_of(const datasets::Sources& sources, bool text) {
  index::ReindexOptions options;
  options.text = text;
  options.identity_types = sources.identity_types;
  for (const datasets::Source& source : sources.sources) {
    index::SourceInfo info;
    info.name = source.name;
    info.department = source.department;
    for (const index::EventType type : source.may) info.may.emplace_back(word(type));
    options.sources.push_back(std::move(info));
  }
  return options;
}

const std::vector<std::string>& kept_events(const World& world, std::size_t customers) {
  static std::map<std::size_t, std::vector<std::string>> kept;
  auto& events = kept[customers];
  if (events.empty()) events = events_of(world);
  return events;
}

void build_base(benchmark::State& state, const Bases& bases, std::size_t customers, bool text) {
  const World& world = world_of(bases, customers);
  const auto& events = kept_events(world, customers);
  const auto sources = datasets::read_sources(world.extracts() + "/sources.toml");
  if (!sources || events.empty()) return state.SkipWithError("the extracts cannot be read");
  const std::string folder = bases.folder + "/rebuilt";
  index::ReindexReport built;
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    fs::remove_all(folder);
    const std::int64_t begun = clock_ns();
    auto reindex = index::Reindex::start(folder, options_of(*sources, text));
    if (!reindex) return state.SkipWithError(reindex.error().text().c_str());
    for (const std::string& event : events)
      if (const auto added = (*reindex)->add(event); !added)
        return state.SkipWithError(added.error().text().c_str());
    auto report = (*reindex)->finish();
    if (!report) return state.SkipWithError(report.error().text().c_str());
    built = std::move(*report);
    seconds = static_cast<double>(clock_ns() - begun) / 1e9;
  }
  fs::remove_all(folder);
  const index::GenerationInfo& whole = world.engine().generation();
  if (built.seq != whole.seq || built.entries != whole.entries ||
      built.customers != whole.customers || built.identities != whole.identities)
    return state.SkipWithError("another base than `concord index` made of the same files");
  state.counters["seconds"] = seconds;
  state.counters["entries_per_s"] = static_cast<double>(built.entries) / seconds;
  state.counters["events_per_s"] = static_cast<double>(built.seq) / seconds;
  // Only where there are any: the spread of nothing but zeros is printed as NaN, which is no JSON.
  if (text) state.counters["text_documents"] = static_cast<double>(built.text_documents);
}

}  // namespace

void register_open(const Bases& bases) {
  for (const std::size_t customers : bases.customers)
    benchmark::RegisterBenchmark(
        ("open/" + std::to_string(customers)).c_str(),
        [=](benchmark::State& state) { open_base(state, bases, customers); })
        ->Iterations(1)
        ->UseRealTime();
}

void register_reindex(const Bases& bases) {
  for (const std::size_t customers : bases.customers)
    for (const bool text : {false, true})
      benchmark::RegisterBenchmark(
          (std::string("reindex/") + (text ? "with_text/" : "without_text/") +
           std::to_string(customers))
              .c_str(),
          [=](benchmark::State& state) { build_base(state, bases, customers, text); })
          ->Iterations(1)
          ->UseRealTime();
}

}  // namespace concord::bench
