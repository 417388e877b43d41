// Who and what matches these words.
#include <algorithm>
#include <array>

#include "index/base/hash.h"
#include "index/base/json_reader.h"
#include "server/routes.h"
#include "server/routes_embedded.h"

namespace concord::server {
namespace {

constexpr std::size_t kSnippetCharacters = 200;
constexpr std::array<std::string_view, 3> kIn{"customers", "entries", "knowledge"};

using index::TextType;

std::string_view word_of(TextType type) { return kIn[static_cast<std::size_t>(type)]; }

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  if (list.empty()) return words;
  for (const std::string_view one : split_list(list)) words.emplace_back(one);
  return words;
}

bool read_types(std::string_view list, std::vector<TextType>& types, Faults& faults) {
  if (list.empty()) return true;
  for (const std::string_view one : split_list(list)) {
    const auto found = std::find(kIn.begin(), kIn.end(), one);
    if (found == kIn.end()) {
      faults.add("in", "\"" + std::string(one) + "\" is not customers, entries or knowledge");
      return false;
    }
    const auto type = static_cast<TextType>(found - kIn.begin());
    if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  }
  std::sort(types.begin(), types.end());
  return true;
}

/// What a hit stands for, read from the records at the call's revision.
class Documents {
 public:
  Documents(const index::Snapshot& snapshot, const index::ReadPin& pin,
            const index::KnowledgePages& pages)
      : snapshot_(snapshot), pin_(pin), pages_(pages) {}

  index::RecordView record(const index::DocRef& ref) const {
    return snapshot_.find(pin_, index::CustomerId{ref.owner});
  }
  /// Empty when the entry is gone (withdrawn since the index was built).
  static std::optional<index::EntryView> entry(const index::RecordView& record,
                                               const index::DocRef& ref) {
    if (!record) return std::nullopt;
    return index::find_entry(record, ref.at_ms, ref.entry_hash);
  }
  /// Null when it was withdrawn.
  const index::KnowledgePage* page(const index::DocRef& ref) const {
    return pages_.find(ref.entry_hash);
  }
  /// Appends title and text, as they were indexed; they live until the next call.
  void pieces(const index::DocRef& ref, std::vector<std::string_view>& out) {
    if (ref.type == TextType::knowledge) {
      if (const index::KnowledgePage* one = page(ref)) add(one->json, out);
      return;
    }
    const index::RecordView of = record(ref);
    if (ref.type == TextType::customer) {
      if (of) out.push_back(of.name());
      return;
    }
    if (const auto one = entry(of, ref)) add(one->json(), out);
  }

 private:
  void add(std::string_view json, std::vector<std::string_view>& out) {
    const auto value =
        json.empty() ? index::Result<index::JsonValue>(index::fail({})) : reader_.parse(json);
    if (!value) return;
    for (const char* name : {"subject", "title", "text"})
      if (const auto text = value->find(name))
        if (const auto piece = text->as_string()) out.push_back(*piece);
  }

  const index::Snapshot& snapshot_;
  const index::ReadPin& pin_;
  const index::KnowledgePages& pages_;
  index::JsonReader reader_;
};

void write_snippet(index::JsonWriter& out, std::string_view text, const index::TextHits& hits,
                   std::string_view language) {
  const index::Snippet snippet =
      index::make_snippet(text, hits.needles, language, kSnippetCharacters);
  out.key("snippet").begin_array();
  if (snippet.starts_cut) out.begin_object().key("text").string("…").end_object();
  for (const index::SnippetPiece& piece : snippet.pieces) {
    out.begin_object();
    out.key("text").string(piece.text);
    if (piece.highlighted) out.key("match").boolean(true);
    out.end_object();
  }
  if (snippet.ends_cut) out.begin_object().key("text").string("…").end_object();
  out.end_array();
}

void write_word(index::JsonWriter& out, std::string_view name, std::string_view word) {
  if (!word.empty()) out.key(name).string(word);
}

void write_person(index::JsonWriter& out, const index::RecordView& record) {
  out.key("customer_id").id(record.id());
  write_word(out, "name", record.name());
  if (record.is_account()) out.key("account").boolean(true);
}

void write_entry(index::JsonWriter& out, const index::EntryView& entry, index::UnixMillis as_of) {
  out.key("entry").raw("\"" + std::string(entry.id_json()) + "\"");
  out.key("kind").string(word(entry.kind()));
  write_word(out, "department", entry.department());
  write_word(out, "channel", entry.channel());
  write_word(out, "status", entry.status());
  if (entry.open_at(as_of)) out.key("open").boolean(true);
  out.key("at").time(index::UnixMillis{entry.at_ms()});
  if (!entry.subject_json().empty())
    out.key("subject").raw("\"" + std::string(entry.subject_json()) + "\"");
}

void write_facet(index::JsonWriter& out, std::string_view name, const index::FacetCounts& counts) {
  out.key(name).begin_array();
  for (const auto& [value, count] : counts)
    out.begin_object().key("value").string(value).key("count").unsigned_integer(count).end_object();
  out.end_array();
}

class Page {
 public:
  Page(Call& call, Documents& documents, const index::TextHits& hits)
      : call_(call), hits_(hits), documents_(documents) {}

