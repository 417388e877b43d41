#include "index/snapshot/text/text_index.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>

#include "index/base/hash.h"
#include "index/snapshot/text/text_build.h"
#include "index/snapshot/text/text_docs.h"
#include "index/snapshot/text/text_phrase.h"
#include "index/snapshot/text/text_plan.h"
#include "index/snapshot/text/text_store.h"

namespace concord::index {
namespace {

/// A hash of all that decides which hits there are and in which order; not of the page.
std::uint64_t question_hash(const TextQuery& query) {
  std::string all = query.words;
  const auto add = [&all](std::string_view word) {
    all.push_back('\0');
    all += std::to_string(word.size());
    all.push_back(':');
    all += word;
  };
  const TextFilters& filters = query.filters;
  for (const auto* list : {&filters.departments, &filters.kinds, &filters.channels}) {
    add(std::to_string(list->size()));
    for (const std::string& value : *list) add(value);
  }
  for (const TextType type : filters.types) add(std::to_string(static_cast<int>(type)));
  add(filters.owner ? std::to_string(*filters.owner) : "-");
  for (const std::int64_t number :
       {filters.from_ms, filters.to_ms, static_cast<std::int64_t>(filters.visibility_max),
        static_cast<std::int64_t>(query.sort), static_cast<std::int64_t>(query.any_word)})
    add(std::to_string(number));
  return hash64(all);
}

std::string hex16(std::uint64_t value) {
  return to_hex(Hash128{value, 0}).substr(16);
}

/// 16 hex digits each: build, question, offset.
std::string make_cursor(std::uint64_t build, std::uint64_t question, std::uint32_t offset) {
  return hex16(build) + hex16(question) + hex16(offset);
}

Result<std::uint32_t> read_cursor(const std::string& cursor, std::uint64_t build,
                                  std::uint64_t question) {
  if (cursor.empty()) return 0;
  std::uint64_t parts[3] = {};
  bool whole = cursor.size() == 48;
  for (std::size_t i = 0; whole && i < 3; ++i) {
    const char* const end = cursor.data() + 16 * (i + 1);
    const auto read = std::from_chars(end - 16, end, parts[i], 16);
    whole = read.ec == std::errc() && read.ptr == end;
  }
  if (!whole) return fail(Code::bad_input, "not a cursor of this service", "cursor");
  if (parts[0] != build)
    return fail(Code::cursor_stale, "the index was built anew: start again", "cursor");
  if (parts[1] != question)
    return fail(Code::bad_input, "belongs to another question", "cursor");
  if (parts[2] > kOffsetMax)
    return fail(Code::over_limit, "deeper than " + std::to_string(kOffsetMax) +
                                      " hits: narrow the search", "cursor");
  return static_cast<std::uint32_t>(parts[2]);
}

/// Decides about one document what the store alone cannot. Keeps the first error.
class Checker {
 public:
  Checker(const DocTable& documents, const TextPlan& plan, const TextAccess& access,
          StoreReader& reader)
      : rows_(documents.rows()), plan_(plan), access_(access), reader_(reader) {}

  [[nodiscard]] bool needed() const { return access_.accept || !plan_.checks.empty(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  bool accepts(std::uint32_t number) {
    if (error_) return false;
    if (number == 0 || number > rows_.size()) {
      error_ = Error{Code::damaged, "text index: a document without a row", {}};
      return false;
    }
    const DocRef ref = rows_[number - 1].ref();
    if (access_.accept && !access_.accept(ref)) return false;
    if (plan_.checks.empty()) return true;
    pieces_.clear();
    access_.text_of(ref, pieces_);
    return std::all_of(plan_.checks.begin(), plan_.checks.end(), [&](const PhraseCheck& check) {
      return fulfils(check, number) != check.excluded;
    });
  }

 private:
  bool fulfils(const PhraseCheck& check, std::uint32_t number) {
    for (const auto& phrase : check.phrases)
      for (const std::string_view piece : pieces_)
        if (phrase_in(piece, phrase)) return true;
    for (const std::string& term : check.terms) {
      const auto has = reader_.has_term(number, term);
      if (!has && !error_) error_ = has.error();
      if (has && *has) return true;
    }
    return false;
  }

  std::span<const DocRow> rows_;
  const TextPlan& plan_;
  const TextAccess& access_;
  StoreReader& reader_;
  std::vector<std::string_view> pieces_;
  std::optional<Error> error_;
};

FacetCounts counts_of(const std::vector<std::uint64_t>& counts, const DocWords& words) {
  FacetCounts out;
  for (std::size_t code = 1; code < counts.size(); ++code)  // 0: has none
    if (counts[code] > 0) out.emplace_back(words[code], counts[code]);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return out;
}

}  // namespace

struct TextIndex::State {
  std::string store_file;
  DocTable documents;
  std::vector<std::string> languages;
  std::mutex lock;                                  // guards `idle`
  std::vector<std::unique_ptr<StoreReader>> idle;   // Xapian's handles are one-owner

