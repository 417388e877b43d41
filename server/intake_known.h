// What the base knows of identities, asked while Segment messages are mapped.
// Thread class: any-thread.
#pragma once
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "index/snapshot/snapshot.h"
#include "server/intake.h"

namespace concord::server {

/// Two messages of two users of one browser may come before either is in the base: the newest
/// claims are remembered here until they are.
class SnapshotKnown final : public Known {
 public:
  explicit SnapshotKnown(const index::Snapshot& snapshot) : snapshot_(snapshot) {}
  [[nodiscard]] bool is_known(std::string_view identity) const override;
  bool claim(std::string_view anonymous, std::string_view user) override;

 private:
  [[nodiscard]] bool belongs_to_other(std::string_view anonymous, std::string_view user) const;

  const index::Snapshot& snapshot_;
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> claims_;  // anonymous → user
  std::deque<std::string> order_;                           // of claims_, oldest first
};

}  // namespace concord::server
