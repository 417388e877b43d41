#include "tests/oracle/judge_order.h"

#include <algorithm>
#include <tuple>

namespace concord::oracle {
namespace {

using scoring::Action;
using scoring::Limit;
using scoring::PolicyData;
__extension__ using Wide = __int128;

bool is_before(const Ranked& a, const Ranked& b) {
  return std::tuple(a.tier, -priority_of(a.factors), a.action->id) <
         std::tuple(b.tier, -priority_of(b.factors), b.action->id);
}

std::string issue_of(const Action& action) { return action.id.substr(0, action.id.find('/')); }
std::string group_of(const Action& action) { return action.id.substr(0, action.id.rfind('/')); }

bool speaks_of(const Limit& limit, const Action& action) {
  return has_bit(limit.purposes, static_cast<std::size_t>(action.purpose));
}

bool share(const Limit& limit, const Action& a, const Action& b) {
  switch (limit.scope) {
    case Limit::Scope::all: return true;
    case Limit::Scope::issue: return issue_of(a) == issue_of(b);
    case Limit::Scope::group: return group_of(a) == group_of(b);
    case Limit::Scope::department: return a.department == b.department;
  }
  return false;
}

const Limit* full_for(const PolicyData& policy, const std::vector<Ranked>& before,
                      const Ranked& one) {
  if (one.tier != 3) return nullptr;
  for (const Limit& limit : policy.limits) {
    if (!speaks_of(limit, *one.action)) continue;
    const auto count = std::count_if(before.begin(), before.end(), [&](const Ranked& other) {
      return speaks_of(limit, *other.action) && share(limit, *other.action, *one.action);
    });
    if (count >= static_cast<std::ptrdiff_t>(limit.at_most)) return &limit;
  }
  return nullptr;
}

}  // namespace

std::int64_t priority_of(const std::array<std::int64_t, 4>& factors) {
  Wide product = 1;
  for (const std::int64_t factor : factors) product *= factor;
  return static_cast<std::int64_t>(product / (Wide{1'000'000} * 1'000'000));
}

Order in_order(const PolicyData& policy, std::vector<Ranked> all) {
  std::stable_sort(all.begin(), all.end(), is_before);
  Order out;
  for (const Ranked& one : all) {
    const Limit* full = full_for(policy, out.ranked, one);
    if (full == nullptr)
      out.ranked.push_back(one);
    else
      out.held_back.push_back({one.action,
                               {"limits",
                                full->name,
                                "as many as are allowed stand before it",
                                "fewer stand before it",
                                {},
                                {}}});
  }
  return out;
}

std::string sensitivity_lines(const PolicyData& policy, const std::vector<Ranked>& all) {
  const std::vector<Ranked> now = in_order(policy, all).ranked;
  std::string out;
  for (std::size_t factor = 0; factor < 4; ++factor) {
    std::vector<Ranked> without = all;
    for (Ranked& one : without) one.factors[factor] = factor == 2 ? 1 : 1'000'000;
    const std::vector<Ranked> then = in_order(policy, without).ranked;
    out += "without " + std::to_string(factor);
    if (!then.empty()) out += " first " + then.front().action->id + " ranks";
    for (const Ranked& one : now) {
      const auto place = std::find_if(then.begin(), then.end(), [&](const Ranked& other) {
        return other.action == one.action;
      });
      out += " " + std::to_string(place == then.end() ? 0 : place - then.begin() + 1);
    }
    out += "\n";
  }
  return out;
}

}  // namespace concord::oracle
