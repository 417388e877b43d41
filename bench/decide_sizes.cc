// Question: how does a next best action grow with the catalogue and with the predictors?
// Load: as `decide`, over made-up catalogues in which every action's model is scored: its gates
// pass. Features are kept from the round before. The numbers are first held against each model
// scored alone.
#include <map>
#include <tuple>

#include "bench/catalogue.h"
#include "bench/check.h"
#include "bench/questions.h"
#include "scoring/fact_rows.h"
#include "scoring/policy_data.h"

namespace concord::bench {
namespace {

constexpr std::size_t kDrawn = 1 << 9;
constexpr std::size_t kChecked = 50;
constexpr std::size_t kRowsBytes = 1UL << 30;

/// The last catalogue that was asked for: large ones are not kept side by side.
const scoring::Policy& catalogue_of(const Bases& bases, const CatalogueSize& size) {
  using Key = std::tuple<std::size_t, std::size_t, Shape>;
  static std::map<Key, std::shared_ptr<const scoring::Policy>> made;
  const Key key{size.actions, size.predictors, size.shape};
  if (!made.contains(key)) {
    made.clear();
    made.emplace(key, make_catalogue(bases.policy, size));
  }
  return *made.at(key);
}

std::string scored_wrong(const scoring::Policy& policy, const scoring::Decision& decision) {
  const scoring::PolicyData& data = policy.data();
  for (const scoring::RankedAction& one : decision.ranked) {
    const std::uint32_t model = data.actions[one.action].model;
    if (model != scoring::kNone &&
        one.factors.propensity_micro != propensity_micro(data.models[model], decision.features))
      return data.actions[one.action].id + ": another propensity than alone";
  }
  return wrong_in(policy, decision);
}

void sized(benchmark::State& state, const Bases& bases, std::size_t customers,
           const CatalogueSize& size) {
  const World& world = world_of(bases, customers);
  const scoring::Policy& policy = catalogue_of(bases, size);
  const index::ReadPin pin = world.snapshot().pin();
  const std::vector<index::Customer> drawn =
      world.customers(pin, draw_places(Spread::zipf, world.keys().size(), kDrawn, 13));
  scoring::DecisionQuestion question;
  question.as_of = world.as_of();
  question.direction = index::Direction::inbound;  // no caps: what was scored stays in
  scoring::FactRows rows(kRowsBytes);
  scoring::DecideScratch scratch;
  scratch.use(&rows);
  scoring::Decision decision;
  std::size_t ranked = 0;
  for (std::size_t i = 0; i < kDrawn; ++i) {
    scoring::decide(policy, drawn[i], question, scratch, decision);
    ranked += decision.ranked.size();
    if (i >= kChecked) continue;
    if (const auto wrong = scored_wrong(policy, decision); !wrong.empty())
      return state.SkipWithError(wrong.c_str());
  }
  measure(state, [&](std::size_t i) {
    scoring::decide(policy, drawn[i % kDrawn], question, scratch, decision);
    benchmark::DoNotOptimize(decision.ranked.data());
  });
  state.counters["features"] = static_cast<double>(policy.data().features.size());
  state.counters["ranked"] = static_cast<double>(ranked) / kDrawn;
}

}  // namespace

void register_decide_sizes(const Bases& bases) {
  const std::size_t customers = bases.customers.front();
  for (const Shape shape : {Shape::linear, Shape::binned, Shape::trees})
    for (const std::size_t actions : {100UL, 400UL, 1'000UL, 2'500UL})
      for (const std::size_t predictors : {30UL, 100UL, 700UL}) {
        const std::string name = std::string("sizes/") + word(shape) + "/" +
                                 std::to_string(actions) + "x" + std::to_string(predictors) + "/" +
                                 std::to_string(customers);
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
          sized(state, bases, customers, {actions, predictors, shape});
        })->Iterations(static_cast<benchmark::IterationCount>(2 * kDrawn));
      }
}

}  // namespace concord::bench
