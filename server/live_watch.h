// What is counted of a live base. Thread class: one-owner for setting up; the hook is called on the
// base's own thread, the series are read by scrapes in any-thread fashion.
#pragma once
#include <functional>

#include "index/live.h"
#include "server/metrics.h"
#include "server/revision_bell.h"

namespace concord::server {

class LiveWatch {
 public:
  /// For LiveOptions::on_frame: before the base is opened. This object outlives the base.
  std::function<void(const index::FrameCost&)> hook();
  /// Registers the series; `live` and `bell` outlive the metrics' last scrape.
  void watch(Metrics& metrics, const index::Live& live, const RevisionBell& bell);
  /// After the last registration, before the first event.
  void begin(Metrics& metrics) { slot_ = &metrics.make_slot(); }

 private:
  MetricsSlot* slot_ = nullptr;
  std::size_t commit_ = 0;
  std::size_t apply_ = 0;
};

}  // namespace concord::server
