// The events of one write on their way into the log: what its request waits for.
// Thread class: any-thread (ready), one-owner otherwise, as SubmissionWait.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "server/submission_wait.h"

namespace concord::server {

class WriteJob final : public SubmissionWait {
 public:
  /// `name`: WriteName::id; `attempt`: of a grant, from 1.
  WriteJob(std::string name, unsigned attempt) : name_(std::move(name)), attempt_(attempt) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] unsigned attempt() const { return attempt_; }
  /// Entries that get another owner with it, for the answer.
  void move(std::string entry) { moved_.push_back(std::move(entry)); }
  [[nodiscard]] const std::vector<std::string>& moved() const { return moved_; }

 private:
  std::string name_;
  unsigned attempt_;
  std::vector<std::string> moved_;
};

}  // namespace concord::server
