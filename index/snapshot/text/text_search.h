// One search over the files of a text index: asked one by one, joined in the one order of
// documents. Thread class: one-owner.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/snapshot/text/text_index.h"
#include "index/snapshot/text/text_plan.h"

namespace concord::index {

/// The state a cursor is bound to; 0 when it is no cursor.
std::uint64_t state_of_cursor(std::string_view cursor);

class TextSearch {
 public:
  /// All is borrowed while it runs.
  TextSearch(std::span<const TextMember> members, const std::vector<std::string>& languages,
             std::uint64_t state_id, const TextQuery& query, const TextAccess& access)
      : members_(members),
        languages_(languages),
        state_id_(state_id),
        query_(query),
        access_(access) {}
  Result<TextHits> run();

 private:
  struct Found {
    const TextMember* member;
    StoreHit hit;
  };
  [[nodiscard]] const DocRow& row_of(const Found& one) const {
    return one.member->part->documents().rows()[one.hit.number - 1];
  }
  Result<void> search_all();
  Result<void> search_in(const TextMember& member, bool live, StoreReader& reader);
  Result<void> take(const TextMember& member, const StoreHits& hits, std::vector<Found>& to) const;
  void count(const StoreHits& found, bool live, std::uint32_t bound);
  void write_page();
  void write_facets();

  std::span<const TextMember> members_;
  const std::vector<std::string>& languages_;
  std::uint64_t state_id_;
  const TextQuery& query_;
  const TextAccess& access_;
  std::uint32_t offset_ = 0;
  AskedQuestion question_;
  std::vector<Found> hits_;    // of the page and before it; more
  std::vector<Found> facets_;  // what facets are counted over
  std::uint64_t live_count_ = 0;
  TextHits out_;
};

}  // namespace concord::index
