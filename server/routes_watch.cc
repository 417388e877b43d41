#include "server/routes_watch.h"

#include <algorithm>
#include <chrono>

#include "server/routes.h"
#include "server/routes_embedded.h"

namespace concord::server {
namespace {

std::int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Watch::Watch(AccessLog* log) : log_(log) {
  std::vector<std::string_view> routes;
  for (const RouteInfo& info : route_infos())
    if (std::find(routes.begin(), routes.end(), info.path) == routes.end())
      routes.push_back(info.path);
  routes.push_back("");
  for (const std::string_view route : routes) {
    Series series{route, 0, {}};
    const std::string label = route.empty() ? "none" : std::string(route);
    series.duration =
        metrics_.histogram("concord_request_duration_seconds",
                           "From the whole request to the whole answer.", {{"route", label}});
    for (std::size_t digit = 1; digit <= 5; ++digit)
      series.by_class[digit] =
          metrics_.counter("concord_requests_total", "Requests answered.",
                           {{"route", label}, {"status", std::to_string(digit) + "xx"}});
    series_.push_back(series);
  }
  refused_ = metrics_.counter("concord_requests_refused_total",
                              "Requests refused before they could be handled.");
  metrics_.gauge("concord_build_info", "The version that runs.", [] { return 1.0; },
                 {{"version", std::string(kProgramVersion)}});
}

void RouteWatch::answered(const Request& request, const Response& response,
                          const Answered& answered, std::string_view client,
                          std::string_view purpose) {
  const auto series =
      std::find_if(watch_.series_.begin(), watch_.series_.end() - 1,
                   [&](const Watch::Series& one) { return one.route == response.route; });
  slot_.observe(series->duration, answered.nanoseconds);
  slot_.add(series->by_class[std::clamp(response.status / 100, 1, 5)]);
  if (watch_.log_ == nullptr) return;
  AccessEntry entry;
  entry.at_ms = unix_ms();
  entry.method = request.method_text;
  entry.route = response.route;
  entry.client = client;
  entry.purpose = purpose;
  entry.request_id = request.request_id;
  entry.traceparent = request.traceparent;
  entry.status = response.status;
  entry.body_bytes = answered.body_bytes;
  entry.nanoseconds = answered.nanoseconds;
  watch_.log_->write(entry);
}

void RouteWatch::refused(const Refusal& refusal) {
  slot_.add(watch_.refused_);
  if (watch_.log_ == nullptr) return;
  AccessEntry entry;
  entry.at_ms = unix_ms();
  entry.status = refusal.status;
  watch_.log_->write(entry);
}

}  // namespace concord::server