  void write(index::JsonWriter& out, std::span<const TextType> types,
             index::EventSeq text_revision) {
    out.begin_object();
    out.key("q").string(call_.ask.q);
    out.key("in").begin_array();
    for (const TextType type : types) out.string(word_of(type));
    out.end_array();
    out.key("as_of").time(call_.as_of);
    out.key("revision").unsigned_integer(call_.pin.revision());
    out.key("text_revision").unsigned_integer(text_revision);
    out.key("found").unsigned_integer(hits_.found);
    out.key("found_is_exact").boolean(hits_.found_is_exact);
    out.key("hits").begin_array();
    for (const index::TextHit& hit : hits_.hits) write_hit(out, hit);
    out.end_array();
    if (call_.ask.facets) write_facets(out);
    out.key("ignored").begin_array();
    for (const std::string& one : hits_.ignored) out.string(one);
    out.end_array();
    if (!hits_.next_cursor.empty()) out.key("next_cursor").string(hits_.next_cursor);
    out.end_object();
  }

 private:
  void write_hit(index::JsonWriter& out, const index::TextHit& hit) {
    const index::RecordView record =
        hit.ref.type == TextType::knowledge ? index::RecordView() : documents_.record(hit.ref);
    const auto entry =
        hit.ref.type == TextType::entry ? Documents::entry(record, hit.ref) : std::nullopt;
    if (hit.ref.type == TextType::entry ? !entry : hit.ref.type == TextType::customer && !record)
      return;  // withdrawn since the index was built
    out.begin_object();
    out.key("in").string(word_of(hit.ref.type));
    if (record) write_person(out, record);
    if (entry) write_entry(out, *entry, call_.as_of);
    if (hit.ref.type == TextType::knowledge) write_knowledge(out, hit.ref);
    pieces_.clear();
    documents_.pieces(hit.ref, pieces_);
    if (!pieces_.empty()) write_snippet(out, pieces_.back(), hits_, hit.language);
    if (hit.weight_micro != 0) out.key("score_micro").unsigned_integer(hit.weight_micro);
    out.end_object();
  }

  void write_knowledge(index::JsonWriter& out, const index::DocRef& ref) {
    const index::KnowledgePage* page = documents_.page(ref);
    const auto value = page == nullptr ? index::Result<index::JsonValue>(index::fail({}))
                                       : reader_.parse(page->json);
    if (!value) return;
    for (const char* name : {"key", "source", "department", "title", "url", "language"})
      if (const auto member = value->find(name)) {
        out.key(name[0] == 'k' ? "knowledge" : name);
        index::append_json(out, *member);
      }
  }

  void write_facets(index::JsonWriter& out) {
    out.key("facets").begin_object();
    out.key("exact").boolean(hits_.facets.exact);
    write_facet(out, "department", hits_.facets.departments);
    write_facet(out, "kind", hits_.facets.kinds);
    write_facet(out, "channel", hits_.facets.channels);
    out.end_object();
  }

