// The last step of loading: sorts the catalogue, resolves fall-backs, and plans what each kind of
// entry is held against.
#include <algorithm>

#include "scoring/loading.h"

namespace concord::scoring {
namespace {

/// Is this wording there for every customer?
bool fits_all(const PolicyData& data, const Treatment& treatment) {
  const auto& languages = data.fallback_languages;
  return treatment.when == kNone &&
         std::find(languages.begin(), languages.end(), treatment.language) != languages.end();
}

void link_channels(const PolicyData& data, Action& action) {
  std::uint64_t written = 0;
  std::uint64_t always = 0;
  for (const Treatment& treatment : action.treatments) {
    if (treatment.channel == kNone) continue;
    written |= 1ULL << treatment.channel;
    if (fits_all(data, treatment)) always |= 1ULL << treatment.channel;
  }
  std::uint64_t sure = always;
  action.channels = written;
  for (std::size_t i = 0; i < data.channels.size(); ++i)
    for (const std::uint32_t other : data.channels[i].wording_of) {
      if ((written >> other & 1U) != 0) action.channels |= 1ULL << i;
      if ((always >> other & 1U) != 0) sure |= 1ULL << i;
    }
  action.choosy = action.channels & ~sure;
}

void link_topics(PolicyData& data) {
  for (std::size_t i = 0; i < data.topics.size(); ++i)
    data.topic_numbers.emplace(data.topics[i], static_cast<std::uint32_t>(i));
  for (const Action& action : data.actions) {
    std::vector<std::uint32_t>& topics = data.groups[action.group].topics;
    for (const std::uint32_t topic : action.topics)
      if (std::find(topics.begin(), topics.end(), topic) == topics.end()) topics.push_back(topic);
  }
}

void link_plans(PolicyData& data) {
  for (std::size_t kind = 0; kind < data.plans.size(); ++kind) {
    KindPlan& plan = data.plans[kind];
    for (std::size_t i = 0; i < data.features.size(); ++i)
      if (data.features[i].filter.takes(static_cast<index::Kind>(kind)))
        plan.features.push_back(static_cast<std::uint32_t>(i));
    for (std::size_t i = 0; i < data.rules.size(); ++i)
      if (data.rules[i].has_match && data.rules[i].match.takes(static_cast<index::Kind>(kind)))
        plan.rules.push_back(static_cast<std::uint32_t>(i));
  }
}

void link_windows(PolicyData& data) {
  std::int64_t window = data.asked_window_ms;
  for (const Cap& cap : data.caps) window = std::max(window, cap.window_ms);
  for (const Pause& pause : data.pauses)
    window = std::max(window, pause.window_ms + pause.pause_ms);
  data.contact_window_ms = std::max(window, data.duplicate_topic.window_ms);
  for (const Grade& grade : data.grades)
    data.authority_window_ms = std::max(data.authority_window_ms, grade.period_ms);
}

void link_outcomes(PolicyData& data) {
  for (const Pause& pause : data.pauses)
    for (const std::string& word : pause.outcomes)
      if (std::find(data.outcome_words.begin(), data.outcome_words.end(), word) ==
          data.outcome_words.end())
        data.outcome_words.push_back(word);
}

void add_shifts(const Filter& filter, ChangeShifts& shifts) {
  shifts.after_at.push_back(filter.younger_than_ms);
  shifts.after_closed.push_back(filter.closed_within_ms);
  shifts.before_due.push_back(-filter.due_within_ms);
}

/// Requires: the windows are linked.
void link_shifts(PolicyData& data) {
  ChangeShifts& shifts = data.shifts;
  shifts.after_at = {data.contact_window_ms, data.authority_window_ms, data.asked_window_ms};
  for (const Feature& feature : data.features) {
    shifts.after_at.push_back(feature.window_ms);
    add_shifts(feature.filter, shifts);
    add_shifts(feature.part, shifts);
  }
  for (const BlockRule& rule : data.rules) add_shifts(rule.match, shifts);
  for (auto* list : {&shifts.after_at, &shifts.after_closed, &shifts.before_due}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
    std::erase(*list, 0);
  }
}

QuickAction quick_of(PolicyData& data, const Action& action) {
  constexpr unsigned kBothWays = 1U << static_cast<unsigned>(index::Direction::inbound) |
                                 1U << static_cast<unsigned>(index::Direction::outbound);
  QuickAction quick;
  quick.gates_begin = static_cast<std::uint32_t>(data.gates.size());
  for (const auto& [stage, gates] : {std::pair(Stage::eligibility, &action.eligibility),
                                     std::pair(Stage::applicability, &action.applicability),
                                     std::pair(Stage::suitability, &action.suitability)})
    for (const Gate& gate : *gates) data.gates.push_back({gate.condition, gate.level, stage});
  quick.gates_end = static_cast<std::uint32_t>(data.gates.size());
  quick.model = action.model;
  quick.brand = action.brand_number;
  const bool always = action.enabled && action.from_ms == index::kNoTime &&
                      action.to_ms == index::kNoTime && !action.asked_only && !action.stale_task;
  quick.flags = static_cast<std::uint8_t>(
      (always ? QuickAction::kAlwaysThere : 0) |
      (action.answers.empty() ? 0 : QuickAction::kMayBeAsked) |
      (action.care ? QuickAction::kCare : 0) | (action.stale_task ? QuickAction::kStaleTask : 0) |
      (action.mandatory || action.stale_task ? QuickAction::kMandatory : 0) |
      (action.context.empty() ? 0 : QuickAction::kWeighed) |
      (action.acknowledges == 0 ? 0 : QuickAction::kAcknowledges));
  quick.purpose = static_cast<std::uint8_t>(action.purpose);
  quick.directions =
      static_cast<std::uint8_t>(action.directions == 0 ? kBothWays : action.directions);
  quick.channels = action.channels;
  quick.choosy = action.choosy;
  quick.value_minor = action.value_minor;
  constexpr std::int64_t kMicro = 1'000'000;
  quick.lever_micro = kMicro + action.lever_add_micro;
  if (action.care) quick.lever_micro += data.care_floor.lever_add_micro;
  quick.lever_micro = std::max<std::int64_t>(0, quick.lever_micro);
  quick.propensity_min_micro = action.propensity_min_micro;
  return quick;
}

void link_quick(PolicyData& data) {
  for (const Action& action : data.actions) data.quick.push_back(quick_of(data, action));
  for (const Pause& pause : data.pauses) data.pressed_inbound |= pause.purposes;
  data.pressed_purposes = data.pressed_inbound;
  for (const Cap& cap : data.caps)
    if (cap.scope != Cap::Scope::channel) data.pressed_purposes |= cap.purposes;
  if (data.duplicate_topic.window_ms != 0) data.pressed_purposes |= data.duplicate_topic.purposes;
}

/// What goes stale must become somebody's task.
void check_stale_tasks(const PolicyData& data, TableReader& company) {
  const bool stale = std::any_of(data.rules.begin(), data.rules.end(),
                                 [](const BlockRule& rule) { return rule.stale_after_ms != 0; });
  const bool task = std::any_of(data.actions.begin(), data.actions.end(),
                                [](const Action& action) { return action.stale_task; });
  if (stale && !task)
    company.problem("block", "has 'stale_after', but no action has stale_task = true");
}

}  // namespace

void link_policy(Loading& loading, TableReader& company) {
  PolicyData& data = loading.data;
  if (data.actions.empty() || data.actions.size() > kActionsMax)
    company.problems().add("actions", "between 1 and " + std::to_string(kActionsMax) +
                                          " actions are needed, there are " +
                                          std::to_string(data.actions.size()));
  std::sort(data.actions.begin(), data.actions.end(),
            [](const Action& a, const Action& b) { return a.id < b.id; });
  for (Action& action : data.actions) link_channels(data, action);
  link_topics(data);
  link_plans(data);
  link_outcomes(data);
  link_windows(data);
  link_shifts(data);
  link_quick(data);
  check_stale_tasks(data, company);
  data.heads = Heads(data.models);
}

}  // namespace concord::scoring
