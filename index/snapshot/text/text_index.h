// The text index at one revision: who and what matches these words. A generation's file and, over
// it, live shards with what changed since; a document that a newer one replaced is dead.
//
// A match is decided by the index files alone, but for phrases, which are checked on the text that
// the caller's records hold. Equal generation, revision, question and answers of the callbacks:
// equal hits, however the live documents lie in shards.
// Nothing here reads a clock: a search ends when its bounds say so (text_query.h), never by time.
// Thread class: any-thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"
#include "index/snapshot/text/text_part.h"
#include "index/snapshot/text/text_query.h"
#include "index/snapshot/text/text_snippet.h"
#include "index/snapshot/text/text_types.h"

namespace concord::index {

/// What the index asks back. Called on the searching thread; must not throw.
struct TextAccess {
  /// The caller's own filter (open, redaction); empty: all are accepted.
  std::function<bool(const DocRef&)> accept;
  /// Appends the pieces of text (subject, text) that were indexed; views hold until the next call.
  /// Needed for phrases; a phrase lies within one piece.
  std::function<void(const DocRef&, std::vector<std::string_view>&)> text_of;
};

struct TextHit {
  DocRef ref;
  std::uint64_t weight_micro = 0;  // 0 when sorted by time
  std::string_view language;       // as stemmed; empty: not. Borrows from the index
};

using FacetCounts = std::vector<std::pair<std::string, std::uint64_t>>;  // most first, then word

struct TextFacets {
  FacetCounts departments;
  FacetCounts kinds;
  FacetCounts channels;
  bool exact = false;  // false: counted over the newest kFacetWalkMax matches
};

struct TextHits {
  std::vector<TextHit> hits;
  std::uint64_t found = 0;  // matches in all; an estimate unless `found_is_exact`: then live
                            // documents count up to the larger of kLiveCountMax and the page's end
  bool found_is_exact = false;
  std::string next_cursor;           // empty on the last page
  TextFacets facets;                 // only when asked for
  TextNeedles needles;               // for make_snippet
  std::vector<std::string> ignored;  // stop words left out
};

inline constexpr std::uint32_t kLiveCountMax = 200;

/// A file of the index and its dead documents (numbers, ascending).
struct TextMember {
  std::shared_ptr<const TextPart> part;
  std::shared_ptr<const std::vector<std::uint32_t>> dead;  // null: none
};

/// Const calls run side by side, each on readers of its own.
class TextIndex {
 public:
  /// A generation's file alone, built at `revision` (0: not said). It does not hash the store: the
  /// generation's manifest does, before this is called. Errors: not_found, damaged, io_error.
  static Result<TextIndex> open(const std::string& folder, EventSeq revision = 0);
  /// `members`: the generation's file, then live shards in any order. A document (owner, type and
  /// entry_hash) is alive in one of them at most.
  TextIndex(std::vector<TextMember> members, EventSeq revision);
  TextIndex(TextIndex&&) noexcept;
  TextIndex& operator=(TextIndex&&) noexcept;
  ~TextIndex();

  /// Errors: bad_input (filters, cursor), over_limit, cursor_stale (of another state),
  /// unsupported (a phrase without `text_of`), damaged.
  [[nodiscard]] Result<TextHits> search(const TextQuery& query, const TextAccess& access) const;
  [[nodiscard]] std::uint64_t count() const;  // documents alive
  /// Every event up to it is findable.
  [[nodiscard]] EventSeq revision() const;
  /// Names generation and revision: equal ones give it again, a cursor is bound to it.
  [[nodiscard]] std::uint64_t state_id() const;
  /// The state a cursor is bound to; 0 when it is none of ours.
  static std::uint64_t state_of(std::string_view cursor);
  [[nodiscard]] const std::vector<TextMember>& members() const;
  [[nodiscard]] const std::vector<std::string>& languages() const;
  /// Walks all of the stores' blocks; slow, for `verify`.
  [[nodiscard]] Result<void> check() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace concord::index
