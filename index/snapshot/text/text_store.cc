#include "index/snapshot/text/text_store.h"

#include <fcntl.h>
#include <unistd.h>
#include <xapian.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <sstream>
#include <unordered_map>

#include "index/base/assert.h"
#include "index/base/hash.h"

namespace concord::index {
namespace {

constexpr std::size_t kTermBytesMax = 200;  // Xapian takes 245, NUL bytes count double
constexpr std::size_t kKnownTermsMax = 1 << 16;
constexpr double kWeightUnits = 1 << 19;  // a part of a weight is a whole number of 2^-19

struct Language {
  std::string_view code;
  const char* stemmer;
};
constexpr std::array<Language, 15> kLanguages{{
    {"da", "danish"},
    {"de", "german"},
    {"en", "english"},
    {"es", "spanish"},
    {"fi", "finnish"},
    {"fr", "french"},
    {"hu", "hungarian"},
    {"it", "italian"},
    {"nl", "dutch"},
    {"no", "norwegian"},
    {"pt", "portuguese"},
    {"ro", "romanian"},
    {"ru", "russian"},
    {"sv", "swedish"},
    {"tr", "turkish"},
}};

/// Runs `work`; what Xapian throws becomes an error about `place`.
template <typename Work>
auto guarded(const std::string& place, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const Xapian::DatabaseError& error) {
    return fail(Code::damaged, "text index: " + error.get_msg(), place);
  } catch (const Xapian::Error& error) {
    return fail(Code::io_error, "text index: " + error.get_msg(), place);
  } catch (const std::exception& error) {
    return fail(Code::damaged, std::string("text index: ") + error.what(), place);
  }
}

/// The documents [first, last], all of one weight: none.
class RangeSource final : public Xapian::PostingSource {
 public:
  RangeSource(std::uint32_t first, std::uint32_t last) : first_(first), last_(last) {}
  Xapian::doccount get_termfreq_min() const override { return size(); }
  Xapian::doccount get_termfreq_est() const override { return size(); }
  Xapian::doccount get_termfreq_max() const override { return size(); }
  Xapian::docid get_docid() const override { return at_; }
  bool at_end() const override { return at_ > last_; }
  void next(double) override { at_ = at_ == 0 ? first_ : at_ + 1; }
  void skip_to(Xapian::docid number, double) override { at_ = std::max({at_, first_, number}); }
  void init(const Xapian::Database&) override { at_ = 0; }

 private:
  Xapian::doccount size() const { return last_ < first_ ? 0 : last_ - first_ + 1; }
  std::uint32_t first_;
  std::uint32_t last_;
  Xapian::docid at_ = 0;
};

/// The numbers of a sorted list.
class ListSource final : public Xapian::PostingSource {
 public:
  explicit ListSource(std::span<const std::uint32_t> numbers) : numbers_(numbers) {}
  Xapian::doccount get_termfreq_min() const override { return size(); }
  Xapian::doccount get_termfreq_est() const override { return size(); }
  Xapian::doccount get_termfreq_max() const override { return size(); }
  Xapian::docid get_docid() const override { return numbers_[at_]; }
  bool at_end() const override { return at_ >= numbers_.size(); }
  void next(double) override {
    if (started_) ++at_;
    started_ = true;
  }
  void skip_to(Xapian::docid number, double) override {
    started_ = true;
    const auto from = numbers_.subspan(at_);
    at_ +=
        static_cast<std::size_t>(std::lower_bound(from.begin(), from.end(), number) - from.begin());
  }
  void init(const Xapian::Database&) override {
    at_ = 0;
    started_ = false;
  }

