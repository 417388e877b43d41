#include "index/changes.h"

#include <algorithm>

#include "index/base/assert.h"
#include "index/customer/releases.h"
#include "index/intake.h"
#include "index/log/event_log.h"

namespace concord::index {
namespace {

Change release_of(const wire::Event& event, EventSeq seq) {
  const wire::Entry& entry = *event.entry();
  Change change;
  change.what = Change::What::release;
  change.seq = seq;
  change.entry = entry_id(view_of(event.source()), Kind::release, view_of(entry.key()));
  if (entry.links() != nullptr)
    for (const flatbuffers::String* link : *entry.links()) change.links.push_back(link->str());
  return change;
}

// The customer the event is about; empty when nobody is found any more.
CustomerId owner_of(const Snapshot& snapshot, const ReadPin& pin, const Prepared& prepared) {
  Resolution found;
  for (const NormalisedIdentity& identity : prepared.identities) {
    if (identity.strength != IdentityClass::joins) continue;
    snapshot.resolve(pin, identity.text, found);
    if (found.outcome == Resolution::Outcome::found) return found.customer;
  }
  return {};
}

void take(const Engine& engine, const ReadPin& pin, const LoggedEvent& logged, Changes& out) {
  if (logged.bytes.empty()) return;        // redacted: nothing is known of it
  if (engine.void_at(logged.seq)) return;  // it changed nothing
  const auto prepared = prepare(logged.bytes, engine.normaliser());
  CONCORD_ASSERT(prepared.has_value());  // it was, when it was logged
  const EventType type = type_of(*prepared->event);
  if (type == EventType::source_state) {
    out.all.push_back({Change::What::sources, logged.seq, {}, {}, {}});
  } else if (Releases::is_release(*prepared->event)) {
    out.all.push_back(release_of(*prepared->event, logged.seq));
  } else if (changes_a_record(type)) {
    const CustomerId owner = owner_of(engine.snapshot(), pin, *prepared);
    if (owner.value == 0) return;
    std::erase_if(out.all, [&](const Change& one) {
      return one.what == Change::What::record && one.customer == owner;
    });
    out.all.push_back({Change::What::record, logged.seq, owner, {}, {}});
  }
}

}  // namespace

Result<Changes> changes_after(Live& live, const ReadPin& pin, EventSeq after,
                              std::size_t bytes_max) {
  CONCORD_ASSERT(live.log() != nullptr);
  const auto events = live.log()->read(0, after, bytes_max);
  if (!events) return tl::unexpected<Error>(events.error());
  Changes out;
  out.up_to = after;
  for (const LoggedEvent& event : *events) {
    if (event.seq > pin.revision()) break;
    take(live.engine(), pin, event, out);
    out.up_to = event.seq;
  }
  return out;
}

}  // namespace concord::index
