// Near-real-time search: what the records say is findable a moment after it is readable. Small
// shards lie over the generation's text index, made by a thread of their own from what changed; a
// second one puts shards together. Searches take the view of the moment and wait for nobody; intake
// is never held up: the text revision falls behind instead, and answers show it.
// The folder is no record: what does not verify at start is made anew from the records, while the
// generation's own index answers at its revision.
// Thread class: any-thread, but for start() and the destructor (one-owner).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "index/base/types.h"
#include "index/knowledge_book.h"
#include "index/live_text_commit.h"
#include "index/snapshot/snapshot.h"

namespace concord::index {

struct LiveTextOptions {
  std::string folder;                   // DATA/text-live; made when missing
  std::int64_t commit_ms = 250;         // changes are gathered for so long
  std::size_t customers_max = 1 << 17;  // remembered by name; more: all records are looked at
  std::size_t slice_documents = 8192;   // of one shard
  /// What an operator should know, in plain words: a folder made anew, a write that failed.
  std::function<void(std::string_view)> note = {};
};

/// Plain numbers for metrics.
struct LiveTextStatus {
  EventSeq revision = 0;             // every event up to it is findable
  std::uint64_t waiting = 0;         // customers told and not taken yet
  std::int64_t lag_ms = 0;           // age of the oldest change that is not findable; 0: none
  std::uint64_t documents = 0;       // alive, generation and shards
  std::uint64_t live_documents = 0;  // alive in shards
  std::uint64_t shards = 0;
  std::uint64_t bytes = 0;  // of the shards
  std::uint64_t commits = 0;
  std::uint64_t merges = 0;
  std::uint64_t errors = 0;
  bool rebuilding = false;  // the shards did not verify, the records are being looked through
  std::string last_error;   // empty: the last commit went well
};

class LiveText {
 public:
  /// Opens the folder or begins it anew, and starts the threads. `snapshot` and `book` outlive it;
  /// everything up to the published revision has been applied to both. Never fails: what is wrong
  /// with the folder is noted, and tried again.
  static std::unique_ptr<LiveText> start(const Snapshot& snapshot, const KnowledgeBook& book,
                                         TextBase base, LiveTextOptions options);
  ~LiveText();

  /// From the applier, before the event is published. Cheap, never waits.
  void changed(CustomerId customer, EventSeq seq);
  void other_event();

  /// What is searched now. Never null.
  [[nodiscard]] std::shared_ptr<const TextView> view() const;
  /// The view that a search cursor is bound to, while it is kept; else the view of now.
  [[nodiscard]] std::shared_ptr<const TextView> view_for(std::string_view cursor) const;
  /// Keeps the view for a minute (of the last kViewsKept such calls): its pages are being walked.
  void keep(const std::shared_ptr<const TextView>& view) const;
  static constexpr std::size_t kViewsKept = 32;

  /// A new generation is installed: views are over its text index as soon as what changed since is
  /// in shards over it; until then the old view answers.
  void rebase(TextBase base);

  [[nodiscard]] LiveTextStatus status() const;
  /// Waits until everything up to `revision` is findable. False: not within `longest_ms`.
  bool wait_for(EventSeq revision, std::int64_t longest_ms) const;

 private:
  struct Impl;
  explicit LiveText(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Opens the shards, or begins anew; `note` hears why. For LiveText::start and tests.
TextShards open_live_shards(TextBase base, const std::string& folder, EventSeq published,
                            const std::function<void(std::string_view)>& note, bool& anew);

}  // namespace concord::index