 private:
  Xapian::doccount size() const { return static_cast<Xapian::doccount>(numbers_.size()); }
  std::span<const std::uint32_t> numbers_;
  std::size_t at_ = 0;
  bool started_ = false;
};

/// BM25 (k1 1.2, b 0.75) with the rarity of the words and the mean length given from outside, so
/// that a document weighs the same in whichever file it lies. Every part is a whole number of
/// 2^-19: sums are exact in any order, and rounding to millionths keeps their order.
class PartWeight final : public Xapian::Weight {
 public:
  explicit PartWeight(double inverse_mean_length) : inverse_mean_length_(inverse_mean_length) {
    need_stat(WDF);
    need_stat(DOC_LENGTH);
    need_stat(WDF_MAX);
    need_stat(DOC_LENGTH_MIN);
  }
  PartWeight* clone() const override { return new PartWeight(inverse_mean_length_); }
  void init(double factor) override { factor_ = factor * (kK1 + 1); }
  double get_sumpart(Xapian::termcount wdf, Xapian::termcount length,
                     Xapian::termcount) const override {
    return std::floor(part(wdf, length) * kWeightUnits) / kWeightUnits;
  }
  double get_maxpart() const override {
    const Xapian::termcount wdf = get_wdf_upper_bound();
    return std::ceil(part(wdf, std::max(wdf, get_doclength_lower_bound())) * kWeightUnits) /
           kWeightUnits;
  }
  double get_sumextra(Xapian::termcount, Xapian::termcount) const override { return 0; }
  double get_maxextra() const override { return 0; }

 private:
  static constexpr double kK1 = 1.2;
  static constexpr double kB = 0.75;
  double part(double wdf, double length) const {
    return factor_ * (wdf / (kK1 * (length * inverse_mean_length_ * kB + (1 - kB)) + wdf));
  }
  double inverse_mean_length_;
  double factor_ = 0;
};

class Decider final : public Xapian::MatchDecider {
 public:
  explicit Decider(const std::function<bool(std::uint32_t)>& accept) : accept_(accept) {}
  bool operator()(const Xapian::Document& document) const override {
    return accept_(document.get_docid());
  }

 private:
  const std::function<bool(std::uint32_t)>& accept_;
};

Xapian::Query query_of(const StoreWord& word, bool ranked) {
  const auto& terms = word.terms;
  if (!ranked && terms.size() > 1) return {Xapian::Query::OP_OR, terms.begin(), terms.end()};
  Xapian::Query query = terms.size() == 1
                            ? Xapian::Query(terms.front())
                            : Xapian::Query(Xapian::Query::OP_SYNONYM, terms.begin(), terms.end());
  return ranked ? Xapian::Query(word.weight, query) : query;
}

Xapian::Query joined(Xapian::Query::op op, const std::vector<Xapian::Query>& parts) {
  return parts.size() == 1 ? parts.front() : Xapian::Query(op, parts.begin(), parts.end());
}

Xapian::Query query_of(const StoreClause& clause, bool ranked) {
  std::vector<Xapian::Query> any;
  for (const StoreAlternative& alternative : clause.any) {
    std::vector<Xapian::Query> all;
    for (const StoreWord& word : alternative.all) all.push_back(query_of(word, ranked));
    if (!all.empty()) any.push_back(joined(Xapian::Query::OP_AND, all));
  }
  return any.empty() ? Xapian::Query::MatchNothing : joined(Xapian::Query::OP_OR, any);
}

Xapian::Query query_of(const StorePlan& plan, bool ranked, Xapian::PostingSource* range,
                       Xapian::PostingSource* dead) {
  std::vector<Xapian::Query> wanted;
  std::vector<Xapian::Query> filters;
  std::vector<Xapian::Query> excluded;
  for (const StoreClause& clause : plan.clauses)
    (clause.excluded ? excluded : wanted).push_back(query_of(clause, ranked && !clause.excluded));
  for (const std::vector<std::string>& terms : plan.filters)
    filters.emplace_back(Xapian::Query::OP_OR, terms.begin(), terms.end());
  for (const std::string& term : plan.without) excluded.emplace_back(term);
  if (range != nullptr) filters.emplace_back(range);
  if (dead != nullptr) excluded.emplace_back(dead);
  // Everything. Not Query::MatchAll: threads must not share it, its references are not counted
  // atomically.
  Xapian::Query query{std::string()};
  if (!wanted.empty()) query = joined(Xapian::Query::OP_AND, wanted);
  if (!filters.empty()) {
    const Xapian::Query filter = joined(Xapian::Query::OP_AND, filters);
    query = wanted.empty() ? Xapian::Query(0.0, filter)
                           : Xapian::Query(Xapian::Query::OP_FILTER, query, filter);
  }
  if (!excluded.empty())
    query = Xapian::Query(Xapian::Query::OP_AND_NOT, query, joined(Xapian::Query::OP_OR, excluded));
  return query;
}

std::uint64_t quantised(double weight) {
  return weight <= 0 ? 0 : static_cast<std::uint64_t>(std::llround(weight * 1e6));
}

}  // namespace

