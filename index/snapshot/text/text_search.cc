#include "index/snapshot/text/text_search.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "index/base/hash.h"
#include "index/snapshot/text/text_phrase.h"

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

std::string hex16(std::uint64_t value) { return to_hex(Hash128{value, 0}).substr(16); }

/// 16 hex digits each: state, question, offset.
std::string make_cursor(std::uint64_t state, std::uint64_t question, std::uint32_t offset) {
  return hex16(state) + hex16(question) + hex16(offset);
}

bool cut_cursor(std::string_view cursor, std::uint64_t (&parts)[3]) {
  bool whole = cursor.size() == 48;
  for (std::size_t i = 0; whole && i < 3; ++i) {
    const char* const end = cursor.data() + 16 * (i + 1);
    const auto read = std::from_chars(end - 16, end, parts[i], 16);
    whole = read.ec == std::errc() && read.ptr == end;
  }
  return whole;
}

Result<std::uint32_t> read_cursor(std::string_view cursor, std::uint64_t state,
                                  std::uint64_t question) {
  if (cursor.empty()) return 0;
  std::uint64_t parts[3] = {};
  if (!cut_cursor(cursor, parts))
    return fail(Code::bad_input, "not a cursor of this service", "cursor");
  if (parts[0] != state)
    return fail(Code::cursor_stale, "the index has moved on: start again", "cursor");
  if (parts[1] != question) return fail(Code::bad_input, "belongs to another question", "cursor");
  if (parts[2] > kOffsetMax)
    return fail(Code::over_limit,
                "deeper than " + std::to_string(kOffsetMax) + " hits: narrow the search", "cursor");
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

FacetCounts counts_of(const std::map<std::string_view, std::uint64_t>& counts) {
  FacetCounts out;
  for (const auto& [word, count] : counts)
    if (!word.empty()) out.emplace_back(word, count);
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

}  // namespace

std::uint64_t state_of_cursor(std::string_view cursor) {
  std::uint64_t parts[3] = {};
  return cut_cursor(cursor, parts) ? parts[0] : 0;
}

Result<TextHits> TextSearch::run() {
  if (query_.limit == 0 || query_.limit > kHitsMax)
    return fail(Code::over_limit, "must be 1 to " + std::to_string(kHitsMax), "limit");
  if (!query_.cursor.empty()) {
    const auto offset = read_cursor(query_.cursor, state_id_, question_hash(query_));
    if (!offset) return fail(offset.error());
    offset_ = *offset;
  }
  if (auto searched = search_all(); !searched) return fail(std::move(searched.error()));
  write_page();
  if (query_.facets) write_facets();
  return std::move(out_);
}

Result<void> TextSearch::search_all() {
  auto parsed = parse_query(query_.words, query_.any_word, languages_);
  if (!parsed) return fail(std::move(parsed.error()));
  auto base = members_.front().part->lease();
  if (!base) return fail(std::move(base.error()));
  auto question =
      ask_question(*parsed, query_.filters, languages_, query_.sort == TextSort::relevance, **base);
  if (!question) return fail(std::move(question.error()));
  question_ = std::move(*question);
  out_.ignored = std::move(parsed->ignored);
  out_.found_is_exact = true;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const TextMember& member = members_[i];
    const bool live = i > 0;
    if (live && query_.filters.owner && member.part->of_owner(*query_.filters.owner).empty())
      continue;
    auto lease = live ? member.part->lease() : std::move(base);
    if (!lease) return fail(std::move(lease.error()));
    if (auto done = search_in(member, live, **lease); !done) {
      if (done.error().code == Code::damaged || done.error().code == Code::io_error) lease->spoil();
      return done;
    }
  }
  return {};
}

