// How fresh each source is (promise P10). Two truths are kept apart: what was *heard*, which moves
// with every event and is shown to operators, and what was *said*, the last `source_state` event of
// the log, which is all that answers show: so an answer stays a function of the log.
// Thread class: any-thread (one mutex, taken once an event by the writer of the state); the free
// functions are pure. Reads no clock: who asks says what time it is.
#pragma once
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/log/event.h"
#include "index/snapshot/manifest.h"

namespace concord::index {

/// The source of concord's own events; nobody else may use the name.
inline constexpr std::string_view kOwnSource = "concord";

/// When it was last heard: by the clock of the intake or, of batch-indexed rows, by their own time.
std::int64_t heard_at_ms(const SourceInfo& source);
/// ok: heard not longer than `expect_every_ms` ago; late: not longer than twice that; silent.
Freshness freshness(std::int64_t expect_every_ms, std::int64_t heard_ms, UnixMillis now);

/// An event of the source, not counted yet.
void hear(SourceInfo& source, const wire::Event& event, EventSeq seq);
/// A `source_state` event about the source.
void say(SourceInfo& source, const wire::Event& event);

/// What a new generation says of sources nothing was said of: from their own times up to
/// `newest_at`.
void say_first(std::span<SourceInfo> sources, UnixMillis newest_at);

/// `sources[]` of the context answer: what was last said of each, by name.
std::string sources_json(std::span<const SourceInfo> sources);

/// A source as operators see it.
struct SourceRow {
  SourceInfo info;
  std::uint64_t duplicates = 0;  // since the service started
  std::uint64_t rejected = 0;    // since the service started
};

class SourceBook {
 public:
  /// Forgets everything and begins with what a generation knows.
  void begin(std::vector<SourceInfo> sources);
  /// Takes department, expect_every and may of a source from the running configuration.
  void configure(const SourceInfo& source);

  /// An applied event; sequence numbers it has counted already change nothing.
  void heard(const wire::Event& event, EventSeq seq);
  /// An applied `source_state` event.
  void said(const wire::Event& event);

  /// An event that was known already, one that was refused: counted when the source is known.
  void repeated(std::string_view source);
  void refused(std::string_view source);

  [[nodiscard]] std::vector<SourceRow> rows() const;
  /// Everything known now, by name.
  [[nodiscard]] std::vector<SourceInfo> all() const;
  /// The `source_state` events that are due at `now`: a state that changed, or one whose shown
  /// `last_at` has fallen behind by half of what the source promised (an hour when it promised
  /// nothing). At most one a source; ready for the log but for `received_at`.
  [[nodiscard]] std::vector<EventDraft> due(UnixMillis now) const;

 private:
  SourceInfo& find(std::string_view name);
  SourceRow* known(std::string_view name);
  mutable std::mutex mutex_;
  std::vector<SourceRow> rows_;  // by name
};

}  // namespace concord::index
