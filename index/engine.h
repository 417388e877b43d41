// The front door: opens a data folder, answers from its published state, applies events in log
// order. Thread class: any-thread for questions (snapshot(), search()); one-owner for apply().
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "index/base/result.h"
#include "index/log/event.h"
#include "index/snapshot/context.h"
#include "index/snapshot/snapshot.h"
#include "index/snapshot/text/text_index.h"

namespace concord::index {

struct GenerationInfo {
  std::string name;             // folder of the generation inside the data folder
  EventSeq seq = 0;             // events 1..seq are in it
  Hash128 chain;
  UnixMillis newest_at;         // newest `at` in the base: the base clock `data`
  std::uint64_t customers = 0;
  std::uint64_t accounts = 0;
  std::uint64_t entries = 0;
  std::uint64_t identities = 0;
  std::uint64_t bytes = 0;
};

using Progress = std::function<void(std::string_view step, std::uint64_t done, std::uint64_t total)>;

class Engine {
 public:
  /// Opens the current generation of `data_folder` and verifies it whole. Errors: not_found,
  /// damaged (place: the file), io_error.
  static Result<std::unique_ptr<Engine>> open(const std::string& data_folder,
                                              const Progress& progress = {});
  /// An engine with no customers: for tests and for a first start.
  static std::unique_ptr<Engine> empty(const IdentityTypes& types);
  ~Engine();

  [[nodiscard]] const Snapshot& snapshot() const;
  [[nodiscard]] const GenerationInfo& generation() const;
  /// `sources[]` of the context answer at `as_of`, ready-made.
  void write_sources(JsonWriter& out, UnixMillis as_of) const;

  /// The text index of the generation; null when it was built without one.
  [[nodiscard]] const TextIndex* text() const;
  /// Applies one event (the next seq) and publishes it. Errors: bad_input (unknown identity type,
  /// no customer), unsupported; the state is then unchanged.
  Result<EventSeq> apply(std::string_view event_bytes);

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace concord::index