Result<void> TextSearch::search_in(const TextMember& member, bool live, StoreReader& reader) {
  const DocTable& documents = member.part->documents();
  auto plan = plan_part(question_, query_.filters, documents, live, reader);
  if (!plan) return fail(std::move(plan.error()));
  if (!plan->checks.empty() && !access_.text_of)
    return fail(Code::unsupported, "words in a row need the text of the records", "q");
  if (plan->nothing) return {};
  if (member.dead) plan->store.dead = *member.dead;
  Checker checker(documents, *plan, access_, reader);
  std::function<bool(std::uint32_t)> accept;
  if (checker.needed())
    accept = [&checker](std::uint32_t number) { return checker.accepts(number); };
  // One more than the page shows whether there is a next one. Live matches are counted by walking
  // them, up to a bound: an estimate would tell how the shards were cut.
  const std::uint32_t page = offset_ + query_.limit + 1;
  const std::uint32_t bound = std::max(page, kLiveCountMax);
  const auto wanted = static_cast<std::uint32_t>(
      live ? std::max<std::uint64_t>(page, bound + 1 - std::min<std::uint64_t>(live_count_, bound))
           : page);
  const auto found = reader.match(plan->store, question_.ranked, wanted, accept);
  if (!found) return fail(found.error());
  if (auto taken = take(member, *found, hits_); !taken) return taken;
  count(*found, live, bound);
  if (query_.facets) {
    auto newest = reader.match(plan->store, false, kFacetWalkMax + 1, accept);
    if (!newest) return fail(std::move(newest.error()));
    if (auto taken = take(member, *newest, facets_); !taken) return taken;
  }
  if (checker.error()) return fail(*checker.error());
  return {};
}

Result<void> TextSearch::take(const TextMember& member, const StoreHits& hits,
                              std::vector<Found>& to) const {
  to.reserve(to.size() + hits.hits.size());
  for (const StoreHit& hit : hits.hits) {
    if (hit.number == 0 || hit.number > member.part->documents().rows().size())
      return fail(Code::damaged, "text index: a document without a row", member.part->store_file());
    to.push_back({&member, hit});
  }
  return {};
}

void TextSearch::count(const StoreHits& found, bool live, std::uint32_t bound) {
  if (!live) {
    out_.found = std::max<std::uint64_t>(found.estimated, found.hits.size());
    out_.found_is_exact = found.exact;
    return;
  }
  live_count_ += found.hits.size();
  if (live_count_ <= bound) return;
  live_count_ = bound + 1;
  out_.found_is_exact = false;
}

void TextSearch::write_page() {
  const std::uint32_t bound = std::max(offset_ + query_.limit + 1, kLiveCountMax);
  out_.found += std::min<std::uint64_t>(live_count_, bound);
  out_.needles = std::move(question_.needles);
  const auto before = [&](const Found& a, const Found& b) {
    if (a.hit.weight_micro != b.hit.weight_micro) return a.hit.weight_micro > b.hit.weight_micro;
    return comes_before(row_of(a).ref(), row_of(b).ref());
  };
  const std::size_t end = offset_ + query_.limit;
  if (members_.size() > 1) {
    const std::size_t shown = std::min(hits_.size(), end + 1);
    std::partial_sort(hits_.begin(), hits_.begin() + static_cast<std::ptrdiff_t>(shown),
                      hits_.end(), before);
  }
  for (std::size_t i = offset_; i < std::min(hits_.size(), end); ++i) {
    const DocRow& row = row_of(hits_[i]);
    const DocWords& languages = hits_[i].member->part->documents().words(DocFacet::language);
    out_.hits.push_back({row.ref(), hits_[i].hit.weight_micro, languages[row.language]});
  }
  if (hits_.size() > end && end <= kOffsetMax)
    out_.next_cursor =
        make_cursor(state_id_, question_hash(query_), static_cast<std::uint32_t>(end));
}

void TextSearch::write_facets() {
  out_.facets.exact = facets_.size() <= kFacetWalkMax;
  if (!out_.facets.exact) {
    const auto newer = [&](const Found& a, const Found& b) {
      return comes_before(row_of(a).ref(), row_of(b).ref());
    };
    std::nth_element(facets_.begin(), facets_.begin() + kFacetWalkMax, facets_.end(), newer);
    facets_.resize(kFacetWalkMax);
  }
  std::map<std::string_view, std::uint64_t> counts[3];
  for (const Found& one : facets_) {
    const DocTable& documents = one.member->part->documents();
    const DocRow& row = row_of(one);
    ++counts[0][documents.words(DocFacet::department)[row.department]];
    ++counts[1][documents.words(DocFacet::kind)[row.kind]];
    ++counts[2][documents.words(DocFacet::channel)[row.channel]];
  }
  out_.facets.departments = counts_of(counts[0]);
  out_.facets.kinds = counts_of(counts[1]);
  out_.facets.channels = counts_of(counts[2]);
  if (out_.facets.exact) {
    out_.found = facets_.size();
    out_.found_is_exact = true;
  }
}

}  // namespace concord::index
