#include "datasets/import/mapper.h"

#include <algorithm>

#include "datasets/import/row_mapper.h"
#include "index/base/hash.h"
#include "index/base/limits.h"
#include "index/log/event_json.h"

namespace concord::datasets {
namespace {

using index::EventDraft;
using index::EventType;

// Native events, one a line: nothing to map, but the source's rights and name hold.
class NativeMapper final : public Mapper {
 public:
  explicit NativeMapper(const Source& source) : source_(source) {}

  void map(const RecordBlock& block, MapperState&, MappedBlock& out) const override {
    index::JsonReader json;
    for (const RecordBlock::Row& record : block.rows) {
      RowProblem problem;
      if (!take(json, block.cell(record, 0), record.line, out, problem))
        append_rejection(problem, record.line, out);
    }
  }

 private:
  bool take(index::JsonReader& json, std::string_view line, std::uint64_t line_number,
            MappedBlock& out, RowProblem& problem) const {
    const auto parsed = json.parse(line);
    if (!parsed) {
      problem = json_problem(parsed.error());
      return false;
    }
    auto draft = index::event_from_json(*parsed);
    if (!draft) {
      problem = {0, draft.error().place, "bad_event", draft.error().detail};
      return false;
    }
    if (draft->source.empty()) draft->source = source_.name;
    if (draft->department.empty()) draft->department = source_.department;
    const auto type = static_cast<EventType>(draft->type);
    problem = {0, "", "not_allowed", ""};
    if (draft->source != source_.name) {
      problem.field = "/source";
      problem.reason = "is \"" + draft->source + "\", the file belongs to " + source_.name;
      return false;
    }
    if (!source_.allows(type)) {
      problem.field = "/" + std::string(index::word(type));
      problem.reason = source_.name + " may not send this: its `may` does not name it";
      return false;
    }
    if (draft->customer.empty() && needs_customer(*draft)) {
      problem = {0, "/customer", "no_customer", "names nobody: whose is it?"};
      return false;
    }
    return append_event(*draft, line_number, out, problem);
  }

  const Source& source_;
};

const char* code_word(index::Code code) {
  return code == index::Code::over_limit ? "over_limit" : "bad_event";
}

}  // namespace

bool needs_customer(const EventDraft& draft) {
  switch (static_cast<EventType>(draft.type)) {
    case EventType::entry:
      return static_cast<index::Kind>(draft.entry->kind) != index::Kind::release;
    case EventType::knowledge:
    case EventType::retract:
    case EventType::merge:
    case EventType::split:
    case EventType::heartbeat:
    case EventType::outcome: return false;
    default: return true;
  }
}

std::uint64_t event_id_hash(std::string_view source, std::string_view id) {
  return index::mix64(index::hash64(source)) ^ index::hash64(id);
}

bool append_event(const EventDraft& draft, std::uint64_t line, MappedBlock& out,
                  RowProblem& problem) {
  if (auto good = index::check_event(draft); !good) {
    problem = {0, good.error().place, code_word(good.error().code), good.error().detail};
    return false;
  }
  const std::string bytes = index::encode_event(draft);
  if (bytes.size() > index::kEventBytesMax) {
    problem = {0, "", "over_limit",
               "the event is over " + std::to_string(index::kEventBytesMax) + " bytes"};
    return false;
  }
  out.events.push_back({static_cast<std::uint32_t>(out.bytes.size()),
                        static_cast<std::uint32_t>(bytes.size()), line,
                        event_id_hash(draft.source, draft.id), index::hash64(bytes), draft.at});
  out.bytes += bytes;
  // The next event begins aligned, so that its bytes can be read in place.
  out.bytes.append((8 - out.bytes.size() % 8) % 8, '\0');
  return true;
}

void append_rejection(const RowProblem& problem, std::uint64_t line, MappedBlock& out) {
  out.rejections.push_back(
      {"", "", line, problem.column, problem.field, problem.code, problem.reason});
}

std::unique_ptr<Mapper> make_mapper(const Source& source, const FileMapping& file,
                                    const Lookups& lookups, const std::vector<std::string>& header,
                                    RowProblem& problem) {
  if (file.reading.format == Format::native) return std::make_unique<NativeMapper>(source);
  auto mapper = std::make_unique<RowMapper>(source, file, lookups);
  if (file.reading.format == Format::csv && !mapper->bind(header, problem)) return nullptr;
  return mapper;
}

}  // namespace concord::datasets
