#include "index/live_text.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "index/base/assert.h"
#include "index/base/idle_worker.h"
#include "index/base/scheduling.h"

namespace concord::index {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr int kNice = 5;            // not more: it takes locks and read pins that others wait for
constexpr milliseconds kIdle{200};  // how often a revision without changes is looked for
constexpr milliseconds kAfterError{1000};  // before the next try
constexpr milliseconds kQuiet{3000};       // without a change: fewer shards are worth a merge
constexpr std::chrono::seconds kKept{60};  // a view whose pages are walked

}  // namespace

TextShards open_live_shards(TextBase base, const std::string& folder, EventSeq published,
                            const std::function<void(std::string_view)>& note, bool& anew) {
  std::error_code ignored;  // building the first shard says what is wrong
  std::filesystem::create_directories(folder, ignored);
  auto opened = TextShards::open(base, folder);
  anew = !opened || opened->revision() > published || opened->revision() < base.seq;
  const bool first = !opened && opened.error().code == Code::not_found &&
                     opened.error().place.ends_with("MANIFEST");
  if (anew && !first && note)
    note("text-live: " +
         (opened ? "stands at revision " + std::to_string(opened->revision()) +
                       ", the log ends at " + std::to_string(published)
                 : opened.error().text()) +
         "; it is made anew from the records, search answers at the generation's revision until "
         "then");
  TextShards shards = anew ? TextShards(std::move(base), folder) : std::move(*opened);
  shards.sweep();
  return shards;
}

struct LiveText::Impl {
  Impl(const Snapshot& of, const KnowledgeBook& of_book, TextBase base, LiveTextOptions wanted)
      : snapshot(of),
        book(of_book),
        options(std::move(wanted)),
        queue(options.customers_max),
        committer(snapshot, book,
                  open_live_shards(std::move(base), options.folder, snapshot.revision(),
                                   options.note, status.rebuilding),
                  {options.slice_documents}, [this](const auto& step) { building.run(step); }) {}

  const Snapshot& snapshot;
  const KnowledgeBook& book;
  LiveTextOptions options;
  LiveTextQueue queue;
  LiveTextStatus status;
  IdleWorker building{"text-build"};  // for the commit thread
  IdleWorker merging{"text-merge"};   // for the merge thread
  LiveTextCommitter committer;        // of the commit thread alone

  struct Kept {
    Clock::time_point until;
    std::shared_ptr<const TextView> view;
  };
  mutable std::mutex mutex;  // guards all that follows, and `status`; never held for long
  mutable std::condition_variable moved;
  std::shared_ptr<const TextView> view;
  mutable std::deque<Kept> kept;
  std::optional<TextBase> rebase_to;
  std::optional<TextMerge> merge;                  // for the merge thread
  std::optional<Result<TextMerged>> merge_result;  // from it
  bool stop = false;
  std::thread threads[2];

  void run_commits();
  void run_merges();
  void publish(Result<std::shared_ptr<const TextView>> stepped);
  void look_after_merges(bool quiet);
  /// False: it is time to stop.
  bool sleep(milliseconds longest);
};

bool LiveText::Impl::sleep(milliseconds longest) {
  std::unique_lock lock(mutex);
  return !moved.wait_for(lock, longest, [&] { return stop; });
}

void LiveText::Impl::publish(Result<std::shared_ptr<const TextView>> stepped) {
  std::string failed;
  {
    const std::scoped_lock lock(mutex);
    const TextShards& shards = committer.shards();
    status.shards = shards.shards().size() - 1;
    status.bytes = shards.bytes();
    if (!stepped) {
      ++status.errors;
      failed = stepped.error().text();
      if (failed == status.last_error) failed.clear();
      status.last_error = stepped.error().text();
    } else if (*stepped != nullptr) {
      view = std::move(*stepped);
      ++status.commits;
      status.revision = view->index->revision();
      status.rebuilding = false;
      status.last_error.clear();
      status.documents = view->index->count();
      status.live_documents = status.documents - shards.shards().front().alive();
      while (!kept.empty() && kept.front().until < Clock::now()) kept.pop_front();
    }
  }
  moved.notify_all();
  if (!failed.empty() && options.note)
    options.note("text-live: " + failed + "; search stays at revision " +
                 std::to_string(committer.revision()) + ", tried again every second");
}

void LiveText::Impl::look_after_merges(bool quiet) {
  std::unique_lock lock(mutex);
  // No more shards than this: then changes wait for the merge.
  if (committer.merging() && committer.shards().shards().size() > kTextShardsMax)
    moved.wait(lock, [&] { return stop || merge_result.has_value(); });
  if (merge_result) {
    committer.put_in(std::move(*merge_result));
    merge_result.reset();
    ++status.merges;
  }
  if (committer.merging()) return;
  lock.unlock();
  auto next = committer.next_merge(quiet);
  lock.lock();
  if (!next) return;
  merge = std::move(next);
  moved.notify_all();
}

