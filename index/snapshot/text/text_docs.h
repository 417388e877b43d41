// docs.bin: one row a document (number 1 = row 0 = newest): its reference and the values that
// facets need. Little-endian; the header pins the rest by hash.
// Thread class: immutable (DocTable); DocTableWriter is one-owner.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/files.h"
#include "index/base/result.h"
#include "index/snapshot/text/text_types.h"

namespace concord::index {

inline constexpr std::uint32_t kDocWordsMax = 65'535;  // different words of one facet

/// Codes index the word list of their facet; 0 is the empty word.
struct DocRow {
  std::int64_t at_ms = 0;
  std::uint64_t owner = 0;
  std::uint64_t entry_hash = 0;
  std::uint16_t department = 0;
  std::uint16_t kind = 0;
  std::uint16_t channel = 0;
  std::uint16_t language = 0;
  TextType type = TextType::entry;
  std::uint8_t zero[7] = {};

  [[nodiscard]] DocRef ref() const { return {at_ms, type, owner, entry_hash}; }
};
static_assert(sizeof(DocRow) == 40);

enum class DocFacet : std::uint8_t { department, kind, channel, language };
inline constexpr std::size_t kDocFacetCount = 4;

/// What docs.bin says of the files beside it.
struct DocTableFacts {
  std::uint64_t store_bytes = 0;   // size of the Xapian file
  std::uint64_t content_hash = 0;  // over all that was indexed, in order
};

using DocWords = std::vector<std::string>;

std::string encode_doc_table(std::span<const DocRow> rows,
                             const DocWords (&words)[kDocFacetCount], const DocTableFacts& facts);

class DocTable {
 public:
  /// Checks size, hashes and every row's order and codes. Errors: not_found, damaged, io_error.
  static Result<DocTable> open(const std::string& path);

  [[nodiscard]] std::span<const DocRow> rows() const { return rows_; }
  [[nodiscard]] const DocWords& words(DocFacet facet) const {
    return words_[static_cast<std::size_t>(facet)];
  }
  [[nodiscard]] const DocTableFacts& facts() const { return facts_; }
  /// Names this very index: equal inputs give it again, a cursor is bound to it.
  [[nodiscard]] std::uint64_t build_id() const { return build_id_; }

 private:
  MappedFile file_;
  std::span<const DocRow> rows_;
  DocWords words_[kDocFacetCount];
  DocTableFacts facts_;
  std::uint64_t build_id_ = 0;
};

}  // namespace concord::index