  Call& call_;
  const index::TextHits& hits_;
  Documents& documents_;
  index::JsonReader reader_;
  std::vector<std::string_view> pieces_;
};

index::TextQuery query_of(const Call& call) {
  index::TextQuery query;
  const Ask& ask = call.ask;
  query.words = ask.q;
  query.sort = ask.by_relevance ? index::TextSort::relevance : index::TextSort::recent;
  if (ask.limit != kNoLimit) query.limit = std::min(ask.limit, index::kHitsMax);
  query.cursor = ask.cursor;
  query.facets = ask.facets;
  query.filters.departments = words_of(ask.department);
  query.filters.kinds = words_of(ask.kind);
  query.filters.channels = words_of(ask.channel);
  if (ask.from_ms != index::kNoTime) query.filters.from_ms = ask.from_ms;
  if (ask.to_ms != index::kNoTime) query.filters.to_ms = ask.to_ms;
  query.filters.visibility_max = call.view.visibility_max;
  return query;
}

std::string etag_text(const Call& call, const index::TextQuery& query, std::uint64_t build) {
  index::Buffer key;
  index::JsonWriter out(key);
  out.begin_array();
  out.string(kProgramVersion).string(query.words).string(query.cursor);
  out.string(call.ask.department).string(call.ask.kind).string(call.ask.channel);
  out.string(call.ask.customer).integer(query.filters.from_ms).integer(query.filters.to_ms);
  for (const TextType type : query.filters.types) out.string(word_of(type));
  out.boolean(call.ask.open).boolean(call.ask.by_relevance).boolean(call.ask.facets);
  out.unsigned_integer(query.limit).unsigned_integer(build);
  out.unsigned_integer(call.pin.revision()).integer(call.as_of.ms);
  out.end_array();
  return to_hex(index::hash128(key.view()));
}

/// What this search looks into: pages of one walk see one state of the index, while it is kept.
std::shared_ptr<const index::TextView> text_for(const index::Engine& engine,
                                                std::string_view cursor) {
  const index::LiveText* live = engine.live_text();
  return live == nullptr ? engine.text() : live->view_for(cursor);
}

}  // namespace

void Routes::search(Call& call) {
  const auto text = text_for(*service_.engine, call.ask.cursor);
  if (text == nullptr)
    return fill_problem(
        call.response,
        {503, "search_unavailable",
         "This generation was built without a text index; run concord index again."});
  if (!ready_for(call)) return;
  Faults faults;
  index::TextQuery query = query_of(call);
  read_types(call.ask.in, query.filters.types, faults);
  if (!faults.empty()) return faults.answer(call.response, "bad_parameter");
  if (query.filters.types.empty())
    query.filters.types = {TextType::customer, TextType::entry, TextType::knowledge};
  if (!call.ask.customer.empty()) {
    Found found;
    if (!find(call, call.ask.customer, found)) return;
    query.filters.owner = found.customer.record.id().value;
  }
  const std::string id = etag_text(call, query, text->index->state_id());
  if (unchanged(call, id, static_cast<std::uint64_t>(call.view.visibility_max))) return;
  Documents documents(service_.engine->snapshot(), call.pin, *text->pages);
  index::TextAccess access;
  const bool looks_back = call.as_of < service_.engine->newest_at();
  if (call.ask.open || looks_back)
    access.accept = [&](const index::DocRef& ref) {
      if (ref.type != TextType::entry) return !call.ask.open;
      if (ref.at_ms > call.as_of.ms) return false;
      if (!call.ask.open) return true;
      const auto entry = Documents::entry(documents.record(ref), ref);
      return entry && entry->open_at(call.as_of);
    };
  access.text_of = [&](const index::DocRef& ref, std::vector<std::string_view>& out) {
    documents.pieces(ref, out);
  };
  const auto hits = text->index->search(query, access);
  if (!hits) return fill_error(call.response, hits.error());
  index::JsonWriter out(call.response.body);
  Page(call, documents, *hits).write(out, query.filters.types, text->index->revision());
  if (const auto* live = service_.engine->live_text();
      live != nullptr && !hits->next_cursor.empty())
    live->keep(text);
}

}  // namespace concord::server