std::string make_term(char space, std::string_view value) {
  std::string term(1, space);
  if (value.size() <= kTermBytesMax && value.find('\0') == std::string_view::npos)
    return term.append(value);
  return term.append("#").append(to_hex(hash128(value)));
}

struct Stemmer::State {
  Xapian::Stem stem;
};
bool Stemmer::knows(std::string_view language) {
  for (const Language& known : kLanguages)
    if (known.code == language) return true;
  return false;
}
Stemmer::Stemmer(std::string_view language) : state_(std::make_unique<State>()) {
  CONCORD_ASSERT(knows(language));
  for (const Language& known : kLanguages)
    if (known.code == language) state_->stem = Xapian::Stem(known.stemmer);
}
Stemmer::~Stemmer() = default;
Stemmer::Stemmer(Stemmer&&) noexcept = default;
std::string Stemmer::stem(const std::string& word) const { return state_->stem(word); }

struct ShardWriter::State {
  std::string folder;
  Xapian::WritableDatabase database;
  Xapian::Document document;
};
ShardWriter::ShardWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ShardWriter::ShardWriter(ShardWriter&&) noexcept = default;
ShardWriter::~ShardWriter() = default;

Result<ShardWriter> ShardWriter::create(const std::string& folder) {
  return guarded(folder, [&]() -> Result<ShardWriter> {
    // No term lists: nothing here deletes a document or asks for its terms. No sync: a shard is
    // scratch; the merged file is synced.
    const int flags = Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_BACKEND_GLASS |
                      Xapian::DB_NO_TERMLIST | Xapian::DB_NO_SYNC | Xapian::DB_DANGEROUS;
    auto state = std::make_unique<State>();
    state->folder = folder;
    state->database = Xapian::WritableDatabase(folder, flags);
    return ShardWriter(std::move(state));
  });
}
void ShardWriter::begin() { state_->document = Xapian::Document(); }
void ShardWriter::term(std::string_view term, std::uint32_t count) {
  state_->document.add_term(std::string(term), count);
}
Result<void> ShardWriter::end() {
  return guarded(state_->folder, [&]() -> Result<void> {
    state_->database.add_document(state_->document);
    return {};
  });
}
Result<void> ShardWriter::lead(const std::string& word, const std::string& stem) {
  return guarded(state_->folder, [&]() -> Result<void> {
    state_->database.add_synonym(word, stem);
    return {};
  });
}
Result<void> ShardWriter::finish() {
  return guarded(state_->folder, [&]() -> Result<void> {
    state_->database.commit();
    state_->database.close();
    return {};
  });
}

Result<void> merge_shards(std::span<const std::string> folders, const std::string& path,
                          MergeInto into) {
  CONCORD_ASSERT(!folders.empty());
  return guarded(path, [&]() -> Result<void> {
    Xapian::Database all;
    for (const std::string& folder : folders) all.add_database(Xapian::Database(folder));
    const unsigned flags = Xapian::Compactor::FULLER;
    const unsigned single_file = Xapian::DBCOMPACT_SINGLE_FILE;
    all.compact(path, into == MergeInto::file ? flags | single_file : flags);
    return {};
  });
}

Result<void> check_store(const std::string& file) {
  return guarded(file, [&]() -> Result<void> {
    std::ostringstream words;
    const std::size_t errors = Xapian::Database::check(file, 0, &words);
    if (errors == 0) return {};
    return fail(Code::damaged, "text index: " + std::to_string(errors) + " faults", file);
  });
}

struct StoreReader::State {
  std::string file;
  Xapian::Database database;
  std::unordered_map<std::string, std::uint32_t> known_terms;  // memo of frequency(); never walked
};
StoreReader::StoreReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
StoreReader::StoreReader(StoreReader&&) noexcept = default;
StoreReader::~StoreReader() = default;

Result<StoreReader> StoreReader::open(const std::string& file) {
  return guarded(file, [&]() -> Result<StoreReader> {
    // By descriptor: a path would also open a stub file, which can name any other database.
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      return fail(errno == ENOENT ? Code::not_found : Code::io_error,
                  std::string("cannot open: ") + std::strerror(errno), file);
    auto state = std::make_unique<State>();
    state->file = file;
    state->database = Xapian::Database(fd);  // owns fd
    return StoreReader(std::move(state));
  });
}

std::uint32_t StoreReader::count() const { return state_->database.get_doccount(); }

