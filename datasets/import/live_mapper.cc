#include "datasets/import/live_mapper.h"

#include <algorithm>

#include "index/base/assert.h"

namespace concord::datasets {
namespace {

using index::Code;
using index::EventType;

// "service/tickets-*.csv.gz" → "tickets"
std::string name_of_file(const std::string& path) {
  const std::string last = path.substr(path.rfind('/') + 1);
  std::string name = last.substr(0, last.find_first_of(".*"));
  while (name.ends_with('-') || name.ends_with('_')) name.pop_back();
  return name;
}

// As its members are: whatever file the mapping was written for.
FileMapping for_rows(const FileMapping& file) {
  FileMapping rows = file;
  rows.reading.format = Format::ndjson;
  rows.reading.encoding = Encoding::utf8;
  if (rows.at) rows.at->optional = true;
  return rows;
}

bool can_be_withdrawn(EventType type) {
  return type == EventType::entry || type == EventType::knowledge;
}

// Of a deleted row only what names the entry counts.
FileMapping for_deleted_rows(const FileMapping& file) {
  FileMapping gone = for_rows(file);
  gone.fields.clear();
  gone.lists.clear();
  gone.attributes.clear();
  gone.links.clear();
  gone.attachments.clear();
  gone.states.clear();
  gone.trouble.clear();
  gone.id.clear();
  gone.at.reset();
  for (IdentityValue& identity : gone.customer) identity.value.optional = true;
  if (file.event == EventType::entry) {
    gone.event = EventType::retract;
  } else {
    Value yes;
    yes.constant = "true";
    gone.fields.push_back({"withdrawn", std::move(yes)});
  }
  return gone;
}

Result<std::vector<index::EventDraft>> run(const Mapper& mapper, std::string_view row,
                                           index::UnixMillis at) {
  thread_local MapperState state;
  RecordBlock block;
  block.text = row;
  block.cells.push_back({0, static_cast<std::uint32_t>(row.size())});
  block.rows.push_back({1, 0, 1});
  MappedBlock out;
  mapper.map(block, state, out);
  if (!out.rejections.empty()) {
    const Rejection& why = out.rejections.front();
    return index::fail(why.code == "over_limit" ? Code::over_limit : Code::bad_input,
                       why.code + ": " + why.reason, why.field);
  }
  std::vector<index::EventDraft> drafts;
  for (const MappedBlock::Event& one : out.events) {
    const auto event = index::decode_event(out.event(one));
    CONCORD_ASSERT(event.has_value());  // the mapper has just written it
    (*event)->UnPackTo(&drafts.emplace_back());
    if (drafts.back().at == 0) drafts.back().at = at.ms;
  }
  return drafts;
}

}  // namespace

struct LiveMapper::Table {
  const Source* source;
  std::string name;
  FileMapping file;     // borrowed by `mapper`
  FileMapping deleted;  // borrowed by `unmapper`
  std::unique_ptr<Mapper> mapper;
  std::unique_ptr<Mapper> unmapper;  // null: nothing to withdraw

  // "tickets", "public.tickets", "desk.tickets" and "desk.public.tickets" name one table.
  [[nodiscard]] bool is(std::string_view database, std::string_view schema,
                        std::string_view table) const {
    const std::string last(table);
    const std::string with_schema = std::string(schema) + "." + last;
    const std::string with_database = std::string(database) + ".";
    return name == last || name == with_schema || name == with_database + last ||
           name == with_database + with_schema;
  }
  [[nodiscard]] bool is_called(std::string_view mapping) const {
    return name == mapping || name.ends_with("." + std::string(mapping));
  }
};

LiveMapper::LiveMapper(Sources sources, const std::string& files_folder, ImportReport& report)
    : sources_(std::move(sources)),
      lookups_(
          Lookups::load(sources_, files_folder.empty() ? sources_.folder : files_folder, report)) {
  for (const Source& source : sources_.sources)
    for (const FileMapping& file : source.files) {
      if (file.reading.format == Format::native) continue;
      auto table = std::make_unique<Table>();
      table->source = &source;
      table->name = file.table.empty() ? name_of_file(file.reading.path) : file.table;
      table->file = for_rows(file);
      RowProblem none;
      table->mapper = make_mapper(source, table->file, lookups_, {}, none);
      if (can_be_withdrawn(file.event)) {
        table->deleted = for_deleted_rows(file);
        table->unmapper = make_mapper(source, table->deleted, lookups_, {}, none);
      }
      tables_.push_back(std::move(table));
    }
}

LiveMapper::~LiveMapper() = default;

std::vector<std::size_t> LiveMapper::find(std::string_view database, std::string_view schema,
                                          std::string_view table, std::string_view source,
                                          std::string_view mapping) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    const Table& one = *tables_[i];
    if (!source.empty() && one.source->name != source) continue;
    if (!(mapping.empty() ? one.is(database, schema, table) : one.is_called(mapping))) continue;
    if (!found.empty() && tables_[found.front()]->source != one.source) return {};
    found.push_back(i);
  }
  return found;
}

std::string LiveMapper::list() const {
  std::string all;
  for (const auto& table : tables_)
    all += (all.empty() ? "" : ", ") + table->source->name + ": " + table->name;
  return all.empty() ? "none" : all;
}

Result<std::vector<index::EventDraft>> LiveMapper::map(std::size_t number, std::string_view row,
                                                       index::UnixMillis at) const {
  return run(*tables_.at(number)->mapper, row, at);
}

// A row may make an entry and a profile: with the entry gone, the row is done with.
bool LiveMapper::is_withdrawn_by_another(const Table& table) const {
  return std::any_of(tables_.begin(), tables_.end(), [&](const auto& one) {
    return one->source == table.source && one->name == table.name && one->unmapper != nullptr;
  });
}

Result<std::vector<index::EventDraft>> LiveMapper::unmap(std::size_t number, std::string_view row,
                                                         index::UnixMillis at) const {
  const Table& table = *tables_.at(number);
  if (table.unmapper == nullptr) {
    if (is_withdrawn_by_another(table)) return std::vector<index::EventDraft>{};
    return index::fail(Code::unsupported, "a deleted row of " + table.name +
                                              " withdraws nothing: it makes events of type " +
                                              std::string(index::word(table.file.event)));
  }
  auto drafts = run(*table.unmapper, row, at);
  if (!drafts) return drafts;
  for (const index::EventDraft& draft : *drafts)
    if (draft.customer.empty() && table.file.event == EventType::entry)
      return index::fail(Code::bad_input,
                         "the deleted row names nobody: let the connector send it whole "
                         "(PostgreSQL: ALTER TABLE … REPLICA IDENTITY FULL)",
                         "before");
  return drafts;
}

}  // namespace concord::datasets
