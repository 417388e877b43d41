#include "index/live_text_commit.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <utility>

#include "index/base/assert.h"
#include "index/base/failpoint.h"
#include "index/engine.h"

namespace concord::index {
namespace {

/// Fills `out` with what `ref` names as the records have it now. False: it is not there.
bool fill_now(const DocRef& ref, const Snapshot& snapshot, const ReadPin& pin,
              const KnowledgePages& pages, TextDocument& out) {
  if (ref.type == TextType::knowledge) {
    const KnowledgePage* page = pages.find(ref.entry_hash);
    if (page == nullptr || page->at_ms != ref.at_ms) return false;
    fill_page(*page, out);
    return true;
  }
  const RecordView record = snapshot.find(pin, CustomerId{ref.owner});
  if (!record || record.id().value != ref.owner) return false;
  if (ref.type == TextType::customer) {
    if (record.record().last_at() != ref.at_ms) return false;
    fill_customer(record, out);
    return true;
  }
  const auto entry = find_entry(record, ref.at_ms, ref.entry_hash);
  if (!entry || !has_words(*entry)) return false;
  fill_entry(*entry, out);
  return true;
}

// Documents in the order in which they are asked for, a few read ahead under one pin.
class ReadAhead {
 public:
  ReadAhead(const TextMerge& merge, const Snapshot& snapshot, const DoStep& pinned,
            const std::vector<DocRef>& refs)
      : merge_(merge), snapshot_(snapshot), pinned_(pinned), refs_(refs) {}

  /// False: it is not there any more.
  bool get(std::size_t i, TextDocument& out) {
    const std::scoped_lock lock(mutex_);
    if (i < begin_ || i >= begin_ + count_) pinned_([&] { read(i); });
    const Slot& slot = slots_[i - begin_];
    if (slot.there) out = slot.document;
    return slot.there;
  }

 private:
  struct Slot {
    TextDocument document;
    bool there = false;
  };
  void read(std::size_t from) {
    const ReadPin pin = snapshot_.pin();
    begin_ = from;
    count_ = std::min(slots_.size(), refs_.size() - from);
    for (std::size_t i = 0; i < count_; ++i) {
      slots_[i].document.clear();
      slots_[i].there =
          fill_now(refs_[from + i], snapshot_, pin, *merge_.pages, slots_[i].document);
    }
  }

