#include "index/snapshot/text/text_build.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "index/base/assert.h"
#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/base/parallel.h"
#include "index/snapshot/text/text_docs.h"
#include "index/snapshot/text/text_store.h"
#include "index/snapshot/text/text_terms.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;

/// A folder for the shards; gone when the build is, well ended or not.
class Scratch {
 public:
  explicit Scratch(fs::path folder) : folder_(std::move(folder)) { clear(); }
  ~Scratch() { clear(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  /// Level 0: shards; level n + 1: what is merged of level n.
  [[nodiscard]] std::string shard(std::size_t level, std::size_t n) const {
    return (folder_ / (std::to_string(level) + "-" + std::to_string(n))).string();
  }
  Result<void> create() const {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) return fail(Code::io_error, "cannot create: " + error.message(), folder_.string());
    return {};
  }

 private:
  void clear() const {
    std::error_code ignored;  // what cannot be removed fails loudly in create()
    fs::remove_all(folder_, ignored);
  }
  fs::path folder_;
};

/// The values of one facet met in one shard, coded in order of appearance.
class Coder {
 public:
  std::size_t code(const std::string& word) {
    return codes_.emplace(word, codes_.size()).first->second;
  }
  [[nodiscard]] const std::map<std::string, std::size_t>& codes() const { return codes_; }

