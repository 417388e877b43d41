// From an event's bytes to whose it is: decode, normalise, plan. Shared by the batch index and the
// live engine, so that both give the same customers.
// Thread class: any-thread (pure functions over immutable configuration).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/customer/owner.h"
#include "index/customer/record.h"
#include "index/log/event.h"

namespace concord::index {

/// One event, read and with its identities in their one form.
struct Prepared {
  const wire::Event* event = nullptr;  // borrows from the event's bytes
  std::vector<NormalisedIdentity> identities;
  std::optional<NormalisedIdentity> account;  // of a membership
  std::string consent_identity;
  std::uint32_t dropped = 0;  // look-up identities without a normal form: the event stands without
};

/// Errors: damaged (not an event), bad_input (place is a JSON pointer), unsupported.
Result<Prepared> prepare(std::string_view bytes, const IdentityNormaliser& normaliser);

/// Does this type of event change one customer's record?
bool changes_a_record(EventType type);

/// What fold needs, once the account's id is known.
FoldInput fold_input(const Prepared& prepared, EventSeq seq, CustomerId membership_account);

/// An account that a membership names before it said anything itself gets a record with its key.
void introduce_account(CustomerRecord& record, const Prepared& membership, EventSeq seq);

}  // namespace concord::index
