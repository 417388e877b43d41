// Events that came to nothing: each named a revision at which its customer had to stand still, and
// he had changed since. The verdict is the fold's, in log order, so that every replay gives it
// again; kept here and in generations (voids.bin), so that a repeat of such an event is told as
// what it was long after the log is trimmed.
// Thread class: VoidBook any-thread; Verdict and VoidEvent plain values.
#pragma once
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"

namespace concord::index {

inline constexpr const char* kVoidsFile = "voids.bin";

/// What became of an event that was applied.
struct Verdict {
  EventSeq stood_at = 0;  // not 0: void; its customer had changed at this revision
  [[nodiscard]] bool is_void() const { return stood_at != 0; }
};

/// One line of voids.bin.
struct VoidEvent {
  EventSeq seq = 0;
  EventSeq stood_at = 0;
  bool operator==(const VoidEvent&) const = default;
};

class VoidBook {
 public:
  /// Forgets everything and begins with what a generation knows, ascending.
  void begin(std::vector<VoidEvent> events);
  /// Requires: a seq above every one in the book.
  void add(VoidEvent event);
  /// Where the customer stood; empty: that event is not void.
  [[nodiscard]] std::optional<EventSeq> find(EventSeq seq) const;
  [[nodiscard]] std::vector<VoidEvent> all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<VoidEvent> events_;  // ascending
};

/// Writes voids.bin into `folder`, synced. Errors: io_error.
Result<void> write_voids(std::span<const VoidEvent> events, const std::string& folder);
/// Is it what write_voids writes: ascending, each later than where its customer stood?
bool is_sound(std::span<const VoidEvent> events, EventSeq last);

}  // namespace concord::index
