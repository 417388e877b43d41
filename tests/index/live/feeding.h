// Handing events to a Live in tests, and logs that misbehave when they are told to.
// Thread class: any-thread, but for the setting up of a MoodyLog (one-owner).
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "index/live.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {

inline constexpr index::UnixMillis kReceived{2'000'000};

/// Requires: the event is one that may go in.
index::Incoming incoming(const index::IdentityNormaliser& normaliser, index::EventDraft draft,
                         index::Receipt receipt = {kReceived});

/// A submission whose end can be waited for.
class Sent {
 public:
  Sent(index::Live& live, std::vector<index::EventDraft> drafts);
  /// What submit() said.
  [[nodiscard]] index::Taken taken() const { return taken_; }
  /// Waits for the outcomes. Requires: taken.
  const std::vector<index::EventOutcome>& wait();
  /// Published revision when it was done.
  [[nodiscard]] index::EventSeq published_then() const { return state_->published; }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    index::EventSeq published = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::shared_ptr<index::Submission> submission_ = std::make_shared<index::Submission>();
  index::Taken taken_;
};

/// Hands one event in and waits for its outcome.
index::EventOutcome send(index::Live& live, const Saying& saying);

/// A log in memory that can be held, and that fails when it is told to.
class MoodyLog final : public index::EventLog {
 public:
  using Frame = std::span<const index::FramedEvent>;
  /// Called before each append with its number from 0: an error fails the append.
  std::function<index::Result<void>(std::size_t append, Frame frame)> before_append;
  /// The failed append has written all the same, as after an fsync that failed.
  bool writes_though_failing = false;

  index::Result<index::AppendResult> append(std::uint32_t partition, const index::Position& last,
                                            std::uint64_t epoch, Frame frame) override;
  index::Result<std::vector<index::KnownId>> known_ids(
      std::uint32_t partition, std::span<const index::Hash128> keys) override;
  index::Result<index::Position> tail(std::uint32_t partition) override;
  index::Result<std::vector<index::LoggedEvent>> read(std::uint32_t partition,
                                                      index::EventSeq after,
                                                      std::size_t bytes_max) override;
  index::Result<index::Position> wait(std::uint32_t partition, index::EventSeq after,
                                      std::int64_t timeout_ms) override;
  index::Result<std::optional<index::KeptEvent>> kept(index::Hash128 keep_as) override;
  index::Result<std::vector<index::KeptEvent>> read_kept(index::EventSeq after,
                                                         std::size_t bytes_max) override;
  index::Result<void> trim(std::uint32_t partition, index::EventSeq up_to) override;
  index::Result<void> redact(std::uint32_t partition, index::EventSeq seq) override;

 private:
  std::unique_ptr<index::EventLog> inner_ = index::make_memory_log();
  std::size_t appends_ = 0;
};

/// Lets nobody through until it is opened.
class Barrier {
 public:
  void pass();
  void open();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace concord::test