Result<StoreHits> StoreReader::match(const StorePlan& plan, bool ranked, std::uint32_t limit,
                                     const std::function<bool(std::uint32_t)>& accept) {
  return guarded(state_->file, [&]() -> Result<StoreHits> {
    const std::uint32_t total = count();
    StoreHits out;
    out.exact = true;
    if (total == 0 || plan.first > plan.last || plan.first > total || limit == 0) return out;
    RangeSource range(plan.first, std::min(plan.last, total));
    const bool whole = plan.first <= 1 && plan.last >= total;
    Xapian::Enquire enquire(state_->database);
    ListSource dead(plan.dead);
    enquire.set_query(
        query_of(plan, ranked, whole ? nullptr : &range, plan.dead.empty() ? nullptr : &dead));
    enquire.set_docid_order(Xapian::Enquire::ASCENDING);
    if (ranked)
      enquire.set_weighting_scheme(PartWeight(plan.inverse_mean_length));
    else
      enquire.set_weighting_scheme(Xapian::BoolWeight());
    const Decider decider(accept);
    const Xapian::MSet found = enquire.get_mset(0, limit, 0, nullptr, accept ? &decider : nullptr);
    for (auto hit = found.begin(); hit != found.end(); ++hit)
      out.hits.push_back({*hit, ranked ? quantised(hit.get_weight()) : 0});
    const bool walked_all = found.size() < limit;
    out.estimated = walked_all ? found.size() : found.get_matches_estimated();
    out.exact = walked_all ||
                (!accept && found.get_matches_lower_bound() == found.get_matches_upper_bound());
    return out;
  });
}

double StoreReader::inverse_mean_length() const {
  const double length = state_->database.get_avlength();
  return length > 0 ? 1 / length : 0;
}

Result<std::uint32_t> StoreReader::frequency(const std::string& term) {
  return guarded(state_->file, [&]() -> Result<std::uint32_t> {
    auto& known = state_->known_terms;
    if (const auto at = known.find(term); at != known.end()) return at->second;
    if (known.size() >= kKnownTermsMax) known.clear();
    return known[term] = state_->database.get_termfreq(term);
  });
}

Result<bool> StoreReader::has_term(std::uint32_t number, const std::string& term) {
  return guarded(state_->file, [&]() -> Result<bool> {
    auto at = state_->database.postlist_begin(term);
    const auto end = state_->database.postlist_end(term);
    if (at == end) return false;
    at.skip_to(number);
    return at != end && *at == number;
  });
}

Result<std::vector<std::string>> StoreReader::expand(const std::string& prefix,
                                                     std::size_t terms_max) {
  return guarded(state_->file, [&]() -> Result<std::vector<std::string>> {
    const Xapian::Database& database = state_->database;
    const auto too_many = [&] {
      return fail(Code::over_limit,
                  "over " + std::to_string(terms_max) + " words begin so: write more letters");
    };
    std::vector<std::string> terms;
    const std::string stem_prefix = make_term(kTermStem, prefix);
    const auto stems_end = database.allterms_end(stem_prefix);
    for (auto at = database.allterms_begin(stem_prefix); at != stems_end; ++at) {
      if (terms.size() == terms_max) return too_many();
      terms.push_back(*at);
    }
    // Many forms of a word lead to one stem, so their bound is wider.
    std::size_t words = 0;
    const auto words_end = database.synonym_keys_end(prefix);
    for (auto word = database.synonym_keys_begin(prefix); word != words_end; ++word) {
      if (++words > 4 * terms_max) return too_many();
      const auto end = database.synonyms_end(*word);
      for (auto stem = database.synonyms_begin(*word); stem != end; ++stem)
        terms.push_back(make_term(kTermStem, *stem));
    }
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
    if (terms.size() > terms_max) return too_many();
    return terms;
  });
}

Result<std::vector<std::string>> StoreReader::expand_here(const std::string& prefix) {
  return guarded(state_->file, [&]() -> Result<std::vector<std::string>> {
    std::vector<std::string> terms;
    for (const char space : {kTermStem, kTermWord}) {
      const std::string beginning = make_term(space, prefix);
      const auto end = state_->database.allterms_end(beginning);
      for (auto at = state_->database.allterms_begin(beginning); at != end; ++at)
        terms.push_back(*at);
    }
    return terms;
  });
}

}  // namespace concord::index
