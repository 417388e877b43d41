// Policy sets kept by their content hash, so that a decision can be made again under the policy it
// was made under. DATA/policies/<version>/ holds a set's files as they were when it became active.
// Thread class: any-thread.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "scoring/policy.h"

namespace concord::server {

class PolicyBook {
 public:
  /// `folder` need not be there; empty: nothing is kept beside what is active. `active`: what
  /// decides now; borrowed.
  PolicyBook(std::string folder, const scoring::Policy& active);

  /// Writes the active set, unless it is there: whole or not at all. Cheap once it has succeeded.
  /// Errors: io_error, damaged (what lies there is not this set).
  index::Result<void> keep_active();

  /// The set of that version: the active one, one in memory, or read from the folder and checked
  /// whole. Errors: not_found, damaged (it is no longer what its name says), those of load_policy.
  index::Result<std::shared_ptr<const scoring::Policy>> find(std::string_view version);

  /// Of the sets that were read from the folder, this many stay in memory.
  static constexpr std::size_t kInMemoryMax = 8;

 private:
  index::Result<std::shared_ptr<const scoring::Policy>> read(const std::string& version) const;

  const std::string folder_;
  const scoring::Policy& active_;
  std::mutex mutex_;  // guards what follows, and writing
  bool active_kept_ = false;
  std::vector<std::shared_ptr<const scoring::Policy>> read_;  // the last used one last
};

/// Every kept set below `folder`: is it what its name says? One error for each that is not.
std::vector<index::Error> verify_policies(const std::string& folder);

}  // namespace concord::server
