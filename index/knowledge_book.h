// Knowledge pages as events told them: the newest word on each, at any revision a reader may still
// ask for. Thread class: any-thread (KnowledgeBook, one short lock); immutable (KnowledgePages).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "index/log/event.h"
#include "index/reindex_text.h"

namespace concord::index {

/// What stands at one revision, without withdrawn pages.
class KnowledgePages {
 public:
  using ByHash = std::vector<std::pair<std::uint64_t, std::shared_ptr<const KnowledgePage>>>;
  KnowledgePages() = default;
  explicit KnowledgePages(ByHash pages) : pages_(std::move(pages)) {}  // sorted by hash

  /// The page by the hash of its key (DocRef::entry_hash); null when there is none.
  [[nodiscard]] const KnowledgePage* find(std::uint64_t hash) const;
  [[nodiscard]] const ByHash& all() const { return pages_; }

 private:
  ByHash pages_;
};

class KnowledgeBook {
 public:
  /// Forgets everything and begins with what a generation knows, withdrawn pages too.
  void begin(std::vector<KnowledgePage> pages);
  /// A knowledge event, applied as `seq` when `published` was readable. The greater `at` wins, then
  /// the later event. Keeps older words only for what is not published yet.
  void said(const wire::Event& event, EventSeq seq, EventSeq published);

  struct Known {
    std::shared_ptr<const KnowledgePages> pages;
    std::vector<std::shared_ptr<const KnowledgePage>> changed;  // since `after`; withdrawn ones too
  };
  /// The pages at revision `at`, and which of them an event after `after` changed. Empty: newer
  /// words have replaced those of `at`; ask again with the revision that is published now.
  [[nodiscard]] std::optional<Known> at(EventSeq at, EventSeq after) const;

  /// The newest word on each page at revision `at`, by hash, withdrawn ones too: what a generation
  /// keeps. Requires: nothing after `at` has been said.
  [[nodiscard]] std::vector<std::shared_ptr<const KnowledgePage>> words(EventSeq at) const;

 private:
  struct Word {
    EventSeq seq;
    std::shared_ptr<const KnowledgePage> page;
  };
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::vector<Word>> words_;  // by hash of the key; in log order
  EventSeq lost_below_ = 0;                           // words of lower revisions have been dropped
  EventSeq newest_ = 0;                               // last event that changed a page
  mutable std::shared_ptr<const KnowledgePages> last_ = std::make_shared<KnowledgePages>();
  mutable EventSeq last_at_ = 0;
};

}  // namespace concord::index
