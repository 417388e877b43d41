#include "tests/faults/power/search_check.h"

#include <set>

#include "index/live_text.h"
#include "index/reindex_text.h"

namespace concord::power {
namespace {

using index::Code;
using index::DocRef;
using index::fail;
using index::Result;

constexpr std::int64_t kReachMsMax = 60'000;
constexpr std::uint32_t kPage = 100;

std::set<DocRef> said(const index::Engine& engine) {
  std::set<DocRef> all;
  const index::ReadPin pin = engine.snapshot().pin();
  for (std::size_t place = 0; place < engine.snapshot().record_count(); ++place) {
    const index::RecordView record = engine.snapshot().record_at(pin, place);
    if (!record) continue;
    all.insert(index::ref_of(record));
    record.each_entry([&](index::EntryView entry) {
      if (index::has_words(entry)) all.insert(index::ref_of(record, entry));
      return true;
    });
  }
  return all;
}

Result<std::set<DocRef>> found(const index::TextView& view) {
  std::set<DocRef> all;
  index::TextQuery query;
  query.limit = kPage;
  query.filters.visibility_max = index::Visibility::secret;
  do {
    const auto hits = view.index->search(query, {});
    if (!hits) return fail(hits.error());
    for (const index::TextHit& hit : hits->hits)
      if (!all.insert(hit.ref).second) return fail(Code::damaged, "an entry is found twice");
    query.cursor = hits->next_cursor;
  } while (!query.cursor.empty());
  return all;
}

}  // namespace

Result<void> verify_search(const index::Engine& engine) {
  index::LiveText* const text = engine.live_text();
  if (text == nullptr) return fail(Code::damaged, "there is no live text index", "search");
  const index::EventSeq revision = engine.snapshot().revision();
  if (!text->wait_for(revision, kReachMsMax))
    return fail(Code::damaged, "it does not reach revision " + std::to_string(revision), "search");
  const auto hits = found(*text->view());
  if (!hits) return fail(Code::damaged, hits.error().text(), "search");
  const std::set<DocRef> wanted = said(engine);
  if (*hits == wanted) return {};
  return fail(Code::damaged,
              std::to_string(hits->size()) + " found, said were " + std::to_string(wanted.size()),
              "search");
}

}  // namespace concord::power
