// Feeds with knowledge pages, engines opened over a generation of their beginning, and the answers
// of their text index in words. Thread class: one-owner.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/hash.h"
#include "index/engine.h"
#include "index/reindex.h"
#include "index/reindex_text.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::index {

using test::Saying;
using test::TemporaryFolder;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t n) { return mix64(state_ += 0x9e3779b97f4a7c15ULL) % n; }

 private:
  std::uint64_t state_;
};

/// A random feed with knowledge pages and releases that have words.
inline std::vector<std::string> feed_of(std::uint64_t seed, std::size_t count) {
  std::vector<std::string> feed = test::random_feed(seed, count);
  Dice dice(seed + 1000);
  for (std::size_t i = 0; i < feed.size(); ++i) {
    const auto at_ms = static_cast<std::int64_t>(1'000'000 + dice.below(10'000));
    if (dice.below(8) == 0) {
      Saying page("wiki", "k" + std::to_string(i), at_ms);
      page.draft.type = static_cast<std::uint8_t>(EventType::knowledge);
      page.draft.knowledge = std::make_unique<wire::KnowledgeT>();
      page.draft.knowledge->key = "page" + std::to_string(dice.below(6));
      page.draft.knowledge->title = "How to subject " + std::to_string(dice.below(9));
      page.draft.knowledge->text = "text " + std::to_string(dice.below(9));
      page.draft.knowledge->withdrawn = dice.below(5) == 0;
      feed[i] = page.bytes();
    } else if (dice.below(20) == 0) {
      Saying release("tracker", "r" + std::to_string(i), at_ms);
      release.entry(Kind::release, "R" + std::to_string(dice.below(4)));
      release.text("text of a release, topic " + std::to_string(dice.below(9)));
      release.links({"tracker/defect/B" + std::to_string(dice.below(3))});
      feed[i] = release.bytes();
    }
  }
  return feed;
}

inline std::unique_ptr<Engine> opened(const std::vector<std::string>& feed, std::size_t count,
                                      const std::string& folder) {
  ReindexOptions options;
  options.threads = 1;
  options.identity_types = test::story_identity_types();
  auto reindex = Reindex::start(folder, options);
  EXPECT_TRUE(reindex) << reindex.error().text();
  for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE((*reindex)->add(feed[i]));
  EXPECT_TRUE((*reindex)->finish());
  auto engine = Engine::open(folder, 1);
  EXPECT_TRUE(engine) << engine.error().text();
  return std::move(*engine);
}

inline void apply(Engine& engine, const std::vector<std::string>& feed, std::size_t from,
                  std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    const auto applied = engine.apply(feed[i]);
    ASSERT_TRUE(applied) << applied.error().text();
  }
}

/// What every document of the records and pages would be, found by a walk over them.
inline std::set<DocRef> documents_of(const Engine& engine, const KnowledgePages& pages) {
  std::set<DocRef> out;
  const ReadPin pin = engine.snapshot().pin();
  for (std::size_t place = 0; place < engine.snapshot().record_count(); ++place) {
    const RecordView record = engine.snapshot().record_at(pin, place);
    if (!record) continue;
    out.insert(ref_of(record));
    record.each_entry([&](EntryView entry) {
      if (has_words(entry)) out.insert(ref_of(record, entry));
      return true;
    });
  }
  for (const auto& [hash, page] : pages.all()) out.insert(ref_of(*page));
  return out;
}

inline TextAccess access_to(const Engine& engine, const TextView& view) {
  TextAccess access;
  access.text_of = [&](const DocRef& ref, std::vector<std::string_view>& out) {
    static thread_local TextDocument document;
    document.clear();
    const ReadPin pin = engine.snapshot().pin();
    if (ref.type == TextType::knowledge) {
      if (const KnowledgePage* page = view.pages->find(ref.entry_hash)) fill_page(*page, document);
    } else if (const RecordView record = engine.snapshot().find(pin, CustomerId{ref.owner})) {
      if (ref.type == TextType::customer) fill_customer(record, document);
      if (const auto entry = find_entry(record, ref.at_ms, ref.entry_hash);
          entry && ref.type == TextType::entry)
        fill_entry(*entry, document);
    }
    out = {document.title, document.text};
  };
  return access;
}

inline std::vector<TextQuery> questions(std::uint64_t seed, std::size_t count) {
  static const std::vector<std::string> words{"subject",
                                              "text",
                                              "name",
                                              "3",
                                              "7",
                                              "topic",
                                              "release",
                                              "with",
                                              "how",
                                              "k2",
                                              "p1@example.test",
                                              "tex*",
                                              "na*",
                                              "\"text with\"",
                                              "\"how to subject\"",
                                              "-text",
                                              "-3"};
  Dice dice(seed);
  std::vector<TextQuery> out(count);
  for (TextQuery& query : out) {
    for (std::size_t n = dice.below(3); n > 0; --n)
      query.words += words[dice.below(words.size())] + (dice.below(3) == 0 ? " OR " : " ");
    query.sort = dice.below(2) == 0 ? TextSort::relevance : TextSort::recent;
    query.limit = static_cast<std::uint32_t>(1 + dice.below(40));
    query.facets = dice.below(3) == 0;
    query.filters.visibility_max = Visibility::secret;
    if (dice.below(5) == 0) query.filters.types = {TextType::entry};
    if (dice.below(5) == 0) query.filters.channels = {"phone"};
    if (dice.below(6) == 0) query.filters.from_ms = 1'004'000;
  }
  out.front() = {};
  out.front().limit = kHitsMax;
  out.front().filters.visibility_max = Visibility::secret;
  return out;
}

/// The answers in words, pages and all.
inline std::string answers(const Engine& engine, const TextView& view, std::uint64_t seed) {
  std::string out;
  const TextAccess access = access_to(engine, view);
  for (TextQuery query : questions(seed, 60)) {
    out += "? " + query.words + "\n";
    for (int page = 0; page < 3; ++page) {
      const auto hits = view.index->search(query, access);
      if (!hits) {
        out += hits.error().text() + "\n";
        break;
      }
      out += std::to_string(hits->found) + (hits->found_is_exact ? "" : " or so") + "\n";
      for (const TextHit& hit : hits->hits)
        out += std::to_string(hit.ref.at_ms) + " " + std::to_string(hit.ref.owner) + " " +
               std::to_string(hit.ref.entry_hash) + " " + std::to_string(hit.weight_micro) + " " +
               std::string(hit.language) + "\n";
      for (const auto& [word, count] : hits->facets.kinds)
        out += word + " " + std::to_string(count) + "\n";
      out += hits->next_cursor + "\n";
      if (hits->next_cursor.empty()) break;
      query.cursor = hits->next_cursor;
    }
  }
  for (const auto& [hash, page] : view.pages->all()) out += page->json + "\n";
  return out;
}

inline std::set<DocRef> found_by(const TextView& view) {
  std::set<DocRef> out;
  TextQuery query;
  query.limit = kHitsMax;
  query.filters.visibility_max = Visibility::secret;
  for (;;) {
    const auto hits = view.index->search(query, {});
    EXPECT_TRUE(hits) << hits.error().text();
    for (const TextHit& hit : hits->hits) EXPECT_TRUE(out.insert(hit.ref).second) << "found twice";
    if (hits->next_cursor.empty()) return out;
    query.cursor = hits->next_cursor;
  }
}

}  // namespace concord::index
