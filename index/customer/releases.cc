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

std::vector<std::string> Releases::awaited(const EntryState& entry) {
  std::set<std::string> defects;
  const auto kind = static_cast<Kind>(entry.now.kind);
  if (entry.hidden() || kind == Kind::release) return {};
  if (kind == Kind::defect) defects.insert(entry.id);
  for (const std::string& link : entry.now.links)
    if (names_defect(link)) defects.insert(link);
  return {defects.begin(), defects.end()};
}

Awaits Releases::awaited(const CustomerRecord& record) {
  Awaits defects;
  for (const auto& [id, entry] : record.entries)
    for (std::string& defect : awaited(entry)) ++defects[std::move(defect)];
  return defects;
}

Releases::Spread Releases::spread_to(const Awaits& defects) const {
  std::set<std::size_t> due;
  for (const auto& [defect, entries] : defects)
    if (const auto at = by_link_.find(defect); at != by_link_.end())
      due.insert(at->second.begin(), at->second.end());
  CustomerRecord folded;
  for (const std::size_t number : due) {
    FoldInput input;
    input.event = wire::GetEvent(all_[number].bytes.data());
    input.seq = all_[number].seq;
    fold(folded, input);
  }
  for (auto& [id, entry] : folded.entries) entry.spread = true;
  return std::move(folded.entries);
}

void Releases::apply_to(CustomerRecord& record) const {
  if (all_.empty()) return;
  for (auto& [id, entry] : spread_to(awaited(record))) {
    const auto known = record.entries.find(id);
    if (known != record.entries.end() && !known->second.spread) continue;
    record.seq = std::max(record.seq, entry.last_seq);
    record.entries.insert_or_assign(id, std::move(entry));
  }
}

}  // namespace concord::index