  Result<std::unique_ptr<StoreReader>> take_reader();
  Result<void> search(const TextQuery& query, const TextAccess& access, StoreReader& reader,
                      TextHits& out) const;
  Result<void> fill(const TextQuery& query, std::uint32_t offset, const StoreHits& found,
                    TextHits& out) const;
  Result<void> count_facets(const TextPlan& plan, Checker& checker, StoreReader& reader,
                            TextHits& out) const;
};

TextIndex::TextIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextIndex::TextIndex(TextIndex&&) noexcept = default;
TextIndex& TextIndex::operator=(TextIndex&&) noexcept = default;
TextIndex::~TextIndex() = default;
std::uint64_t TextIndex::count() const { return state_->documents.rows().size(); }
std::uint64_t TextIndex::build_id() const { return state_->documents.build_id(); }
const std::vector<std::string>& TextIndex::languages() const { return state_->languages; }
Result<void> TextIndex::check() const { return check_store(state_->store_file); }

Result<TextIndex> TextIndex::open(const std::string& folder) {
  auto state = std::make_unique<State>();
  auto documents = DocTable::open((std::filesystem::path(folder) / kTextDocsFile).string());
  if (!documents) return fail(std::move(documents.error()));
  state->documents = std::move(*documents);
  state->store_file = (std::filesystem::path(folder) / kTextStoreFile).string();
  for (const std::string& language : state->documents.words(DocFacet::language))
    if (!language.empty()) state->languages.push_back(language);
  std::error_code error;
  const auto size = std::filesystem::file_size(state->store_file, error);
  if (error == std::errc::no_such_file_or_directory)
    return fail(Code::not_found, "text index: is missing", state->store_file);
  if (error) return fail(Code::io_error, "cannot stat: " + error.message(), state->store_file);
  if (size != state->documents.facts().store_bytes)
    return fail(Code::damaged, "text index: cut, grown or of another build", state->store_file);
  auto reader = state->take_reader();
  if (!reader) return fail(std::move(reader.error()));
  if ((*reader)->count() != state->documents.rows().size())
    return fail(Code::damaged, "text index: does not fit its docs.bin", state->store_file);
  state->idle.push_back(std::move(*reader));
  return TextIndex(std::move(state));
}

Result<std::unique_ptr<StoreReader>> TextIndex::State::take_reader() {
  {
    const std::lock_guard guard(lock);
    if (!idle.empty()) {
      auto reader = std::move(idle.back());
      idle.pop_back();
      return reader;
    }
  }
  auto opened = StoreReader::open(store_file);
  if (!opened) return fail(std::move(opened.error()));
  return std::make_unique<StoreReader>(std::move(*opened));
}

Result<void> TextIndex::State::fill(const TextQuery& query, std::uint32_t offset,
                                    const StoreHits& found, TextHits& out) const {
  const auto rows = documents.rows();
  const DocWords& language_words = documents.words(DocFacet::language);
  const std::size_t end = std::min<std::size_t>(found.hits.size(), offset + query.limit);
  for (std::size_t i = offset; i < end; ++i) {
    const StoreHit& hit = found.hits[i];
    if (hit.number == 0 || hit.number > rows.size())
      return fail(Code::damaged, "text index: a document without a row", store_file);
    const DocRow& row = rows[hit.number - 1];
    out.hits.push_back({row.ref(), hit.weight_micro, language_words[row.language]});
  }
  out.found = std::max<std::uint64_t>(found.estimated, found.hits.size());
  out.found_is_exact = found.exact;
  const std::uint32_t next = offset + query.limit;
  if (found.hits.size() > next && next <= kOffsetMax)
    out.next_cursor = make_cursor(documents.build_id(), question_hash(query), next);
  return {};
}

Result<void> TextIndex::State::count_facets(const TextPlan& plan, Checker& checker,
                                            StoreReader& reader, TextHits& out) const {
  const auto accept = [&checker](std::uint32_t number) { return checker.accepts(number); };
  auto found = reader.match(plan.store, false, kFacetWalkMax + 1,
                            checker.needed() ? accept : std::function<bool(std::uint32_t)>());
  if (!found) return fail(std::move(found.error()));
  out.facets.exact = found->hits.size() <= kFacetWalkMax;
  if (!out.facets.exact) found->hits.pop_back();
  const auto rows = documents.rows();
  std::vector<std::uint64_t> counts[3];
  for (std::size_t facet = 0; facet < 3; ++facet)
    counts[facet].resize(documents.words(static_cast<DocFacet>(facet)).size());
  for (const StoreHit& hit : found->hits) {
    if (hit.number == 0 || hit.number > rows.size())
      return fail(Code::damaged, "text index: a document without a row", store_file);
    const DocRow& row = rows[hit.number - 1];
    ++counts[0][row.department];
    ++counts[1][row.kind];
    ++counts[2][row.channel];
  }
  out.facets.departments = counts_of(counts[0], documents.words(DocFacet::department));
  out.facets.kinds = counts_of(counts[1], documents.words(DocFacet::kind));
  out.facets.channels = counts_of(counts[2], documents.words(DocFacet::channel));
  if (out.facets.exact) {
    out.found = found->hits.size();
    out.found_is_exact = true;
  }
  return {};
}

Result<void> TextIndex::State::search(const TextQuery& query, const TextAccess& access,
                                      StoreReader& reader, TextHits& out) const {
  if (query.limit == 0 || query.limit > kHitsMax)
    return fail(Code::over_limit, "must be 1 to " + std::to_string(kHitsMax), "limit");
  const auto offset = query.cursor.empty()
                          ? Result<std::uint32_t>(0)
                          : read_cursor(query.cursor, documents.build_id(), question_hash(query));
  if (!offset) return fail(offset.error());
  auto parsed = parse_query(query.words, query.any_word, languages);
  if (!parsed) return fail(std::move(parsed.error()));
  auto plan = plan_query(*parsed, query.filters, documents, languages, reader);
  if (!plan) return fail(std::move(plan.error()));
  out.needles = std::move(plan->needles);
  out.ignored = std::move(parsed->ignored);
  if (!plan->checks.empty() && !access.text_of)
    return fail(Code::unsupported, "words in a row need the text of the records", "q");
  if (plan->nothing) {
    out.found_is_exact = out.facets.exact = true;
    return {};
  }
  Checker checker(documents, *plan, access, reader);
  const auto accept = [&checker](std::uint32_t number) { return checker.accepts(number); };
  const bool ranked = query.sort == TextSort::relevance && plan->ranked;
  // One more than the page shows whether there is a next one.
  auto found = reader.match(plan->store, ranked, *offset + query.limit + 1,
                            checker.needed() ? accept : std::function<bool(std::uint32_t)>());
  if (!found) return fail(std::move(found.error()));
  if (auto filled = fill(query, *offset, *found, out); !filled) return filled;
  if (query.facets)
    if (auto counted = count_facets(*plan, checker, reader, out); !counted) return counted;
  if (checker.error()) return fail(*checker.error());
  return {};
}

Result<TextHits> TextIndex::search(const TextQuery& query, const TextAccess& access) const {
  auto reader = state_->take_reader();
  if (!reader) return fail(std::move(reader.error()));
  TextHits out;
  auto searched = state_->search(query, access, **reader, out);
  if (!searched) {
    // A reader that met damage is not used again.
    if (searched.error().code != Code::damaged && searched.error().code != Code::io_error) {
      const std::lock_guard guard(state_->lock);
      state_->idle.push_back(std::move(*reader));
    }
    return fail(std::move(searched.error()));
  }
  const std::lock_guard guard(state_->lock);
  state_->idle.push_back(std::move(*reader));
  return out;
}

}  // namespace concord::index
