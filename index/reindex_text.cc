#include "index/reindex_text.h"

#include <map>

#include "index/base/hash.h"
#include "index/base/json_reader.h"
#include "index/base/json_writer.h"
#include "index/base/time.h"
#include "index/log/event.h"
#include "index/snapshot/text/text_build.h"

namespace concord::index {
namespace {

constexpr std::size_t kKeysPerCustomerMax = 1000;

std::string text_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string(value->as_string().value_or(std::string_view{})) : std::string();
}

}  // namespace

KnowledgePage knowledge_page(const wire::Event& event) {
  const wire::Knowledge& said = *event.knowledge();
  KnowledgePage page;
  page.hash = hash64(view_of(said.key()));
  page.at_ms = event.at();
  page.title = view_of(said.title());
  page.text = view_of(said.text());
  page.language = view_of(said.language());
  page.department = view_of(event.department());
  Buffer buffer;
  JsonWriter out(buffer);
  const auto member = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) out.key(name).string(text);
  };
  out.begin_object().key("key").string(view_of(said.key()));
  out.key("at").time(UnixMillis{event.at()});
  page.withdrawn = said.withdrawn();
  if (page.withdrawn) {
    out.key("withdrawn").boolean(true).end_object();
    page.json = std::string(buffer.view());
    return page;
  }
  member("title", page.title);
  member("text", page.text);
  member("language", page.language);
  member("department", page.department);
  member("source", view_of(event.source()));
  member("url", view_of(said.url()));
  out.key("tags").begin_array();
  if (said.tags() != nullptr)
    for (const flatbuffers::String* tag : *said.tags()) out.string(view_of(tag));
  out.end_array().end_object();
  page.json = std::string(buffer.view());
  return page;
}

namespace {

// Keys by which a customer is asked for although no identity of his: order and invoice numbers.
bool is_numbered(Kind kind) {
  return kind == Kind::order || kind == Kind::invoice || kind == Kind::contract ||
         kind == Kind::quote || kind == Kind::case_;
}

// The key out of `source/kind/key`; it may have slashes and, in a JSON, escapes.
std::string key_of(EntryView entry, JsonReader& reader) {
  std::string id(entry.id_json());
  if (id.find('\\') != std::string::npos) {
    const auto parsed = reader.parse(entry.json());
    if (parsed) id = text_at(*parsed, "entry");
  }
  return id.substr(std::min(id.size(), entry.source().size() + word(entry.kind()).size() + 2));
}

}  // namespace

void fill_customer(const RecordView& record, TextDocument& out) {
  out.clear();
  thread_local JsonReader reader;
  out.title = record.name();
  out.language = record.language();
  for (const wire::Identity* identity : *record.portrait().identities())
    out.ids.emplace_back(view_of(identity->value()));
  record.each_entry([&](EntryView entry) {
    if (!is_numbered(entry.kind())) return true;
    out.ids.push_back(key_of(entry, reader));
    return out.ids.size() < kKeysPerCustomerMax;
  });
}

void fill_entry(EntryView entry, TextDocument& out) {
  out.clear();
  thread_local JsonReader reader;
  const auto parsed = reader.parse(entry.json());
  if (!parsed) return;
  out.title = text_at(*parsed, "subject");
  out.text = text_at(*parsed, "text");
  out.language = text_at(*parsed, "language");
  out.department = entry.department();
  out.kind = word(entry.kind());
  out.channel = entry.channel();
  out.visibility = entry.visibility();
  out.ids.push_back(key_of(entry, reader));
}

void fill_page(const KnowledgePage& page, TextDocument& out) {
  out.clear();
  out.title = page.title;
  out.text = page.text;
  out.language = page.language;
  out.department = page.department;
}

DocRef ref_of(const RecordView& record) {
  return {record.record().last_at(), TextType::customer, record.id().value, 0};
}
DocRef ref_of(const RecordView& record, EntryView entry) {
  return {entry.at_ms(), TextType::entry, record.id().value, entry.row().id_hash()};
}
DocRef ref_of(const KnowledgePage& page) {
  return {page.at_ms, TextType::knowledge, 0, page.hash};
}

