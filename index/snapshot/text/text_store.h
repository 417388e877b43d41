// The door to Xapian: text_store.cc alone includes it, and its exceptions end there. Everything
// above speaks of terms, document numbers (1 = newest) and plans.
// Thread class: one-owner (Stemmer, ShardWriter, StoreReader); functions are any-thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"

namespace concord::index {

/// What the first byte of a term says.
inline constexpr char kTermStem = 'Z';        // the stem of a word; counts for the weight
inline constexpr char kTermId = 'I';          // a whole value (see id_forms)
inline constexpr char kTermDepartment = 'D';  // filters weigh nothing
inline constexpr char kTermKind = 'K';
inline constexpr char kTermChannel = 'C';
inline constexpr char kTermOwner = 'O';
inline constexpr char kTermType = 'T';
inline constexpr char kTermVisibility = 'V';  // only on what is not `normal`
inline constexpr char kTermWord = 'W';        // a word that is not its stem; live shards only

/// `namespace` + `value`; a value too long for Xapian is replaced by its hash.
std::string make_term(char space, std::string_view value);

/// Stems folded words of one language. Codes: the first two letters of a language tag.
class Stemmer {
 public:
  static bool knows(std::string_view language);
  explicit Stemmer(std::string_view language);  // requires knows(language)
  ~Stemmer();
  Stemmer(Stemmer&&) noexcept;
  [[nodiscard]] std::string stem(const std::string& word) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes one small index; documents are numbered from 1 in the order they are added.
class ShardWriter {
 public:
  static Result<ShardWriter> create(const std::string& folder);
  ShardWriter(ShardWriter&&) noexcept;
  ~ShardWriter();
  void begin();
  void term(std::string_view term, std::uint32_t count);  // count 0: matches, weighs nothing
  Result<void> end();
  /// Lets expand() lead from the beginning of `word` to `stem`. Once a shard is enough.
  Result<void> lead(const std::string& word, const std::string& stem);
  Result<void> finish();

 private:
  struct State;
  explicit ShardWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

enum class MergeInto : std::uint8_t { folder, file };
/// Joins shards, in order; numbers run on from shard to shard. `path` is made.
Result<void> merge_shards(std::span<const std::string> folders, const std::string& path,
                          MergeInto into);

/// Walks every block of the file's tables. Slow; a manifest's hash says more.
Result<void> check_store(const std::string& file);

/// Words that stand for each other: the stems a query word may have; and what the word weighs (its
/// rarity in the generation, see text_plan.h).
struct StoreWord {
  std::vector<std::string> terms;
  double weight = 1;
};
/// One way to fulfil a clause: all these words.
struct StoreAlternative {
  std::vector<StoreWord> all;
};
struct StoreClause {
  bool excluded = false;
  std::vector<StoreAlternative> any;
};

/// What is asked of the store: every clause and every filter, within [first, last].
struct StorePlan {
  std::vector<StoreClause> clauses;
  std::vector<std::vector<std::string>> filters;  // each: one of these terms
  std::vector<std::string> without;               // none of these terms
  std::uint32_t first = 1;
  std::uint32_t last = UINT32_MAX;
  std::span<const std::uint32_t> dead;  // numbers that stand for nothing any more; ascending
  double inverse_mean_length = 0;       // of the generation's documents; for weights
};

struct StoreHit {
  std::uint32_t number = 0;
  std::uint64_t weight_micro = 0;  // of parts that are exact in binary: no order of sums shows
};

struct StoreHits {
  std::vector<StoreHit> hits;  // best first; ties and unranked: lowest number first
  std::uint64_t estimated = 0;
  bool exact = false;  // `estimated` is the number of matches
};

class StoreReader {
 public:
  static Result<StoreReader> open(const std::string& file);
  StoreReader(StoreReader&&) noexcept;
  ~StoreReader();

  [[nodiscard]] std::uint32_t count() const;  // documents
  /// `accept` may be empty; it sees numbers of documents that fit the plan.
  Result<StoreHits> match(const StorePlan& plan, bool ranked, std::uint32_t limit,
                          const std::function<bool(std::uint32_t)>& accept);
  /// Documents with this term; 0: none. Dead ones count.
  Result<std::uint32_t> frequency(const std::string& term);
  /// 1 / mean length of the documents, in words; 0 when there are none.
  [[nodiscard]] double inverse_mean_length() const;
  Result<bool> has_term(std::uint32_t number, const std::string& term);
  /// The stem terms that begin with `prefix` or belong to a word that does; sorted, unique.
  /// Errors: over_limit.
  Result<std::vector<std::string>> expand(const std::string& prefix, std::size_t terms_max);
  /// The stem terms and (live shards) word terms that begin with `prefix`.
  Result<std::vector<std::string>> expand_here(const std::string& prefix);

 private:
  struct State;
  explicit StoreReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace concord::index
