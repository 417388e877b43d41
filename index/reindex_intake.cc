#include "index/reindex_intake.h"

#include <algorithm>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/base/parallel.h"
#include "index/log/event_log.h"
#include "index/sources.h"

namespace concord::index {
namespace {

constexpr std::size_t kBatch = 8192;
constexpr std::size_t kBatchBytes = 32UL << 20;

void put(std::unique_ptr<KeyTable>& table, Hash128 key, std::uint64_t value) {
  if (table->wants_to_grow()) table = table->grown();
  table->put(key, value);
}

}  // namespace

ReindexIntake::ReindexIntake(const ReindexOptions& options, FileWriter spool, IdsWriter ids)
    : sources(options.sources),
      options_(options),
      normaliser_(options.identity_types),
      spool_(std::move(spool)),
      ids_(std::move(ids)),
      identities_(std::make_unique<KeyTable>(16)),
      by_id_(std::make_unique<KeyTable>(16)) {
  const auto by_name = [](const SourceInfo& a, const SourceInfo& b) { return a.name < b.name; };
  std::sort(sources.begin(), sources.end(), by_name);
}

Result<void> ReindexIntake::add(std::string_view bytes) {
  waiting_.push_back({std::string(bytes), Prepared{}, {}});
  waiting_bytes_ += bytes.size();
  return waiting_.size() < kBatch && waiting_bytes_ < kBatchBytes ? Result<void>{} : flush();
}

Result<void> ReindexIntake::finish() {
  if (auto done = flush(); !done) return done;
  report.seq = events.size();
  if (auto done = ids_.finish(); !done) return done;
  return spool_.close();
}

Result<void> ReindexIntake::flush() {
  parallel_chunks(waiting_.size(), 256, options_.threads,
                  [&](std::size_t begin, std::size_t end, std::size_t) {
                    for (std::size_t i = begin; i < end; ++i) {
                      waiting_[i].prepared = prepare(waiting_[i].bytes, normaliser_);
                      if (waiting_[i].prepared) name(waiting_[i]);
                    }
                  });
  for (Waiting& one : waiting_) take(one);
  waiting_.clear();
  waiting_bytes_ = 0;
  return {};
}

// What tells this event from news when it is said again, live.
void ReindexIntake::name(Waiting& one) {
  const wire::Event& event = *one.prepared->event;
  EventDraft draft;
  event.UnPackTo(&draft);
  one.id = {event_id_key(draft.source, draft.id), content_hash(draft), 0};
}

void ReindexIntake::reject(const Waiting& one, const Error& error) {
  ++report.rejected;
  if (report.rejections.size() == kRejectionsKept) return;
  ReindexRejection rejection;
  rejection.error = error;
  if (const auto event = decode_event(one.bytes)) {
    rejection.source = view_of((*event)->source());
    rejection.event_id = view_of((*event)->id());
  }
  report.rejections.push_back(std::move(rejection));
}

SourceInfo& ReindexIntake::source_of(std::string_view name) {
  auto at = std::lower_bound(sources.begin(), sources.end(), name,
                             [](const SourceInfo& a, std::string_view b) { return a.name < b; });
  if (at == sources.end() || at->name != name) {
    at = sources.insert(at, SourceInfo{});
    at->name = name;
  }
  return *at;
}

void ReindexIntake::count_source(const wire::Event& event) {
  const EventSeq seq = events.size();
  if (type_of(event) == EventType::source_state) {
    say(source_of(view_of(event.source_state()->source())), event);
    sources_seq = seq;
  } else if (type_of(event) != EventType::decision) {
    hear(source_of(view_of(event.source())), event, seq);
    newest_at_ms = std::max(newest_at_ms, event.at());
  }
}

void ReindexIntake::take(Waiting& one) {
  if (!one.prepared) return reject(one, one.prepared.error());
  const Prepared& prepared = *one.prepared;
  const wire::Event& event = *prepared.event;
  if (event.unless_changed().has_value())
    return reject(one, {Code::unsupported, "goes with live events only", "/unless_changed"});
  const EventSeq seq = events.size() + 1;
  std::uint32_t slot = kNoOwner;
  if (type_of(event) == EventType::knowledge) {
    knowledge.push_back(one.bytes);
  } else if (Releases::is_release(event)) {
    releases.add(seq, one.bytes);
  } else if (changes_a_record(type_of(event))) {
    const auto plan =
        plan_owner(prepared.identities, [&](const NormalisedIdentity& id) { return find(id); });
    if (!plan) return reject(one, plan.error());
    slot = owner(*plan, prepared.identities, seq);
  }
  if (prepared.account && find(*prepared.account) == kNoOwner) {
    OwnerPlan plan;
    plan.first = &*prepared.account;
    introductions.push_back({owner(plan, std::span(&*prepared.account, 1), seq), seq});
  }
  report.dropped_identities += prepared.dropped;
  events.push_back({spool_.size(), static_cast<std::uint32_t>(one.bytes.size()), slot});
  chain = chain_next(chain, seq, blake2b_128(one.bytes));
  one.id.seq = seq;
  ids_.add(one.id);
  count_source(event);
  one.bytes.resize((one.bytes.size() + 7) / 8 * 8);
  spool_.write(one.bytes);
}

std::uint32_t ReindexIntake::root(std::uint32_t slot) const {
  while (survivor_of[slot] != slot) slot = survivor_of[slot];
  return slot;
}

std::uint32_t ReindexIntake::find(const NormalisedIdentity& identity) const {
  const std::uint64_t value = identities_->find(identity.hash);
  return value == KeyTable::kMissing ? kNoOwner : root(static_cast<std::uint32_t>(value));
}

CustomerId ReindexIntake::account_id(const NormalisedIdentity& account) const {
  const std::uint32_t slot = find(account);
  CONCORD_ASSERT(slot != kNoOwner);
  return CustomerId{slot_ids[slot]};
}

void ReindexIntake::bind(const NormalisedIdentity& identity, std::uint32_t slot) {
  if (identities_->find(identity.hash) == KeyTable::kMissing) put(identities_, identity.hash, slot);
}

std::uint32_t ReindexIntake::owner(const OwnerPlan& plan,
                                   std::span<const NormalisedIdentity> identities, EventSeq seq) {
  std::uint32_t slot = plan.survivor;
  if (slot == kNoOwner) {
    slot = static_cast<std::uint32_t>(slot_ids.size());
    const CustomerId id = new_customer_id(*plan.first, [&](CustomerId taken) {
      return by_id_->find(id_key(taken.value)) != KeyTable::kMissing;
    });
    slot_ids.push_back(id.value);
    survivor_of.push_back(slot);
    put(by_id_, id_key(id.value), slot);
  }
  for (const std::uint32_t loser : plan.losers) {
    survivor_of[loser] = slot;
    merges.push_back({seq, slot, loser});
    ++report.merged;
  }
  for (const NormalisedIdentity& identity : identities)
    if (identity.strength == IdentityClass::joins) bind(identity, slot);
  return slot;
}

}  // namespace concord::index
