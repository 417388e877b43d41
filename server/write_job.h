// The events of one write on their way into the log: what its request waits for.
// Thread class: one-owner (its event loop); ready() any-thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "index/live.h"
#include "server/later.h"

namespace concord::server {

class WriteJob final : public Later {
 public:
  /// `name`: WriteName::id; `attempt`: of a grant, from 1. `waker` empty (tests): nobody is rung.
  WriteJob(std::string name, unsigned attempt, std::optional<Waker> waker);
  void add(index::Incoming event) { submission_->events.push_back(std::move(event)); }
  /// Once, with at least one event. Not taken: nothing of it will be written.
  index::Taken submit(index::Live& live);
  [[nodiscard]] bool ready() const override {
    return submission_->finished.load(std::memory_order_acquire);
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] unsigned attempt() const { return attempt_; }
  /// When ready: one for each event.
  [[nodiscard]] const std::vector<index::EventOutcome>& outcomes() const {
    return submission_->outcomes;
  }
  /// Entries that get another owner with it, for the answer.
  void move(std::string entry) { moved_.push_back(std::move(entry)); }
  [[nodiscard]] const std::vector<std::string>& moved() const { return moved_; }

 private:
  std::string name_;
  unsigned attempt_;
  std::optional<Waker> waker_;
  std::vector<std::string> moved_;
  std::shared_ptr<index::Submission> submission_ = std::make_shared<index::Submission>();
};

}  // namespace concord::server
