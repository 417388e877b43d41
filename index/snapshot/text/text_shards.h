// The live part of the text index: small immutable shards over a generation's file, which of their
// documents are dead, and the folder they lie in. A value: copies share the shards, so a draft is
// worked on beside the set that is searched.
//
//   text-live/MANIFEST          generation, revision, shards and the sums of every file
//   text-live/s00000007/        one shard: text.glass docs.bin
//   text-live/dead-00081235     numbers of the dead documents, by shard
//
// Xapian is never the record: what does not verify is built anew from the records.
// Thread class: one-owner (each copy).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"
#include "index/snapshot/text/text_index.h"
#include "index/snapshot/text/text_part.h"

namespace concord::index {

/// The generation that shards lie over.
struct TextBase {
  std::shared_ptr<const TextPart> part;
  std::string generation;  // its name
  EventSeq seq = 0;        // events 1..seq are in it
};

/// One file of a shard as the manifest names it.
struct TextFileSum {
  std::string name;  // inside the live folder
  std::uint64_t bytes = 0;
  Hash128 hash;
};

struct TextShard {
  std::uint64_t number = 0;  // names its folder; 0: the generation's file
  std::shared_ptr<const TextPart> part;
  std::shared_ptr<const std::vector<std::uint32_t>> dead;  // never null; ascending
  std::set<std::uint32_t> newly_dead = {};                      // since the last freeze()
  std::vector<TextFileSum> files = {};

  [[nodiscard]] bool is_dead(std::uint32_t document) const;
  [[nodiscard]] std::size_t alive() const;
};

class TextShards {
 public:
  /// No shards: what the generation knew.
  TextShards(TextBase base, std::string folder);
  /// Reads and verifies the folder. Errors: not_found (no manifest), damaged (place: the file),
  /// conflict (of another generation), unsupported, io_error.
  static Result<TextShards> open(TextBase base, const std::string& folder);

  /// Calls visit(shard, document) for every document of `owner` that is alive, generation first.
  void each_of(std::uint64_t owner,
               const std::function<void(std::size_t shard, std::uint32_t document)>& visit) const;
  [[nodiscard]] const DocRow& row(std::size_t shard, std::uint32_t document) const;
  void kill(std::size_t shard, std::uint32_t document);

  /// Requires: no alive document stands for the same thing as one of the shard's.
  void add(TextShard shard) { shards_.push_back(std::move(shard)); }

  /// Which shards (numbers, ascending) to put together now: of a size class that is full, or mostly
  /// dead. `quiet`: nothing else is waiting, fewer shards are worth more. Empty: none.
  [[nodiscard]] std::vector<std::uint64_t> to_merge(bool quiet) const;
  /// Takes `merged` in for the shards `sources`, which it was built from when they were as in
  /// `before`: what died since then is dead in it too. False: it does not hold what it must.
  bool replace(const TextShards& before, const std::vector<std::uint64_t>& sources,
               TextShard merged);

  /// The set as one searchable index at `revision`.
  std::shared_ptr<const TextIndex> freeze(EventSeq revision);
  /// Writes the dead numbers and then the manifest, each durably. Requires: freeze() was called.
  Result<void> save(EventSeq revision);
  /// Removes what lies in `folder` and is no part of this set: at start, while nobody uses it.
  void sweep() const;
  /// Shards of this set that `kept` does not have: their files go when the last user lets go.
  void retire_all_but(const TextShards& kept) const;

  [[nodiscard]] const TextBase& base() const { return base_; }
  [[nodiscard]] EventSeq revision() const { return revision_; }  // of freeze() or the manifest
  [[nodiscard]] const std::vector<TextShard>& shards() const { return shards_; }  // [0]: generation
  [[nodiscard]] std::uint64_t number_max() const;
  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  Result<void> load(std::string_view manifest, const std::string& place);
  Result<void> load_dead(std::string_view bytes, const std::string& place);

  TextBase base_;
  std::string folder_;
  EventSeq revision_ = 0;
  std::string dead_file_;  // of the manifest; empty: not saved yet
  std::vector<TextShard> shards_;
};

/// Builds, syncs, sums and opens a shard in `folder`. Any-thread.
Result<TextShard> build_shard(const TextSource& documents, const std::string& folder,
                              std::uint64_t number);

inline constexpr std::size_t kTextShardsMax = 24;  // beside the generation's file
inline constexpr std::size_t kTextMergeAtOnce = 6;

}  // namespace concord::index
