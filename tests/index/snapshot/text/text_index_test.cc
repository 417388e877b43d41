// Promise: a search finds exactly what the words and filters say, in one fixed order.
// Method: generated texts in three languages; a matcher that scans them is held against the index.
#include "index/snapshot/text/text_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "index/base/files.h"
#include "tests/index/snapshot/text/text_support.h"

namespace concord::index::test {
namespace {

Leaf random_leaf(Random& random, bool multi) {
  for (;;) {
    Leaf leaf;
    leaf.text = random.pick(vocabulary());
    const std::size_t kind = random.below(4);
    if (kind == 0) {
      leaf.kind = Leaf::Kind::quoted;
      for (std::size_t more = random.below(3); more > 0; --more)
        leaf.text += ' ' + random.pick(vocabulary());
      if (random.chance(6)) leaf.text = "+49 (30) 12345-0";
      return leaf;
    }
    if (leaf.text == "the" || leaf.text == "of" || leaf.text == "and") continue;  // own tests
    if (kind == 1 && leaf.text.find('-') == std::string::npos) {
      FoldedWord word;
      fold_word(leaf.text, word);
      leaf.kind = Leaf::Kind::prefix;
      leaf.text = word.plain.substr(0, 2 + random.below(word.plain.size() - 1));
    }
    if (multi && random.chance(8)) leaf.text = "T-99" + std::to_string(random.below(4));
    return leaf;
  }
}

std::vector<Clause> random_clauses(Random& random) {
  std::vector<Clause> clauses;
  for (std::size_t n = random.below(4); n > 0; --n) {
    Clause clause;
    clause.excluded = random.chance(4);
    clause.any.push_back(random_leaf(random, true));
    while (!clause.excluded && random.chance(3)) clause.any.push_back(random_leaf(random, true));
    clauses.push_back(std::move(clause));
  }
  return clauses;
}

TextFilters random_filters(Random& random) {
  TextFilters filters;
  filters.visibility_max = static_cast<Visibility>(random.below(3));
  if (random.chance(4)) filters.departments = {"service", "sales"};
  if (random.chance(5)) filters.kinds = {"case"};
  if (random.chance(6)) filters.channels = {"email", "carrier pigeon"};
  if (random.chance(4)) filters.types = {TextType::entry, TextType::knowledge};
  if (random.chance(6)) filters.owner = 1 + random.below(8);
  if (random.chance(4)) filters.from_ms = static_cast<std::int64_t>(1000 * random.below(300));
  if (random.chance(4)) filters.to_ms = static_cast<std::int64_t>(1000 * random.below(300));
  return filters;
}

std::vector<DocRef> all_pages(const TextIndex& index, TextQuery query, const TextAccess& access) {
  std::vector<DocRef> refs;
  for (;;) {
    const auto page = index.search(query, access);
    EXPECT_TRUE(page) << query.words << ": " << (page ? "" : page.error().text());
    if (!page) return refs;
    for (const TextHit& hit : page->hits) refs.push_back(hit.ref);
    if (page->next_cursor.empty()) return refs;
    query.cursor = page->next_cursor;
  }
}

/// How many of the random questions the index and the scan answer differently.
int differences(const Docs& docs, const TextIndex& index, const TextAccess& access, int questions,
                std::vector<std::string>* which = nullptr) {
  Random random(17);
  Scanner scanner(docs);
  int found = 0;
  for (int i = 0; i < questions; ++i) {
    const std::vector<Clause> clauses = random_clauses(random);
    TextQuery query;
    query.words = written(clauses);
    query.filters = random_filters(random);
    query.limit = 1 + static_cast<std::uint32_t>(random.below(60));
    if (all_pages(index, query, access) == scanner.matches(clauses, query.filters)) continue;
    ++found;
    if (which != nullptr) which->push_back(query.words);
  }
  return found;
}

TEST(TextIndex, FindsWhatAScanFinds) {
  const Docs docs = generated(1, 400);
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  std::vector<std::string> which;
  EXPECT_EQ(differences(docs, index, access_to(docs), 1500, &which), 0)
      << testing::PrintToString(which);
}

// The check above would see a fault: here texts lose their last word before phrases are checked,
// and there one document is missing from the index.
TEST(TextIndex, APlantedFaultIsFound) {
  const Docs docs = generated(1, 400);
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  TextAccess cut = access_to(docs);
  cut.text_of = [whole = cut.text_of](const DocRef& ref, std::vector<std::string_view>& pieces) {
    whole(ref, pieces);
    for (std::string_view& piece : pieces) piece = piece.substr(0, piece.rfind(' ') + 1);
  };
  EXPECT_GT(differences(docs, index, cut, 300), 0);

  const TempFolder other;
  const Docs fewer(docs.begin() + 1, docs.end());
  const TextIndex short_index = build_and_open(fewer, other.path());
  EXPECT_GT(differences(docs, short_index, access_to(docs), 300), 0);
}

TEST(TextIndex, SameAnswersWhateverTheThreadsTheOrderAndTheBuild) {
  Docs docs = generated(2, 20'000);  // three shards
  const TempFolder a;
  const TempFolder b;
  const TextIndex one = build_and_open(docs, a.path(), 1);
  std::reverse(docs.begin(), docs.end());
  const TextIndex other = build_and_open(docs, b.path(), 8);
  EXPECT_EQ(read_file(a.file(kTextDocsFile)).value(), read_file(b.file(kTextDocsFile)).value());
  EXPECT_EQ(one.state_id(), other.state_id());
  Random random(5);
  for (int i = 0; i < 60; ++i) {
    TextQuery query;
    query.words = random.pick(vocabulary()) + " OR " + random.pick(vocabulary());
    query.sort = i % 2 == 0 ? TextSort::relevance : TextSort::recent;
    query.facets = i % 3 == 0;
    query.limit = 20;
    TextAccess access;
    access.text_of = [](const DocRef&, std::vector<std::string_view>&) {};
    const auto x = one.search(query, access);
    const auto y = other.search(query, access);
    ASSERT_TRUE(x && y) << query.words;
    ASSERT_EQ(refs_of(*x), refs_of(*y)) << query.words;
    for (std::size_t n = 0; n < x->hits.size(); ++n)
      ASSERT_EQ(x->hits[n].weight_micro, y->hits[n].weight_micro);
    EXPECT_EQ(x->found, y->found);
    EXPECT_EQ(x->next_cursor, y->next_cursor);
    EXPECT_EQ(x->facets.kinds, y->facets.kinds);
  }
}

// Sizes of shards and of merges are a matter of speed alone. The store's size may differ, which
// docs.bin notes; so answers are compared.
TEST(TextIndex, SameAnswersWhateverTheShards) {
  const Docs docs = generated(12, 500);
  const TempFolder a;
  const TempFolder b;
  const TextIndex one = build_and_open(docs, a.path());
  ASSERT_TRUE(build_text_index(source_of(docs), b.path(),
                               {.threads = 3, .shard_documents = 7, .merged_at_once = 3}));
  const TextIndex other = TextIndex::open(b.path()).value();
  EXPECT_EQ(differences(docs, other, access_to(docs), 300), 0);
  TextQuery query;
  query.words = "deliv* OR table OR \"the order\"";
  query.sort = TextSort::relevance;
  query.limit = 200;
  const auto x = one.search(query, access_to(docs));
  const auto y = other.search(query, access_to(docs));
  ASSERT_TRUE(x && y);
  EXPECT_FALSE(x->hits.empty());
  EXPECT_EQ(refs_of(*x), refs_of(*y));
}

TEST(TextIndex, ScratchIsGoneAfterTheBuildAndProgressIsTold) {
  const Docs docs = generated(3, 9'000);
  const TempFolder folder;
  std::vector<std::size_t> told;
  const auto files = build_text_index(source_of(docs), folder.path(),
                                      {.threads = 2, .progress = [&](std::size_t done) {
                                         told.push_back(done);
                                       }});
  ASSERT_TRUE(files) << files.error().text();
  EXPECT_THAT(*files, testing::UnorderedElementsAre(kTextDocsFile, kTextStoreFile));
  EXPECT_EQ(told.size(), 2U);
  EXPECT_EQ(told.back(), docs.size());
  std::size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    (void)entry;
    ++entries;
  }
  EXPECT_EQ(entries, 2U);
}

TEST(TextIndex, TwoDocumentsOfOneReferenceAreRefused) {
  Docs docs = generated(3, 3);
  docs.push_back(docs[1]);
  const TempFolder folder;
  const auto built = build_text_index(source_of(docs), folder.path());
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, Code::bad_input);
  EXPECT_THAT(built.error().detail, testing::HasSubstr("two documents of one reference"));
}

TEST(TextIndex, AnEmptyIndexAnswers) {
  const Docs docs;
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  TextQuery query;
  for (const char* words : {"", "lamp", "-lamp", "la*", "\"late lamp\""}) {
    query.words = words;
    query.facets = true;
    const auto hits = index.search(query, access_to(docs));
    ASSERT_TRUE(hits) << words << hits.error().text();
    EXPECT_TRUE(hits->hits.empty());
    EXPECT_EQ(hits->found, 0U);
    EXPECT_TRUE(hits->found_is_exact);
  }
}

Doc doc_of(std::int64_t at_ms, std::uint64_t entry, const char* title, const char* text) {
  Doc doc;
  doc.ref = {at_ms, TextType::entry, 7, entry};
  doc.text.language = "en";
  doc.text.title = title;
  doc.text.text = text;
  doc.text.department = "service";
  return doc;
}

TEST(TextIndex, RelevanceLikesTitlesAndRareWordsAndTiesGoToTheNewer) {
  const Docs docs{doc_of(1, 1, "", "the parcel came, a lamp"), doc_of(2, 2, "lamp", "the parcel"),
                  doc_of(4, 9, "", "some parcel here"), doc_of(4, 8, "", "some parcel here"),
                  doc_of(3, 3, "", "some parcel here")};
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  TextQuery query;
  query.sort = TextSort::relevance;
  query.words = "lamp OR parcel";
  const auto hits = index.search(query, access_to(docs));
  ASSERT_TRUE(hits);
  std::vector<std::uint64_t> entries;
  for (const TextHit& hit : hits->hits) entries.push_back(hit.ref.entry_hash);
  EXPECT_THAT(entries, testing::ElementsAre(2, 1, 8, 9, 3));
  EXPECT_EQ(hits->hits[2].weight_micro, hits->hits[4].weight_micro);
  query.sort = TextSort::recent;
  const auto recent = index.search(query, access_to(docs));
  ASSERT_TRUE(recent);
  EXPECT_EQ(recent->hits.front().ref.entry_hash, 8U);
  EXPECT_EQ(recent->hits.front().weight_micro, 0U);
}

TEST(TextIndex, StopWordsAreLeftOutWhileAnotherWordRemains) {
  const Docs docs{doc_of(1, 1, "", "lamp of the month"), doc_of(2, 2, "", "lamp broken"),
                  doc_of(3, 3, "", "the end")};
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  struct Row {
    const char* words;
    std::vector<std::uint64_t> want;
    std::vector<std::string> ignored;
  };
  for (const Row& row : {Row{"the lamp", {2, 1}, {"the"}}, Row{"the", {3, 1}, {}},
                         Row{"\"of the month\"", {1}, {}}, Row{"\"the lamp\"", {}, {}},
                         Row{"lamp -the", {2}, {}}}) {
    TextQuery query;
    query.words = row.words;
    const auto hits = index.search(query, access_to(docs));
    ASSERT_TRUE(hits) << row.words;
    std::vector<std::uint64_t> got;
    for (const TextHit& hit : hits->hits) got.push_back(hit.ref.entry_hash);
    EXPECT_EQ(got, row.want) << row.words;
    EXPECT_EQ(hits->ignored, row.ignored) << row.words;
  }
}

TEST(TextIndex, AnyWordIsEnoughForASentence) {
  const Docs docs{doc_of(1, 1, "", "lamp broken"), doc_of(2, 2, "", "refund paid"),
                  doc_of(3, 3, "", "hello")};
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  TextQuery query;
  query.words = "is the lamp under refund? -hello";
  EXPECT_TRUE(index.search(query, access_to(docs))->hits.empty());
  query.any_word = true;
  EXPECT_EQ(index.search(query, access_to(docs))->hits.size(), 2U);
}

TEST(TextIndex, KnownValuesAreFoundWhole) {
  Docs docs{doc_of(1, 1, "Ann Adams", ""), doc_of(2, 2, "", "mail of ann at example, test")};
  docs[0].text.ids = {"Ann.Adams@Example.test", "+49 30 1234567", "8D50-77"};
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  for (const char* words : {"ann.adams@example.test", "ANN.ADAMS@EXAMPLE.TEST", "49301234567",
                            "+49-30-1234567", "\"+49 (30) 1234567\"", "8d50-77", "\"8D50-77\""}) {
    TextQuery query;
    query.words = words;
    const auto hits = index.search(query, access_to(docs));
    ASSERT_TRUE(hits) << words;
    ASSERT_EQ(hits->hits.size(), 1U) << words;
    EXPECT_EQ(hits->hits[0].ref.entry_hash, 1U) << words;
  }
  TextQuery query;
  query.words = "example";  // a part of an e-mail address is not a word of the customer
  EXPECT_EQ(index.search(query, access_to(docs))->hits.size(), 1U);
}

TEST(TextIndex, TheCallersFilterCountsInPagesAndFacets) {
  const Docs docs = generated(4, 300);
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  TextAccess access = access_to(docs);
  access.accept = [](const DocRef& ref) { return ref.entry_hash % 3 == 0; };
  Scanner scanner(docs);
  TextQuery query;
  query.words = "delivery OR order";
  query.limit = 7;
  query.facets = true;
  query.filters.visibility_max = Visibility::secret;
  std::vector<DocRef> want =
      scanner.matches({{false, {{Leaf::Kind::word, "delivery"}, {Leaf::Kind::word, "order"}}}},
                      query.filters);
  std::erase_if(want, [](const DocRef& ref) { return ref.entry_hash % 3 != 0; });
  EXPECT_EQ(all_pages(index, query, access), want);
  const auto first = index.search(query, access);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->found_is_exact);
  EXPECT_EQ(first->found, want.size());
  std::map<std::string, std::uint64_t> departments;
  for (const DocRef& ref : want)
    if (const Doc* doc = find_doc(docs, ref); !doc->text.department.empty())
      ++departments[doc->text.department];
  EXPECT_TRUE(first->facets.exact);
  const std::map<std::string, std::uint64_t> got(first->facets.departments.begin(),
                                                 first->facets.departments.end());
  EXPECT_EQ(got, departments);
}

TEST(TextIndex, ACursorBelongsToItsBuildAndQuestion) {
  const Docs docs = generated(5, 200);
  const TempFolder a;
  const TempFolder b;
  const TextIndex index = build_and_open(docs, a.path());
  Docs changed = docs;
  changed[0].text.text += " more";
  const TextIndex rebuilt = build_and_open(changed, b.path());
  TextQuery query;
  query.words = "lamp OR order";
  query.limit = 3;
  const auto first = index.search(query, access_to(docs));
  ASSERT_TRUE(first);
  ASSERT_FALSE(first->next_cursor.empty());
  query.cursor = first->next_cursor;
  EXPECT_TRUE(index.search(query, access_to(docs)));
  EXPECT_EQ(rebuilt.search(query, access_to(changed)).error().code, Code::cursor_stale);
  query.words = "lamp";
  EXPECT_EQ(index.search(query, access_to(docs)).error().code, Code::bad_input);
  for (const std::string& bad :
       std::vector<std::string>{"x", "0", "zz", "\xff\xff", first->next_cursor + "0"}) {
    query.cursor = bad;
    EXPECT_EQ(index.search(query, access_to(docs)).error().code, Code::bad_input) << bad;
  }
  query.words = "lamp OR order";
  query.cursor = first->next_cursor;
  query.cursor.replace(32, 16, "00000000000f4240");
  EXPECT_EQ(index.search(query, access_to(docs)).error().code, Code::over_limit);
}

TEST(TextIndex, BoundsAreErrorsNotCutAnswers) {
  Docs docs;
  std::string many;
  for (int i = 0; i < 600; ++i) many += "word" + std::to_string(i) + " ";
  docs.push_back(doc_of(1, 1, "", many.c_str()));
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  TextQuery query;
  query.words = "wor*";
  EXPECT_EQ(index.search(query, {}).error().code, Code::over_limit);
  query.words = "word59*";
  EXPECT_EQ(index.search(query, {})->hits.size(), 1U);
  query.words = "\"word1 word2\"";
  EXPECT_EQ(index.search(query, {}).error().code, Code::unsupported);
  query.words = "word1";
  for (const std::uint32_t limit : {0U, kHitsMax + 1}) {
    query.limit = limit;
    EXPECT_EQ(index.search(query, {}).error().code, Code::over_limit);
  }
  query.limit = 10;
  query.filters.kinds.assign(kFilterValuesMax + 1, "case");
  EXPECT_EQ(index.search(query, {}).error().code, Code::over_limit);
}

TEST(TextIndex, ManyThreadsAskAtOnceAndHearTheSame) {
  const Docs docs = generated(6, 500);
  const TempFolder folder;
  const TextIndex index = build_and_open(docs, folder.path());
  TextQuery query;
  query.words = "deliver* OR \"lamp order\"";
  query.sort = TextSort::relevance;
  const auto want = refs_of(index.search(query, access_to(docs)).value());
  std::atomic<int> different{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        if (refs_of(index.search(query, access_to(docs)).value()) != want) ++different;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(different, 0);
}

}  // namespace
}  // namespace concord::index::test
