#include "index/engine.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <set>

#include "index/base/assert.h"
#include "index/generation.h"
#include "index/intake.h"
#include "index/reindex_text.h"
#include "index/snapshot/snapshot_writer.h"

namespace concord::index {
namespace {

// Slots whose customers wait for a fix, by the defect they wait for. Filled at the first release.
class Waiters {
 public:
  void note(const CustomerRecord& record, std::uint32_t slot) {
    for (const std::string& defect : Releases::awaited(record)) by_defect_[defect].insert(slot);
  }
  [[nodiscard]] std::set<std::uint32_t> of(const wire::Event& release) const {
    std::set<std::uint32_t> slots;
    if (release.entry()->links() == nullptr) return slots;
    for (const flatbuffers::String* link : *release.entry()->links())
      if (const auto at = by_defect_.find(link->str()); at != by_defect_.end())
        slots.insert(at->second.begin(), at->second.end());
    return slots;
  }

 private:
  std::map<std::string, std::set<std::uint32_t>> by_defect_;
};

}  // namespace

struct Engine::Impl {
  explicit Impl(std::shared_ptr<SnapshotState> shared)
      : state(std::move(shared)), snapshot(state), writer(state) {}

  std::shared_ptr<SnapshotState> state;
  Snapshot snapshot;
  SnapshotWriter writer;
  GenerationInfo info;
  SourceBook sources;
  std::atomic<std::int64_t> newest_at_ms{0};
  Releases releases;
  std::optional<Waiters> waiters;
  std::optional<TextIndex> text;
  std::vector<KnowledgePage> pages;  // by hash
  RecordEncoder encoder;
  EncodedRecord encoded;
  EventSeq staged = 0;  // newest event in the tables, published or not
  std::atomic<std::size_t> retired{0};

