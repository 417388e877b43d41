#include "datasets/import/row_mapper.h"

#include <algorithm>

#include "datasets/import/number.h"
#include "index/base/assert.h"
#include "index/base/currency.h"
#include "index/base/hash.h"

namespace concord::datasets {
namespace {

using index::EventDraft;
using index::EventType;
using index::wire::AttributeType;

using MaybeText = std::optional<std::string_view>;

void make_body(EventDraft& draft) {
  switch (static_cast<EventType>(draft.type)) {
    case EventType::entry:
    case EventType::retract: draft.entry = std::make_unique<index::wire::EntryT>(); break;
    case EventType::profile: draft.profile = std::make_unique<index::wire::ProfileT>(); break;
    case EventType::membership:
      draft.membership = std::make_unique<index::wire::MembershipT>();
      break;
    case EventType::consent: draft.consent = std::make_unique<index::wire::ConsentT>(); break;
    case EventType::fact: draft.fact = std::make_unique<index::wire::FactT>(); break;
    case EventType::knowledge: draft.knowledge = std::make_unique<index::wire::KnowledgeT>(); break;
    case EventType::outcome: draft.outcome = std::make_unique<index::wire::OutcomeT>(); break;
    default: break;
  }
}

void clear_field(EventDraft& draft, const FieldName& field) {
  if (draft.entry)
    draft.entry->cleared.push_back(static_cast<index::wire::EntryField>(field.cleared));
  else
    draft.profile->cleared.push_back(static_cast<index::wire::ProfileField>(field.cleared));
}

}  // namespace

/// One row on its way to an event.
struct RowMapper::Job {
  Row& row;
  const RecordBlock& block;
  const RecordBlock::Row& record;
  const UnmappedFound& unmapped;
  EventDraft draft;
};

RowMapper::RowMapper(const Source& source, const FileMapping& file, const Lookups& lookups)
    : source_(source), file_(file), columns_(file.reading) {
  ReaderScope scope;
  scope.columns = &columns_;
  scope.lookups = &lookups;
  scope.formats = formats_of(file.date_formats);
  auto zone = Zone::named(file.time_zone);
  CONCORD_ASSERT(zone.has_value());  // checked when sources.toml was read
  scope.zone = std::move(*zone);
  for (const Condition& one : file.only) only_.emplace_back(one, columns_);
  add_readers(scope);
  add_trouble(scope);
}

void RowMapper::add_readers(const ReaderScope& scope) {
  const auto maybe = [&](const std::optional<Value>& value, const char* name, bool closed) {
    std::optional<ValueReader> reader;
    if (value) reader.emplace(*value, name, closed, scope);
    return reader;
  };
  for (const Value& one : file_.id) id_.emplace_back(one, "id", false, scope);
  at_ = maybe(file_.at, "at", false);
  for (const IdentityValue& one : file_.customer)
    customer_.emplace_back(one.type + ":", ValueReader(one.value, one.type, false, scope));
  kind_ = maybe(file_.kind, "kind", true);
  key_ = maybe(file_.key, "key", false);
  for (const NamedValue& one : file_.fields) {
    const FieldName* field = find_field(file_.event, one.name);
    CONCORD_ASSERT(field != nullptr);
    fields_.push_back(
        {field, ValueReader(one.value, one.name, field->shape == Shape::closed, scope)});
  }
  for (const ListValue& list : file_.lists) {
    lists_.emplace_back();
    for (const Value& one : list.values) lists_.back().emplace_back(one, list.name, false, scope);
  }
  for (const NamedValue& one : file_.attributes)
    attributes_.emplace_back(one.value, one.name, false, scope);
  for (const LinkValue& one : file_.links)
    links_.push_back(
        {one.source + "/" + one.kind + "/", ValueReader(one.value, "links", false, scope)});
  for (const AttachmentValue& one : file_.attachments)
    attachments_.push_back(
        {maybe(one.name, "attachments.name", false), maybe(one.type, "attachments.type", false),
         maybe(one.bytes, "attachments.bytes", false), maybe(one.url, "attachments.url", false)});
}

void RowMapper::add_trouble(const ReaderScope& scope) {
  for (const TroubleRule& rule : file_.trouble) {
    Trouble one{rule.is, {}, {}, {}};
    for (const Condition& condition : rule.when) one.when.emplace_back(condition, columns_);
    if (rule.promised) one.promised.emplace(*rule.promised, "trouble.promised", false, scope);
    if (rule.real) one.real.emplace(*rule.real, "trouble.real", false, scope);
    trouble_.push_back(std::move(one));
  }
}

bool RowMapper::bind(const std::vector<std::string>& header, RowProblem& problem) {
  return columns_.bind(header, problem);
}

void RowMapper::map(const RecordBlock& block, MapperState& state, MappedBlock& out) const {
  const UnmappedFound unmapped = [&out](const std::string& field, std::string_view word) {
    ++out.unmapped[{field, std::string(word)}];
  };
  for (const RecordBlock::Row& record : block.rows) {
    bool good = state.row.take(columns_, block, record);
    if (good && !all_hold(only_, state.row)) {
      ++out.skipped;
      continue;
    }
    if (good) {
      Job job{state.row, block, record, unmapped, {}};
      good = fill(job);
      if (good && !append_event(job.draft, record.line, out, state.row.problem())) {
        name_column(state.row.problem());
        good = false;
      }
    }
    if (!good) append_rejection(state.row.problem(), record.line, out);
  }
}

// A problem found by check_event names a JSON pointer; an analyst wants the column.
void RowMapper::name_column(RowProblem& problem) const {
  const std::string name = problem.field.substr(problem.field.rfind('/') + 1);
  const ValueReader* found = nullptr;
  for (const FieldReader& reader : fields_)
    if (reader.field->name == name) found = &reader.value;
  if (name == "key" && key_) found = &*key_;
  if (name == "customer" && !customer_.empty()) found = &customer_.front().second;
  if (name == "id" && !id_.empty()) found = &id_.front();
  if (found == nullptr) return;
  Row unused;
  found->refuse(unused, problem.code, problem.reason);
  problem = unused.problem();
}

bool RowMapper::fill(Job& job) const {
  job.draft.source = source_.name;
  job.draft.department = source_.department;
  job.draft.type = static_cast<std::uint8_t>(file_.event);
  make_body(job.draft);
  return fill_head(job) && fill_id(job) && fill_customer(job) && fill_body(job);
}

bool RowMapper::fill_head(Job& job) const {
  if (!at_) return true;
  MaybeText at;
  if (!at_->text(job.row, job.unmapped, at)) return false;
  return !at || at_->time(job.row, *at, job.draft.at);
}

// Without id columns the row itself is its id: equal rows are duplicates.
bool RowMapper::fill_id(Job& job) const {
  std::string& id = job.draft.id;
  id = file_.id_prefix;
  for (const ValueReader& reader : id_) {
    MaybeText part;
    if (!reader.text(job.row, job.unmapped, part)) return false;
    id.append(":").append(*part);
  }
  if (!id_.empty()) return true;
  std::string& whole = job.row.scratch();
  for (std::uint32_t i = 0; i < job.record.cells; ++i)
    whole.append(job.block.cell(job.record, i)).push_back(kListMark);
  id.append(":").append(index::to_hex(index::hash128(whole)));
  return true;
}

bool RowMapper::fill_customer(Job& job) const {
  for (const auto& [type, reader] : customer_) {
    MaybeText value;
    if (!reader.text(job.row, job.unmapped, value)) return false;
    if (value) job.draft.customer.push_back(type + std::string(*value));
  }
  return true;
}

bool RowMapper::fill_body(Job& job) const {
  if (!fill_key(job)) return false;
  if (job.draft.customer.empty() && needs_customer(job.draft)) {
    job.row.problem() = {0, "", "no_customer", "none of the identities is there: whose is it?"};
    return false;
  }
  for (const FieldReader& reader : fields_)
    if (!fill_field(job, reader)) return false;
  for (const ValueReader& reader : attributes_)
    if (!fill_attribute(job, reader)) return false;
  if (job.draft.entry && !job.draft.entry->amount_minor) job.draft.entry->currency.clear();
  return fill_lists(job) && fill_links(job) && fill_attachments(job) && fill_state(job) &&
         fill_trouble(job);
}

bool RowMapper::fill_key(Job& job) const {
  MaybeText text;
  if (kind_) {
    if (!kind_->text(job.row, job.unmapped, text)) return false;
    const auto kind = index::from_word<index::Kind>(text.value_or(""));
    if (!kind) return kind_->refuse(job.row, "bad_word", "gives no kind of entry");
    job.draft.entry->kind = static_cast<std::uint8_t>(*kind);
  }
  if (!key_) return true;
  if (!key_->text(job.row, job.unmapped, text)) return false;
  std::string& key = job.draft.entry ? job.draft.entry->key : job.draft.knowledge->key;
  key = text.value_or("");
  return true;
}

bool RowMapper::fill_field(Job& job, const FieldReader& reader) const {
  MaybeText text;
  if (!reader.value.text(job.row, job.unmapped, text)) return false;
  if (!text) {
    if (reader.value.value().clear_when_empty) clear_field(job.draft, *reader.field);
    return true;
  }
  Scalar scalar{*text, 0};
  if (!fill_scalar(job, reader, scalar)) return false;
  reader.field->set(job.draft, scalar);
  return true;
}

bool RowMapper::fill_scalar(Job& job, const FieldReader& reader, Scalar& scalar) const {
  const ValueReader& value = reader.value;
  switch (reader.field->shape) {
    case Shape::text: return true;
    case Shape::time: return value.time(job.row, scalar.text, scalar.integer);
    case Shape::boolean: return value.boolean(job.row, scalar.text, scalar.integer);
    case Shape::bytes: return value.integer(job.row, scalar.text, scalar.integer);
    case Shape::priority:
      if (!value.integer(job.row, scalar.text, scalar.integer)) return false;
      if (scalar.integer >= 1 && scalar.integer <= 255) return true;
      return value.refuse(job.row, "bad_number", "a priority is 1 (most urgent) to 255");
    case Shape::amount: {
      const std::string& currency = job.draft.entry->currency;
      if (currency.empty()) return value.refuse(job.row, "missing", "the amount has no currency");
      return value.minor(job.row, scalar.text, index::exponent_of_currency(currency),
                         scalar.integer);
    }
    case Shape::closed: break;
  }
  const auto words = reader.field->words;
  const auto found = std::find(words.begin(), words.end(), scalar.text);
  if (found == words.end())
    return value.refuse(job.row, "bad_word",
                        "\"" + std::string(scalar.text) + "\" is no word for " +
                            std::string(reader.field->name) + ": use a map");
  scalar.integer = found - words.begin();
  return true;
}

bool RowMapper::fill_lists(Job& job) const {
  for (const auto& readers : lists_) {
    std::vector<std::string_view> texts;
    for (const ValueReader& reader : readers)
      if (!reader.texts(job.row, job.unmapped, texts)) return false;
    auto& list = job.draft.entry     ? job.draft.entry->participants
                 : job.draft.profile ? job.draft.profile->needs
                                     : job.draft.knowledge->tags;
    list.assign(texts.begin(), texts.end());
  }
  return true;
}

bool RowMapper::fill_attribute(Job& job, const ValueReader& reader) const {
  auto& attributes = job.draft.entry ? job.draft.entry->attributes : job.draft.profile->attributes;
  auto& cleared =
      job.draft.entry ? job.draft.entry->cleared_attributes : job.draft.profile->cleared_attributes;
  MaybeText text;
  if (!reader.text(job.row, job.unmapped, text)) return false;
  if (!text) {
    if (reader.value().clear_when_empty) cleared.push_back(reader.name());
    return true;
  }
  auto attribute = std::make_unique<index::wire::AttributeT>();
  attribute->name = reader.name();
  bool good = true;
  switch (reader.value().as.value_or(ValueType::text)) {
    case ValueType::text:
      attribute->type = AttributeType::text;
      attribute->text = *text;
      break;
    case ValueType::boolean:
      attribute->type = AttributeType::boolean;
      good = reader.boolean(job.row, *text, attribute->integer);
      break;
    case ValueType::real:
      attribute->type = AttributeType::real;
      good = reader.real(job.row, *text, attribute->real);
      break;
    case ValueType::time:
      attribute->type = AttributeType::timestamp;
      good = reader.time(job.row, *text, attribute->integer);
      break;
    case ValueType::integer:
      attribute->type = AttributeType::integer;
      good = reader.integer(job.row, *text, attribute->integer);
      break;
    default:
      attribute->type = AttributeType::integer;
      good = reader.minor(job.row, *text, 2, attribute->integer);
  }
  if (good) attributes.push_back(std::move(attribute));
  return good;
}

bool RowMapper::fill_links(Job& job) const {
  for (const LinkReader& link : links_) {
    std::vector<std::string_view> keys;
    if (!link.value.texts(job.row, job.unmapped, keys)) return false;
    for (const std::string_view key : keys)
      job.draft.entry->links.push_back(link.prefix + std::string(key));
  }
  return true;
}

bool RowMapper::fill_attachments(Job& job) const {
  for (const AttachmentReader& reader : attachments_) {
    MaybeText name;
    if (!reader.name->text(job.row, job.unmapped, name)) return false;
    if (!name) continue;
    auto attachment = std::make_unique<index::wire::AttachmentT>();
    attachment->name = *name;
    MaybeText text;
    if (reader.type && !reader.type->text(job.row, job.unmapped, text)) return false;
    if (reader.type) attachment->type = text.value_or("");
    if (reader.url && !reader.url->text(job.row, job.unmapped, text)) return false;
    if (reader.url) attachment->url = text.value_or("");
    if (reader.bytes) {
      std::int64_t bytes = 0;
      if (!reader.bytes->text(job.row, job.unmapped, text)) return false;
      if (text && !reader.bytes->integer(job.row, *text, bytes)) return false;
      if (bytes < 0) return reader.bytes->refuse(job.row, "bad_number", "is below 0");
      attachment->bytes = static_cast<std::uint64_t>(bytes);
    }
    job.draft.entry->attachments.push_back(std::move(attachment));
  }
  return true;
}

// A status word that nobody mapped is unknown: never silently open, never silently closed.
bool RowMapper::fill_state(Job& job) const {
  if (file_.event != EventType::entry || job.draft.entry->status.empty() ||
      job.draft.entry->state_type.has_value())
    return true;
  index::StateType state = index::StateType::unknown;
  if (const std::string* word = find_word(file_.states, job.draft.entry->status))
    state = index::from_word<index::StateType>(*word).value_or(state);
  else
    job.unmapped("status", job.draft.entry->status);
  job.draft.entry->state_type = static_cast<std::uint8_t>(state);
  return true;
}

bool RowMapper::fill_trouble(Job& job) const {
  if (trouble_.empty()) return true;
  index::Trouble found = index::Trouble::none;
  for (const Trouble& rule : trouble_) {
    if (!all_hold(rule.when, job.row)) continue;
    bool fits = true;
    if (rule.promised) {
      MaybeText promised;
      MaybeText real;
      std::int64_t promised_ms = 0;
      std::int64_t real_ms = 0;
      if (!rule.promised->text(job.row, job.unmapped, promised) ||
          !rule.real->text(job.row, job.unmapped, real))
        return false;
      if (promised && !rule.promised->time(job.row, *promised, promised_ms)) return false;
      if (real && !rule.real->time(job.row, *real, real_ms)) return false;
      fits = promised && real && real_ms > promised_ms;
    }
    if (!fits) continue;
    found = rule.is;
    break;
  }
  job.draft.entry->trouble = static_cast<std::uint8_t>(found);
  return true;
}

}  // namespace concord::datasets
