#include "server/routes_table.h"

#include <array>

namespace concord::server {
namespace {

constexpr std::array kContextOptions{
    Option::limit,          Option::as_of,          Option::min_revision, Option::timeout_ms,
    Option::include_fields, Option::exclude_fields, Option::purpose};
constexpr std::array kLookupOptions{
    Option::key,        Option::limit,          Option::as_of,          Option::min_revision,
    Option::timeout_ms, Option::include_fields, Option::exclude_fields, Option::purpose};
constexpr std::array kTimelineOptions{Option::limit,      Option::as_of,   Option::min_revision,
                                      Option::timeout_ms, Option::purpose, Option::cursor,
                                      Option::department, Option::kind,    Option::channel,
                                      Option::open,       Option::from,    Option::to};
constexpr std::array kDecideOptions{Option::channel,    Option::direction, Option::intent,
                                    Option::limit,      Option::as_of,     Option::min_revision,
                                    Option::timeout_ms, Option::explain,   Option::purpose};
constexpr std::array kSearchOptions{
    Option::q,          Option::in,       Option::limit,      Option::cursor, Option::sort,
    Option::facets,     Option::customer, Option::department, Option::kind,   Option::channel,
    Option::open,       Option::from,     Option::to,         Option::as_of,  Option::min_revision,
    Option::timeout_ms, Option::purpose};

constexpr std::array kReadyOptions{Option::for_};
constexpr std::array kChangesOptions{Option::after};

constexpr std::array kDecisionsOptions{Option::limit, Option::cursor, Option::replay};
constexpr std::array kEventOptions{Option::source, Option::department, Option::mapping};
constexpr std::array kRejectionOptions{Option::source, Option::code, Option::since, Option::limit,
                                       Option::cursor};

}  // namespace

struct RouteTable {
  static constexpr std::span<const Option> kNone{};
  static constexpr std::array kRows{
      RouteRow{{Method::get, "/v1/customers/{key}", kContextOptions},
               kContextOptions,
               &Routes::context,
               true},
      RouteRow{{Method::get, "/v1/customers/{key}/next-best-action", kDecideOptions},
               kDecideOptions,
               &Routes::next_best_action,
               true},
      RouteRow{{Method::get, "/v1/customers/{key}/timeline", kTimelineOptions},
               kTimelineOptions,
               &Routes::timeline,
               true},
      RouteRow{
          {Method::post, "/v1/customers/{key}/promises", kNone, "write"}, kNone, &Routes::write},
      RouteRow{{Method::post, "/v1/customers/{key}/facts", kNone, "write"}, kNone, &Routes::write},
      RouteRow{{Method::post, "/v1/customers/{key}/notes", kNone, "write"}, kNone, &Routes::write},
      RouteRow{{Method::post, "/v1/customers/{key}/tasks", kNone, "write"}, kNone, &Routes::write},
      RouteRow{
          {Method::post, "/v1/customers/{key}/handoffs", kNone, "write"}, kNone, &Routes::write},
      RouteRow{{Method::post, "/v1/customers/{key}/grants", kNone, "write"}, kNone, &Routes::grant},
      RouteRow{{Method::get, "/v1/search", kSearchOptions}, kSearchOptions, &Routes::search, true},
      RouteRow{{Method::post, "/v1/customers/lookup", kLookupOptions}, kNone, &Routes::lookup},
      RouteRow{{Method::post, "/v1/multi", kNone}, kNone, &Routes::multi},
      RouteRow{{Method::post, "/v1/customers/{key}/decisions", kNone, "write"},
               kNone,
               &Routes::decisions},
      RouteRow{{Method::post, "/v1/decisions/{id}/outcomes", kNone, "write"},
               kNone,
               &Routes::decision_outcome},
      RouteRow{{Method::get, "/v1/decisions/{id}", kNone}, kNone, &Routes::decision},
      RouteRow{{Method::get, "/v1/decisions", kDecisionsOptions},
               kDecisionsOptions,
               &Routes::decision_list},
      RouteRow{{Method::post, "/v1/clearance", kNone}, kNone, &Routes::clearance},
      RouteRow{{Method::get, "/v1/sources", kNone}, kNone, &Routes::sources},
      RouteRow{{Method::post, "/v1/events", kEventOptions, "write"},
               kEventOptions,
               &Routes::events,
               false,
               true},
      RouteRow{
          {Method::post, "/v1/identify", kNone, "write"}, kNone, &Routes::segment, false, true},
      RouteRow{{Method::post, "/v1/track", kNone, "write"}, kNone, &Routes::segment, false, true},
      RouteRow{{Method::post, "/v1/page", kNone, "write"}, kNone, &Routes::segment, false, true},
      RouteRow{{Method::post, "/v1/screen", kNone, "write"}, kNone, &Routes::segment, false, true},
      RouteRow{{Method::post, "/v1/group", kNone, "write"}, kNone, &Routes::segment, false, true},
      RouteRow{{Method::post, "/v1/alias", kNone, "write"}, kNone, &Routes::segment, false, true},
      RouteRow{{Method::post, "/v1/batch", kNone, "write"}, kNone, &Routes::segment, false, true},
      RouteRow{{Method::post, "/v1/import", kNone, "write"}, kNone, &Routes::segment, false, true},
      RouteRow{{Method::get, "/v1/rejections", kRejectionOptions, "rejections"},
               kRejectionOptions,
               &Routes::rejections},
      RouteRow{{Method::post, "/v1/rejections/retry", kNone, "rejections"},
               kNone,
               &Routes::retry_rejections},
      RouteRow{
          {Method::get, "/v1/rejections/{id}", kNone, "rejections"}, kNone, &Routes::rejection},
      RouteRow{{Method::get, "/v1/changes", kChangesOptions}, kChangesOptions, &Routes::changes},
      RouteRow{{Method::get, "/livez", kNone, ""}, kNone, &Routes::livez},
      RouteRow{{Method::get, "/readyz", kReadyOptions, ""}, kReadyOptions, &Routes::readyz},
      RouteRow{{Method::get, "/v1/version", kNone}, kNone, &Routes::version},
      RouteRow{{Method::get, "/openapi.json", kNone, ""}, kNone, &Routes::openapi},
      RouteRow{{Method::get, "/schemas/{name}", kNone, ""}, kNone, &Routes::schema},
      RouteRow{{Method::get, "/errors/{code}", kNone, ""}, kNone, &Routes::error_page},
      RouteRow{{Method::get, "/metrics", kNone, "metrics"}, kNone, &Routes::metrics},
  };
};

std::span<const RouteRow> route_rows() { return RouteTable::kRows; }

std::span<const RouteInfo> route_infos() {
  static const auto kInfos = [] {
    std::array<RouteInfo, RouteTable::kRows.size()> infos;
    for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = RouteTable::kRows[i].info;
    return infos;
  }();
  return kInfos;
}

bool matches(std::string_view path_template, std::span<const std::string_view> segments) {
  path_template.remove_prefix(1);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::size_t slash = path_template.find('/');
    const std::string_view wanted = path_template.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (wanted.front() == '{' ? segments[i].empty() : wanted != segments[i]) return false;
    if (last) return i + 1 == segments.size();
    path_template.remove_prefix(slash + 1);
  }
  return false;
}

}  // namespace concord::server
