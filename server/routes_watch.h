// What is counted and logged of each answer. Thread class: Watch any-thread after construction;
// RouteWatch one-owner (one for each event loop).
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/access_log.h"
#include "server/exchange.h"
#include "server/metrics.h"

namespace concord::server {

/// The series of the service, registered once.
class Watch {
 public:
  /// `log` may be null: nothing is logged. It outlives this object.
  explicit Watch(AccessLog* log);
  [[nodiscard]] Metrics& metrics() { return metrics_; }

 private:
  friend class RouteWatch;
  struct Series {
    std::string_view route;
    std::size_t duration;
    std::size_t by_class[6];  // 1xx … 5xx at their digit
  };
  Metrics metrics_;
  std::vector<Series> series_;  // the last one: no route
  std::size_t refused_ = 0;
  AccessLog* log_;
};

class RouteWatch {
 public:
  explicit RouteWatch(Watch& watch) : watch_(watch), slot_(watch.metrics_.make_slot()) {}
  void answered(const Request& request, const Response& response, const Answered& answered,
                std::string_view client, std::string_view purpose);
  void refused(const Refusal& refusal);

 private:
  Watch& watch_;
  MetricsSlot& slot_;
};

}  // namespace concord::server
