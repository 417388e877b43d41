// Where bodies are worked on: small ones at once by the event loop they came in on, others by a few
// threads of lower priority, so that reading never delays a question.
// Thread class: any-thread after construction.
#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "index/live.h"
#include "server/intake_job.h"
#include "server/intake_known.h"
#include "server/intake_mapping.h"

namespace concord::server {

struct DeskOptions {
  unsigned threads = 1;
  std::size_t jobs_max = 1'024;             // bodies waiting for a thread
  std::int64_t wait_ms_max = 100;           // while the first of them waits longer, no more come
  std::size_t body_bytes_max = 16UL << 20;  // of a body, packed and unpacked
  std::size_t inline_bytes_max = 8UL * 1024;
  std::int64_t patience_ms = 5'000;  // how long a body that was taken waits for room
  std::int64_t skew_ms_max = index::kSkewMsDefault;
  std::string user_type = "user_id";  // identity types of Segment's two ids
  std::string anonymous_type = "anonymous_id";
  std::function<index::UnixMillis()> clock;  // empty: the system's
};

class IntakeDesk {
 public:
  /// Borrows `live` and `mappings` (may be null).
  IntakeDesk(index::Live& live, SourceRegistry sources, const IntakeMapping* mappings,
             DeskOptions options);
  /// Waits until every job is finished and let go of: the listener has stopped, the live base has
  /// not.
  ~IntakeDesk();
  IntakeDesk(const IntakeDesk&) = delete;
  IntakeDesk& operator=(const IntakeDesk&) = delete;

  /// Before a body is read: would it be taken?
  [[nodiscard]] index::Taken door() const;
  /// What goes with every request; the caller adds who asks and what he said.
  [[nodiscard]] IntakeAsk ask();
  /// Begins; null: overloaded. Small bodies are handed on before this returns.
  std::shared_ptr<IntakeJob> begin(IntakeBody body, IntakeAsk ask, std::optional<Waker> waker);

  [[nodiscard]] const DeskOptions& options() const { return options_; }
  [[nodiscard]] index::Live& live() { return live_; }
  [[nodiscard]] const SourceRegistry& sources() const { return sources_; }

  /// Items by source and what became of them, since the start. Sources that only came live share
  /// "other" once there are many.
  struct Counted {
    std::string source;
    RowStatus status = RowStatus::accepted;
    std::uint64_t items = 0;
  };
  [[nodiscard]] std::vector<Counted> counted() const;
  /// What was refused, by source and code, since the start.
  struct Refused {
    std::string source;
    std::string code;
    std::uint64_t items = 0;
  };
  [[nodiscard]] std::vector<Refused> refused() const;
  [[nodiscard]] std::size_t waiting() const;  // bodies

 private:
  friend class IntakeJob;
  void count(const std::string& source, RowStatus status);
  void count_refused(const std::string& source, const std::string& code);
  void post_body(std::shared_ptr<IntakeJob> job);
  void post_outcome(std::function<void()> work);
  bool settle_one();             // false: no outcome waits
  std::function<void()> next();  // waits; empty: stopped, and nothing is left
  void work();

  index::Live& live_;
  SourceRegistry sources_;
  const IntakeMapping* mappings_;
  DeskOptions options_;
  SnapshotKnown known_;

  struct Waiting {
    std::shared_ptr<IntakeJob> job;
    std::int64_t since_ns;
  };
  mutable std::mutex mutex_;  // guards bodies_, outcomes_, stopping_
  std::condition_variable changed_;
  std::deque<Waiting> bodies_;
  std::deque<std::function<void()>> outcomes_;  // of bodies that are written: they go first
  bool stopping_ = false;
  mutable std::mutex count_mutex_;  // guards counts_, refused_
  std::map<std::string, std::array<std::uint64_t, 5>> counts_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> refused_;
  std::atomic<std::size_t> jobs_{0};  // not let go of yet
  std::vector<std::thread> threads_;
};

}  // namespace concord::server
