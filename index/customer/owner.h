// Whose event is it? The joining identities of an event name one customer; when they name several,
// those are one person from now on, and the one known first survives.
// Thread class: any-thread (pure function over the caller's table).
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/hash.h"
#include "index/base/result.h"
#include "index/customer/identity.h"

namespace concord::index {

inline constexpr std::uint32_t kNoOwner = ~0U;

struct OwnerPlan {
  std::uint32_t survivor = kNoOwner;  // kNoOwner: a new customer
  std::vector<std::uint32_t> losers;  // known owners that become part of the survivor, ascending
  const NormalisedIdentity* first = nullptr;  // the joining identity that names a new customer
  bool account = false;
};

/// `find(identity)` gives the owner number of a joining identity, or kNoOwner; owners are numbered
/// in the order they became known. Errors: bad_input (no joining identity; an account beside
/// other identities).
template <typename Find>
Result<OwnerPlan> plan_owner(std::span<const NormalisedIdentity> identities, Find&& find) {
  OwnerPlan plan;
  std::vector<std::uint32_t>& owners = plan.losers;
  for (const NormalisedIdentity& identity : identities) {
    if (identity.strength != IdentityClass::joins) continue;
    const bool account = identity.type() == "account";
    if (plan.first != nullptr && account != plan.account)
      return fail(Code::bad_input,
                  "an account's event cannot name a person too: give the account "
                  "in entry.account or by a membership",
                  "/customer");
    if (plan.first == nullptr) plan.first = &identity;
    plan.account = account;
    const std::uint32_t owner = find(identity);
    if (owner != kNoOwner && std::find(owners.begin(), owners.end(), owner) == owners.end())
      owners.push_back(owner);
  }
  if (plan.first == nullptr)
    return fail(Code::bad_input,
                "names no customer: at least one identity must be of a type that "
                "joins (phone and address only look up)",
                "/customer");
  if (owners.empty()) return plan;
  std::sort(owners.begin(), owners.end());
  plan.survivor = owners.front();
  owners.erase(owners.begin());
  return plan;
}

/// The id of a new customer: from the identity it was first known by, so that it is the same
/// wherever the same events are indexed. `taken(id)` tells whether another customer has it.
template <typename Taken>
CustomerId new_customer_id(const NormalisedIdentity& first, Taken&& taken) {
  std::string name = first.text;
  for (;;) {
    const CustomerId id{hash64(name)};
    if (id.value != 0 && !taken(id)) return id;
    name.push_back('#');
  }
}

}  // namespace concord::index
