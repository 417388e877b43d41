// Which customers wait for a fix, by the defect they wait for. A slot stays noted when its customer
// waits no longer: who is asked must look. Thread class: one-owner.
#pragma once
#include <map>
#include <set>
#include <string>

#include "index/log/event.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

class Waiters {
 public:
  void note(const RecordView& record, std::uint32_t slot) {
    if (record.record().awaits() == nullptr) return;
    for (const wire::Awaited* one : *record.record().awaits_nested_root()->defects())
      by_defect_[one->defect()->str()].insert(slot);
  }
  [[nodiscard]] std::set<std::uint32_t> of(const wire::Event& release) const {
    std::set<std::uint32_t> slots;
    if (release.entry()->links() == nullptr) return slots;
    for (const flatbuffers::String* link : *release.entry()->links())
      if (const auto at = by_defect_.find(link->str()); at != by_defect_.end())
        slots.insert(at->second.begin(), at->second.end());
    return slots;
  }

 private:
  std::map<std::string, std::set<std::uint32_t>> by_defect_;
};

}  // namespace concord::index