  Result<CustomerRecord> record_of(std::uint32_t slot) {
    if (const Version* version = writer.newest(slot); version != nullptr)
      return decode_record(version->view());
    CustomerRecord fresh;
    fresh.id = writer.id_of(slot);
    return fresh;
  }
  void put(std::uint32_t slot, CustomerRecord& record, EventSeq seq) {
    record.is_account = is_account(record);
    releases.apply_to(record);
    encoder.encode(record, encoded);
    writer.put(slot, encoded, seq);
    if (waiters) waiters->note(record, slot);
  }
  std::uint32_t add_customer(const NormalisedIdentity& first) {
    return writer.add_slot(new_customer_id(
        first, [&](CustomerId id) { return writer.slot_of(id) != SnapshotWriter::kNoSlot; }));
  }
  std::uint32_t find(const NormalisedIdentity& identity) const {
    const std::uint32_t slot = writer.slot_of(identity);
    return slot == SnapshotWriter::kNoSlot ? kNoOwner : slot;
  }
  // What every event changes: how fresh its source is, and how new the base.
  void take_note(const wire::Event& event, EventSeq seq);
  Result<void> apply_to_customer(const Prepared& prepared, EventSeq seq);
  Result<void> apply_release(const Prepared& prepared, std::string_view bytes, EventSeq seq);
  CustomerId account_of(const Prepared& prepared, EventSeq seq);
};

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

std::unique_ptr<Engine> Engine::empty(const IdentityTypes& types) {
  return std::unique_ptr<Engine>(
      new Engine(std::make_unique<Impl>(std::make_shared<SnapshotState>(types))));
}

Result<std::unique_ptr<Engine>> Engine::open(const std::string& data_folder, unsigned threads,
                                             const Progress& progress) {
  auto loaded = load_generation(data_folder, threads, progress);
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  auto impl = std::make_unique<Impl>(loaded->state);
  const Manifest& manifest = loaded->manifest;
  impl->info = {loaded->name,       manifest.seq,
                manifest.chain,     manifest.newest_at,
                manifest.customers, manifest.accounts,
                manifest.entries,   manifest.identities,
                manifest.knowledge, 0};
  for (const FileSums& file : manifest.files) impl->info.bytes += file.bytes;
  impl->staged = manifest.seq;
  impl->sources.begin(manifest.sources);
  impl->newest_at_ms = manifest.newest_at.ms;
  impl->writer.put_sources(sources_json(manifest.sources), manifest.sources_seq);
  impl->releases = std::move(loaded->releases);
  const std::string path = (std::filesystem::path(loaded->folder) / kKnowledgeFile).string();
  auto pages = read_knowledge(loaded->knowledge, path);
  if (!pages) return tl::unexpected<Error>(pages.error());
  impl->pages = std::move(*pages);
  std::sort(impl->pages.begin(), impl->pages.end(),
            [](const KnowledgePage& a, const KnowledgePage& b) { return a.hash < b.hash; });
  if (manifest.has_text) {
    auto text = TextIndex::open((std::filesystem::path(loaded->folder) / kTextFolder).string());
    if (!text) return tl::unexpected<Error>(text.error());
    impl->text.emplace(std::move(*text));
  }
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

const Snapshot& Engine::snapshot() const { return impl_->snapshot; }
const GenerationInfo& Engine::generation() const { return impl_->info; }
SourceBook& Engine::sources() const { return impl_->sources; }
UnixMillis Engine::newest_at() const { return {impl_->newest_at_ms.load()}; }
const TextIndex* Engine::text() const { return impl_->text ? &*impl_->text : nullptr; }

std::string_view Engine::knowledge(std::uint64_t key_hash) const {
  const auto& pages = impl_->pages;
  const auto at = std::lower_bound(
      pages.begin(), pages.end(), key_hash,
      [](const KnowledgePage& page, std::uint64_t hash) { return page.hash < hash; });
  return at == pages.end() || at->hash != key_hash ? std::string_view{}
                                                   : std::string_view(at->json);
}

void Engine::Impl::take_note(const wire::Event& event, EventSeq seq) {
  if (type_of(event) == EventType::source_state) {
    sources.said(event);
    writer.put_sources(sources_json(sources.all()), seq);
    return;
  }
  sources.heard(event, seq);
  newest_at_ms = std::max(newest_at_ms.load(), event.at());
}

CustomerId Engine::Impl::account_of(const Prepared& prepared, EventSeq seq) {
  if (!prepared.account) return {};
  std::uint32_t slot = find(*prepared.account);
  if (slot == kNoOwner) {
    slot = add_customer(*prepared.account);
    CustomerRecord account;
    account.id = writer.id_of(slot);
    introduce_account(account, prepared, seq);
    put(slot, account, seq);
    writer.bind(*prepared.account, slot);
  }
  return writer.id_of(slot);
}

Result<void> Engine::Impl::apply_to_customer(const Prepared& prepared, EventSeq seq) {
  const auto plan =
      plan_owner(prepared.identities, [&](const NormalisedIdentity& id) { return find(id); });
  if (!plan) return tl::unexpected<Error>(plan.error());
  // Read everything first: a damaged record must leave the state as it is.
  std::vector<CustomerRecord> losers;
  for (const std::uint32_t slot : plan->losers) {
    auto loser = record_of(slot);
    if (!loser) return tl::unexpected<Error>(loser.error());
    losers.push_back(std::move(*loser));
  }
  CustomerRecord record;
  if (plan->survivor != kNoOwner) {
    auto known = record_of(plan->survivor);
    if (!known) return tl::unexpected<Error>(known.error());
    record = std::move(*known);
  }
  // In the order of the batch index, which numbers the customer before the account.
  const std::uint32_t slot =
      plan->survivor == kNoOwner ? add_customer(*plan->first) : plan->survivor;
  const CustomerId account = account_of(prepared, seq);
  record.id = writer.id_of(slot);
  for (std::size_t i = 0; i < losers.size(); ++i) {
    merge_records(record, std::move(losers[i]), seq);
    writer.redirect(plan->losers[i], slot, seq);
  }
  fold(record, fold_input(prepared, seq, account));
  put(slot, record, seq);
  for (const NormalisedIdentity& identity : prepared.identities) writer.bind(identity, slot);
  return {};
}

Result<void> Engine::Impl::apply_release(const Prepared& prepared, std::string_view bytes,
                                         EventSeq seq) {
  if (!waiters) {
    waiters.emplace();
    for (std::uint32_t slot = 0; slot < state->slots.size(); ++slot) {
      if (state->survivor(slot, ~EventSeq{0}) != slot) continue;
      const auto record = record_of(slot);
      if (!record) return tl::unexpected<Error>(record.error());
      waiters->note(*record, slot);
    }
  }
  std::map<std::uint32_t, CustomerRecord> concerned;
  for (const std::uint32_t waiting : waiters->of(*prepared.event)) {
    const std::uint32_t slot = state->survivor(waiting, ~EventSeq{0});
    auto record = record_of(slot);
    if (!record) return tl::unexpected<Error>(record.error());
    concerned.emplace(slot, std::move(*record));
  }
  releases.add(seq, bytes);
  for (auto& [slot, record] : concerned) put(slot, record, seq);
  return {};
}

Result<EventSeq> Engine::apply(std::string_view event_bytes) {
  const auto prepared = prepare(event_bytes, impl_->state->normaliser);
  if (!prepared) return tl::unexpected<Error>(prepared.error());
  if (auto done = stage(*prepared, event_bytes); !done) return tl::unexpected<Error>(done.error());
  publish();
  return impl_->staged;
}

Result<void> Engine::stage(const Prepared& prepared, std::string_view event_bytes) {
  Impl& impl = *impl_;
  const wire::Event& event = *prepared.event;
  const EventSeq seq = impl.staged + 1;
  Result<void> done;
  if (Releases::is_release(event))
    done = impl.apply_release(prepared, event_bytes, seq);
  else if (changes_a_record(type_of(event)))
    done = impl.apply_to_customer(prepared, seq);
  else if (type_of(event) == EventType::knowledge)
    done = fail(Code::unsupported, "knowledge comes with the next generation", "/knowledge");
  if (!done) return done;
  impl.take_note(event, seq);
  impl.staged = seq;
  return {};
}

void Engine::publish() {
  impl_->writer.publish(impl_->staged);
  impl_->retired.store(impl_->writer.retired(), std::memory_order_relaxed);
}

std::size_t Engine::retired_versions() const {
  return impl_->retired.load(std::memory_order_relaxed);
}
const IdentityNormaliser& Engine::normaliser() const { return impl_->state->normaliser; }

std::optional<EntryView> find_entry(const RecordView& record, std::int64_t at_ms,
                                    std::uint64_t id_hash) {
  // Entries stand newest first: the first one not newer than at_ms, then its equals.
  std::uint32_t low = 0;
  std::uint32_t high = record.entry_count();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (record.entry(middle).at_ms() > at_ms)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < record.entry_count() && record.entry(low).at_ms() == at_ms; ++low)
    if (record.entry(low).row().id_hash() == id_hash) return record.entry(low);
  return std::nullopt;
}

}  // namespace concord::index