  const TextMerge& merge_;
  const Snapshot& snapshot_;
  const DoStep& pinned_;
  const std::vector<DocRef>& refs_;
  std::mutex mutex_;
  std::array<Slot, 64> slots_;
  std::size_t begin_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

Result<TextMerged> run_merge(const TextMerge& merge, const Snapshot& snapshot,
                             const DoStep& pinned) {
  std::vector<DocRef> refs;
  for (const TextShard& shard : merge.before.shards()) {
    if (!std::binary_search(merge.sources.begin(), merge.sources.end(), shard.number)) continue;
    const auto rows = shard.part->documents().rows();
    for (std::uint32_t number = 1; number <= rows.size(); ++number)
      if (!shard.is_dead(number)) refs.push_back(rows[number - 1].ref());
  }
  std::sort(refs.begin(), refs.end(), comes_before);  // as they will be asked for
  ReadAhead documents(merge, snapshot, pinned, refs);
  TextMerged out;
  std::mutex lock;
  TextSource source;
  source.count = refs.size();
  source.ref = [&](std::size_t i) { return refs[i]; };
  source.document = [&](std::size_t i, TextDocument& document) {
    if (documents.get(i, document)) return;
    const std::scoped_lock guard(lock);
    out.not_there.push_back(refs[i]);
  };
  auto shard = build_shard(source, merge.before.folder(), merge.number);
  if (!shard) return fail(std::move(shard.error()));
  out.shard = std::move(*shard);
  out.read_to = snapshot.revision();
  return out;
}

LiveTextCommitter::LiveTextCommitter(const Snapshot& snapshot, const KnowledgeBook& book,
                                     TextShards shards, Limits limits, DoStep unpinned)
    : snapshot_(snapshot),
      book_(book),
      limits_(limits),
      unpinned_(std::move(unpinned)),
      base_(shards.base()),
      published_(std::move(shards)),
      draft_(published_),
      covered_(published_.revision()),
      draft_covered_(covered_),
      next_number_(published_.number_max() + 1) {}

std::shared_ptr<const TextView> LiveTextCommitter::first_view() {
  auto view = std::make_shared<TextView>();
  view->index = published_.freeze(covered_);
  draft_ = published_;
  auto known = book_.at(snapshot_.revision(), 0);
  if (known) pages_ = std::move(known->pages);
  if (pages_ == nullptr) pages_ = std::make_shared<KnowledgePages>();
  view->pages = pages_;
  return view;
}

void LiveTextCommitter::take(const LiveTextQueue::Changes& changes, const ReadPin& pin) {
  const auto note = [&](CustomerId customer) {
    if (in_todo_.insert(customer.value).second) todo_.push_back(customer);
  };
  if (changes.all) scan_ = true;
  for (const CustomerId customer : changes.customers) note(customer);
  if (!std::exchange(scan_, false)) return;
  for (std::size_t place = 0; place < snapshot_.record_count(); ++place)
    if (const RecordView record = snapshot_.record_at(pin, place);
        record && record.seq() > draft_covered_)
      note(record.id());
}

/// What is to be indexed anew, copied, so that the pin is let go of before the long part.
LiveTextCommitter::Slice LiveTextCommitter::gather(LiveTextQueue& queue) {
  const ReadPin pin = snapshot_.pin();
  Slice slice;
  slice.revision = pin.revision();
  take(queue.take(pin.revision()), pin);
  LiveTextChanges changes(snapshot_, pin, draft_covered_, draft_);
  while (!todo_.empty() && changes.size() < limits_.slice_documents) {
    changes.add_customer(todo_.front());
    in_todo_.erase(todo_.front().value);
    todo_.pop_front();
  }
  slice.last = todo_.empty();
  if (slice.last) {
    auto known = book_.at(pin.revision(), draft_covered_);
    slice.last = known.has_value();
    if (slice.last) {
      pages_ = std::move(known->pages);
      for (auto& page : known->changed) changes.add_page(std::move(page));
      draft_changed_ = draft_changed_ || !known->changed.empty();
    }
  }
  slice.changes = changes.take();
  return slice;
}

Result<void> LiveTextCommitter::index(const Slice& slice) {
  if (slice.changes.empty()) return {};
  draft_changed_ = true;
  if (failpoint("text.before_shard")) return failpoint_error("text.before_shard");
  std::optional<Result<TextShard>> shard;
  unpinned_([&] {
    shard.emplace(build_shard(source_of(slice.changes), draft_.folder(), next_number_++));
  });
  if (!*shard) return fail(std::move(shard->error()));
  draft_.add(std::move(**shard));
  return {};
}

Result<void> LiveTextCommitter::install_merge(EventSeq revision) {
  if (!merged_ || !merging_) return {};
  if (*merged_ && (*merged_)->read_to > revision) return {};  // at the next commit
  Result<TextMerged> merged = std::move(*merged_);
  const TextMerge merge = std::move(*merging_);
  merged_.reset();
  merging_.reset();
  error_ = merged ? "" : merged.error().text();
  if (!merged) return {};
  if (draft_.base().part != merge.before.base().part) {  // rebased meanwhile: of no use
    merged->shard.part->retire();
    return {};
  }
  for (const DocRef& ref : merged->not_there)
    draft_.each_of(ref.owner, [&](std::size_t shard, std::uint32_t number) {
      const std::uint64_t of = draft_.shards()[shard].number;
      CONCORD_ASSERT(!std::binary_search(merge.sources.begin(), merge.sources.end(), of) ||
                     draft_.row(shard, number).ref() != ref);
    });
  const bool whole = draft_.replace(merge.before, merge.sources, std::move(merged->shard));
  CONCORD_ASSERT(whole);
  draft_changed_ = true;
  return {};
}

Result<std::shared_ptr<const TextView>> LiveTextCommitter::finish(EventSeq revision) {
  if (auto done = install_merge(revision); !done) return fail(std::move(done.error()));
  auto view = std::make_shared<TextView>();
  view->index = draft_.freeze(revision);
  view->pages = pages_;
  if (draft_changed_) {
    if (failpoint("text.before_manifest")) return failpoint_error("text.before_manifest");
    if (auto saved = draft_.save(revision); !saved) return fail(std::move(saved.error()));
    published_.retire_all_but(draft_);
  }
  published_ = draft_;
  covered_ = draft_covered_ = revision;
  draft_changed_ = false;
  return std::shared_ptr<const TextView>(std::move(view));
}

Result<std::shared_ptr<const TextView>> LiveTextCommitter::step(LiveTextQueue& queue) {
  const Slice slice = gather(queue);
  const auto indexed = index(slice);
  if (indexed && !slice.last) return std::shared_ptr<const TextView>();
  auto view = indexed ? finish(slice.revision) : fail(indexed.error());
  if (!view) drop_draft();
  return view;
}

void LiveTextCommitter::drop_draft() {
  draft_.retire_all_but(published_);
  const bool rebased = base_.part != published_.base().part;
  draft_ = rebased ? TextShards(base_, published_.folder()) : published_;
  draft_covered_ = draft_.revision();
  draft_changed_ = rebased;
  todo_.clear();
  in_todo_.clear();
  scan_ = true;
}

void LiveTextCommitter::rebase(TextBase base) {
  base_ = std::move(base);
  drop_draft();
}

std::optional<TextMerge> LiveTextCommitter::next_merge(bool quiet) {
  // Of a draft that is not whole nothing is merged: it may be dropped.
  if (merging_ || draft_changed_ || !todo_.empty() || pages_ == nullptr) return std::nullopt;
  auto sources = published_.to_merge(quiet);
  if (sources.empty()) return std::nullopt;
  merging_ = TextMerge{published_, std::move(sources), next_number_++, pages_};
  return merging_;
}

void LiveTextCommitter::put_in(Result<TextMerged> merged) {
  CONCORD_ASSERT(merging_.has_value());
  merged_ = std::move(merged);
}

}  // namespace concord::index
