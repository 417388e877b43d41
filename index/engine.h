// The front door: opens a data folder, answers from its published state, applies events in log
// order. Thread class: any-thread for questions; one-owner for apply(), stage(), publish() and
// state_hash().
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "index/base/result.h"
#include "index/live_text.h"
#include "index/log/event.h"
#include "index/snapshot/context.h"
#include "index/snapshot/manifest.h"
#include "index/snapshot/snapshot.h"
#include "index/sources.h"
#include "index/voids.h"

namespace concord::index {

struct Prepared;          // intake.h
struct RollPoint;         // roll.h
struct LoadedGeneration;  // generation.h

struct GenerationInfo {
  std::string name;  // folder of the generation inside the data folder
  EventSeq seq = 0;  // events 1..seq are in it
  Hash128 chain;
  UnixMillis newest_at;  // newest `at` in the generation
  std::uint64_t customers = 0;
  std::uint64_t accounts = 0;
  std::uint64_t entries = 0;
  std::uint64_t identities = 0;
  std::uint64_t knowledge = 0;
  std::uint64_t bytes = 0;  // of all its files
};

GenerationInfo info_of(const std::string& name, const Manifest& manifest);

class Engine {
 public:
  /// Opens the current generation of `data_folder` and verifies it whole, on `threads` threads (0:
  /// all). Errors: not_found, damaged (place: the file), unsupported, io_error.
  static Result<std::unique_ptr<Engine>> open(const std::string& data_folder, unsigned threads = 0,
                                              const Progress& progress = {});
  /// The same over a generation that is loaded already.
  static Result<std::unique_ptr<Engine>> over(LoadedGeneration loaded);
  /// An engine with no customers.
  static std::unique_ptr<Engine> empty(const IdentityTypes& types);
  ~Engine();

  [[nodiscard]] const Snapshot& snapshot() const;
  [[nodiscard]] const GenerationInfo& generation() const;
  /// What was heard and said of each source. Any-thread.
  [[nodiscard]] SourceBook& sources() const;
  /// Newest time of any event: of the generation or applied since. Any-thread.
  [[nodiscard]] UnixMillis newest_at() const;

  /// What is searched, with the knowledge pages of that revision: the generation's, or what
  /// live_text() has made of it. Null when the generation was built without a text index.
  [[nodiscard]] std::shared_ptr<const TextView> text() const;
  /// The knowledge pages at the revision of text(); of the generation when there is no text index.
  [[nodiscard]] std::shared_ptr<const KnowledgePages> knowledge() const;
  /// From now on what is applied becomes findable. Call once, before anybody asks and while nobody
  /// applies. Does nothing when there is no text index.
  void follow_text(LiveTextOptions options);
  /// A new generation with events 1..`seq` is current: search goes over to its text index in one
  /// step, as soon as what came after is in shards over it. Errors: not_found, damaged, io_error.
  Result<void> rebase_text(const std::string& generation_folder, const std::string& name,
                           EventSeq seq);
  /// Null before follow_text().
  [[nodiscard]] LiveText* live_text() const;

  /// Applies one event (the next seq) and publishes it: the revision it is readable from. Errors:
  /// bad_input (no customer, a bad identity), unsupported, damaged; the state is then unchanged.
  Result<EventSeq> apply(std::string_view event_bytes);
  /// apply() in two steps, so that the events of one frame become readable together: stage() takes
  /// the next seq, publish() makes everything staged readable. `prepared` is of `event_bytes`. An
  /// event that is void takes its seq and changes nothing.
  Result<Verdict> stage(const Prepared& prepared, std::string_view event_bytes);
  /// The next event of the log is redacted: it only takes its seq.
  void stage_redacted();
  void publish();

  /// What the next generation is made of, at the published revision. Call it where apply() may be
  /// called, with nothing staged. `chain`: of the log, up to that revision.
  [[nodiscard]] RollPoint roll_point(Hash128 chain) const;
  /// generation() from now on: what was rolled from a point of this engine. One-owner.
  void rolled(GenerationInfo info);

  /// Was event `seq` void, and where did its customer stand instead? Any-thread.
  [[nodiscard]] std::optional<EventSeq> void_at(EventSeq seq) const;

  /// Replaced versions that wait for a reader to let go. Any-thread.
  [[nodiscard]] std::size_t retired_versions() const;
  [[nodiscard]] const IdentityNormaliser& normaliser() const;

  /// Equal for equal states, whether they were applied event by event or rebuilt (see Applier).
  /// O(base); one-owner, like apply(). Errors: damaged.
  [[nodiscard]] Result<Hash128> state_hash(unsigned threads = 0) const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The entry of `record` that a text index document names; empty when it is not there (any more).
std::optional<EntryView> find_entry(const RecordView& record, std::int64_t at_ms,
                                    std::uint64_t id_hash);

}  // namespace concord::index
