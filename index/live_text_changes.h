// From the customers that changed to the documents that did: what to index anew, and what of the
// live shards stands for nothing any more. Thread class: one-owner; LiveTextChanges borrows from
// the read pin, TextChange owns what it holds.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "index/reindex_text.h"
#include "index/snapshot/snapshot.h"
#include "index/snapshot/text/text_shards.h"

namespace concord::index {

/// A document to index anew, as it is at the pin's revision.
struct TextChange {
  DocRef ref;
  TextDocument document;
};
/// Valid while `changes` are.
TextSource source_of(const std::vector<TextChange>& changes);

class LiveTextChanges {
 public:
  /// What every document in `shards` stands for is as it was at `covered`, or newer.
  LiveTextChanges(const Snapshot& snapshot, const ReadPin& pin, EventSeq covered,
                  TextShards& shards)
      : snapshot_(snapshot), pin_(pin), covered_(covered), shards_(shards) {}

  /// Entries whose row an event after `covered` set, and the customer himself; all of it when
  /// customers became one. Costs a look at each row, and work for what changed.
  void add_customer(CustomerId customer);
  void add_page(std::shared_ptr<const KnowledgePage> page);

  [[nodiscard]] std::size_t size() const { return changes_.size(); }
  /// The documents to index.
  [[nodiscard]] std::vector<TextChange> take() { return std::move(changes_); }

 private:
  struct Alive {
    std::size_t shard;
    std::uint32_t number;
    DocRef ref;
  };
  [[nodiscard]] std::vector<Alive> alive_of(std::uint64_t owner) const;
  bool kill_merged(const RecordView& record);

  const Snapshot& snapshot_;
  const ReadPin& pin_;
  EventSeq covered_;
  TextShards& shards_;
  std::vector<TextChange> changes_;
  std::unordered_set<std::uint64_t> done_;               // customers; looked up, never walked
  std::optional<std::map<std::uint64_t, Alive>> pages_;  // alive, by hash of their keys
};

}  // namespace concord::index
