#include "index/voids.h"

#include <algorithm>
#include <filesystem>

#include "index/base/assert.h"
#include "index/generation.h"

namespace concord::index {

void VoidBook::begin(std::vector<VoidEvent> events) {
  const std::scoped_lock lock(mutex_);
  events_ = std::move(events);
}

void VoidBook::add(VoidEvent event) {
  const std::scoped_lock lock(mutex_);
  CONCORD_ASSERT(events_.empty() || events_.back().seq < event.seq);
  events_.push_back(event);
}

std::optional<EventSeq> VoidBook::find(EventSeq seq) const {
  const std::scoped_lock lock(mutex_);
  const auto at = std::lower_bound(events_.begin(), events_.end(), seq,
                                   [](const VoidEvent& a, EventSeq b) { return a.seq < b; });
  if (at == events_.end() || at->seq != seq) return std::nullopt;
  return at->stood_at;
}

std::vector<VoidEvent> VoidBook::all() const {
  const std::scoped_lock lock(mutex_);
  return events_;
}

Result<void> write_voids(std::span<const VoidEvent> events, const std::string& folder) {
  auto file = FileWriter::create((std::filesystem::path(folder) / kVoidsFile).string());
  if (!file) return tl::unexpected<Error>(file.error());
  static_assert(sizeof(VoidEvent) == 16);  // no bytes between: written as they lie
  file->write({reinterpret_cast<const char*>(events.data()), events.size_bytes()});
  return file->close();
}

bool is_sound(std::span<const VoidEvent> events, EventSeq last) {
  EventSeq before = 0;
  for (const VoidEvent& one : events) {
    if (one.seq <= before || one.seq > last || one.stood_at == 0 || one.stood_at >= one.seq)
      return false;
    before = one.seq;
  }
  return true;
}

}  // namespace concord::index
