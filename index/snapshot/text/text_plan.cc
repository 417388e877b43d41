#include "index/snapshot/text/text_plan.h"

#include <algorithm>
#include <utility>

#include "index/snapshot/text/text_stems.h"
#include "index/snapshot/text/text_terms.h"

namespace concord::index {
namespace {

class Planner {
 public:
  Planner(const std::vector<std::string>& languages, StoreReader& reader)
      : languages_(languages), reader_(reader) {}

  Result<void> add(const QueryClause& clause);
  TextPlan plan;

 private:
  /// The terms a leaf stands for (any of them) that the index holds; not for phrases.
  Result<StoreWord> terms_of(const QueryLeaf& leaf);
  Result<StoreWord> stems_of(const std::string& plain, const std::string& folded);
  /// The words of a phrase that the store looks for; none: the phrase cannot occur.
  Result<StoreAlternative> words_of(const QueryLeaf& phrase);
  Result<StoreWord> held(StoreWord terms);
  void note_needles(const QueryLeaf& leaf);

  const std::vector<std::string>& languages_;
  StoreReader& reader_;
  Stems stems_;
};

Result<StoreWord> Planner::held(StoreWord terms) {
  StoreWord kept;
  for (std::string& term : terms) {
    const auto exists = reader_.exists(term);
    if (!exists) return fail(exists.error());
    if (*exists) kept.push_back(std::move(term));
  }
  return kept;
}

Result<StoreWord> Planner::stems_of(const std::string& plain, const std::string& folded) {
  StoreWord terms = stems_.all_of({folded, plain}, languages_);
  for (std::string& term : terms) term = make_term(kTermStem, term);
  return held(std::move(terms));
}

Result<StoreWord> Planner::terms_of(const QueryLeaf& leaf) {
  if (leaf.kind == QueryLeaf::Kind::word)
    return stems_of(leaf.words.front(), leaf.folded.front());
  if (leaf.kind == QueryLeaf::Kind::id) {
    StoreWord terms;
    for (const std::string& form : leaf.words) terms.push_back(make_term(kTermId, form));
    return held(std::move(terms));
  }
  auto terms = reader_.expand(leaf.words.front(), kPrefixTermsMax);
  if (!terms && terms.error().code == Code::over_limit)
    return fail(Code::over_limit, "'" + leaf.words.front() + "*': " + terms.error().detail, "q");
  return terms;
}

Result<StoreAlternative> Planner::words_of(const QueryLeaf& phrase) {
  const auto stop = [&](const std::string& word) { return is_stop_word(word, languages_); };
  const bool only_stop_words = std::all_of(phrase.words.begin(), phrase.words.end(), stop);
  StoreAlternative out;
  for (std::size_t i = 0; i < phrase.words.size(); ++i) {
    if (!only_stop_words && stop(phrase.words[i])) continue;
    auto stems = stems_of(phrase.words[i], phrase.folded[i]);
    if (!stems) return fail(std::move(stems.error()));
    if (stems->empty()) return StoreAlternative{};
    out.all.push_back(std::move(*stems));
  }
  return out;
}

void Planner::note_needles(const QueryLeaf& leaf) {
  switch (leaf.kind) {
    case QueryLeaf::Kind::word: {
      for (std::string& stem : stems_.all_of({leaf.folded.front(), leaf.words.front()}, languages_))
        plan.needles.stems.push_back(std::move(stem));
      break;
    }
    case QueryLeaf::Kind::phrase:
      plan.needles.words.insert(plan.needles.words.end(), leaf.words.begin(), leaf.words.end());
      break;
    case QueryLeaf::Kind::prefix: plan.needles.prefixes.push_back(leaf.words.front()); break;
    case QueryLeaf::Kind::id: break;
  }
}

Result<void> Planner::add(const QueryClause& clause) {
  StoreClause store;
  store.excluded = clause.excluded;
  PhraseCheck check;
  check.excluded = clause.excluded;
  for (const QueryLeaf& leaf : clause.any) {
    if (!clause.excluded) note_needles(leaf);
    if (leaf.kind == QueryLeaf::Kind::phrase) {
      auto words = words_of(leaf);
      if (!words) return fail(std::move(words.error()));
      if (words->all.empty()) continue;
      check.phrases.push_back(leaf.words);
      if (!clause.excluded) store.any.push_back(std::move(*words));
      continue;
    }
    auto terms = terms_of(leaf);
    if (!terms) return fail(std::move(terms.error()));
    if (terms->empty()) continue;
    check.terms.insert(check.terms.end(), terms->begin(), terms->end());
    store.any.push_back({{std::move(*terms)}});
  }
  if (!clause.excluded && store.any.empty()) plan.nothing = true;
  if (!clause.excluded) plan.ranked = true;
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

Result<TextPlan> plan_query(const ParsedQuery& parsed, const TextFilters& filters,
                            const DocTable& documents, const std::vector<std::string>& languages,
                            StoreReader& reader) {
  Planner planner(languages, reader);
  for (const QueryClause& clause : parsed.clauses)
    if (auto added = planner.add(clause); !added) return fail(std::move(added.error()));
  TextPlan& plan = planner.plan;
  if (auto added = add_filters(filters, plan.store); !added) return fail(std::move(added.error()));
  add_window(filters, documents, plan.store);
  sort_unique(plan.needles.stems);
  sort_unique(plan.needles.words);
  sort_unique(plan.needles.prefixes);
  return std::move(plan);
}

}  // namespace concord::index
