#include "index/snapshot/snapshot.h"

#include <algorithm>
#include <functional>
#include <thread>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/snapshot/snapshot_state.h"

namespace concord::index {
namespace {

// Where a thread looks first for a free pin: spreads threads over the array.
std::size_t first_pin() {
  thread_local const std::size_t hint =
      std::hash<std::thread::id>{}(std::this_thread::get_id()) * 0x9e3779b97f4a7c15ULL >> 32;
  return hint;
}

constexpr std::uint32_t kNoSlot = ~0U;

bool holds_identity(const RecordView& record, std::string_view type, std::string_view value) {
  for (const wire::Identity* one : *record.portrait().identities())
    if (view_of(one->type()) == type && view_of(one->value()) == value) return true;
  return false;
}
bool holds_identity(const RecordView& record, const NormalisedIdentity& identity) {
  return holds_identity(record, identity.type(), identity.value());
}

// As NormalisedIdentity has it, without memory of its own.
Hash128 hash_of(const wire::Identity& identity) {
  const std::string_view type = view_of(identity.type());
  const std::string_view value = view_of(identity.value());
  std::array<char, 2'048> text;
  const std::size_t size = type.size() + 1 + value.size();
  if (size > text.size()) return hash128(std::string(type) + ":" + std::string(value));
  char* at = std::copy(type.begin(), type.end(), text.data());
  *at++ = ':';
  std::copy(value.begin(), value.end(), at);
  return hash128({text.data(), size});
}

// Owner number `i` has become part of `survivor`: does another owner stand for the same person?
bool counted_already(const SnapshotState& state, std::span<const std::uint32_t> owners,
                     std::size_t i, std::uint32_t survivor, EventSeq revision) {
  if (std::binary_search(owners.begin(), owners.end(), survivor)) return true;
  return std::any_of(owners.begin(), owners.begin() + static_cast<std::ptrdiff_t>(i),
                     [&](std::uint32_t one) { return state.survivor(one, revision) == survivor; });
}

// Keeps the lowest ids, sorted.
void add_candidate(Resolution& out, CustomerId id) {
  std::size_t at = out.candidate_count;
  if (at == out.candidates.size()) {
    if (out.candidates[at - 1] < id) return;
    --at;
  } else {
    ++out.candidate_count;
  }
  for (; at > 0 && id < out.candidates[at - 1]; --at) out.candidates[at] = out.candidates[at - 1];
  out.candidates[at] = id;
}

}  // namespace

ReadPin::ReadPin(ReadPin&& other) noexcept
    : snapshot_(other.snapshot_), slot_(other.slot_), revision_(other.revision_) {
  other.snapshot_ = nullptr;
}
ReadPin::~ReadPin() {
  if (snapshot_ != nullptr) snapshot_->unpin(slot_);
}

Snapshot::Snapshot(std::shared_ptr<SnapshotState> state) : state_(std::move(state)) {}
Snapshot::~Snapshot() = default;

EventSeq Snapshot::revision() const { return state_->published.load(std::memory_order_acquire); }

ReadPin Snapshot::pin() const {
  for (;;) {
    auto pinned = pin_at(revision());
    // The floor never passes the published revision, so a refusal means a newer one is out.
    if (pinned) return std::move(*pinned);
  }
}

Result<ReadPin> Snapshot::pin_at(EventSeq wanted) const {
  if (wanted > revision())
    return fail(Code::not_found, "revision " + std::to_string(wanted) + " is not published yet");
  std::size_t at = first_pin() % SnapshotState::kPins;
  for (std::size_t tried = 0;; ++tried, at = (at + 1) % SnapshotState::kPins) {
    EventSeq free = SnapshotState::kFree;
    if (state_->pins[at].revision.compare_exchange_strong(free, wanted)) break;
    if (tried % SnapshotState::kPins == SnapshotState::kPins - 1) std::this_thread::yield();
  }
  if (wanted < state_->floor.load()) {
    unpin(at);
    return fail(Code::cursor_stale, "revision " + std::to_string(wanted) + " has been freed");
  }
  return ReadPin(this, at, wanted);
}

void Snapshot::unpin(std::size_t slot) const {
  state_->pins[slot].revision.store(SnapshotState::kFree, std::memory_order_release);
}

std::uint32_t Snapshot::slot_of(const ReadPin& pin, CustomerId id) const {
  const std::uint64_t value = state_->ids.load(std::memory_order_acquire)->find(id_key(id.value));
  if (value == KeyTable::kMissing) return kNoSlot;
  return state_->survivor(static_cast<std::uint32_t>(value), pin.revision());
}

RecordView Snapshot::find(const ReadPin& pin, CustomerId id) const {
  const std::uint32_t slot = slot_of(pin, id);
  if (slot == kNoSlot) return {};
  const Version* version = state_->version_at(slot, pin.revision());
  return version == nullptr ? RecordView{} : version->view();
}

void Snapshot::resolve(const ReadPin& pin, std::string_view key, Resolution& out) const {
  out.outcome = Resolution::Outcome::not_found;
  out.owners = out.candidate_count = 0;
  out.by_identity = false;
  out.problem = "";
  out.customer = {};
  out.strength = IdentityClass::joins;
  out.identity.text.clear();
  if (const auto id = parse_customer_id(key)) {
    const RecordView record = find(pin, *id);
    if (!record) return;
    out.outcome = Resolution::Outcome::found;
    out.customer = record.id();
    out.owners = 1;
    return;
  }
  out.by_identity = true;
  if (const char* problem = state_->normaliser.normalise_into(key, out.identity);
      problem != nullptr) {
    out.outcome = Resolution::Outcome::bad_key;
    out.problem = problem;
    return;
  }
  out.strength = out.identity.strength;
  resolve_identity(pin, out);
}

void Snapshot::resolve_identity(const ReadPin& pin, Resolution& out) const {
  const std::uint64_t value =
      state_->identities.load(std::memory_order_acquire)->find(out.identity.hash);
  if (value == KeyTable::kMissing) return;
  if ((value & KeyTable::kShared) == 0) {
    const std::uint32_t slot = state_->survivor(static_cast<std::uint32_t>(value), pin.revision());
    const Version* version = state_->version_at(slot, pin.revision());
    if (version == nullptr || !holds_identity(version->view(), out.identity)) return;
    out.outcome = Resolution::Outcome::found;
    out.customer = CustomerId{state_->slots[slot].id};
    out.owners = 1;
    return;
  }
  const auto owners = reinterpret_cast<const Owners*>(value & ~KeyTable::kShared)->all();
  for (std::size_t i = 0; i < owners.size(); ++i) {
    const std::uint32_t slot = state_->survivor(owners[i], pin.revision());
    if (slot != owners[i] && counted_already(*state_, owners, i, slot, pin.revision())) continue;
    const Version* version = state_->version_at(slot, pin.revision());
    if (version == nullptr || !holds_identity(version->view(), out.identity)) continue;
    ++out.owners;
    add_candidate(out, CustomerId{state_->slots[slot].id});
  }
  if (out.owners == 0) return;
  out.customer = out.candidates[0];
  out.outcome = out.owners == 1 ? Resolution::Outcome::found : Resolution::Outcome::ambiguous;
}

Resolution Snapshot::resolve(const ReadPin& pin, std::string_view key) const {
  Resolution out;
  resolve(pin, key, out);
  return out;
}

void Snapshot::find_sharers(const ReadPin& pin, Customer& customer) const {
  const auto& identities = *customer.record.portrait().identities();
  for (std::uint32_t place = 0; place < identities.size(); ++place) {
    const wire::Identity& one = *identities[place];
    if (one.joins()) continue;
    const std::uint64_t value =
        state_->identities.load(std::memory_order_acquire)->find(hash_of(one));
    if (value == KeyTable::kMissing || (value & KeyTable::kShared) == 0) continue;
    const auto* owners = reinterpret_cast<const Owners*>(value & ~KeyTable::kShared);
    for (const std::uint32_t owner : owners->all()) {
      const std::uint32_t slot = state_->survivor(owner, pin.revision());
      const Version* version = state_->version_at(slot, pin.revision());
      if (version == nullptr || version->view().id() == customer.record.id()) continue;
      const auto known = customer.sharing();
      if (std::find(known.begin(), known.end(), version->record) != known.end()) continue;
      if (!holds_identity(version->view(), view_of(one.type()), view_of(one.value()))) continue;
      customer.revision = std::max(customer.revision, version->view().seq());
      if (customer.sharer_count == kSharersMax) {
        customer.crowded |= std::uint64_t{1} << std::min<std::uint32_t>(place, 63);
        break;
      }
      customer.sharers[customer.sharer_count++] = version->record;
    }
  }
}

Customer Snapshot::customer(const ReadPin& pin, CustomerId id, UnixMillis as_of) const {
  Customer customer;
  const std::uint32_t slot = slot_of(pin, id);
  const Version* version = slot == kNoSlot ? nullptr : state_->version_at(slot, pin.revision());
  if (version == nullptr) return customer;
  customer.record = version->view();
  const Sources said = sources(pin);
  customer.revision = std::max(customer.record.seq(), said.seq);
  customer.sources_json = said.json;
  customer.account_count = accounts_of(
      customer.record, as_of, [&](CustomerId one) { return find(pin, one); }, customer.accounts);
  for (const RecordView& account : customer.account_records())
    customer.revision = std::max(customer.revision, account.seq());
  if (state_->slots[slot].shares()) find_sharers(pin, customer);
  return customer;
}

Snapshot::Sources Snapshot::sources(const ReadPin& pin) const {
  const SourcesVersion* version = state_->sources.load(std::memory_order_acquire);
  while (version->seq > pin.revision()) version = version->older;
  return {version->seq, version->json};
}

std::size_t Snapshot::record_count() const { return state_->slots.size(); }

RecordView Snapshot::record_at(const ReadPin& pin, std::size_t place) const {
  const auto slot = static_cast<std::uint32_t>(place);
  CONCORD_ASSERT(place < state_->slots.size());
  if (state_->survivor(slot, pin.revision()) != slot) return {};
  const Version* version = state_->version_at(slot, pin.revision());
  return version == nullptr ? RecordView{} : version->view();
}

const IdentityTypes& Snapshot::identity_types() const { return state_->normaliser.types(); }

}  // namespace concord::index
