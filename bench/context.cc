// Question: how long does an employee wait for the context answer, and does it grow with the base?
// Load: keys drawn Zipf(1.0) and uniformly, fixed seed; key resolved, record found, 20 entries. The
// facts alone (index), and the answer as served (with do_not, next, authority: one decision in it).
#include <map>

#include "bench/check.h"
#include "bench/questions.h"

namespace concord::bench {
namespace {

constexpr std::size_t kDrawn = 1 << 16;
constexpr std::size_t kChecked = 200;

// Once for each base; what is wrong with its answers.
const std::string& wrong_with(const World& world, std::size_t customers) {
  static std::map<std::size_t, std::string> found;
  const auto [at, is_new] = found.try_emplace(customers);
  if (!is_new) return at->second;
  at->second = differs_from_scan(world, kChecked);
  if (at->second.empty() && customers <= kOracleCustomersMax)
    at->second = differs_from_oracle(world, kChecked);
  return at->second;
}

void context_answer(benchmark::State& state, const Bases& bases, std::size_t customers,
                    Spread spread, bool facts_only) {
  const World& world = world_of(bases, customers);
  if (const auto& wrong = wrong_with(world, customers); !wrong.empty())
    return state.SkipWithError(wrong.c_str());
  const auto drawn = draw_places(spread, world.keys().size(), kDrawn, 11);
  ContextAnswer answer(world);
  std::size_t bytes = 0;
  for (const std::uint32_t place : drawn)
    bytes += answer.of(world.keys()[place], facts_only).size();
  measure(state, [&](std::size_t i) {
    benchmark::DoNotOptimize(answer.of(world.keys()[drawn[i % kDrawn]], facts_only).data());
  });
  state.counters["answer_bytes"] = static_cast<double>(bytes) / kDrawn;
}

void largest_customer(benchmark::State& state, const Bases& bases, std::size_t customers,
                      bool facts_only) {
  const World& world = world_of(bases, customers);
  if (const auto& wrong = wrong_with(world, customers); !wrong.empty())
    return state.SkipWithError(wrong.c_str());
  ContextAnswer answer(world);
  const std::size_t bytes = answer.of(world.largest_key(), facts_only).size();
  measure(state, [&](std::size_t) {
    benchmark::DoNotOptimize(answer.of(world.largest_key(), facts_only).data());
  });
  const index::ReadPin pin = world.snapshot().pin();
  state.counters["answer_bytes"] = static_cast<double>(bytes);
  state.counters["entries"] =
      static_cast<double>(world.customer(pin, world.largest_key()).record.entry_count());
}

}  // namespace

void register_context(const Bases& bases) {
  for (const std::size_t customers : bases.customers)
    for (const bool facts_only : {true, false}) {
      const std::string what = facts_only ? "context/facts/" : "context/served/";
      const std::string size = "/" + std::to_string(customers);
      for (const Spread spread : {Spread::zipf, Spread::uniform})
        benchmark::RegisterBenchmark((what + word(spread) + size).c_str(),
                                     [=](benchmark::State& state) {
                                       context_answer(state, bases, customers, spread, facts_only);
                                     })
            ->Iterations(static_cast<benchmark::IterationCount>(kDrawn));
      benchmark::RegisterBenchmark((what + "largest" + size).c_str(), [=](benchmark::State& state) {
        largest_customer(state, bases, customers, facts_only);
      })->Iterations(2000);
    }
}

}  // namespace concord::bench
