// A small base of generated texts, an index of it on disk, and a matcher that scans.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "index/snapshot/text/text_build.h"
#include "index/snapshot/text/text_index.h"
#include "index/snapshot/text/text_stems.h"

namespace concord::index::test {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "concord_text_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string path() const { return path_; }
  [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Doc {
  DocRef ref;
  TextDocument text;
};
using Docs = std::vector<Doc>;

inline TextSource source_of(const Docs& docs) {
  return {docs.size(), [&docs](std::size_t i) { return docs[i].ref; },
          [&docs](std::size_t i, TextDocument& out) { out = docs[i].text; }};
}

inline const Doc* find_doc(const Docs& docs, const DocRef& ref) {
  for (const Doc& doc : docs)
    if (doc.ref == ref) return &doc;
  return nullptr;
}

/// Title and text of the documents, as the records would give them.
inline TextAccess access_to(const Docs& docs) {
  auto by_ref = std::make_shared<std::map<DocRef, const Doc*>>();
  for (const Doc& doc : docs) (*by_ref)[doc.ref] = &doc;
  TextAccess access;
  access.text_of = [by_ref](const DocRef& ref, std::vector<std::string_view>& pieces) {
    const Doc* doc = by_ref->at(ref);
    pieces.emplace_back(doc->text.title);
    pieces.emplace_back(doc->text.text);
  };
  return access;
}

inline TextIndex build_and_open(const Docs& docs, const std::string& folder,
                                unsigned threads = 2) {
  const auto built = build_text_index(source_of(docs), folder, {.threads = threads});
  EXPECT_TRUE(built) << (built ? "" : built.error().text());
  auto index = TextIndex::open(folder);
  EXPECT_TRUE(index) << (index ? "" : index.error().text());
  return std::move(index.value());
}

inline std::vector<DocRef> refs_of(const TextHits& hits) {
  std::vector<DocRef> refs;
  for (const TextHit& hit : hits.hits) refs.push_back(hit.ref);
  return refs;
}

// ---- generated texts -------------------------------------------------------------------------

inline const std::vector<std::string>& vocabulary() {
  static const std::vector<std::string> words{
      "deliver",   "delivery",   "delivered", "delivering", "late",     "lamp",      "lamps",
      "Lampe",     "Lampen",     "Rechnung",  "Rechnungen", "Größe",    "grosse",    "invoice",
      "invoices",  "refund",     "refunded",  "produto",    "produtos", "entregue",  "reclamação",
      "reclamacao", "reclamações", "broken",  "table",      "tables",   "order",     "ordered",
      "contract",  "renewal",    "renew",     "8d50",       "T-991",    "naïve",     "Ärger",
      "call",      "called",     "promise",   "promised",   "the",      "of",        "and"};
  return words;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

 private:
  std::mt19937_64 engine_;
};

inline std::string sentence(Random& random, std::size_t words) {
  static const std::vector<std::string> gaps{" ", " ", " ", ", ", ". ", " - ", "\n"};
  std::string out;
  for (std::size_t i = 0; i < words; ++i) {
    if (i > 0) out += random.pick(gaps);
    out += random.pick(vocabulary());
  }
  return out;
}

inline Docs generated(std::uint64_t seed, std::size_t count) {
  Random random(seed);
  Docs docs;
  for (std::size_t i = 0; i < count; ++i) {
    Doc doc;
    doc.ref = {static_cast<std::int64_t>(1000 * random.below(count)),  // times do collide
               static_cast<TextType>(random.below(3)), 1 + random.below(7), i + 1};
    if (doc.ref.type == TextType::knowledge) doc.ref.owner = 0;
    doc.text.language = random.pick({"en", "de", "pt-BR", "", "xx"});
    doc.text.title = sentence(random, random.below(4));
    doc.text.text = sentence(random, random.below(25));
    doc.text.department = random.pick({"service", "sales", "finance", ""});
    doc.text.kind = random.pick({"case", "order", "note"});
    doc.text.channel = random.pick({"email", "phone", ""});
    if (random.chance(3)) doc.text.ids.push_back("T-" + std::to_string(990 + random.below(4)));
    if (random.chance(5)) doc.text.ids.push_back("+49 30 12345" + std::to_string(random.below(3)));
    if (random.chance(9)) doc.text.visibility = static_cast<Visibility>(random.below(3));
    docs.push_back(std::move(doc));
  }
  return docs;
}

// ---- the matcher that scans ------------------------------------------------------------------

struct Leaf {
  enum class Kind { word, quoted, prefix } kind = Kind::word;
  std::string text;
};
struct Clause {
  bool excluded = false;
  std::vector<Leaf> any;
};

/// The question in the parser's words.
inline std::string written(const std::vector<Clause>& clauses) {
  std::string out;
  for (const Clause& clause : clauses) {
    if (!out.empty()) out += ' ';
    if (clause.excluded) out += '-';
    for (std::size_t i = 0; i < clause.any.size(); ++i) {
      if (i > 0) out += " OR ";
      const Leaf& leaf = clause.any[i];
      if (leaf.kind == Leaf::Kind::quoted) out += '"';
      out += leaf.text;
      if (leaf.kind == Leaf::Kind::quoted) out += '"';
      if (leaf.kind == Leaf::Kind::prefix) out += '*';
    }
  }
  return out;
}

class Scanner {
 public:
  explicit Scanner(const Docs& docs) : docs_(docs) {
    std::set<std::string> languages;
    for (const Doc& doc : docs) languages.insert(stem_language(doc.text.language));
    languages.erase("");
    languages_.assign(languages.begin(), languages.end());
  }

  std::vector<DocRef> matches(const std::vector<Clause>& clauses, const TextFilters& filters) {
    std::vector<DocRef> found;
    for (const Doc& doc : docs_)
      if (fits(doc, filters) && std::all_of(clauses.begin(), clauses.end(), [&](const Clause& c) {
            return std::any_of(c.any.begin(), c.any.end(),
                               [&](const Leaf& leaf) { return holds(doc, leaf); }) != c.excluded;
          }))
        found.push_back(doc.ref);
    std::sort(found.begin(), found.end(), comes_before);
    return found;
  }

 private:
  using Words = std::vector<FoldedWord>;

  static Words words_of(const std::string& text) {
    Words words;
    WordReader reader(text);
    for (TextWord at; reader.next(at);) {
      words.emplace_back();
      fold_word(std::string_view(text).substr(at.begin, at.end - at.begin), words.back());
    }
    return words;
  }

  template <typename T>
  static bool one_of(const std::vector<T>& list, const T& value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  }

  static bool fits(const Doc& doc, const TextFilters& filters) {
    return one_of(filters.types, doc.ref.type) &&
           one_of(filters.departments, doc.text.department) &&
           one_of(filters.kinds, doc.text.kind) && one_of(filters.channels, doc.text.channel) &&
           (!filters.owner || *filters.owner == doc.ref.owner) &&
           doc.ref.at_ms >= filters.from_ms && doc.ref.at_ms <= filters.to_ms &&
           doc.text.visibility <= filters.visibility_max;
  }

  static bool has_row(const std::string& text, const Words& phrase) {
    const Words words = words_of(text);
    const auto same = [](const FoldedWord& a, const FoldedWord& b) { return a.plain == b.plain; };
    return std::search(words.begin(), words.end(), phrase.begin(), phrase.end(), same) !=
           words.end();
  }

  static bool has_id(const Doc& doc, const std::string& text) {
    for (const std::string& id : doc.text.ids)
      for (const std::string& form : id_forms(id))
        for (const std::string& wanted : id_forms(text))
          if (form == wanted) return true;
    return false;
  }

  /// Whether a word anywhere in the base begins with `prefix` and has this stem.
  bool begins(const std::string& prefix, const std::string& stem) {
    if (forms_.empty())
      for (const Doc& doc : docs_)
        for (const std::string* text : {&doc.text.title, &doc.text.text})
          for (const FoldedWord& word : words_of(*text))
            forms_.emplace(stems_.of(word, stem_language(doc.text.language)).stem, word.plain);
    const auto [first, last] = forms_.equal_range(stem);
    return std::any_of(first, last, [&](const auto& f) { return f.second.starts_with(prefix); });
  }

  bool has_word(const Doc& doc, const Leaf& leaf, const FoldedWord& wanted) {
    const std::vector<std::string> stems = stems_.all_of(wanted, languages_);
    const std::string language = stem_language(doc.text.language);
    for (const std::string* text : {&doc.text.title, &doc.text.text})
      for (const FoldedWord& word : words_of(*text)) {
        const WordStems has = stems_.of(word, language);
        for (const std::string* stem : {&has.stem, &has.other}) {
          if (stem->empty()) continue;
          if (leaf.kind == Leaf::Kind::prefix
                  ? stem->starts_with(wanted.plain) || begins(wanted.plain, *stem)
                  : std::count(stems.begin(), stems.end(), *stem) > 0)
            return true;
        }
      }
    return false;
  }

  bool holds(const Doc& doc, const Leaf& leaf) {
    const Words words = words_of(leaf.text);
    if (leaf.kind != Leaf::Kind::prefix && has_id(doc, leaf.text)) return true;
    if (leaf.kind == Leaf::Kind::quoted || words.size() > 1)
      return has_row(doc.text.title, words) || has_row(doc.text.text, words);
    return has_word(doc, leaf, words.front());
  }

  const Docs& docs_;
  std::vector<std::string> languages_;
  std::multimap<std::string, std::string> forms_;  // stem → words
  Stems stems_;
};

}  // namespace concord::index::test
