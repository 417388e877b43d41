#include "index/engine.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>

#include "index/apply.h"
#include "index/base/assert.h"
#include "index/generation.h"
#include "index/reindex_text.h"
#include "index/roll.h"

namespace concord::index {

struct Engine::Impl {
  Impl(std::shared_ptr<SnapshotState> shared, Releases releases)
      : state(shared), snapshot(shared), applier(shared, std::move(releases)) {}

  std::shared_ptr<SnapshotState> state;
  Snapshot snapshot;
  Applier applier;
  std::deque<GenerationInfo> infos{1};  // what generation() has told stays readable
  std::atomic<const GenerationInfo*> info{&infos.front()};
  SourceBook sources;
  std::atomic<std::int64_t> newest_at_ms{0};
  std::optional<TextIndex> text;
  std::vector<KnowledgePage> pages;  // by hash
  EventSeq staged = 0;               // newest event in the tables, published or not
  std::atomic<std::size_t> retired{0};

  // What every event changes: how fresh its source is, and how new the base.
  void take_note(const wire::Event& event, EventSeq seq);
};

GenerationInfo info_of(const std::string& name, const Manifest& manifest) {
  GenerationInfo info{name,
                      manifest.seq,
                      manifest.chain,
                      manifest.newest_at,
                      manifest.customers,
                      manifest.accounts,
                      manifest.entries,
                      manifest.identities,
                      manifest.knowledge,
                      0};
  for (const FileSums& file : manifest.files) info.bytes += file.bytes;
  return info;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

std::unique_ptr<Engine> Engine::empty(const IdentityTypes& types) {
  return std::unique_ptr<Engine>(
      new Engine(std::make_unique<Impl>(std::make_shared<SnapshotState>(types), Releases{})));
}

Result<std::unique_ptr<Engine>> Engine::open(const std::string& data_folder, unsigned threads,
                                             const Progress& progress) {
  auto loaded = load_generation(data_folder, threads, progress);
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  return over(std::move(*loaded));
}

Result<std::unique_ptr<Engine>> Engine::over(LoadedGeneration loaded) {
  auto impl = std::make_unique<Impl>(loaded.state, std::move(loaded.releases));
  const Manifest& manifest = loaded.manifest;
  impl->infos.front() = info_of(loaded.name, manifest);
  impl->staged = manifest.seq;
  impl->sources.begin(manifest.sources);
  impl->newest_at_ms = manifest.newest_at.ms;
  impl->applier.writer().put_sources(sources_json(manifest.sources), manifest.sources_seq);
  const std::string path = (std::filesystem::path(loaded.folder) / kKnowledgeFile).string();
  auto pages = read_knowledge(loaded.knowledge, path);
  if (!pages) return tl::unexpected<Error>(pages.error());
  impl->pages = std::move(*pages);
  std::sort(impl->pages.begin(), impl->pages.end(),
            [](const KnowledgePage& a, const KnowledgePage& b) { return a.hash < b.hash; });
  if (manifest.has_text) {
    auto text = TextIndex::open((std::filesystem::path(loaded.folder) / kTextFolder).string());
    if (!text) return tl::unexpected<Error>(text.error());
    impl->text.emplace(std::move(*text));
  }
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

const Snapshot& Engine::snapshot() const { return impl_->snapshot; }
const GenerationInfo& Engine::generation() const { return *impl_->info.load(); }

void Engine::rolled(GenerationInfo info) {
  impl_->infos.push_back(std::move(info));
  impl_->info.store(&impl_->infos.back());
}

RollPoint Engine::roll_point(Hash128 chain) const {
  const Impl& impl = *impl_;
  CONCORD_ASSERT(impl.staged == impl.state->published.load());
  RollPoint point{
      impl.snapshot.pin(),  impl.state, chain, newest_at(), impl.sources.all(), 0, {}, {}, 0,
      impl.text.has_value()};
  point.sources_seq = impl.snapshot.sources(point.pin).seq;
  point.releases = impl.applier.releases().all();
  for (const KnowledgePage& page : impl.pages) point.knowledge.append(page.json).append("\n");
  point.pages = impl.pages.size();
  return point;
}
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
    applier.writer().put_sources(sources_json(sources.all()), seq);
    return;
  }
  sources.heard(event, seq);
  newest_at_ms = std::max(newest_at_ms.load(), event.at());
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
  if (auto done = impl.applier.apply(prepared, event_bytes, seq); !done) return done;
  impl.take_note(event, seq);
  impl.staged = seq;
  return {};
}

void Engine::stage_redacted() { ++impl_->staged; }

void Engine::publish() {
  impl_->applier.publish(impl_->staged);
  impl_->retired.store(impl_->applier.writer().retired(), std::memory_order_relaxed);
}

std::size_t Engine::retired_versions() const {
  return impl_->retired.load(std::memory_order_relaxed);
}
const IdentityNormaliser& Engine::normaliser() const { return impl_->state->normaliser; }

Result<Hash128> Engine::state_hash(unsigned threads) const {
  return impl_->applier.state_hash(threads);
}

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
