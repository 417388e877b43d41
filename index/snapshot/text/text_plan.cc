#include "index/snapshot/text/text_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "index/snapshot/text/text_stems.h"
#include "index/snapshot/text/text_terms.h"

namespace concord::index {
namespace {

/// BM25's rarity of a word that `frequency` of `count` documents have.
double rarity(double count, double frequency) {
  const double odds = (count - frequency + 0.5) / (frequency + 0.5);
  return std::log(odds < 2 ? odds * 0.5 + 1 : odds);
}

class Asker {
 public:
  Asker(const std::vector<std::string>& languages, bool by_relevance, StoreReader& base)
      : languages_(languages), by_relevance_(by_relevance), base_(base) {}

  Result<void> add(const QueryClause& clause);
  AskedQuestion question;

 private:
  Result<AskedLeaf> asked(const QueryLeaf& leaf);
  StoreWord stems_of(const std::string& plain, const std::string& folded);
  void add_phrase(const QueryLeaf& leaf, AskedLeaf& out);
  Result<void> weigh(StoreWord& word);
  void note_needles(const QueryLeaf& leaf);

  const std::vector<std::string>& languages_;
  bool by_relevance_;
  StoreReader& base_;
  Stems stems_;
};

StoreWord Asker::stems_of(const std::string& plain, const std::string& folded) {
  StoreWord word{stems_.all_of({folded, plain}, languages_)};
  for (std::string& term : word.terms) term = make_term(kTermStem, term);
  return word;
}

/// Terms that stand for each other are taken as independent, as Xapian does.
Result<void> Asker::weigh(StoreWord& word) {
  const double count = base_.count();
  double without = 1;  // share of the documents that have none of the terms
  for (const std::string& term : word.terms) {
    const auto frequency = base_.frequency(term);
    if (!frequency) return fail(frequency.error());
    if (count > 0) without *= 1 - *frequency / count;
  }
  word.weight = rarity(count, count * (1 - without));
  return {};
}

void Asker::add_phrase(const QueryLeaf& leaf, AskedLeaf& out) {
  const auto stop = [&](const std::string& word) { return is_stop_word(word, languages_); };
  const bool only_stop_words = std::all_of(leaf.words.begin(), leaf.words.end(), stop);
  out.phrase = leaf.words;
  for (std::size_t i = 0; i < leaf.words.size(); ++i)
    if (only_stop_words || !stop(leaf.words[i]))
      out.words.push_back(stems_of(leaf.words[i], leaf.folded[i]));
}

Result<AskedLeaf> Asker::asked(const QueryLeaf& leaf) {
  AskedLeaf out;
  switch (leaf.kind) {
    case QueryLeaf::Kind::word:
      out.words.push_back(stems_of(leaf.words.front(), leaf.folded.front()));
      break;
    case QueryLeaf::Kind::phrase: add_phrase(leaf, out); break;
    case QueryLeaf::Kind::id:
      out.words.emplace_back();
      for (const std::string& form : leaf.words)
        out.words.back().terms.push_back(make_term(kTermId, form));
      break;
    case QueryLeaf::Kind::prefix: {
      out.prefix = leaf.words.front();
      auto terms = base_.expand(out.prefix, kPrefixTermsMax);
      if (!terms && terms.error().code == Code::over_limit)
        return fail(Code::over_limit, "'" + out.prefix + "*': " + terms.error().detail, "q");
      if (!terms) return fail(std::move(terms.error()));
      out.words.push_back({std::move(*terms)});
      break;
    }
  }
  return out;
}

void Asker::note_needles(const QueryLeaf& leaf) {
  TextNeedles& needles = question.needles;
  switch (leaf.kind) {
    case QueryLeaf::Kind::word: {
      for (std::string& stem : stems_.all_of({leaf.folded.front(), leaf.words.front()}, languages_))
        needles.stems.push_back(std::move(stem));
      break;
    }
    case QueryLeaf::Kind::phrase:
      needles.words.insert(needles.words.end(), leaf.words.begin(), leaf.words.end());
      break;
    case QueryLeaf::Kind::prefix: needles.prefixes.push_back(leaf.words.front()); break;
    case QueryLeaf::Kind::id: break;
  }
}

Result<void> Asker::add(const QueryClause& clause) {
  AskedClause out;
  out.excluded = clause.excluded;
  for (const QueryLeaf& leaf : clause.any) {
    auto one = asked(leaf);
    if (!one) return fail(std::move(one.error()));
    if (!clause.excluded) {
      note_needles(leaf);
      question.ranked = by_relevance_;
      if (by_relevance_)
        for (StoreWord& word : one->words)
          if (auto weighed = weigh(word); !weighed) return weighed;
    }
    out.any.push_back(std::move(*one));
  }
  question.clauses.push_back(std::move(out));
  return {};
}

/// Keeps of the question what one file holds.
class Planner {
 public:
  Planner(bool live, StoreReader& reader) : live_(live), reader_(reader) {}

  Result<void> add(const AskedClause& clause);
  TextPlan plan;

 private:
  /// A phrase: false when the file lacks one of its words; else when it lacks all of the terms.
  Result<bool> held(const AskedLeaf& leaf, StoreAlternative& out);
  Result<void> keep_held(StoreWord& word);

