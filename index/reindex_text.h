// The documents of the text index: customers by name and ids, entries that have words, knowledge.
// Thread class: any-thread (pure functions over immutable records).
#pragma once
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/log/event.h"
#include "index/snapshot/manifest.h"
#include "index/snapshot/record_view.h"
#include "index/snapshot/text/text_types.h"

namespace concord::index {

/// A knowledge page as answers show it, and what finds it.
struct KnowledgePage {
  std::string json;  // a withdrawn one: key, at and `withdrawn`, so that an older word stays old
  std::uint64_t hash = 0;  // hash64 of its key
  std::int64_t at_ms = kNoTime;
  std::string title, text, language, department;
  bool withdrawn = false;
};

/// What a knowledge event says.
KnowledgePage knowledge_page(const wire::Event& event);

/// The newest word on each page, by key, withdrawn ones too. `events` are encoded knowledge events
/// in log order.
std::vector<KnowledgePage> knowledge_pages(const std::vector<std::string>& events);
/// Reads knowledge.ndjson. Errors: damaged.
Result<std::vector<KnowledgePage>> read_knowledge(std::string_view ndjson, const std::string& path);

/// Builds the index into `folder`; returns how many documents are in it. `records`: every surviving
/// record.
Result<std::uint64_t> build_text(const std::vector<RecordView>& records,
                                 const std::vector<KnowledgePage>& pages, const std::string& folder,
                                 unsigned threads, const Progress& progress);

/// What is indexed of a customer, an entry, a page. `out` is cleared.
void fill_customer(const RecordView& record, TextDocument& out);
void fill_entry(EntryView entry, TextDocument& out);
void fill_page(const KnowledgePage& page, TextDocument& out);
/// The references of their documents.
DocRef ref_of(const RecordView& record);
DocRef ref_of(const RecordView& record, EntryView entry);
DocRef ref_of(const KnowledgePage& page);

/// Is this entry a document of its own? Text, or a subject somebody wrote.
bool has_words(EntryView entry);

}  // namespace concord::index
