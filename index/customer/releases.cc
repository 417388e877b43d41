#include "index/customer/releases.h"

#include <algorithm>
#include <set>

#include "index/base/assert.h"

namespace concord::index {
namespace {

bool names_defect(std::string_view link) { return link.find("/defect/") != std::string_view::npos; }

}  // namespace

bool Releases::is_release(const wire::Event& event) {
  return type_of(event) == EventType::entry && event.entry() != nullptr &&
         static_cast<Kind>(event.entry()->kind()) == Kind::release &&
         (event.customer() == nullptr || event.customer()->size() == 0);
}

void Releases::add(EventSeq seq, std::string_view bytes) {
  const auto event = decode_event(bytes);
  CONCORD_ASSERT(event && is_release(**event));
  all_.push_back({seq, std::string(bytes)});
  if ((*event)->entry()->links() == nullptr) return;
  for (const flatbuffers::String* link : *(*event)->entry()->links())
    by_link_[link->str()].push_back(all_.size() - 1);
}

std::vector<std::string> Releases::awaited(const CustomerRecord& record) {
  std::set<std::string> links;
  for (const auto& [id, entry] : record.entries) {
    if (entry.hidden()) continue;
    if (static_cast<Kind>(entry.now.kind) == Kind::defect) links.insert(id);
    if (static_cast<Kind>(entry.now.kind) == Kind::release) continue;
    for (const std::string& link : entry.now.links)
      if (names_defect(link)) links.insert(link);
  }
  return {links.begin(), links.end()};
}

void Releases::apply_to(CustomerRecord& record) const {
  if (all_.empty()) return;
  std::set<std::size_t> due;
  for (const std::string& link : awaited(record))
    if (const auto at = by_link_.find(link); at != by_link_.end())
      due.insert(at->second.begin(), at->second.end());
  for (const std::size_t number : due) {
    const Stored& release = all_[number];
    FoldInput input;
    input.event = wire::GetEvent(release.bytes.data());
    const std::string id =
        entry_id(input.event->source()->str(), Kind::release, input.event->entry()->key()->str());
    const auto known = record.entries.find(id);
    if (known != record.entries.end() && !known->second.spread) continue;
    input.seq = release.seq;
    fold(record, input);
    record.entries.find(id)->second.spread = true;
  }
}

}  // namespace concord::index
