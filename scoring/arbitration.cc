#include "scoring/arbitration.h"

#include <algorithm>

#include "scoring/arithmetic.h"

namespace concord::scoring {
namespace {

constexpr std::int64_t kMicro = 1'000'000;

/// Tier, then priority from high to low, then the action: the catalogue is ordered by id, so its
/// number ends every tie. Requires: the priority is not negative.
ArbitrationScratch::Place place_of(Tier tier, std::int64_t priority_micro, std::uint32_t action,
                                   std::uint32_t in_ranked) {
  static_assert(static_cast<unsigned>(Tier::other) < 4 && kActionsMax < 1U << 31U);
  const std::uint64_t turned = ~static_cast<std::uint64_t>(priority_micro) & ~0ULL >> 1U;
  return {static_cast<std::uint64_t>(tier) << 62U | turned >> 1U,
          turned << 63U | std::uint64_t{action} << 32U | in_ranked};
}

/// Parts the ranked actions into those that stay and those a limit holds back.
void keep_limits(const PolicyData& policy, LimitCounts& limits, Decision& out) {
  if (policy.limits.empty()) return;
  limits.reset(policy);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.ranked.size(); ++i) {
    const RankedAction& one = out.ranked[i];
    const std::uint32_t full = limits.take(policy.actions[one.action], one.tier);
    if (full == kNone) {
      if (kept != i) out.ranked[kept] = one;
      ++kept;
      continue;
    }
    Reason reason;
    reason.stage = Stage::limits;
    reason.component = policy.limits[full].name;
    reason.because = "as many as are allowed stand before it";
    reason.ends_when = "fewer stand before it";
    out.limited.push_back(one);
    out.dropped.push_back({one.action, reason});
  }
  if (kept == out.ranked.size()) return;
  out.ranked.resize(kept);
  out.dropped_at[static_cast<std::size_t>(Stage::limits)] =
      static_cast<std::uint32_t>(out.limited.size());
  std::sort(out.dropped.begin(), out.dropped.end(),
            [](const Dropped& a, const Dropped& b) { return a.action < b.action; });
}

/// The commonest component among the actions that came furthest, the first of them at a tie.
void name_no_action(Decision& out) {
  if (!out.ranked.empty()) return;
  std::size_t stage = kStageCount - 1;
  while (stage > 0 && out.dropped_at[stage] == 0) --stage;
  const auto here = [&](const Dropped& one) {
    return static_cast<std::size_t>(one.reason.stage) == stage;
  };
  std::string_view cause;
  std::ptrdiff_t most = 0;
  for (const Dropped& one : out.dropped) {
    if (!here(one) || one.reason.component == cause) continue;
    const auto count =
        std::count_if(out.dropped.begin(), out.dropped.end(), [&](const Dropped& other) {
          return here(other) && other.reason.component == one.reason.component;
        });
    if (count <= most) continue;
    most = count;
    cause = one.reason.component;
  }
  out.no_action = word(static_cast<Stage>(stage));
  out.no_action += '/';
  out.no_action += cause;
}

std::int64_t priority_without(const Factors& factors, std::size_t factor) {
  return priority_micro(factor == 0 ? kMicro : factors.propensity_micro,
                        factor == 1 ? kMicro : factors.context_weight_micro,
                        factor == 2 ? 1 : factors.value_minor,
                        factor == 3 ? kMicro : factors.lever_micro);
}

}  // namespace

void LimitCounts::reset(const PolicyData& policy) {
  policy_ = &policy;
  begins_.clear();
  std::size_t size = 0;
  for (const Limit& limit : policy.limits) {
    begins_.push_back(static_cast<std::uint32_t>(size));
    switch (limit.scope) {
      case Limit::Scope::all: size += 1; break;
      case Limit::Scope::issue: size += policy.issues.size(); break;
      case Limit::Scope::group: size += policy.groups.size(); break;
      case Limit::Scope::department: size += policy.departments.size(); break;
    }
  }
  counts_.assign(size, 0);
}

std::uint32_t& LimitCounts::count(std::uint32_t limit, const Action& action) {
  std::uint32_t place = 0;
  switch (policy_->limits[limit].scope) {
    case Limit::Scope::all: break;
    case Limit::Scope::issue: place = action.issue; break;
    case Limit::Scope::group: place = action.group; break;
    case Limit::Scope::department: place = action.department_number; break;
  }
  return counts_[begins_[limit] + place];
}

std::uint32_t LimitCounts::take(const Action& action, Tier tier) {
  const auto count_it = [&](std::uint32_t limit) {
    return (policy_->limits[limit].purposes >> static_cast<unsigned>(action.purpose) & 1U) != 0;
  };
  const auto limits = static_cast<std::uint32_t>(policy_->limits.size());
  if (tier == Tier::other)
    for (std::uint32_t i = 0; i < limits; ++i)
      if (count_it(i) && count(i, action) >= policy_->limits[i].at_most) return i;
  for (std::uint32_t i = 0; i < limits; ++i)
    if (count_it(i)) ++count(i, action);
  return kNone;
}

void arbitrate(const PolicyData& policy, ArbitrationScratch& scratch, Decision& out) {
  scratch.places.clear();  // sorted in place of the larger actions
  for (std::uint32_t i = 0; i < out.ranked.size(); ++i) {
    const RankedAction& one = out.ranked[i];
    scratch.places.push_back(place_of(one.tier, one.priority_micro, one.action, i));
  }
  std::sort(scratch.places.begin(), scratch.places.end());
  scratch.sorted.resize(out.ranked.size());
  for (std::size_t i = 0; i < scratch.places.size(); ++i)
    scratch.sorted[i] = out.ranked[scratch.places[i].in_ranked()];
  out.ranked.swap(scratch.sorted);
  keep_limits(policy, scratch.limits, out);
  name_no_action(out);
}

void find_sensitivity(const PolicyData& policy, ArbitrationScratch& scratch, Decision& out) {
  Sensitivity& found = out.sensitivity;
  found.ranks.assign(out.ranked.size(), {});
  found.first.fill(kNone);
  found.moved.fill(0);
  for (std::size_t factor = 0; factor < kFactorCount; ++factor) {
    std::vector<ArbitrationScratch::Place>& places = scratch.places;
    places.clear();
    for (std::uint32_t i = 0; i < out.ranked.size(); ++i)
      places.push_back(place_of(out.ranked[i].tier, priority_without(out.ranked[i].factors, factor),
                                out.ranked[i].action, i));
    for (const RankedAction& one : out.limited)
      places.push_back(
          place_of(one.tier, priority_without(one.factors, factor), one.action, kNone));
    std::sort(scratch.places.begin(), scratch.places.end());
    scratch.limits.reset(policy);
    std::uint32_t rank = 0;
    for (const ArbitrationScratch::Place& place : places) {
      const std::uint32_t action = place.action();
      if (scratch.limits.take(policy.actions[action], place.tier()) != kNone) continue;
      if (++rank == 1) found.first[factor] = action;
      if (place.in_ranked() != kNone) found.ranks[place.in_ranked()][factor] = rank;
    }
    for (std::size_t i = 0; i < out.ranked.size(); ++i)
      found.moved[factor] += found.ranks[i][factor] != i + 1 ? 1U : 0U;
  }
}

}  // namespace concord::scoring