namespace {

struct Place {
  std::uint32_t record;  // kPage: a knowledge page
  std::uint32_t entry;   // kWhole: the customer himself
};
constexpr std::uint32_t kPage = ~0U;
constexpr std::uint32_t kWhole = ~0U;

}  // namespace

bool has_words(EntryView entry) {
  if (entry.has(wire::RowFlag::has_text)) return true;
  if (entry.subject_json().empty()) return false;
  switch (entry.kind()) {
    case Kind::case_:
    case Kind::defect:
    case Kind::promise:
    case Kind::task:
    case Kind::note:
    case Kind::hold:
    case Kind::fact: return true;
    default: return false;
  }
}

std::vector<KnowledgePage> knowledge_pages(const std::vector<std::string>& events) {
  std::map<std::string, std::pair<std::int64_t, const wire::Event*>> newest;
  for (const std::string& bytes : events) {
    const wire::Event* event = wire::GetEvent(bytes.data());
    auto& known = newest[event->knowledge()->key()->str()];
    if (known.second == nullptr || event->at() >= known.first) known = {event->at(), event};
  }
  std::vector<KnowledgePage> pages;
  for (const auto& [key, word_on_it] : newest)
    pages.push_back(knowledge_page(*word_on_it.second));
  return pages;
}

Result<std::vector<KnowledgePage>> read_knowledge(std::string_view ndjson,
                                                  const std::string& path) {
  std::vector<KnowledgePage> pages;
  JsonReader reader;
  while (!ndjson.empty()) {
    const std::size_t end = std::min(ndjson.find('\n'), ndjson.size());
    const auto parsed = reader.parse(ndjson.substr(0, end));
    if (!parsed) return fail(Code::damaged, parsed.error().text(), path);
    KnowledgePage page;
    page.json = std::string(ndjson.substr(0, end));
    page.hash = hash64(text_at(*parsed, "key"));
    page.at_ms = parse_rfc3339(text_at(*parsed, "at")).value_or(UnixMillis{kNoTime}).ms;
    page.title = text_at(*parsed, "title");
    page.text = text_at(*parsed, "text");
    page.language = text_at(*parsed, "language");
    page.department = text_at(*parsed, "department");
    const auto withdrawn = parsed->find("withdrawn");
    page.withdrawn = withdrawn && withdrawn->as_bool().value_or(false);
    pages.push_back(std::move(page));
    ndjson.remove_prefix(std::min(end + 1, ndjson.size()));
  }
  return pages;
}

Result<std::uint64_t> build_text(const std::vector<RecordView>& records,
                                 const std::vector<KnowledgePage>& pages, const std::string& folder,
                                 unsigned threads, const Progress& progress) {
  std::vector<Place> places;
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    places.push_back({i, kWhole});
    std::uint32_t place = 0;
    records[i].each_entry([&](EntryView entry) {
      if (has_words(entry)) places.push_back({i, place});
      ++place;
      return true;
    });
  }
  for (std::uint32_t i = 0; i < pages.size(); ++i)
    if (!pages[i].withdrawn) places.push_back({kPage, i});
  TextSource source;
  source.count = places.size();
  source.ref = [&](std::size_t i) -> DocRef {
    const Place& place = places[i];
    if (place.record == kPage) return ref_of(pages[place.entry]);
    const RecordView& record = records[place.record];
    if (place.entry == kWhole) return ref_of(record);
    return ref_of(record, record.entry(place.entry));
  };
  source.document = [&](std::size_t i, TextDocument& out) {
    const Place& place = places[i];
    if (place.record == kPage) return fill_page(pages[place.entry], out);
    if (place.entry == kWhole) return fill_customer(records[place.record], out);
    fill_entry(records[place.record].entry(place.entry), out);
  };
  TextBuildOptions options;
  options.threads = threads;
  if (progress)
    options.progress = [&](std::size_t done) { progress("text index", done, places.size()); };
  const auto files = build_text_index(source, folder, options);
  if (!files) return tl::unexpected<Error>(files.error());
  return places.size();
}

}  // namespace concord::index
