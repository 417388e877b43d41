#include "datasets/import/snapshots.h"

#include <utility>

#include "index/base/assert.h"

namespace concord::datasets {

using index::EventType;

void Snapshots::begin_file() {
  first_ = !begun_;
  begun_ = true;
  before_ = std::move(now_);
  now_.clear();
}

void Snapshots::saw(const index::wire::Event& event) {
  Item item;
  item.knowledge = index::type_of(event) == EventType::knowledge;
  CONCORD_ASSERT(item.knowledge || index::type_of(event) == EventType::entry);
  item.kind = item.knowledge ? 0 : event.entry()->kind();
  item.key = item.knowledge ? event.knowledge()->key()->str() : event.entry()->key()->str();
  if (event.customer() != nullptr)
    for (const auto* identity : *event.customer()) item.customer.push_back(identity->str());
  std::string name = std::to_string(item.kind) + "/" + item.key;
  now_[std::move(name)] = std::move(item);
}

std::vector<index::EventDraft> Snapshots::missing(const Source& source, const std::string& file,
                                                  std::int64_t at_ms) const {
  std::vector<index::EventDraft> out;
  if (first_) return out;
  for (const auto& [name, item] : before_) {
    if (now_.contains(name)) continue;
    index::EventDraft& draft = out.emplace_back();
    draft.id = "absent:" + name + ":" + file;
    draft.source = source.name;
    draft.department = source.department;
    draft.at = at_ms;
    draft.customer = item.customer;
    if (item.knowledge) {
      draft.type = static_cast<std::uint8_t>(EventType::knowledge);
      draft.knowledge = std::make_unique<index::wire::KnowledgeT>();
      draft.knowledge->key = item.key;
      draft.knowledge->withdrawn = true;
    } else {
      draft.type = static_cast<std::uint8_t>(EventType::retract);
      draft.entry = std::make_unique<index::wire::EntryT>();
      draft.entry->kind = item.kind;
      draft.entry->key = item.key;
      draft.entry->retract_reason = "absent from " + file;
    }
  }
  return out;
}

}  // namespace concord::datasets