  bool live_;
  StoreReader& reader_;
};

Result<void> Planner::keep_held(StoreWord& word) {
  std::size_t kept = 0;
  for (std::string& term : word.terms) {
    const auto frequency = reader_.frequency(term);
    if (!frequency) return fail(frequency.error());
    if (*frequency > 0) std::swap(word.terms[kept++], term);
  }
  word.terms.resize(kept);
  return {};
}

Result<bool> Planner::held(const AskedLeaf& leaf, StoreAlternative& out) {
  for (StoreWord word : leaf.words) {
    if (live_ && !leaf.prefix.empty()) {
      auto here = reader_.expand_here(leaf.prefix);
      if (!here) return fail(std::move(here.error()));
      word.terms.insert(word.terms.end(), here->begin(), here->end());
      std::sort(word.terms.begin(), word.terms.end());
      word.terms.erase(std::unique(word.terms.begin(), word.terms.end()), word.terms.end());
    }
    if (auto kept = keep_held(word); !kept) return fail(std::move(kept.error()));
    if (word.terms.empty()) return false;
    out.all.push_back(std::move(word));
  }
  return true;
}

Result<void> Planner::add(const AskedClause& clause) {
  StoreClause store;
  store.excluded = clause.excluded;
  PhraseCheck check;
  check.excluded = clause.excluded;
  for (const AskedLeaf& leaf : clause.any) {
    StoreAlternative words;
    const auto is_held = held(leaf, words);
    if (!is_held) return fail(is_held.error());
    if (!*is_held) continue;
    if (!leaf.phrase.empty()) {
      check.phrases.push_back(leaf.phrase);
      if (!clause.excluded) store.any.push_back(std::move(words));
      continue;
    }
    const auto& terms = words.all.front().terms;
    check.terms.insert(check.terms.end(), terms.begin(), terms.end());
    store.any.push_back(std::move(words));
  }
  if (!clause.excluded && store.any.empty()) plan.nothing = true;
  if (!store.any.empty()) plan.store.clauses.push_back(std::move(store));
  if (check.phrases.empty()) return {};
  if (check.excluded) check.terms.clear();  // the store has left those out
  plan.checks.push_back(std::move(check));
  return {};
}

Result<void> add_filter(char space, const std::vector<std::string>& values, StorePlan& plan) {
  if (values.empty()) return {};
  if (values.size() > kFilterValuesMax)
    return fail(Code::over_limit,
                "over " + std::to_string(kFilterValuesMax) + " values in a filter");
  std::vector<std::string> terms;
  for (const std::string& value : values) terms.push_back(make_term(space, value));
  plan.filters.push_back(std::move(terms));
  return {};
}

Result<void> add_filters(const TextFilters& filters, StorePlan& plan) {
  if (auto added = add_filter(kTermDepartment, filters.departments, plan); !added) return added;
  if (auto added = add_filter(kTermKind, filters.kinds, plan); !added) return added;
  if (auto added = add_filter(kTermChannel, filters.channels, plan); !added) return added;
  if (filters.owner) plan.filters.push_back({owner_term(*filters.owner)});
  std::vector<std::string> types;
  for (int type = 0; type < kTextTypeCount; ++type)
    if (std::count(filters.types.begin(), filters.types.end(), static_cast<TextType>(type)) > 0)
      types.push_back(type_term(static_cast<TextType>(type)));
  if (!types.empty() && types.size() < kTextTypeCount) plan.filters.push_back(std::move(types));
  for (const Visibility hidden : {Visibility::restricted, Visibility::secret})
    if (filters.visibility_max < hidden) plan.without.push_back(visibility_term(hidden));
  return {};
}

/// Numbers run from new to old, so a time window is a range of them.
void add_window(const TextFilters& filters, const DocTable& documents, StorePlan& plan) {
  const auto rows = documents.rows();
  const auto first = std::partition_point(
      rows.begin(), rows.end(), [&](const DocRow& row) { return row.at_ms > filters.to_ms; });
  const auto last = std::partition_point(
      first, rows.end(), [&](const DocRow& row) { return row.at_ms >= filters.from_ms; });
  plan.first = static_cast<std::uint32_t>(first - rows.begin()) + 1;
  plan.last = static_cast<std::uint32_t>(last - rows.begin());
}

void sort_unique(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

Result<AskedQuestion> ask_question(const ParsedQuery& parsed, const TextFilters& filters,
                                   const std::vector<std::string>& languages, bool by_relevance,
                                   StoreReader& base) {
  Asker asker(languages, by_relevance, base);
  for (const QueryClause& clause : parsed.clauses)
    if (auto added = asker.add(clause); !added) return fail(std::move(added.error()));
  AskedQuestion& question = asker.question;
  if (auto added = add_filters(filters, question.filters); !added)
    return fail(std::move(added.error()));
  if (question.ranked) question.filters.inverse_mean_length = base.inverse_mean_length();
  sort_unique(question.needles.stems);
  sort_unique(question.needles.words);
  sort_unique(question.needles.prefixes);
  return std::move(question);
}

Result<TextPlan> plan_part(const AskedQuestion& question, const TextFilters& filters,
                           const DocTable& documents, bool live, StoreReader& reader) {
  Planner planner(live, reader);
  planner.plan.store = question.filters;
  for (const AskedClause& clause : question.clauses) {
    if (auto added = planner.add(clause); !added) return fail(std::move(added.error()));
    if (planner.plan.nothing) break;
  }
  add_window(filters, documents, planner.plan.store);
  return std::move(planner.plan);
}

}  // namespace concord::index
