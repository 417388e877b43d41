// GET /v1/changes: who changed, told as server-sent events along the log, at least once.
// Each message names a customer (or account) whose answer is new, with how many open items he has
// now; what concerns many is told once: a release by the defects it fixes, the sources by their
// states. A message's id is the revision up to which everything has been told: who comes back with
// it misses nothing.
// Thread class: one-owner (the event loop's).
#pragma once
#include <memory>

#include "index/changes.h"
#include "server/later.h"
#include "server/routes.h"

namespace concord::server {

class ChangeFeed final : public Stream {
 public:
  /// Everything after revision `after`. `service` outlives the feed.
  ChangeFeed(const Service& service, View view, index::EventSeq after);
  bool pull(index::Buffer& out) override;
  void quiet(index::Buffer& out) override;

 private:
  void write(const index::Change& change, const index::ReadPin& pin, index::Buffer& out) const;
  void write_record(const index::Change& change, const index::ReadPin& pin,
                    index::Buffer& out) const;

  const Service& service_;
  View view_;
  index::EventSeq after_;
  std::shared_ptr<Later> listening_;  // while it lives, the bell rings for us
};

}  // namespace concord::server
