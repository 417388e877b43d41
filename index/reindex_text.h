// The documents of the text index: customers by name and ids, entries that have words, knowledge.
// Thread class: any-thread (pure functions over immutable records).
#pragma once
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/snapshot/manifest.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

/// A knowledge page as answers show it, and what finds it.
struct KnowledgePage {
  std::string json;
  std::uint64_t hash = 0;  // hash64 of its key
  std::int64_t at_ms = kNoTime;
  std::string title, text, language, department;
};

/// The newest word on each page, withdrawn ones left out, by key. `events` are encoded knowledge
/// events in log order.
std::vector<KnowledgePage> knowledge_pages(const std::vector<std::string>& events);
/// Reads knowledge.ndjson. Errors: damaged.
Result<std::vector<KnowledgePage>> read_knowledge(std::string_view ndjson, const std::string& path);

/// Builds the index into `folder`; returns how many documents are in it. `records`: every surviving
/// record.
Result<std::uint64_t> build_text(const std::vector<RecordView>& records,
                                 const std::vector<KnowledgePage>& pages, const std::string& folder,
                                 unsigned threads, const Progress& progress);

/// Is this entry a document of its own? Text, or a subject somebody wrote.
bool has_words(EntryView entry);

}  // namespace concord::index
