#include "server/decision_desk.h"

namespace concord::server {

void DecisionDesk::watch(Metrics& metrics) const {
  const auto count = [&](std::string_view name, std::string_view help,
                         const std::atomic<std::uint64_t>& value) {
    metrics.collector(name, help, "counter", [&value] {
      return Metrics::Samples{{{}, static_cast<double>(value.load(std::memory_order_relaxed))}};
    });
  };
  count("concord_decisions_stored_total", "Decisions kept.", stored);
  count("concord_decisions_repeated_total", "Decisions asked for again under the same key.",
        repeated);
  count("concord_decisions_kept_whole_total",
        "Decisions of which more was kept than the policy is known to look at.", kept_whole);
  count("concord_claims_total", "Topics reserved.", claims);
  count("concord_claims_refused_total", "Topics that somebody else had reserved.", claims_refused);
  count("concord_outcomes_total", "Outcomes of decisions.", outcomes);
  count("concord_replays_total", "Decisions made again.", replayed);
  count("concord_replays_different_total", "Decisions that came out different.",
        replayed_different);
  metrics.collector("concord_clearances_total", "Answers to senders.", "counter", [this] {
    return Metrics::Samples{{{{"may", "true"}}, static_cast<double>(cleared.load())},
                            {{{"may", "false"}}, static_cast<double>(not_cleared.load())}};
  });
}

}  // namespace concord::server
