#include "index/apply.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/base/parallel.h"

namespace concord::index {

Applier::Applier(std::shared_ptr<SnapshotState> state, Releases releases)
    : state_(std::move(state)), writer_(state_), releases_(std::move(releases)) {}

Result<CustomerRecord> Applier::record_of(std::uint32_t slot) const {
  if (const Version* version = writer_.newest(slot); version != nullptr)
    return decode_record(version->view());
  CustomerRecord fresh;
  fresh.id = writer_.id_of(slot);
  return fresh;
}

void Applier::put(std::uint32_t slot, CustomerRecord& record, EventSeq seq) {
  record.is_account = is_account(record);
  releases_.apply_to(record);
  encoder_.encode(record, encoded_);
  put_encoded(slot, seq);
}

void Applier::put_encoded(std::uint32_t slot, EventSeq seq) {
  writer_.put(slot, encoded_, seq);
  if (on_put_) on_put_(writer_.id_of(slot), seq);
  if (waiters_) waiters_->note(writer_.newest(slot)->view(), slot);
}

CustomerId Applier::new_id(const NormalisedIdentity& first) const {
  return new_customer_id(
      first, [&](CustomerId id) { return writer_.slot_of(id) != SnapshotWriter::kNoSlot; });
}
std::uint32_t Applier::add_customer(const NormalisedIdentity& first) {
  return writer_.add_slot(new_id(first));
}

std::uint32_t Applier::find(const NormalisedIdentity& identity) const {
  const std::uint32_t slot = writer_.slot_of(identity);
  return slot == SnapshotWriter::kNoSlot ? kNoOwner : slot;
}

namespace {

// The event is the account's own: its customer is the account, as in the batch index.
bool is_of_the_account(const Prepared& prepared) {
  return prepared.account.has_value() &&
         std::any_of(
             prepared.identities.begin(), prepared.identities.end(),
             [&](const NormalisedIdentity& one) { return one.hash == prepared.account->hash; });
}

}  // namespace

CustomerId Applier::account_id(const Prepared& prepared, std::uint32_t owner) const {
  if (!prepared.account) return {};
  if (is_of_the_account(prepared)) return writer_.id_of(owner);
  const std::uint32_t slot = find(*prepared.account);
  return slot == kNoOwner ? new_id(*prepared.account) : writer_.id_of(slot);
}

// An account that a membership names first gets a record with its key.
void Applier::introduce(const Prepared& prepared, EventSeq seq) {
  if (!prepared.account || is_of_the_account(prepared)) return;
  if (find(*prepared.account) != kNoOwner) return;
  const std::uint32_t slot = add_customer(*prepared.account);
  CustomerRecord account;
  account.id = writer_.id_of(slot);
  introduce_account(account, prepared, seq);
  put(slot, account, seq);
  writer_.bind(*prepared.account, slot);
}

RecordView Applier::newest_of(CustomerId id) const {
  const std::uint32_t known = writer_.slot_of(id);
  if (known == SnapshotWriter::kNoSlot) return {};
  const Version* version = writer_.newest(state_->survivor(known, ~EventSeq{0}));
  return version == nullptr ? RecordView{} : version->view();
}

// The last event that changed this customer or an account of his. Others who share an address and
// the sources are left aside: they change no promise, grant or claim of his.
EventSeq Applier::standing(std::uint32_t slot, UnixMillis at) const {
  const Version* version = writer_.newest(slot);
  if (version == nullptr) return 0;
  const RecordView record = version->view();
  EventSeq seq = record.seq();
  std::array<RecordView, kAccountsMax> accounts{};
  const std::size_t count = accounts_of(
      record, at, [&](CustomerId id) { return newest_of(id); }, accounts);
  for (std::size_t i = 0; i < count; ++i) seq = std::max(seq, accounts[i].seq());
  return seq;
}

Verdict Applier::judge(const wire::Event& event, const OwnerPlan& plan) const {
  const auto allowed = event.unless_changed();
  if (!allowed.has_value() || plan.survivor == kNoOwner) return {};
  EventSeq stood_at = standing(plan.survivor, {event.at()});
  for (const std::uint32_t slot : plan.losers)
    stood_at = std::max(stood_at, standing(slot, {event.at()}));
  return stood_at > *allowed ? Verdict{stood_at} : Verdict{};
}

Result<Verdict> Applier::apply_to_customer(const Prepared& prepared, EventSeq seq) {
  const auto plan =
      plan_owner(prepared.identities, [&](const NormalisedIdentity& id) { return find(id); });
  if (!plan) return tl::unexpected<Error>(plan.error());
  if (const Verdict verdict = judge(*prepared.event, *plan); verdict.is_void()) return verdict;
  const bool known = plan->survivor != kNoOwner;
  const auto done = known && plan->losers.empty() ? update(prepared, plan->survivor, seq)
                                                  : rewrite(prepared, *plan, seq);
  if (!done) return tl::unexpected<Error>(done.error());
  return Verdict{};
}

// One known customer: only what the event is about changes.
Result<void> Applier::update(const Prepared& prepared, std::uint32_t slot, EventSeq seq) {
  // Its id is known before it is made, so that a damaged record leaves the state as it is.
  const FoldInput input = fold_input(prepared, seq, account_id(prepared, slot));
  auto done = updater_.fold_into(writer_.newest(slot)->stored(), input, releases_, encoded_);
  if (!done) return done;
  put_encoded(slot, seq);
  introduce(prepared, seq);
  for (const NormalisedIdentity& identity : prepared.identities) writer_.bind(identity, slot);
  return {};
}

// A new customer, or several who turn out to be one: the whole record is folded.
Result<void> Applier::rewrite(const Prepared& prepared, const OwnerPlan& plan, EventSeq seq) {
  // Read everything first: a damaged record must leave the state as it is.
  std::vector<CustomerRecord> losers;
  for (const std::uint32_t slot : plan.losers) {
    auto loser = record_of(slot);
    if (!loser) return tl::unexpected<Error>(loser.error());
    losers.push_back(std::move(*loser));
  }
  CustomerRecord record;
  if (plan.survivor != kNoOwner) {
    auto known = record_of(plan.survivor);
    if (!known) return tl::unexpected<Error>(known.error());
    record = std::move(*known);
  }
  // In the order of the batch index, which numbers the customer before the account.
  const std::uint32_t slot = plan.survivor == kNoOwner ? add_customer(*plan.first) : plan.survivor;
  const CustomerId account = account_id(prepared, slot);
  introduce(prepared, seq);
  record.id = writer_.id_of(slot);
  for (std::size_t i = 0; i < losers.size(); ++i) {
    merge_records(record, std::move(losers[i]), seq);
    writer_.redirect(plan.losers[i], slot, seq);
  }
  fold(record, fold_input(prepared, seq, account));
  put(slot, record, seq);
  for (const NormalisedIdentity& identity : prepared.identities) writer_.bind(identity, slot);
  return {};
}

Result<void> Applier::apply_release(const Prepared& prepared, std::string_view bytes,
                                    EventSeq seq) {
  if (!waiters_) {
    waiters_.emplace();
    for (std::uint32_t slot = 0; slot < state_->slots.size(); ++slot)
      if (const Version* version = writer_.newest(slot);
          version != nullptr && state_->survivor(slot, ~EventSeq{0}) == slot)
        waiters_->note(version->view(), slot);
  }
  releases_.add(seq, bytes);
  std::set<std::uint32_t> concerned;
  for (const std::uint32_t waiting : waiters_->of(*prepared.event))
    concerned.insert(state_->survivor(waiting, ~EventSeq{0}));
  for (const std::uint32_t slot : concerned)
    if (updater_.spread_into(writer_.newest(slot)->stored(), releases_, encoded_))
      put_encoded(slot, seq);
  return {};
}

Result<Verdict> Applier::apply(const Prepared& prepared, std::string_view bytes, EventSeq seq) {
  if (Releases::is_release(*prepared.event)) {
    if (auto done = apply_release(prepared, bytes, seq); !done)
      return tl::unexpected<Error>(done.error());
    return Verdict{};
  }
  if (changes_a_record(type_of(*prepared.event))) return apply_to_customer(prepared, seq);
  return Verdict{};
}

namespace {

// What a record says: its facts and all that answers show, written in the one way.
Result<Hash128> record_hash(const RecordView& view, const Releases& releases) {
  auto record = decode_record(view);
  if (!record) return tl::unexpected<Error>(record.error());
  releases.apply_to(*record);
  RecordEncoder encoder;
  EncodedRecord encoded;
  encoder.encode(*record, encoded);
  std::string all = std::move(encoded.record);
  for (const EncodedTail& tail : encoded.tails) all += tail.bytes();
  return hash128(all);
}

}  // namespace

Result<Hash128> Applier::state_hash(unsigned threads) const {
  struct Line {
    std::uint64_t id = 0;
    std::uint64_t survivor = 0;  // 0: itself
    Hash128 hash;
  };
  const EventSeq revision = state_->published.load();
  std::vector<Line> lines(state_->slots.size());
  std::mutex mutex;
  Result<void> status;
  parallel_chunks(lines.size(), 256, threads, [&](std::size_t at, std::size_t end, std::size_t) {
    for (; at < end; ++at) {
      const auto slot = static_cast<std::uint32_t>(at);
      Line& line = lines[at];
      line.id = state_->slots[slot].id;
      const std::uint32_t survivor = state_->survivor(slot, revision);
      const Version* version = state_->version_at(slot, revision);
      if (survivor != slot)
        line.survivor = state_->slots[survivor].id;
      else if (version != nullptr) {
        const auto hash = record_hash(version->view(), releases_);
        if (hash) line.hash = *hash;
        const std::scoped_lock lock(mutex);
        if (!hash) status = tl::unexpected<Error>(hash.error());
      }
    }
  });
  if (!status) return tl::unexpected<Error>(status.error());
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.id < b.id; });
  static_assert(sizeof(Line) == 32);  // no bytes between: hashed as they lie
  const Hash128 all =
      hash128({reinterpret_cast<const char*>(lines.data()), lines.size() * sizeof(Line)});
  return Hash128{all.low ^ mix64(revision), all.high ^ mix64(~revision)};
}

}  // namespace concord::index