 private:
  std::map<std::string, std::size_t> codes_;
};

struct Shard {
  Coder coders[kDocFacetCount];
  std::vector<std::array<std::size_t, kDocFacetCount>> codes;  // a row a document
  std::vector<std::uint64_t> hashes;                           // of each document
  std::optional<Error> error;
};

std::uint64_t hash_on(std::uint64_t hash, std::string_view bytes) {
  return mix64(hash ^ hash64(bytes)) + bytes.size();
}

std::uint64_t hash_of(const TextDocument& document) {
  std::uint64_t hash = 0;
  for (const std::string* field : {&document.language, &document.title, &document.text,
                                   &document.department, &document.kind, &document.channel})
    hash = hash_on(hash, *field);
  for (const std::string& id : document.ids) hash = hash_on(hash, id);
  return mix64(hash + static_cast<std::uint64_t>(document.visibility));
}

struct Ordered {
  DocRef ref;
  std::size_t source = 0;  // index into the source
};

Result<void> build_shard(const TextSource& source, std::span<const Ordered> documents,
                         const std::string& folder, PrefixBy prefix_by, Shard& shard) {
  auto writer = ShardWriter::create(folder);
  if (!writer) return fail(std::move(writer.error()));
  TermMaker terms(prefix_by);
  TextDocument document;
  for (const Ordered& next : documents) {
    document.clear();
    source.document(next.source, document);
    writer->begin();
    terms.write(next.ref, document, *writer);
    if (auto ended = writer->end(); !ended) return ended;
    shard.codes.push_back({shard.coders[0].code(document.department),
                           shard.coders[1].code(document.kind),
                           shard.coders[2].code(document.channel),
                           shard.coders[3].code(stem_language(document.language))});
    shard.hashes.push_back(hash_of(document));
  }
  if (auto ended = terms.finish(*writer); !ended) return ended;
  return writer->finish();
}

Result<std::vector<Ordered>> ordered(const TextSource& source) {
  if (source.count > std::numeric_limits<std::uint32_t>::max() / 2)
    return fail(Code::over_limit, "text index: too many documents");
  std::vector<Ordered> order(source.count);
  for (std::size_t i = 0; i < source.count; ++i) order[i] = {source.ref(i), i};
  std::sort(order.begin(), order.end(),
            [](const Ordered& a, const Ordered& b) { return comes_before(a.ref, b.ref); });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (order[i - 1].ref == order[i].ref)
      return fail(Code::bad_input, "text index: two documents of one reference (customer " +
                                       to_string(CustomerId{order[i].ref.owner}) + ", entry hash " +
                                       std::to_string(order[i].ref.entry_hash) + ")");
  return order;
}

/// One sorted word list a facet, the empty word first, over all shards.
Result<void> join_words(const std::vector<Shard>& shards, DocWords (&words)[kDocFacetCount]) {
  for (std::size_t facet = 0; facet < kDocFacetCount; ++facet) {
    DocWords& list = words[facet];
    list.emplace_back();
    for (const Shard& shard : shards)
      for (const auto& [word, code] : shard.coders[facet].codes()) list.push_back(word);
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    if (list.size() > kDocWordsMax)
      return fail(Code::over_limit, "text index: over " + std::to_string(kDocWordsMax) +
                                        " departments, kinds or channels");
  }
  return {};
}

std::vector<DocRow> make_rows(const std::vector<Ordered>& order, const std::vector<Shard>& shards,
                              const DocWords (&words)[kDocFacetCount]) {
  std::vector<DocRow> rows;
  rows.reserve(order.size());
  for (const Shard& shard : shards) {
    std::vector<std::uint16_t> final_code[kDocFacetCount];
    for (std::size_t facet = 0; facet < kDocFacetCount; ++facet) {
      const auto& codes = shard.coders[facet].codes();
      final_code[facet].resize(codes.size());
      for (const auto& [word, code] : codes)
        final_code[facet][code] = static_cast<std::uint16_t>(
            std::lower_bound(words[facet].begin(), words[facet].end(), word) -
            words[facet].begin());
    }
    for (const auto& codes : shard.codes) {
      const DocRef& ref = order[rows.size()].ref;
      rows.push_back({.at_ms = ref.at_ms,
                      .owner = ref.owner,
                      .entry_hash = ref.entry_hash,
                      .department = final_code[0][codes[0]],
                      .kind = final_code[1][codes[1]],
                      .channel = final_code[2][codes[2]],
                      .language = final_code[3][codes[3]],
                      .type = ref.type});
    }
  }
  return rows;
}

Result<std::vector<Shard>> build_shards(const TextSource& source, const std::vector<Ordered>& order,
                                        const Scratch& scratch, const TextBuildOptions& options) {
  const std::size_t full = options.shard_documents;
  const std::size_t count = std::max<std::size_t>(1, (order.size() + full - 1) / full);
  std::vector<Shard> shards(count);  // no documents: one empty shard
  std::mutex progress_lock;
  std::size_t done = 0;
  parallel_chunks(count, 1, options.threads, [&](std::size_t n, std::size_t, std::size_t) {
    const std::size_t begin = n * full;
    const std::size_t size = std::min(full, order.size() - begin);
    const std::span<const Ordered> documents(order.data() + begin, size);
    auto built = build_shard(source, documents, scratch.shard(0, n), options.prefix_by, shards[n]);
    if (!built) shards[n].error = std::move(built.error());
    const std::lock_guard lock(progress_lock);
    done += size;
    if (options.progress) options.progress(done);
  });
  for (Shard& shard : shards)
    if (shard.error) return fail(std::move(*shard.error));
  return shards;
}

/// Merges in groups, in parallel, until one group is left; that one becomes the file.
Result<void> merge_all(std::size_t count, const Scratch& scratch, const std::string& file,
                       const TextBuildOptions& options) {
  const std::size_t at_once = options.merged_at_once;
  std::vector<std::string> parts(count);
  for (std::size_t n = 0; n < count; ++n) parts[n] = scratch.shard(0, n);
  for (std::size_t level = 1; parts.size() > at_once; ++level) {
    std::vector<std::string> merged((parts.size() + at_once - 1) / at_once);
    std::vector<std::optional<Error>> errors(merged.size());
    parallel_chunks(parts.size(), at_once, options.threads,
                    [&](std::size_t begin, std::size_t end, std::size_t n) {
                      merged[n] = scratch.shard(level, n);
                      const std::span<const std::string> group(parts.data() + begin, end - begin);
                      auto done = merge_shards(group, merged[n], MergeInto::folder);
                      if (!done) errors[n] = std::move(done.error());
                      std::error_code ignored;  // the scratch folder goes as a whole anyway
                      for (const std::string& part : group) fs::remove_all(part, ignored);
                    });
    for (std::optional<Error>& error : errors)
      if (error) return fail(std::move(*error));
    parts = std::move(merged);
  }
  return merge_shards(parts, file, MergeInto::file);
}

Result<void> write_doc_table(const std::vector<Ordered>& order, const std::vector<Shard>& shards,
                             const std::string& store, const std::string& path) {
  DocWords words[kDocFacetCount];
  if (auto joined = join_words(shards, words); !joined) return joined;
  DocTableFacts facts;
  std::error_code error;
  facts.store_bytes = fs::file_size(store, error);
  if (error) return fail(Code::io_error, "cannot stat: " + error.message(), store);
  for (const Shard& shard : shards)
    for (const std::uint64_t hash : shard.hashes)
      facts.content_hash = mix64(facts.content_hash ^ hash) + 1;
  return write_file_durably(path, encode_doc_table(make_rows(order, shards, words), words, facts));
}

}  // namespace

Result<std::vector<std::string>> build_text_index(const TextSource& source,
                                                  const std::string& folder,
                                                  const TextBuildOptions& options) {
  CONCORD_ASSERT(options.shard_documents > 0 && options.merged_at_once > 1);
  auto order = ordered(source);
  if (!order) return fail(std::move(order.error()));
  const Scratch scratch(fs::path(folder) / "text.shards.tmp");
  if (auto made = scratch.create(); !made) return fail(std::move(made.error()));
  auto shards = build_shards(source, *order, scratch, options);
  if (!shards) return fail(std::move(shards.error()));

  const std::string store = (fs::path(folder) / kTextStoreFile).string();
  if (auto merged = merge_all(shards->size(), scratch, store, options); !merged)
    return fail(std::move(merged.error()));
  if (auto synced = sync_file(store); !synced) return fail(std::move(synced.error()));
  const std::string docs = (fs::path(folder) / kTextDocsFile).string();
  if (auto written = write_doc_table(*order, *shards, store, docs); !written)
    return fail(std::move(written.error()));
  return std::vector<std::string>{kTextStoreFile, kTextDocsFile};
}

}  // namespace concord::index
