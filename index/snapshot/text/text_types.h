// What goes into the text index and what comes out: documents, and the references that name them.
// Thread class: immutable (plain values).
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/types.h"
#include "index/base/vocabulary.h"

namespace concord::index {

/// The JSON words of `in=` are customers, entries, knowledge. Values are stored: append only.
enum class TextType : std::uint8_t { customer, entry, knowledge };
inline constexpr int kTextTypeCount = 3;

/// Names one document for good, whatever the index file it was found in. Two answers about the
/// same base, the one from the generation and one from fresh entries, are merged by it.
struct DocRef {
  std::int64_t at_ms = 0;
  TextType type = TextType::entry;
  std::uint64_t owner = 0;       // CustomerId::value; 0 for knowledge
  std::uint64_t entry_hash = 0;  // hash64 of the entry's id or the knowledge key; 0 for a customer
  auto operator<=>(const DocRef&) const = default;
};

/// The one order of documents: newest first, then type, owner, entry_hash.
constexpr bool comes_before(const DocRef& a, const DocRef& b) {
  if (a.at_ms != b.at_ms) return a.at_ms > b.at_ms;
  if (a.type != b.type) return a.type < b.type;
  if (a.owner != b.owner) return a.owner < b.owner;
  return a.entry_hash < b.entry_hash;
}

/// What is indexed of one document. Text is any bytes: what is not UTF-8 separates words.
struct TextDocument {
  std::string language;    // "de", "en", "pt-BR", …; empty or unknown: words are not stemmed
  std::string title;       // subject or name: a word here weighs kTitleWeight words of `text`
  std::string text;
  std::string department;  // filter values; empty: none
  std::string kind;
  std::string channel;
  std::vector<std::string> ids;  // found whole: e-mail, phone, order number (see id_forms)
  Visibility visibility = Visibility::normal;

  /// Empties it and keeps the memory.
  void clear();
};

/// The documents to index, in any order. Both calls come from several threads at once and must not
/// throw; `document` gets a cleared one to fill.
struct TextSource {
  std::size_t count = 0;
  std::function<DocRef(std::size_t)> ref;
  std::function<void(std::size_t, TextDocument&)> document;
};

inline constexpr std::uint32_t kTitleWeight = 3;

}  // namespace concord::index
