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
  KnowledgeBook knowledge;
  VoidBook voids;
  std::optional<TextBase> text_base;     // empty: no text index
  std::shared_ptr<const TextView> text;  // of the generation
  std::shared_ptr<const KnowledgePages> pages = std::make_shared<KnowledgePages>();  // of it too
  EventSeq staged = 0;  // newest event in the tables, published or not
  std::atomic<std::size_t> retired{0};
  std::unique_ptr<LiveText> live_text;  // reads what stands above: goes first

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

Result<TextBase> open_text(const std::string& folder, const std::string& name, EventSeq seq) {
  auto part = TextPart::open((std::filesystem::path(folder) / kTextFolder).string());
  if (!part) return tl::unexpected<Error>(part.error());
  return TextBase{std::move(*part), name, seq};
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
  impl->voids.begin(std::move(loaded.voids));
  impl->newest_at_ms = manifest.newest_at.ms;
  impl->applier.writer().put_sources(sources_json(manifest.sources), manifest.sources_seq);
  const std::string path = (std::filesystem::path(loaded.folder) / kKnowledgeFile).string();
  auto pages = read_knowledge(loaded.knowledge, path);
  if (!pages) return tl::unexpected<Error>(pages.error());
  impl->knowledge.begin(std::move(*pages));
  impl->pages = impl->knowledge.at(manifest.seq, 0)->pages;
  if (manifest.has_text) {
    auto base = open_text(loaded.folder, loaded.name, manifest.seq);
    if (!base) return tl::unexpected<Error>(base.error());
    impl->text_base = std::move(*base);
    auto view = std::make_shared<TextView>();
    view->index = TextShards(*impl->text_base, {}).freeze(manifest.seq);
    view->pages = impl->pages;
    impl->text = std::move(view);
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
  RollPoint point{impl.snapshot.pin(),
                  impl.state,
                  chain,
                  newest_at(),
                  impl.sources.all(),
                  0,
                  {},
                  {},
                  {},
                  0,
                  impl.text_base.has_value()};
  point.sources_seq = impl.snapshot.sources(point.pin).seq;
  point.releases = impl.applier.releases().all();
  point.voids = impl.voids.all();
  for (const auto& page : impl.knowledge.words(point.pin.revision())) {
    point.knowledge.append(page->json).append("\n");
    point.pages += page->withdrawn ? 0 : 1;
  }
  return point;
}
SourceBook& Engine::sources() const { return impl_->sources; }
UnixMillis Engine::newest_at() const { return {impl_->newest_at_ms.load()}; }
std::shared_ptr<const TextView> Engine::text() const {
  return impl_->live_text ? impl_->live_text->view() : impl_->text;
}

std::shared_ptr<const KnowledgePages> Engine::knowledge() const {
  const auto view = text();
  return view ? view->pages : impl_->pages;
}

void Engine::follow_text(LiveTextOptions options) {
  CONCORD_ASSERT(impl_->live_text == nullptr);
  if (!impl_->text_base) return;
  impl_->live_text =
      LiveText::start(impl_->snapshot, impl_->knowledge, *impl_->text_base, std::move(options));
  impl_->applier.on_put([text = impl_->live_text.get()](CustomerId customer, EventSeq seq) {
    text->changed(customer, seq);
  });
}

Result<void> Engine::rebase_text(const std::string& generation_folder, const std::string& name,
                                 EventSeq seq) {
  if (!impl_->live_text) return {};
  auto base = open_text(generation_folder, name, seq);
  if (!base) return tl::unexpected<Error>(base.error());
  impl_->live_text->rebase(std::move(*base));
  return {};
}

LiveText* Engine::live_text() const { return impl_->live_text.get(); }

void Engine::Impl::take_note(const wire::Event& event, EventSeq seq) {
  if (type_of(event) == EventType::source_state) {
    sources.said(event);
    applier.writer().put_sources(sources_json(sources.all()), seq);
    return;
  }
  if (type_of(event) == EventType::knowledge) {
    knowledge.said(event, seq, state->published.load());
    if (live_text) live_text->other_event();
  }
  if (type_of(event) == EventType::decision) return;  // nothing happened: something was answered
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

Result<Verdict> Engine::stage(const Prepared& prepared, std::string_view event_bytes) {
  Impl& impl = *impl_;
  const EventSeq seq = impl.staged + 1;
  const auto verdict = impl.applier.apply(prepared, event_bytes, seq);
  if (!verdict) return verdict;
  if (verdict->is_void())
    impl.voids.add({seq, verdict->stood_at});
  else
    impl.take_note(*prepared.event, seq);
  impl.staged = seq;
  return verdict;
}

std::optional<EventSeq> Engine::void_at(EventSeq seq) const { return impl_->voids.find(seq); }

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

namespace {

// The entry in one segment, whose rows stand newest first.
std::optional<EntryView> find_in(const wire::Segment& segment, std::int64_t at_ms,
                                 std::uint64_t id_hash) {
  const auto& rows = *segment.rows();
  std::uint32_t low = 0;
  std::uint32_t high = rows.size();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (rows.Get(middle)->at() > at_ms)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < rows.size() && rows.Get(low)->at() == at_ms; ++low)
    if (rows.Get(low)->id_hash() == id_hash) return EntryView(&segment, rows.Get(low));
  return std::nullopt;
}

}  // namespace

std::optional<EntryView> find_entry(const RecordView& record, std::int64_t at_ms,
                                    std::uint64_t id_hash) {
  if (const auto found = find_in(record.entries().head(), at_ms, id_hash)) return found;
  // Tails stand newest first: the first one that goes back as far.
  const auto tails = record.entries().tails();
  auto tail = std::partition_point(tails.begin(), tails.end(), [&](const wire::Segment* one) {
    const auto& rows = *one->rows();
    return rows.Get(rows.size() - 1)->at() > at_ms;
  });
  for (; tail != tails.end() && (*tail)->rows()->Get(0)->at() >= at_ms; ++tail)
    if (const auto found = find_in(**tail, at_ms, id_hash)) return found;
  return std::nullopt;
}

}  // namespace concord::index
