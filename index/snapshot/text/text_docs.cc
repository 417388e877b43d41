#include "index/snapshot/text/text_docs.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "index/base/assert.h"
#include "index/base/hash.h"

namespace concord::index {
namespace {

static_assert(std::endian::native == std::endian::little, "docs.bin is read in place");
static_assert(std::is_trivially_copyable_v<DocRow>);

constexpr std::string_view kMagic = "CONCTXT1";

struct Header {
  char magic[8];
  std::uint64_t header_hash;  // of the bytes after this field
  std::uint64_t body_hash;    // of the rows and words
  std::uint64_t rows;
  std::uint64_t word_bytes;
  std::uint64_t store_bytes;
  std::uint64_t content_hash;
  std::uint64_t row_bytes;
};
static_assert(sizeof(Header) == 64);

std::string_view bytes_of(const void* at, std::size_t size) {
  return {static_cast<const char*>(at), size};
}

std::uint64_t hash_of(const Header& header) {
  constexpr std::size_t skip = offsetof(Header, body_hash);
  return hash64(bytes_of(&header, sizeof header).substr(skip));
}

void put_words(const DocWords& words, std::string& out) {
  const auto put = [&out](std::size_t n) {
    const auto value = static_cast<std::uint32_t>(n);
    out.append(bytes_of(&value, sizeof value));
  };
  put(words.size());
  for (const std::string& word : words) {
    put(word.size());
    out.append(word);
  }
}

bool take_number(std::string_view& from, std::uint32_t& value) {
  if (from.size() < sizeof value) return false;
  std::memcpy(&value, from.data(), sizeof value);
  from.remove_prefix(sizeof value);
  return true;
}

bool take_words(std::string_view& from, DocWords& words) {
  std::uint32_t count = 0;
  if (!take_number(from, count) || count == 0 || count > kDocWordsMax + 1) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t size = 0;
    if (!take_number(from, size) || size > from.size()) return false;
    words.emplace_back(from.substr(0, size));
    from.remove_prefix(size);
  }
  return true;
}

bool rows_fit(std::span<const DocRow> rows, const DocWords (&words)[kDocFacetCount]) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const DocRow& row = rows[i];
    if (row.department >= words[0].size() || row.kind >= words[1].size() ||
        row.channel >= words[2].size() || row.language >= words[3].size() ||
        static_cast<int>(row.type) >= kTextTypeCount)
      return false;
    if (i > 0 && !comes_before(rows[i - 1].ref(), row.ref())) return false;
  }
  return true;
}

}  // namespace

std::string encode_doc_table(std::span<const DocRow> rows,
                             const DocWords (&words)[kDocFacetCount], const DocTableFacts& facts) {
  CONCORD_ASSERT(rows_fit(rows, words));
  std::string body(bytes_of(rows.data(), rows.size_bytes()));
  for (const DocWords& list : words) put_words(list, body);
  Header header{};
  kMagic.copy(header.magic, kMagic.size());
  header.body_hash = hash64(body);
  header.rows = rows.size();
  header.word_bytes = body.size() - rows.size_bytes();
  header.store_bytes = facts.store_bytes;
  header.content_hash = facts.content_hash;
  header.row_bytes = sizeof(DocRow);
  header.header_hash = hash_of(header);
  return std::string(bytes_of(&header, sizeof header)) + body;
}

Result<DocTable> DocTable::open(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return fail(std::move(file.error()));
  const auto damaged = [&](const char* what) {
    return fail(Code::damaged, std::string("text index: ") + what, path);
  };
  DocTable table;
  table.file_ = std::move(*file);
  std::string_view bytes = table.file_.bytes();
  if (bytes.size() < sizeof(Header)) return damaged("too short");
  Header header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  if (bytes_of(header.magic, sizeof header.magic) != kMagic) return damaged("not a docs.bin");
  if (header.header_hash != hash_of(header)) return damaged("header does not verify");
  if (header.row_bytes != sizeof(DocRow)) return damaged("rows of another version");
  bytes.remove_prefix(sizeof header);
  if (header.rows > bytes.size() / sizeof(DocRow) ||
      header.rows * sizeof(DocRow) + header.word_bytes != bytes.size())
    return damaged("cut or grown");
  if (header.body_hash != hash64(bytes)) return damaged("rows do not verify");
  // The map is page-aligned and the header a multiple of 8, so the rows are aligned.
  table.rows_ = {reinterpret_cast<const DocRow*>(bytes.data()), header.rows};
  bytes.remove_prefix(table.rows_.size_bytes());
  for (DocWords& list : table.words_)
    if (!take_words(bytes, list)) return damaged("word list is broken");
  if (!bytes.empty() || !rows_fit(table.rows_, table.words_)) return damaged("rows do not fit");
  table.facts_ = {header.store_bytes, header.content_hash};
  table.build_id_ = header.header_hash;
  return table;
}

}  // namespace concord::index
