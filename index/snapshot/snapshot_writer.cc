#include "index/snapshot/snapshot_writer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "index/base/assert.h"

namespace concord::index {
namespace {

void free_block(const void* block) { std::free(const_cast<void*>(block)); }
void free_table(const void* table) { delete static_cast<const KeyTable*>(table); }
void free_sources(const void* version) { delete static_cast<const SourcesVersion*>(version); }

// Version, then the record, the pointers to the tails and to their labels: one block. New tails are
// blocks of their own: they live as long as some version has them.
Version* make_version(EncodedRecord& encoded, EventSeq seq) {
  const std::size_t tails = encoded.tails.size();
  const std::size_t bytes = sizeof(Version) + encoded.record.size() + tails * 2 * sizeof(void*);
  char* block = static_cast<char*>(std::aligned_alloc(64, (bytes + 63) & ~std::size_t{63}));
  CONCORD_ASSERT(block != nullptr);
  auto* version = new (block) Version;
  char* at = block + sizeof(Version);
  std::memcpy(at, encoded.record.data(), encoded.record.size());
  version->record = wire::GetRecord(at);
  at += encoded.record.size();
  auto** segments = reinterpret_cast<const wire::Segment**>(at);
  auto** labels = reinterpret_cast<const wire::TailLabel**>(at + tails * sizeof(void*));
  for (std::size_t i = 0; i < tails; ++i) {
    EncodedTail& tail = encoded.tails[i];
    segments[i] = tail.segment;
    labels[i] = tail.label;
    static_cast<void>(tail.own.release());  // the version's now
  }
  version->record_bytes = encoded.record.size();
  version->tails = segments;
  version->labels = labels;
  version->tail_count = tails;
  version->seq = seq;
  version->owned = block;
  return version;
}

std::span<const wire::Segment* const> tails_of(const Version* version) {
  if (version == nullptr) return {};
  return {version->tails, version->tail_count};
}

}  // namespace

SnapshotWriter::SnapshotWriter(std::shared_ptr<SnapshotState> state) : state_(std::move(state)) {}

SnapshotWriter::~SnapshotWriter() {
  for (const Retired& one : retired_) one.free(one.what);
  for (const Staged& one : staged_) discard(one, nullptr);
}

std::uint32_t SnapshotWriter::add_slot(CustomerId id) {
  CONCORD_ASSERT(slot_of(id) == kNoSlot);
  const std::uint32_t slot = state_->slots.add(id.value);
  put_key(state_->ids, id_key(id.value), slot);
  return slot;
}

void SnapshotWriter::put_key(std::atomic<const KeyTable*>& table, Hash128 key,
                             std::uint64_t value) {
  const KeyTable* now = table.load();
  if (now->wants_to_grow()) {
    const KeyTable* bigger = now->grown().release();
    table.store(bigger);
    retire(state_->published.load() + 1, free_table, now);
    now = bigger;
  }
  const_cast<KeyTable*>(now)->put(key, value);  // the writer is its one owner
}

void SnapshotWriter::bind(const NormalisedIdentity& identity, std::uint32_t slot) {
  const std::uint64_t known = state_->identities.load()->find(identity.hash);
  if (known == KeyTable::kMissing) return put_key(state_->identities, identity.hash, slot);
  if ((known & KeyTable::kShared) == 0) {
    const auto owner = static_cast<std::uint32_t>(known);
    if (state_->survivor(owner, ~EventSeq{0}) == state_->survivor(slot, ~EventSeq{0})) return;
  }
  CONCORD_ASSERT(identity.strength == IdentityClass::looks_up);
  share(identity.hash, known, slot);
}

void SnapshotWriter::share(Hash128 key, std::uint64_t known, std::uint32_t slot) {
  const bool shared = (known & KeyTable::kShared) != 0;
  auto* old = shared ? reinterpret_cast<Owners*>(known & ~KeyTable::kShared) : nullptr;
  const auto single = static_cast<std::uint32_t>(known);
  const auto slots = shared ? old->all() : std::span(&single, 1);
  const auto place = std::lower_bound(slots.begin(), slots.end(), slot);
  if (place != slots.end() && *place == slot) return;
  if (!shared) mark_sharing(single);
  mark_sharing(slot);
  const auto count = static_cast<std::uint32_t>(slots.size());
  if (shared && place == slots.end() && count < old->capacity) {
    // Behind what any reader looks at: the usual case, new customers have the highest slots.
    old->slots[count] = slot;
    old->count.store(count + 1, std::memory_order_release);
    return;
  }
  const std::uint32_t capacity = count * 2;
  void* block = std::malloc(sizeof(Owners) + (capacity - 1) * sizeof(std::uint32_t));
  CONCORD_ASSERT(block != nullptr);
  auto* fresh = new (block) Owners;
  fresh->capacity = capacity;
  auto* to = std::copy(slots.begin(), place, fresh->slots);
  *to++ = slot;
  std::copy(place, slots.end(), to);
  fresh->count.store(count + 1, std::memory_order_release);
  put_key(state_->identities, key, reinterpret_cast<std::uint64_t>(fresh) | KeyTable::kShared);
  if (shared) retire(state_->published.load() + 1, free_block, old);
}

// Readers see it with the version that gives the identity, or before: it is a hint.
void SnapshotWriter::mark_sharing(std::uint32_t slot) {
  for (const std::uint32_t one : {slot, state_->survivor(slot, ~EventSeq{0})})
    state_->slots[one].redirect_slot.fetch_or(Slot::kShares, std::memory_order_relaxed);
}

void SnapshotWriter::put(std::uint32_t slot, EncodedRecord& record, EventSeq seq) {
  Slot& one = state_->slots[slot];
  const Version* known = newest(slot);
  CONCORD_ASSERT(seq > state_->published.load());
  CONCORD_ASSERT(known == nullptr || known->seq <= seq);
  Version* version = make_version(record, seq);
  if (one.staged == 0) {
    staged_.push_back({slot, version});
    one.staged = static_cast<std::uint32_t>(staged_.size());
    return;
  }
  Staged& staged = staged_[one.staged - 1];
  discard(staged, version);
  staged.version = version;
}

// Calls drop(block) for each tail of `version` on the heap that neither `heir` nor `other` has.
template <typename Drop>
void SnapshotWriter::each_dropped(const Version* version, const Version* heir, const Version* other,
                                  Drop&& drop) const {
  const auto all = tails_of(version);
  const auto kept = tails_of(heir);
  const auto also = tails_of(other);
  // Most tails stay, at the front or at the back.
  std::size_t front = 0;
  while (front < all.size() && front < kept.size() && all[front] == kept[front]) ++front;
  std::size_t back = 0;
  while (back < all.size() - front && back < kept.size() - front &&
         all[all.size() - 1 - back] == kept[kept.size() - 1 - back])
    ++back;
  const auto rest = kept.subspan(front, kept.size() - front - back);
  for (std::size_t i = front; i < all.size() - back; ++i) {
    if (std::find(rest.begin(), rest.end(), all[i]) != rest.end()) continue;
    if (std::find(also.begin(), also.end(), all[i]) != also.end()) continue;
    const char* block = reinterpret_cast<const char*>(version->labels[i]);
    if (!state_->arena.holds(block)) drop(block);
  }
}

// A version that no reader has ever seen.
void SnapshotWriter::discard(const Staged& staged, const Version* heir) {
  each_dropped(staged.version, heir, state_->slots[staged.slot].newest.load(), free_block);
  std::free(staged.version->owned);
}

void SnapshotWriter::redirect(std::uint32_t loser, std::uint32_t survivor, EventSeq seq) {
  CONCORD_ASSERT(loser != survivor);
  Slot& one = state_->slots[loser];
  const std::uint32_t hint = one.shares() ? Slot::kShares : 0;
  one.redirect_slot.store(survivor | hint, std::memory_order_relaxed);
  one.redirect_seq.store(seq, std::memory_order_release);
  if (hint != 0) mark_sharing(survivor);  // what the one shared, the other shares from now on
}

void SnapshotWriter::put_sources(std::string json, EventSeq seq) {
  const SourcesVersion* replaced = state_->sources.load();
  CONCORD_ASSERT(seq >= replaced->seq);
  state_->sources.store(new SourcesVersion{seq, replaced, std::move(json)},
                        std::memory_order_release);
  retire(seq, free_sources, replaced);
}

void SnapshotWriter::publish(EventSeq seq) {
  CONCORD_ASSERT(seq >= state_->published.load());
  for (const Staged& one : staged_) {
    Slot& slot = state_->slots[one.slot];
    slot.staged = 0;
    const Version* replaced = slot.newest.load();
    one.version->older = replaced;
    slot.newest.store(one.version, std::memory_order_release);
    each_dropped(replaced, one.version, nullptr,
                 [&](const char* block) { retire(seq, free_block, block); });
    if (replaced != nullptr && replaced->owned != nullptr) retire(seq, free_block, replaced->owned);
  }
  staged_.clear();
  state_->published.store(seq);
  collect();
}

void SnapshotWriter::retire(EventSeq replaced_at, void (*free)(const void*), const void* what) {
  retired_.push_back({replaced_at, free, what});
}

void SnapshotWriter::collect() {
  const auto lowest = [&](EventSeq start) {
    EventSeq low = start;
    for (const auto& pin : state_->pins) low = std::min(low, pin.revision.load());
    return low;
  };
  // Never down again: a reader that asks for a revision long gone announces it before it is
  // refused.
  state_->floor.store(std::max(state_->floor.load(), lowest(state_->published.load())));
  const EventSeq low = lowest(state_->floor.load());
  while (!retired_.empty() && retired_.front().replaced_at <= low) {
    retired_.front().free(retired_.front().what);
    retired_.pop_front();
  }
}

std::uint32_t SnapshotWriter::slot_of(const NormalisedIdentity& identity) const {
  const std::uint64_t value = state_->identities.load()->find(identity.hash);
  if (value == KeyTable::kMissing || (value & KeyTable::kShared) != 0) return kNoSlot;
  return state_->survivor(static_cast<std::uint32_t>(value), ~EventSeq{0});
}

std::uint32_t SnapshotWriter::slot_of(CustomerId id) const {
  const std::uint64_t value = state_->ids.load()->find(id_key(id.value));
  return value == KeyTable::kMissing ? kNoSlot : static_cast<std::uint32_t>(value);
}

const Version* SnapshotWriter::newest(std::uint32_t slot) const {
  const Slot& one = state_->slots[slot];
  return one.staged == 0 ? one.newest.load() : staged_[one.staged - 1].version;
}

CustomerId SnapshotWriter::id_of(std::uint32_t slot) const {
  return CustomerId{state_->slots[slot].id};
}

}  // namespace concord::index