void LiveText::Impl::run_commits() {
  name_thread("text");
  give_way(kNice);
  Clock::time_point changed_at = Clock::now();
  bool more = true;  // the first round looks what there is
  while (more || (queue.wait(kIdle), sleep(milliseconds(0)))) {
    const bool waiting = queue.lag_ms() > 0 || queue.waiting() > 0;
    if (waiting) changed_at = Clock::now();
    if (!more && waiting && !sleep(milliseconds(options.commit_ms))) return;
    look_after_merges(Clock::now() - changed_at > kQuiet);
    {
      const std::scoped_lock lock(mutex);
      if (stop) return;
      if (rebase_to) {
        committer.rebase(std::move(*rebase_to));
        rebase_to.reset();
        more = true;
      }
    }
    if (!more && !committer.merge_waits() && committer.revision() == snapshot.revision()) continue;
    auto stepped = committer.step(queue);
    const bool failed = !stepped;
    more = failed || *stepped == nullptr;
    publish(std::move(stepped));
    if (failed && !sleep(kAfterError)) return;
  }
}

void LiveText::Impl::run_merges() {
  name_thread("text-merges");
  give_way(kNice);
  std::unique_lock lock(mutex);
  for (;;) {
    moved.wait(lock, [&] { return stop || merge.has_value(); });
    if (stop) return;
    const TextMerge job = std::move(*merge);
    merge.reset();
    lock.unlock();
    std::optional<Result<TextMerged>> merged;
    merging.run([&] {
      const auto pinned = [this](const auto& step) { merging.ask(step); };
      merged.emplace(run_merge(job, snapshot, pinned));
    });
    lock.lock();
    merge_result = std::move(merged);
    moved.notify_all();
    queue.wake();
  }
}

LiveText::LiveText(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::unique_ptr<LiveText> LiveText::start(const Snapshot& snapshot, const KnowledgeBook& book,
                                          TextBase base, LiveTextOptions options) {
  auto impl = std::make_unique<Impl>(snapshot, book, std::move(base), std::move(options));
  impl->view = impl->committer.first_view();
  impl->status.revision = impl->view->index->revision();
  impl->threads[0] = std::thread([of = impl.get()] { of->run_commits(); });
  impl->threads[1] = std::thread([of = impl.get()] { of->run_merges(); });
  return std::unique_ptr<LiveText>(new LiveText(std::move(impl)));
}

LiveText::~LiveText() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stop = true;
  }
  impl_->moved.notify_all();
  impl_->queue.wake();
  for (std::thread& thread : impl_->threads) thread.join();
}

void LiveText::changed(CustomerId customer, EventSeq seq) { impl_->queue.changed(customer, seq); }
void LiveText::other_event() { impl_->queue.other(); }

std::shared_ptr<const TextView> LiveText::view() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->view;
}

std::shared_ptr<const TextView> LiveText::view_for(std::string_view cursor) const {
  const std::uint64_t state = TextIndex::state_of(cursor);
  const std::scoped_lock lock(impl_->mutex);
  if (impl_->view->index->state_id() != state)
    for (const Impl::Kept& one : impl_->kept)
      if (one.view->index->state_id() == state) return one.view;
  return impl_->view;
}

void LiveText::keep(const std::shared_ptr<const TextView>& view) const {
  const std::scoped_lock lock(impl_->mutex);
  auto& kept = impl_->kept;
  std::erase_if(kept, [&](const Impl::Kept& one) { return one.view == view; });
  kept.push_back({Clock::now() + kKept, view});
  if (kept.size() > kViewsKept) kept.pop_front();
}

void LiveText::rebase(TextBase base) {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->rebase_to = std::move(base);
  }
  impl_->queue.wake();
}

LiveTextStatus LiveText::status() const {
  LiveTextStatus out;
  {
    const std::scoped_lock lock(impl_->mutex);
    out = impl_->status;
  }
  out.waiting = impl_->queue.waiting();
  out.lag_ms = out.revision == impl_->snapshot.revision() ? 0 : impl_->queue.lag_ms();
  return out;
}

bool LiveText::wait_for(EventSeq revision, std::int64_t longest_ms) const {
  std::unique_lock lock(impl_->mutex);
  return impl_->moved.wait_for(lock, milliseconds(longest_ms),
                               [&] { return impl_->view->index->revision() >= revision; });
}

}  // namespace concord::index
