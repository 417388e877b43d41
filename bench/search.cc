// Question: how long does a search take, in one customer and in all, beside Xapian's own BM25 over
// the same file?
// Load: pairs of neighbouring words drawn from the texts of the base (so common words come often),
// fixed seed, ten hits. One word (the first), both words, both as a phrase; newest first or best.
#include <algorithm>
#include <filesystem>
#include <map>

#include "bench/peers/raw_xapian.h"
#include "bench/questions.h"
#include "bench/texts.h"
#include "index/snapshot/text/text_stems.h"
#include "index/snapshot/text/text_store.h"

namespace concord::bench {
namespace {

constexpr std::size_t kDrawn = 500;
constexpr std::size_t kChecked = 40;

enum class Form { word, both, phrase };
const char* name_of(Form form) {
  return form == Form::word ? "word" : form == Form::both ? "and" : "phrase";
}

struct Asked {
  std::vector<Question> questions;
  std::unique_ptr<RawXapian> peer;
  std::string wrong;
};

index::TextQuery query_of(const Question& question, Form form) {
  index::TextQuery query;
  const std::string& first = question.words[0];
  const std::string both = first + " " + question.words[1];
  query.words = form == Form::word ? first : form == Form::both ? both : "\"" + both + "\"";
  query.filters.visibility_max = index::Visibility::restricted;
  return query;
}

bool literally_in(const Text& text, const Question& question, Form form) {
  std::size_t found[2] = {0, 0};
  for (const std::string& piece : text.pieces) {
    const auto words = plain_words(piece);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (form == Form::phrase && i + 1 < words.size() && words[i] == question.words[0] &&
          words[i + 1] == question.words[1])
        return true;
      found[0] += words[i] == question.words[0] ? 1U : 0U;
      found[1] += words[i] == question.words[1] ? 1U : 0U;
    }
  }
  if (form == Form::phrase) return false;
  return found[0] > 0 && (form == Form::word || found[1] > 0);
}

// Every text that literally holds the words and is newer than the last hit must be among the hits
// (stems find more than that); a phrase must also find nothing else.
std::string one_wrong(const World& world, const std::vector<Text>& texts, const Question& question,
                      Form form, TextPieces& pieces) {
  index::TextQuery query = query_of(question, form);
  query.filters.types = {index::TextType::entry};
  const auto hits = world.engine().text()->index->search(query, pieces.access());
  if (!hits) return hits.error().text();
  const bool whole = hits->hits.size() < query.limit;
  std::vector<index::DocRef> got;
  for (const index::TextHit& hit : hits->hits) got.push_back(hit.ref);
  if (!std::is_sorted(got.begin(), got.end(), index::comes_before)) return "not newest first";
  std::size_t literal = 0;
  for (const Text& text : texts) {
    if (!whole && index::comes_before(got.back(), text.ref)) continue;
    if (!literally_in(text, question, form)) continue;
    ++literal;
    if (std::find(got.begin(), got.end(), text.ref) == got.end())
      return "a text with these words is not found: " + query.words;
  }
  if (form == Form::phrase && literal != got.size()) return "a hit lacks the phrase " + query.words;
  return literal == 0 ? "not even its own text is found: " + query.words : "";
}

std::vector<PeerWord> peer_words(const World& world, const Question& question, Form form) {
  index::Stems stems;
  std::vector<PeerWord> words;
  for (std::size_t i = 0; i < (form == Form::word ? 1U : 2U); ++i) {
    const std::string& word = question.words[i];
    PeerWord terms = stems.all_of({word, word}, world.engine().text()->index->languages());
    for (std::string& term : terms) term = index::make_term(index::kTermStem, term);
    words.push_back(std::move(terms));
  }
  return words;
}

std::string wrong_with(const World& world, const std::vector<Text>& texts, const Asked& asked) {
  const index::ReadPin pin = world.snapshot().pin();
  TextPieces pieces(world, pin);
  for (std::size_t i = 0; i < kChecked && i < asked.questions.size(); ++i)
    for (const Form form : {Form::word, Form::both, Form::phrase})
      if (auto wrong = one_wrong(world, texts, asked.questions[i], form, pieces); !wrong.empty())
        return wrong;
  return asked.questions.size() < kDrawn ? "too few words in the texts of this base" : "";
}

Asked& asked_of(const World& world, std::size_t customers) {
  static std::map<std::size_t, Asked> all;
  const auto [at, is_new] = all.try_emplace(customers);
  Asked& asked = at->second;
  if (!is_new) return asked;
  if (world.engine().text() == nullptr) {
    asked.wrong = "the base has no text index";
    return asked;
  }
  const std::vector<Text> texts = texts_of(world);
  asked.questions = draw_questions(world, texts, kDrawn);
  asked.wrong = wrong_with(world, texts, asked);
  asked.peer = std::make_unique<RawXapian>(world.data() + "/generations/" +
                                           world.engine().generation().name + "/text/text.glass");
  return asked;
}

void ours(benchmark::State& state, const Bases& bases, std::size_t customers, Form form,
          index::TextSort sort, bool in_one) {
  const World& world = world_of(bases, customers);
  const Asked& asked = asked_of(world, customers);
  if (!asked.wrong.empty()) return state.SkipWithError(asked.wrong.c_str());
  const index::ReadPin pin = world.snapshot().pin();
  TextPieces pieces(world, pin);
  const index::TextAccess access = pieces.access();
  std::vector<index::TextQuery> queries;
  for (const Question& question : asked.questions) {
    queries.push_back(query_of(question, form));
    queries.back().sort = sort;
    if (in_one) queries.back().filters.owner = question.owner;
  }
  std::size_t hits = 0;
  for (const index::TextQuery& query : queries) {
    const auto found = world.engine().text()->index->search(query, access);
    if (!found || (found->hits.empty())) return state.SkipWithError("a question without a hit");
    hits += found->hits.size();
  }
  measure(state, [&](std::size_t i) {
    benchmark::DoNotOptimize(world.engine().text()->index->search(queries[i % kDrawn], access));
  });
  state.counters["hits"] = static_cast<double>(hits) / kDrawn;
}

void raw(benchmark::State& state, const Bases& bases, std::size_t customers, Form form) {
  const World& world = world_of(bases, customers);
  const Asked& asked = asked_of(world, customers);
  if (!asked.wrong.empty()) return state.SkipWithError(asked.wrong.c_str());
  std::vector<std::vector<PeerWord>> queries;
  for (const Question& question : asked.questions)
    queries.push_back(peer_words(world, question, form));
  std::size_t hits = 0;
  for (const auto& query : queries) hits += asked.peer->top_ten(query);
  measure(state, [&](std::size_t i) {
    benchmark::DoNotOptimize(asked.peer->top_ten(queries[i % kDrawn]));
  });
  state.counters["hits"] = static_cast<double>(hits) / kDrawn;
}

void add(const std::string& name, std::function<void(benchmark::State&)> run) {
  benchmark::RegisterBenchmark(name.c_str(), [run = std::move(run)](benchmark::State& state) {
    run(state);
  })->Iterations(2 * static_cast<benchmark::IterationCount>(kDrawn));
}

}  // namespace

void register_search(const Bases& bases) {
  using Sort = index::TextSort;
  for (const std::size_t n : bases.customers) {
    const std::string size = "/" + std::to_string(n);
    add("search/one_customer/word" + size,
        [=](auto& state) { ours(state, bases, n, Form::word, Sort::recent, true); });
    for (const Form form : {Form::word, Form::both, Form::phrase}) {
      const std::string what = std::string("search/all/") + name_of(form);
      add(what + "/recent" + size,
          [=](auto& state) { ours(state, bases, n, form, Sort::recent, false); });
      add(what + "/relevance" + size,
          [=](auto& state) { ours(state, bases, n, form, Sort::relevance, false); });
      if (form != Form::phrase)
        add(what + "/raw_xapian" + size, [=](auto& state) { raw(state, bases, n, form); });
    }
  }
}

}  // namespace concord::bench
