// Promise: what a search answers is a function of the generation, the revision and the question,
// however the documents that changed since lie in shards.
// Method: random changes over a random base; the same state cut into many shards, merged at random,
// and as one shard: equal answers, member by member; and what a scan of the texts finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "index/base/files.h"
#include "index/snapshot/text/text_shards.h"
#include "tests/index/snapshot/text/text_support.h"

namespace concord::index::test {
namespace {

/// All that an answer says, in words.
std::string told(const Result<TextHits>& answer) {
  if (!answer) return "error " + answer.error().text();
  std::string out =
      std::to_string(answer->found) + (answer->found_is_exact ? " exactly" : " or so");
  for (const TextHit& hit : answer->hits)
    out += "\n" + std::to_string(hit.ref.at_ms) + " " + std::to_string(hit.ref.owner) + "/" +
           std::to_string(hit.ref.entry_hash) + " weighs " + std::to_string(hit.weight_micro) +
           " " + std::string(hit.language);
  for (const FacetCounts* facet :
       {&answer->facets.departments, &answer->facets.kinds, &answer->facets.channels})
    for (const auto& [word, count] : *facet) out += "\n" + word + " " + std::to_string(count);
  for (const auto* list : {&answer->needles.stems, &answer->needles.prefixes, &answer->ignored})
    for (const std::string& one : *list) out += "\n" + one;
  return out + "\n" + answer->next_cursor;
}

/// A base and what became of it, once in the shards of many commits and once in one.
class LiveTexts {
 public:
  explicit LiveTexts(std::uint64_t seed, std::size_t count) : random_(seed) {
    now_ = generated(seed, count);
    const auto built = build_text_index(source_of(now_), folder_.file("base"), {.threads = 2});
    EXPECT_TRUE(built) << built.error().text();
    base_ = {TextPart::open(folder_.file("base")).value(), "g1", 10};
    shards_ = std::make_unique<TextShards>(base_, folder_.file("live"));
  }

