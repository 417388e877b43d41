// Question: how long does it take to decide for everybody, and what does a second thread bring?
// Load: the whole base, default policy set; features made anew for each customer, or kept from the
// run before ("rows"); the lines are counted, not written.
#include <map>

#include "bench/check.h"
#include "bench/questions.h"
#include "scoring/fact_rows.h"

namespace concord::bench {
namespace {

constexpr std::size_t kChecked = 300;
constexpr std::size_t kRowsBytes = 4UL << 30;

void everybody(benchmark::State& state, const Bases& bases, std::size_t customers, unsigned threads,
               bool keep_rows) {
  const World& world = world_of(bases, customers);
  static std::map<std::size_t, std::string> found;
  const auto [at, is_new] = found.try_emplace(customers);
  if (is_new) at->second = batch_differs(world, kChecked);
  if (!at->second.empty()) return state.SkipWithError(at->second.c_str());
  const index::ReadPin pin = world.snapshot().pin();
  scoring::BatchQuestion question;
  question.as_of = world.as_of();
  question.threads = threads;
  scoring::FactRows rows(kRowsBytes);
  if (keep_rows) {
    question.rows = &rows;
    scoring::decide_all(world.policy(), world.snapshot(), pin, question, {}, {});
  }
  scoring::BatchCounts counts;
  std::size_t bytes = 0;
  const std::int64_t begun = clock_ns();
  std::int64_t runs = 0;
  for ([[maybe_unused]] auto _ : state) {
    counts = scoring::decide_all(world.policy(), world.snapshot(), pin, question,
                                 [&](std::string_view lines) { bytes += lines.size(); }, {});
    ++runs;
  }
  const double seconds = static_cast<double>(clock_ns() - begun) / 1e9 / static_cast<double>(runs);
  benchmark::DoNotOptimize(bytes);
  state.counters["seconds"] = seconds;
  state.counters["customers_per_s"] = static_cast<double>(counts.customers) / seconds;
  state.counters["decisions_per_s"] = static_cast<double>(counts.gates) / seconds;
}

}  // namespace

void register_decide_all(const Bases& bases) {
  for (const std::size_t customers : bases.customers)
    for (const bool rows : {false, true})
      for (const unsigned threads : {1U, 2U})
        benchmark::RegisterBenchmark(
            ((rows ? "decide_all/rows/threads:" : "decide_all/threads:") + std::to_string(threads) +
             "/" + std::to_string(customers))
                .c_str(),
            [=](benchmark::State& state) { everybody(state, bases, customers, threads, rows); })
            ->Iterations(1)
            ->UseRealTime();
}

}  // namespace concord::bench
