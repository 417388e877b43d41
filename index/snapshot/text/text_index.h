// The text index of one generation: who and what matches these words.
//
// A match is decided by the index file alone, but for phrases, which are checked on the text that
// the caller's records hold. Equal index, question and answers of the callbacks: equal hits.
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
  std::uint64_t found = 0;      // matches in all; an estimate unless `found_is_exact`
  bool found_is_exact = false;
  std::string next_cursor;      // empty on the last page
  TextFacets facets;            // only when asked for
  TextNeedles needles;          // for make_snippet
  std::vector<std::string> ignored;  // stop words left out
};

/// Const calls run side by side, each on a reader of its own.
class TextIndex {
 public:
  /// Checks docs.bin in full and that the store fits it. It does not hash the store: the
  /// generation's manifest does, before this is called. Errors: not_found, damaged, io_error.
  static Result<TextIndex> open(const std::string& folder);
  TextIndex(TextIndex&&) noexcept;
  TextIndex& operator=(TextIndex&&) noexcept;
  ~TextIndex();

  /// Errors: bad_input (filters, cursor), over_limit, cursor_stale (of another build),
  /// unsupported (a phrase without `text_of`), damaged.
  [[nodiscard]] Result<TextHits> search(const TextQuery& query, const TextAccess& access) const;
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] std::uint64_t build_id() const;
  [[nodiscard]] const std::vector<std::string>& languages() const;
  /// Walks all of the store's blocks; slow, for `verify`.
  [[nodiscard]] Result<void> check() const;

 private:
  struct State;
  explicit TextIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace concord::index
