// Question: how long does a next best action take, without rendering it?
// Load: customers drawn Zipf(1.0), fixed seed, found ahead; the default policy set as shipped; both
// directions; features made anew, or kept from an earlier question ("rows"). The memory is warm,
// the customers are not.
#include "bench/check.h"
#include "bench/questions.h"
#include "scoring/fact_rows.h"

namespace concord::bench {
namespace {

constexpr std::size_t kDrawn = 1 << 14;
constexpr std::size_t kRowsBytes = 1UL << 30;

void next_best_action(benchmark::State& state, const Bases& bases, std::size_t customers,
                      index::Direction direction, bool keep_rows) {
  const World& world = world_of(bases, customers);
  const index::ReadPin pin = world.snapshot().pin();
  const std::vector<index::Customer> drawn =
      world.customers(pin, draw_places(Spread::zipf, world.keys().size(), kDrawn, 13));
  scoring::DecisionQuestion question;
  question.as_of = world.as_of();
  question.direction = direction;
  scoring::FactRows rows(kRowsBytes);
  scoring::DecideScratch scratch;
  if (keep_rows) scratch.use(&rows);
  scoring::Decision decision;
  std::size_t ranked = 0;
  for (const index::Customer& customer : drawn) {
    scoring::decide(world.policy(), customer, question, scratch, decision);
    if (const auto wrong = wrong_in(world.policy(), decision); !wrong.empty())
      return state.SkipWithError(wrong.c_str());
    ranked += decision.ranked.size();
  }
  measure(state, [&](std::size_t i) {
    scoring::decide(world.policy(), drawn[i % kDrawn], question, scratch, decision);
    benchmark::DoNotOptimize(decision.ranked.data());
  });
  state.counters["actions"] = static_cast<double>(world.policy().action_count());
  state.counters["ranked"] = static_cast<double>(ranked) / kDrawn;
}

}  // namespace

void register_decide(const Bases& bases) {
  for (const std::size_t customers : bases.customers)
    for (const auto direction : {index::Direction::outbound, index::Direction::inbound})
      for (const bool rows : {false, true})
        benchmark::RegisterBenchmark(("decide/" + std::string(index::word(direction)) +
                                      (rows ? "_rows/" : "/") + std::to_string(customers))
                                         .c_str(),
                                     [=](benchmark::State& state) {
                                       next_best_action(state, bases, customers, direction, rows);
                                     })
            ->Iterations(static_cast<benchmark::IterationCount>(kDrawn));
}

}  // namespace concord::bench