  /// Changes, withdraws and adds a few documents, and commits them.
  void commit(std::size_t changes) {
    Docs fresh;
    for (std::size_t i = 0; i < changes; ++i) {
      Doc made = generated(random_.below(1'000'000'000), 1).front();
      const std::size_t which = random_.below(now_.size() + changes);
      if (which < now_.size()) {
        const DocRef ref = now_[which].ref;
        now_.erase(now_.begin() + static_cast<std::ptrdiff_t>(which));
        std::erase_if(fresh, [&](const Doc& doc) { return doc.ref == ref; });
        kill(ref);
        if (random_.chance(4)) continue;  // withdrawn
        made.ref = ref;
        if (random_.chance(2)) made.ref.at_ms = static_cast<std::int64_t>(random_.below(400'000));
        if (random_.chance(6)) made.ref.owner = ref.owner == 0 ? 0 : 1 + random_.below(7);
      } else {
        made.ref.entry_hash = 1'000'000 + next_++;
      }
      if (random_.chance(5)) made.text.language = "sv";  // a language the base does not have
      now_.push_back(made);
      fresh.push_back(made);
    }
    add(*shards_, fresh, ++number_);
    shards_->freeze(++revision_);
  }

  /// Merges some shards, while others are committed: as they were before, then put in.
  void merge() {
    const std::size_t live = shards_->shards().size() - 1;
    if (live < 2) return;
    const TextShards before = *shards_;
    std::vector<std::uint64_t> sources;
    for (std::size_t i = 1; i <= live; ++i)
      if (random_.chance(2)) sources.push_back(before.shards()[i].number);
    Docs alive;
    for (std::size_t i = 1; i <= live; ++i) {
      const TextShard& shard = before.shards()[i];
      if (std::count(sources.begin(), sources.end(), shard.number) == 0) continue;
      for (std::uint32_t n = 1; n <= shard.part->documents().rows().size(); ++n)
        if (!shard.is_dead(n)) alive.push_back(*find_doc(now_, before.row(i, n).ref()));
    }
    if (sources.empty()) return;
    std::sort(sources.begin(), sources.end());
    auto merged = build_shard(source_of(alive), shards_->folder(), ++number_);
    ASSERT_TRUE(merged) << merged.error().text();
    commit(random_.below(12));
    EXPECT_TRUE(shards_->replace(before, sources, std::move(*merged)));
  }

  std::shared_ptr<const TextIndex> many() { return shards_->freeze(revision_); }
  std::shared_ptr<const TextIndex> one() {
    TextShards whole(base_, folder_.file("one"));
    for (std::uint32_t n = 1; n <= base_.part->documents().rows().size(); ++n)
      if (shards_->shards().front().is_dead(n)) whole.kill(0, n);
    Docs live;
    for (const Doc& doc : now_) {
      const std::uint32_t n = base_.part->number_of(doc.ref);
      if (n == 0 || shards_->shards().front().is_dead(n)) live.push_back(doc);
    }
    add(whole, live, ++number_);
    return whole.freeze(revision_);
  }
  [[nodiscard]] const Docs& now() const { return now_; }
  TextShards& shards() { return *shards_; }
  [[nodiscard]] const TextBase& base() const { return base_; }

 private:
  void kill(const DocRef& ref) {
    std::vector<std::pair<std::size_t, std::uint32_t>> found;
    shards_->each_of(ref.owner, [&](std::size_t shard, std::uint32_t n) {
      if (shards_->row(shard, n).ref() == ref) found.emplace_back(shard, n);
    });
    ASSERT_LE(found.size(), 1U);
    for (const auto& [shard, n] : found) shards_->kill(shard, n);
  }
  static void add(TextShards& to, const Docs& docs, std::uint64_t number) {
    auto shard = build_shard(source_of(docs), to.folder(), number);
    ASSERT_TRUE(shard) << shard.error().text();
    to.add(std::move(*shard));
  }

  TempFolder folder_;
  Random random_;
  Docs now_;
  TextBase base_;
  std::unique_ptr<TextShards> shards_;
  std::uint64_t next_ = 0;
  std::uint64_t number_ = 0;
  EventSeq revision_ = 10;
};

TextQuery random_query(Random& random) {
  TextQuery query;
  for (std::size_t n = random.below(3); n > 0; --n) {
    std::string word = random.pick(vocabulary());
    if (random.chance(4))
      word = "\"" + word + " " + random.pick(vocabulary()) + "\"";
    else if (random.chance(3))
      word = word.substr(0, 2 + random.below(4)) + "*";
    else if (random.chance(6))
      word = "T-99" + std::to_string(random.below(4));
    if (random.chance(6)) word = "-" + word;
    query.words += (query.words.empty() ? "" : random.chance(3) ? " OR " : " ") + word;
  }
  query.sort = random.chance(2) ? TextSort::relevance : TextSort::recent;
  query.limit = 1 + static_cast<std::uint32_t>(random.below(30));
  query.facets = random.chance(3);
  query.filters.visibility_max = static_cast<Visibility>(random.below(3));
  if (random.chance(5)) query.filters.departments = {"service", "sales"};
  if (random.chance(5)) query.filters.owner = 1 + random.below(8);
  if (random.chance(5)) query.filters.types = {TextType::entry};
  if (random.chance(5)) query.filters.from_ms = static_cast<std::int64_t>(1000 * random.below(300));
  if (random.chance(5)) query.filters.to_ms = static_cast<std::int64_t>(1000 * random.below(300));
  return query;
}

/// How many of the questions, walked page by page, are answered differently.
int differences(const TextIndex& a, const TextIndex& b, const Docs& docs, int questions) {
  Random random(3);
  const TextAccess access = access_to(docs);
  int different = 0;
  for (int i = 0; i < questions; ++i) {
    TextQuery query = random_query(random);
    for (int page = 0; page < 3; ++page) {
      const auto x = a.search(query, access);
      const auto y = b.search(query, access);
      if (told(x) != told(y)) {
        if (++different <= 2)
          ADD_FAILURE() << query.words << "\n" << told(x) << "\n---\n" << told(y);
        break;
      }
      if (!x || x->next_cursor.empty()) break;
      query.cursor = x->next_cursor;
    }
  }
  return different;
}

TEST(LiveText, ShardsAndMergesDoNotShow) {
  for (const std::uint64_t seed : {21U, 22U, 23U}) {
    LiveTexts live(seed, seed == 23 ? 1 : 250);
    Random random(seed);
    for (int round = 0; round < 12; ++round) {
      live.commit(1 + random.below(40));
      if (random.chance(2)) live.merge();
    }
    const auto many = live.many();
    const auto one = live.one();
    EXPECT_GT(many->members().size(), 3U);
    EXPECT_EQ(many->state_id(), one->state_id());
    EXPECT_EQ(many->count(), live.now().size());
    EXPECT_EQ(one->count(), live.now().size());
    EXPECT_EQ(many->languages(), one->languages());
    EXPECT_EQ(differences(*many, *one, live.now(), 400), 0) << "seed " << seed;
  }
}

// Everything alive is found and nothing dead: as the scan of the texts says. (Prefixes have their
// own rule, see the README: what they find must not differ by shards, which is checked above.)
TEST(LiveText, FindsWhatAScanFinds) {
  LiveTexts live(31, 200);
  for (int round = 0; round < 8; ++round) {
    live.commit(25);
    live.merge();
  }
  const auto index = live.many();
  Scanner scanner(live.now());
  Random random(4);
  for (int i = 0; i < 300; ++i) {
    Leaf leaf{random.chance(3) ? Leaf::Kind::quoted : Leaf::Kind::word, random.pick(vocabulary())};
    if (leaf.text == "the" || leaf.text == "of" || leaf.text == "and") continue;
    const std::vector<Clause> clauses{{random.chance(4), {leaf}}};
    TextQuery query;
    query.words = written(clauses);
    query.limit = kHitsMax;
    query.filters.visibility_max = Visibility::secret;
    const auto hits = index->search(query, access_to(live.now()));
    ASSERT_TRUE(hits) << hits.error().text();
    auto want = scanner.matches(clauses, query.filters);
    if (want.size() <= kHitsMax) {
      EXPECT_EQ(hits->found, want.size()) << query.words;
    }
    want.resize(std::min<std::size_t>(want.size(), kHitsMax));
    EXPECT_EQ(refs_of(*hits), want) << query.words;
  }
}

// Control: with one dead document forgotten, both checks above would see it.
TEST(LiveText, AForgottenDeadDocumentIsFound) {
  LiveTexts live(21, 250);
  for (int round = 0; round < 6; ++round) live.commit(30);
  const auto good = live.many();
  std::vector<TextMember> members = good->members();
  std::vector<std::uint32_t> fewer(members.front().dead->begin() + 1, members.front().dead->end());
  members.front().dead = std::make_shared<const std::vector<std::uint32_t>>(std::move(fewer));
  const TextIndex bad(std::move(members), good->revision());
  TextQuery query;
  query.limit = kHitsMax;
  query.facets = true;
  query.filters.visibility_max = Visibility::secret;
  TextAccess access;
  EXPECT_NE(told(good->search(query, access)), told(bad.search(query, access)));
}

// Control: weights taken from each shard's own words would show how the shards were cut.
TEST(LiveText, ALiveWordWeighsWhatItWeighsInTheGeneration) {
  LiveTexts live(41, 300);
  for (int round = 0; round < 5; ++round) live.commit(20);
  const auto index = live.many();
  TextQuery query;
  query.words = "lamp";
  query.sort = TextSort::relevance;
  query.limit = kHitsMax;
  const auto together = index->search(query, access_to(live.now()));
  ASSERT_TRUE(together);
  std::map<DocRef, std::uint64_t> weights;
  for (const TextHit& hit : together->hits) weights[hit.ref] = hit.weight_micro;
  int compared = 0;
  int differs = 0;
  for (std::size_t i = 1; i < index->members().size(); ++i) {
    const TextIndex alone({index->members()[i]}, 1);  // the shard as if it were a generation
    const auto hits = alone.search(query, access_to(live.now()));
    ASSERT_TRUE(hits);
    for (const TextHit& hit : hits->hits) {
      ++compared;
      differs += weights[hit.ref] != hit.weight_micro ? 1 : 0;
    }
  }
  EXPECT_GT(compared, 3);
  EXPECT_GT(differs, 0);
}

TEST(LiveText, ACursorGoesWithItsRevision) {
  LiveTexts live(51, 100);
  live.commit(5);
  const auto before = live.many();
  TextQuery query;
  query.limit = 2;
  const auto first = before->search(query, {});
  ASSERT_TRUE(first);
  EXPECT_EQ(TextIndex::state_of(first->next_cursor), before->state_id());
  EXPECT_EQ(TextIndex::state_of("nonsense"), 0U);
  live.commit(5);
  query.cursor = first->next_cursor;
  EXPECT_EQ(live.many()->search(query, {}).error().code, Code::cursor_stale);
  EXPECT_TRUE(before->search(query, {})) << "an older state goes on while somebody holds it";
}

TEST(LiveText, SavedAndOpenedAgainAnswersTheSame) {
  LiveTexts live(61, 150);
  for (int round = 0; round < 5; ++round) live.commit(20);
  const auto before = live.many();
  ASSERT_TRUE(live.shards().save(before->revision()));
  ASSERT_TRUE(live.shards().save(before->revision())) << "twice at one revision";
  auto opened = TextShards::open(live.base(), live.shards().folder());
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->revision(), before->revision());
  opened->sweep();
  const auto after = opened->freeze(opened->revision());
  EXPECT_EQ(differences(*before, *after, live.now(), 150), 0);
  TextBase other = live.base();
  other.generation = "g2";
  const auto refused = TextShards::open(other, live.shards().folder());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
}

// Every file of the folder, cut, flipped anywhere, emptied or gone: refused, with its name.
TEST(LiveText, ADamagedFolderIsRefusedWithTheFile) {
  LiveTexts live(62, 20);
  live.commit(6);
  live.commit(6);
  ASSERT_TRUE(live.shards().save(live.many()->revision()));
  namespace fs = std::filesystem;
  const std::string folder = live.shards().folder();
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  ASSERT_EQ(files.size(), 6U);  // MANIFEST, dead, two shards of two
  const auto refused = [&](const std::string& file, const std::string& what) {
    const auto opened = TextShards::open(live.base(), folder);
    ASSERT_FALSE(opened) << file << " " << what;
    EXPECT_THAT(opened.error().place, testing::HasSubstr(fs::path(file).filename().string()))
        << what;
  };
  for (const std::string& file : files) {
    const std::string good = read_file(file).value();
    const auto write = [&](const std::string& bytes) {
      std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    };
    const std::size_t step = std::max<std::size_t>(1, good.size() / 150);
    for (std::size_t at = 0; at < good.size(); at += step) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      write(bad);
      refused(file, "flipped at " + std::to_string(at));
      if (at % (7 * step) != 0) continue;
      write(good.substr(0, at));
      refused(file, "cut to " + std::to_string(at));
    }
    fs::remove(file);
    refused(file, "gone");
    write(good);
    ASSERT_TRUE(TextShards::open(live.base(), folder)) << file;
  }
}

TEST(LiveText, MergesFullClassesAndWhatIsMostlyDead) {
  LiveTexts live(71, 1500);  // so many that none is hit twice
  for (std::size_t i = 0; i < kTextMergeAtOnce - 1; ++i) live.commit(10);
  EXPECT_TRUE(live.shards().to_merge(false).empty());
  EXPECT_FALSE(live.shards().to_merge(true).empty());
  live.commit(10);
  EXPECT_EQ(live.shards().to_merge(false).size(), kTextMergeAtOnce);
}

}  // namespace
}  // namespace concord::index::test
