// The work of the live text index, without its threads: a draft of the shards is brought up to the
// published revision in slices, then becomes what is searched and what the manifest names, in one
// step. Merges run beside it and are put in at such a step.
// Thread class: one-owner (LiveTextCommitter); run_merge() any-thread.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "index/knowledge_book.h"
#include "index/live_text_changes.h"
#include "index/live_text_queue.h"
#include "index/snapshot/snapshot.h"
#include "index/snapshot/text/text_shards.h"

namespace concord::index {

/// What is searched at one text revision. Thread class: immutable.
struct TextView {
  std::shared_ptr<const TextIndex> index;
  std::shared_ptr<const KnowledgePages> pages;
};

/// Shards to put together, as they are when the merge begins.
struct TextMerge {
  TextShards before;
  std::vector<std::uint64_t> sources;  // ascending
  std::uint64_t number = 0;            // of the merged shard
  std::shared_ptr<const KnowledgePages> pages;
};
struct TextMerged {
  TextShard shard;
  EventSeq read_to = 0;           // no record was read at a later revision
  std::vector<DocRef> not_there;  // documents the records did not have any more
};
/// Has a step done, here or elsewhere, and returns when it is.
using DoStep = std::function<void(const std::function<void()>& step)>;
/// Reads each document from the records as they are now: one that changed since the merge began has
/// died by the time the merge is put in. What takes a read pin is done by `pinned`. Errors: as
/// build_shard.
Result<TextMerged> run_merge(const TextMerge& merge, const Snapshot& snapshot,
                             const DoStep& pinned);

class LiveTextCommitter {
 public:
  struct Limits {
    std::size_t slice_documents = 8192;  // of one shard; in memory while it is built
  };
  /// `unpinned` does the long part of a slice, which needs no lock and no pin.
  LiveTextCommitter(const Snapshot& snapshot, const KnowledgeBook& book, TextShards shards,
                    Limits limits, DoStep unpinned);

  /// What the folder knew, with the pages of now: until the first step is done.
  std::shared_ptr<const TextView> first_view();
  /// Works one slice. A view: everything up to its revision is in it. Null: there is more to do.
  /// On an error the draft is dropped, and the next call begins anew from what is searched.
  Result<std::shared_ptr<const TextView>> step(LiveTextQueue& queue);
  /// Over another generation from now on: the next view is over `base`.
  void rebase(TextBase base);

  /// The next merge, when one is due and none is running. The result comes back by put_in().
  std::optional<TextMerge> next_merge(bool quiet);
  void put_in(Result<TextMerged> merged);
  [[nodiscard]] bool merging() const { return merging_.has_value(); }
  [[nodiscard]] bool merge_waits() const { return merged_.has_value(); }  // for the next step

  [[nodiscard]] EventSeq revision() const { return covered_; }
  /// What the next view will be made of; the last view's shards between two.
  [[nodiscard]] const TextShards& shards() const { return draft_; }
  [[nodiscard]] const std::string& error() const { return error_; }  // of the last merge; or empty

 private:
  struct Slice {
    EventSeq revision = 0;
    bool last = false;  // with it the draft stands for the revision
    std::vector<TextChange> changes;
  };
  Slice gather(LiveTextQueue& queue);
  Result<void> index(const Slice& slice);
  Result<std::shared_ptr<const TextView>> finish(EventSeq revision);
  Result<void> install_merge(EventSeq revision);
  void take(const LiveTextQueue::Changes& changes, const ReadPin& pin);
  void drop_draft();

  const Snapshot& snapshot_;
  const KnowledgeBook& book_;
  Limits limits_;
  DoStep unpinned_;
  TextBase base_;  // of the draft; of what is searched too, but while a rebase is under way
  TextShards published_;
  TextShards draft_;
  EventSeq covered_;        // of published_
  EventSeq draft_covered_;  // what the draft began from: covered_, or its generation's seq
  bool draft_changed_ = false;
  bool scan_ = true;  // look through all records first
  std::uint64_t next_number_;
  std::deque<CustomerId> todo_;
  std::unordered_set<std::uint64_t> in_todo_;  // looked up, never walked
  std::shared_ptr<const KnowledgePages> pages_;
  std::optional<TextMerge> merging_;
  std::optional<Result<TextMerged>> merged_;
  std::string error_;
};

}  // namespace concord::index
