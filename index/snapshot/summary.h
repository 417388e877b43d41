// What a record knows of the entries behind its head: made once for each tail, added up over tails.
// Thread class: one-owner.
#pragma once
#include <string_view>
#include <vector>

#include "index/snapshot/record_view.h"
#include "index/snapshot/tally.h"

namespace concord::index {

class Summing {
 public:
  /// The next entry of a tail, newest first; `row`: its number there.
  void add(EntryView entry, std::uint32_t row);
  /// The next tail, newest first, with the summary made of it; `number`: the tail's.
  void add(const wire::Segment& tail, const wire::Summary& summary, std::uint32_t number);
  /// Bytes of a wire::Summary, in `builder` until it is used again.
  std::string_view finish(flatbuffers::FlatBufferBuilder& builder) const;

 private:
  friend class SumChange;  // sum_changed.cc: fills all of it another way
  using Places = std::vector<std::uint32_t>;
  void add_promise(bool open, std::uint32_t place);
  void add_told_topic(std::string_view topic, std::uint32_t place);

  std::int64_t newest_at_ms_ = kNoTime;
  bool has_decisions_ = false;
  std::int64_t release_at_ms_ = kNoTime;
  Tally tally_;
  Places contacts_, told_us_, told_them_, promises_, holdings_, open_rows_;
  std::vector<std::string_view> topics_;
  std::size_t promises_open_ = 0;
  std::size_t promises_done_ = 0;
};

/// Its `at` when it is a release.
inline std::int64_t release_at_ms(EntryView entry) {
  return entry.kind() == Kind::release ? entry.at_ms() : kNoTime;
}

/// Open for every as_of from the newest time of the record on.
inline bool stays_open(EntryView entry) {
  return entry.closed_at_ms() == kNoTime && is_open(entry.state_type());
}

}  // namespace concord::index
