// An excerpt of a record: the record with only some of its entries, in bytes of its own, so that
// what was asked of the record once can be asked again when the record has long moved on.
// Thread class: any-thread (functions), immutable (ExcerptView).
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

/// FlatBuffers, each a multiple of 8 bytes: a wire::Record whose head has the first entries, and
/// wire::Segments with those behind it. Neither has ready-made pieces of answers.
struct Excerpt {
  std::string record;
  std::vector<std::string> tails;
};

/// How much of what is taken. `lean`: of an entry its fields, id, subject and attributes, nothing
/// of its text, links and people; of the portrait what conditions and consent are read from, no
/// name of a person. `consents`: of the portrait the identities and what was said of consent, for
/// one who only shares an address. `whole`: everything.
enum class ExcerptDetail : std::uint8_t { lean, consents, whole };

/// Requires: `entries` are entries of `record` in its order.
Excerpt excerpt_of(const RecordView& record, std::span<const EntryView> entries,
                   ExcerptDetail detail);

/// Reads an excerpt back. Borrows its bytes, which must be aligned to 8.
class ExcerptView {
 public:
  /// Looks at everything: afterwards any field of any entry may be read. Errors: damaged.
  static Result<ExcerptView> open(std::string_view record, std::vector<std::string_view> tails);
  /// Borrows this object too.
  [[nodiscard]] RecordView view() const { return {record_, tails_}; }

 private:
  const wire::Record* record_ = nullptr;
  std::vector<const wire::Segment*> tails_;
};

}  // namespace concord::index
