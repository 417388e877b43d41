#include "index/incoming.h"

#include "index/base/assert.h"
#include "index/base/limits.h"
#include "index/customer/owner.h"
#include "index/customer/releases.h"
#include "index/log/event_log.h"
#include "index/sources.h"

namespace concord::index {
namespace {

// True: `at` lay beyond the tolerance.
bool bring_back(std::int64_t& at_ms, const Receipt& receipt) {
  if (at_ms <= receipt.received_at.ms + receipt.skew_ms_max) return false;
  at_ms = receipt.received_at.ms;
  return true;
}

bool clamp_times(EventDraft& draft, const Receipt& receipt) {
  bool clamped = bring_back(draft.at, receipt);
  if (!draft.entry || !draft.entry->at.has_value()) return clamped;
  std::int64_t at_ms = *draft.entry->at;
  if (!is_planned(static_cast<Kind>(draft.entry->kind)) && bring_back(at_ms, receipt)) {
    draft.entry->at = at_ms;
    clamped = true;
  }
  return clamped;
}

// Everything about the owner that does not depend on who is known by now.
Result<void> check_owner(const Prepared& prepared) {
  if (!changes_a_record(type_of(*prepared.event)) || Releases::is_release(*prepared.event))
    return {};
  const auto plan =
      plan_owner(prepared.identities, [](const NormalisedIdentity&) { return kNoOwner; });
  if (!plan) return tl::unexpected<Error>(plan.error());
  return {};
}

}  // namespace

Hash128 decision_key(std::string_view decision_id) { return event_id_key(kOwnSource, decision_id); }

bool is_planned(Kind kind) {
  switch (kind) {
    case Kind::contract:
    case Kind::holding:
    case Kind::hold:
    case Kind::invoice:
    case Kind::message:
    case Kind::opportunity:
    case Kind::payment:
    case Kind::promise:
    case Kind::quote:
    case Kind::release:
    case Kind::shipment:
    case Kind::task:
    case Kind::visit: return true;
    case Kind::interaction:
    case Kind::case_:
    case Kind::order:
    case Kind::return_:
    case Kind::credit:
    case Kind::review:
    case Kind::defect:
    case Kind::fact:
    case Kind::note:
    case Kind::decision:
    case Kind::outcome: return false;
  }
  return false;
}

Result<Incoming> make_incoming(EventDraft draft, const IdentityNormaliser& normaliser,
                               const Receipt& receipt) {
  CONCORD_ASSERT(receipt.received_at.ms > 0 && receipt.skew_ms_max >= 0);
  draft.received_at = flatbuffers::nullopt;
  draft.at_clamped = false;
  if (auto sound = check_event(draft); !sound) return tl::unexpected<Error>(sound.error());
  Incoming out;
  out.id_key = event_id_key(draft.source, draft.id);
  out.content = content_hash(draft);
  if (static_cast<EventType>(draft.type) == EventType::decision) out.keep_as = out.id_key;
  out.at_clamped = draft.at_clamped = clamp_times(draft, receipt);
  draft.received_at = receipt.received_at.ms;
  out.bytes = encode_event(draft);
  // Bytes on the heap stay where they are when the string moves.
  CONCORD_ASSERT(out.bytes.size() > 2 * sizeof(void*));
  auto prepared = prepare(out.bytes, normaliser);
  if (!prepared) return tl::unexpected<Error>(prepared.error());
  out.prepared = std::move(*prepared);
  if (auto owned = check_owner(out.prepared); !owned) return tl::unexpected<Error>(owned.error());
  return out;
}

}  // namespace concord::index
